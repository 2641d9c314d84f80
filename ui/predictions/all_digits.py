"""The view of all test digits: a gallery beside the confusion matrix, the metrics below."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation import tables
from cnn.evaluation.accuracy import confusion_matrix
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, select
from cnn.plots.evaluation import confusion_matrix_figure
from cnn.plots.gallery import gallery_figure
from cnn.runs.store import Run
from ui.predictions import filters, gallery, heat_maps, metrics, opened_digit
from ui.shared import run_picker
from ui.shared.downloads import offer_downloads

PAGE, PAGE_SIZE = "page", 48  # fills whole rows of 4, 6 or 8
CONFUSION_HELP = (
    "How often each digit is predicted as each: a row for the true label, a column for the "
    "prediction. Correct predictions are on the diagonal, everything else is a mistake. Click a "
    "cell once more to show all digits again; **True label** and **Predicted** do the same."
)
_CHART, _CLICKS = "confusion_matrix", "confusion_matrix_clicks"


def show_test_digits(run: Run, predictions: Predictions) -> None:
    """Show the test digits with their predictions, and the metrics."""
    _browse(run, predictions, run_picker.run_label(run))
    metrics.show_class_metrics(run, predictions)
    metrics.show_confidence_metrics(run, predictions)


@st.fragment
def _browse(run: Run, predictions: Predictions, title: str) -> None:
    """Show filters, gallery and confusion matrix, without the rest of the page on each change."""
    chosen = filters.choose_filter(predictions)
    indices = select(predictions, chosen)
    left, right = st.columns([3, 2], gap="large")
    with left:
        filters.show_count(predictions, chosen, len(indices))
        opened_digit.explain_unknown_digit(predictions)
        if len(indices) == 0:
            st.info(filters.empty_sentence(predictions, chosen), icon=":material/search_off:")
        always = len(predictions) > PAGE_SIZE  # the digits do not move
        shown = indices[gallery.choose_page(len(indices), PAGE_SIZE, PAGE, always)]
        gallery.show_gallery(predictions, shown, scroll_request=_clicks())
        if len(indices):
            offer_downloads(
                "digits",
                lambda: gallery_figure(predictions, shown, title),
                lambda: tables.digit_table(predictions, indices),
                run,
            )
    with right:
        _show_confusion_matrix(run, confusion_matrix(predictions), chosen, title)
    opened_digit.show_opened(run, predictions, indices, PAGE, PAGE_SIZE)


def _show_confusion_matrix(
    run: Run, matrix: NDArray[np.intp], chosen: DigitFilter, title: str
) -> None:
    """Show a confusion matrix (10, 10); a click on a cell sets the filters, or resets them."""
    st.markdown("##### Confusion matrix", help=CONFUSION_HELP)
    st.caption("Click a cell to see its digits.")
    st.altair_chart(
        heat_maps.confusion_chart(matrix, chosen, _clicks()),
        key=_CHART,
        on_select=_choose_clicked_cell,
        selection_mode="cell",
        alt=heat_maps.worst_pair(matrix),
    )
    offer_downloads("confusion-matrix", lambda: confusion_matrix_figure(matrix, title), run=run)


def _clicks() -> int:
    """Return how often a cell was clicked in this session."""
    return int(st.session_state.get(_CLICKS, 0))


def _choose_clicked_cell() -> None:
    pair = clicked_cell(st.session_state[_CHART].get("selection", {}).get("cell"))
    if pair is not None:
        st.session_state[_CLICKS] = _clicks() + 1
        filters.choose_cell(*pair)


def clicked_cell(cells: object) -> tuple[int, int] | None:
    """Return true label and prediction of a cell as a browser sent it, or None for no cell."""
    match cells:
        case [{"actual": int(label), "predicted": int(predicted)}]:
            inside = 0 <= label <= 9 and 0 <= predicted <= 9
            return (label, predicted) if inside else None
    return None
