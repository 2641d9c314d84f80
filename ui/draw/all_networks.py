"""The same drawing, read by several networks side by side."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Prediction, load_classifier
from cnn.runs import store
from cnn.runs.store import Run
from ui.shared import navigation
from ui.shared.bars import probability_bars
from ui.shared.number_text import a_digit, probability
from ui.shared.run_picker import run_labels

MAX_CHOSEN = 8  # as many as stay loaded
CHOSEN_AT_FIRST = 4
BARS = 3
_KEY, _PAGE_RUN = "compared_runs", "compared_with_run"

_STYLE = """<style>
.networks {display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr));
  gap: .75rem; font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums}
.networks .card {border: 1px solid var(--border); border-radius: .6rem;
  padding: .75rem .9rem}
.networks .name {min-height: 2.7em; overflow-wrap: anywhere}
.networks .digit {font-size: 3.5rem; font-weight: 700; line-height: 1.15}
.networks .guess .digit {opacity: .6}
.networks .doubt {color: var(--warning); font-weight: 600}
.networks .bars {margin-top: .4rem}
.networks .track {height: .5rem}
</style>"""


def show_all_networks(drawing: Drawing, run: Run) -> None:
    """Show what each chosen run reads in a drawing.

    Args:
        drawing: one digit.
        run: the run that the page speaks of, which is among those chosen at first.
    """
    usable = _usable_runs()
    if len(usable) < 2:
        _invite_to_train()
        return
    chosen = _choose(usable, run)
    try:
        image = drawing.mnist_image()[None]
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    labels = run_labels(usable.values())
    answers, damaged = [], []
    for one in chosen:
        try:
            answers.append((labels[one.id], load_classifier(one).predict(image)[0]))
        except ValueError:
            damaged.append(labels[one.id])
    _show_answers(answers)
    for label in damaged:
        st.caption(f":material/broken_image: {label} is left out: its network can't be read.")


def _usable_runs() -> dict[str, Run]:
    """Return the runs that can answer by their id, newest first, the built-in one last."""
    folder = store.runs_folder()
    everything = [*store.list_runs(folder), store.open_run(store.BUILT_IN, folder)]
    return {run.id: run for run in everything if run.is_usable}


def _invite_to_train() -> None:
    st.markdown(
        "There is one network so far. Train another one, with other settings, and see "
        "where the two disagree."
    )
    if st.button("Train another network", icon=":material/model_training:"):
        st.switch_page(navigation.TRAIN)


def _choose(usable: dict[str, Run], run: Run) -> list[Run]:
    """Show the menu of networks and return those chosen, at most as many as stay loaded."""
    state = st.session_state
    ids = [one for one in state.get(_KEY, _first_choice(usable)) if one in usable]
    if state.get(_PAGE_RUN) != run.id and run.id in usable and run.id not in ids:
        ids = [run.id, *ids][:MAX_CHOSEN]
    state[_KEY], state[_PAGE_RUN] = ids, run.id
    labels = run_labels(usable.values())
    chosen = st.multiselect(
        "Networks",
        list(usable),
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=_KEY,
        max_selections=MAX_CHOSEN,
        persist_state="session",
        placeholder="Choose networks",
    )
    return [usable[one] for one in chosen]


def _first_choice(usable: dict[str, Run]) -> list[str]:
    newest = [one for one in usable if one != store.BUILT_IN]
    return [*newest[: CHOSEN_AT_FIRST - 1], store.BUILT_IN]


def _show_answers(answers: Sequence[tuple[str, Prediction]]) -> None:
    if not answers:
        st.caption("Choose networks to see what each of them reads.")
        return
    st.markdown(f"**{verdict([reading for _, reading in answers])}**")
    st.html(_STYLE + cards_html(answers))


def verdict(readings: Sequence[Prediction]) -> str:
    """Say in one sentence how far the networks agree."""
    if not any(reading.is_digit for reading in readings):
        who = "None of these networks takes" if len(readings) > 1 else "This network does not take"
        return f"{who} this for a digit."
    digits = Counter(reading.digit for reading in readings)
    digit, count = digits.most_common(1)[0]
    if len(readings) == 1:
        return f"This network reads {a_digit(digit)}."
    if count == len(readings):
        return f"All {count} networks read {a_digit(digit)}."
    others = sorted(set(digits) - {digit})
    if count == 1:
        return "Each network reads another digit."
    return (
        f"{count} of {len(readings)} networks read {a_digit(digit)}, the others {_either(others)}."
    )


def _either(digits: Sequence[int]) -> str:
    *first, last = map(a_digit, digits)
    return f"{', '.join(first)} or {last}" if first else last


def cards_html(answers: Sequence[tuple[str, Prediction]]) -> str:
    """Return a card for each named reading: the digit, how sure, the three likeliest digits."""
    cards = "".join(_card_html(name, reading) for name, reading in answers)
    return f'<div class="networks" role="list">{cards}</div>'


def _card_html(name: str, reading: Prediction) -> str:
    sure = f"<div>{probability(reading.probability)} sure</div>"
    if not reading.is_digit:
        sure = '<div class="doubt">Not a digit?</div>'
    return (
        f'<div class="card{"" if reading.is_digit else " guess"}" role="listitem">'
        f'<div class="name">{escape(name)}</div><div class="digit">{reading.digit}</div>'
        f"{sure}{probability_bars(reading.probabilities, count=BARS)}</div>"
    )
