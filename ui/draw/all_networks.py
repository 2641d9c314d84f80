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

    Raises:
        ValueError: there is nothing to read in the drawing.
    """
    runs = {one.id: one for one in store.all_runs(store.runs_folder()) if one.is_usable}
    if len(runs) < 2:
        _invite_to_train()
        return
    labels, image = run_labels(runs.values()), drawing.mnist_image[None]
    predictions = {}
    for one in _choose(labels, run.id):
        try:
            predictions[labels[one]] = load_classifier(runs[one]).predict(image)[0]
        except ValueError:
            sentence = f"{labels[one]} is left out: its network can't be read."
            st.caption(f":material/broken_image: {sentence}")
    if predictions:
        st.markdown(f"**{verdict(list(predictions.values()))}**")
        st.html(cards_html(predictions))


def _invite_to_train() -> None:
    st.markdown(
        "There is one network so far. Train another one, with other settings, and see "
        "where the two disagree."
    )
    navigation.offer_page(navigation.TRAIN, "Train another network", {})


def _choose(labels: Mapping[str, str], page_run: str) -> list[str]:
    """Show the menu of networks, newest first, and return the ids of those chosen."""
    state = st.session_state
    newest = [one for one in labels if one != store.BUILT_IN]
    at_first = [*newest[: CHOSEN_AT_FIRST - 1], store.BUILT_IN]
    ids = [one for one in state.get(_KEY, at_first) if one in labels]
    if state.get(_PAGE_RUN) != page_run and page_run in labels and page_run not in ids:
        ids = [page_run, *ids][:MAX_CHOSEN]
    state[_KEY], state[_PAGE_RUN] = ids, page_run
    return st.multiselect(
        "Networks",
        list(labels),
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=_KEY,
        max_selections=MAX_CHOSEN,
        persist_state="session",
        placeholder="Choose networks to compare",
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
