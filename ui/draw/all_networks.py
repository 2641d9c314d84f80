"""The same drawing, read by several networks side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Prediction, load_classifier
from cnn.runs import store
from cnn.runs.store import Run
from ui.draw.prediction import NOT_A_DIGIT
from ui.shared.bars import probability_bars
from ui.shared.number_text import a_digit, literal, probability
from ui.shared.run_picker import run_labels

MAX_OTHERS = 7  # with the page's own, as many as stay loaded
CHOSEN_AT_FIRST = 3
BARS = 3
_KEY = "compared_runs"


def show_all_networks(drawing: Drawing, run: Run) -> None:
    """Show the predictions of the page's run and of others, chosen in a menu, for a drawing.

    Args:
        drawing: one digit.
        run: the chosen run of the page.

    Raises:
        ValueError: there is nothing to read in the drawing.
    """
    usable = {one.id: one for one in store.all_runs(store.runs_folder()) if one.is_usable}
    runs = {run.id: run} | usable
    labels, image = run_labels(runs.values()), drawing.mnist_image[None]
    if len(runs) == 1:
        st.caption("There is one network so far: train another, and see where the two disagree.")
    predictions = {}
    for one in [run.id, *_choose_others([one for one in runs if one != run.id], labels)]:
        try:
            predictions[labels[one]] = load_classifier(runs[one]).predict(image)[0]
        except ValueError:
            sentence = f"{literal(labels[one])} is left out: its network can't be read."
            st.caption(f":material/broken_image: {sentence}")
    if predictions:
        st.markdown(f"**{verdict(list(predictions.values()))}**")
        st.html(cards_html(predictions))


def _choose_others(others: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """Show the menu of other networks and return those chosen, at first some of the newest."""
    at_first = [*others[: CHOSEN_AT_FIRST - 1], *others[-1:]]  # the last is the built-in one
    chosen = st.session_state.get(_KEY, list(dict.fromkeys(at_first)))
    st.session_state[_KEY] = [one for one in chosen if one in others]
    return st.multiselect(
        "Compared with",
        others,
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=_KEY,
        max_selections=MAX_OTHERS,
        persist_state="session",
        placeholder="Choose networks",
    )


def verdict(predictions: Sequence[Prediction]) -> str:
    """Say in one sentence how far the networks, at least one, agree."""
    if not any(one.is_digit for one in predictions):
        return "Not a digit, as far as these networks can tell."
    digit, count = Counter(one.digit for one in predictions).most_common(1)[0]
    if len(predictions) == 1:
        return f"This network reads {a_digit(digit)}."
    if count == len(predictions):
        return f"All {count} networks read {a_digit(digit)}."
    if count == 1:
        return "Each network reads another digit."
    return f"{count} of {len(predictions)} networks read {a_digit(digit)}."


def cards_html(predictions: Mapping[str, Prediction]) -> str:
    """Return a card for each named prediction, with its three most probable digits."""
    cards = "".join(_card_html(name, one) for name, one in predictions.items())
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
