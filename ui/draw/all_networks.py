"""The same drawing, read by several networks side by side."""

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Prediction, load_classifier
from cnn.runs import store
from cnn.runs.store import Run
from ui.draw.prediction import NOT_A_DIGIT
from ui.shared import navigation
from ui.shared.bars import probability_bars
from ui.shared.number_text import a_digit, probability
from ui.shared.run_picker import run_labels

MAX_CHOSEN = 8  # as many as stay loaded
CHOSEN_AT_FIRST = 4
BARS = 3
_KEY, _PAGE_RUN = "compared_runs", "compared_with_run"


def show_all_networks(drawing: Drawing, run: Run) -> None:
    """Show the prediction of each chosen run for a drawing.

    Args:
        drawing: one digit.
        run: the chosen run of the page, which is among those compared at first.
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
    predictions, damaged = [], []
    for one in chosen:
        try:
            predictions.append((labels[one.id], load_classifier(one).predict(image)[0]))
        except ValueError:
            damaged.append(labels[one.id])
    _show_predictions(predictions)
    for label in damaged:
        st.caption(f":material/broken_image: {label} is left out: its network can't be read.")


def _usable_runs() -> dict[str, Run]:
    """Return the runs that have a network by their id, newest first, the built-in one last."""
    return {run.id: run for run in store.all_runs(store.runs_folder()) if run.is_usable}


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


def _show_predictions(predictions: Sequence[tuple[str, Prediction]]) -> None:
    if not predictions:
        st.caption("Choose networks to compare their predictions.")
        return
    st.markdown(f"**{verdict([prediction for _, prediction in predictions])}**")
    st.html(cards_html(predictions))


def verdict(predictions: Sequence[Prediction]) -> str:
    """Say in one sentence how far the networks agree."""
    if not any(one.is_digit for one in predictions):
        who = "All of these networks reject" if len(predictions) > 1 else "This network rejects"
        return f"{who} this: not a digit."
    digits = Counter(one.digit for one in predictions)
    digit, count = digits.most_common(1)[0]
    if len(predictions) == 1:
        return f"This network reads {a_digit(digit)}."
    if count == len(predictions):
        return f"All {count} networks read {a_digit(digit)}."
    others = sorted(set(digits) - {digit})
    if count == 1:
        return "Each network reads another digit."
    rest = f"the others {_either(others)}"
    return f"{count} of {len(predictions)} networks read {a_digit(digit)}, {rest}."


def _either(digits: Sequence[int]) -> str:
    *first, last = map(a_digit, digits)
    return f"{', '.join(first)} or {last}" if first else last


def cards_html(predictions: Sequence[tuple[str, Prediction]]) -> str:
    """Return a card for each named prediction, with its three most probable digits."""
    cards = "".join(_card_html(*one) for one in predictions)
    return f'<div class="networks" role="list">{cards}</div>'


def _card_html(name: str, prediction: Prediction) -> str:
    confidence = f"<div>{probability(prediction.probability)} confidence</div>"
    if not prediction.is_digit:
        confidence = f'<div class="warning">{NOT_A_DIGIT}</div>'
    return (
        f'<div class="card{"" if prediction.is_digit else " rejected"}" role="listitem">'
        f'<div class="name">{escape(name)}</div><div class="digit">{prediction.digit}</div>'
        f"{confidence}{probability_bars(prediction.probabilities, count=BARS)}</div>"
    )
