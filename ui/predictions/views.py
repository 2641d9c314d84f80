"""What the Predictions page can show of a run: one view at a time, named in the address."""

from collections.abc import Callable

import streamlit as st

from cnn.evaluation.predictions import Predictions
from cnn.runs.store import Run
from ui.predictions.digits_view import show_test_digits
from ui.predictions.two_runs import compare_runs
from ui.shared.replay import show_replay

View = Callable[[Run, Predictions], None]

VIEWS: dict[str, View] = {
    "Test digits": show_test_digits,
    "Two networks": compare_runs,
    "Replay": lambda run, _: show_replay(run),
}


def choose_view() -> View:
    """Show the names of the views and return the chosen one."""
    first = next(iter(VIEWS))
    name = st.segmented_control(
        "View",
        list(VIEWS),
        default=first,
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    return VIEWS.get(name, VIEWS[first])
