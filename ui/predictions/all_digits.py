"""The view of all test digits: a gallery beside the confusion matrix, the metrics below."""

import streamlit as st

from cnn.evaluation.metrics import digit_table
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, select
from cnn.plots.gallery import gallery_figure
from cnn.runs.store import Run
from ui.predictions import charts, filters, gallery, heat_maps, metrics, opened_digit
from ui.shared import run_picker
from ui.shared.downloads import offer_downloads

PAGE, PAGE_SIZE = "page", 48  # fills whole rows of 4, 6 or 8
_CLICK_HELP = " Click a cell again to show all; **True label** and **Predicted** do the same."
_CHART, _CLICKS = "confusion_matrix", "confusion_matrix_clicks"


def show_test_digits(run: Run, predictions: Predictions) -> None:
    """Show the test digits with their predictions, and the metrics."""
    _browse(run, predictions, run_picker.run_label(run))
    metrics.show_class_metrics(run, predictions)
    metrics.show_confidence_metrics(run, predictions)


@st.fragment
def _browse(run: Run, predictions: Predictions, title: str) -> None:
    """Show filters, gallery and confusion matrix, without the rest of the page on each change."""
    filters.show_filters(predictions)
    chosen = filters.chosen_filter(predictions)
    indices = select(predictions, chosen)
    left, right = st.columns([3, 2], gap="large")
    with left:
        filters.show_count(predictions, chosen, len(indices))
        if len(indices) == 0:
            st.info("No digit matches these filters.", icon=":material/search_off:")
        always = len(predictions) > PAGE_SIZE  # the digits do not move
        shown = indices[gallery.choose_page(len(indices), PAGE_SIZE, PAGE, always)]
        gallery.show_gallery(predictions, shown, scroll_request=_clicks())
        if len(indices):
            offer_downloads(
                "digits",
                lambda: gallery_figure(predictions, shown, title),
                lambda: digit_table(predictions, indices).to_csv(index=False).encode(),
                run,
            )
    with right:
        _show_confusion_matrix(run, predictions, chosen, title)
    opened_digit.show_opened(run, predictions, indices, PAGE, PAGE_SIZE)


def _show_confusion_matrix(
    run: Run, predictions: Predictions, chosen: DigitFilter, title: str
) -> None:
    """Show the confusion matrix; a click on a cell sets the filters, or resets them."""
    matrix = predictions.confusion_matrix
    st.markdown("##### Confusion matrix", help=heat_maps.HELP + _CLICK_HELP)
    st.caption("Click a cell to see its digits.")
    st.altair_chart(
        heat_maps.confusion_chart(matrix, chosen, _clicks()),
        key=_CHART,
        on_select=_choose_clicked_cell,
        selection_mode="cell",
        alt=heat_maps.worst_pair(matrix),
    )
    offer_downloads(
        "confusion-matrix",
        lambda: charts.saved(title, heat_maps.confusion_chart(matrix)),
        run=run,
    )


def _clicks() -> int:
    """Return how often a cell was clicked in this session."""
    return int(st.session_state.get(_CLICKS, 0))


def _choose_clicked_cell() -> None:
    match st.session_state[_CHART].get("selection", {}).get("cell"):
        case [{"actual": int(label), "predicted": int(predicted)}]:
            st.session_state[_CLICKS] = _clicks() + 1
            filters.choose_cell(label, predicted)
