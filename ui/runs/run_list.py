"""The list of runs: filters and the table, kept up to date while runs train."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cnn.evaluation.compare_runs import Result, group_by_seed, result_of
from cnn.runs import store
from cnn.runs.store import Run
from ui.runs import filters, selection
from ui.runs.run_table import run_table, show_table, to_csv
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import counted

POLL_INTERVAL = 2.0  # seconds


def show_runs(chosen: Sequence[Run]) -> None:
    """Show all runs, the chosen ones checked; again every few seconds while one trains.

    The whole page is shown again when a chosen one's state changes, or its curves that are shown.
    """
    everything, before = _results(store.all_runs(store.runs_folder())), _progress(chosen)

    selection.is_to_show_anew()  # the whole page is being shown

    def show() -> None:
        if selection.is_to_show_anew() or _progress(chosen) != before:
            st.rerun()
        _show(_results(store.all_runs(store.runs_folder())), chosen)

    is_live = any(one.is_live for one in everything)
    st.fragment(show, run_every=POLL_INTERVAL if is_live else None)()


def _results(runs: Sequence[Run]) -> list[Result]:
    return [result_of(run) for run in runs]


def _progress(chosen: Sequence[Run]) -> list[object]:
    compared = len(chosen) > 1
    return [
        (one.state, one.runs[0].is_usable, compared and one.seconds) for one in _results(chosen)
    ]


def _show(everything: Sequence[Result], chosen: Sequence[Run]) -> None:
    if len(everything) > 1:  # not the built-in one alone
        filters.show_filters(everything)
    shown = filters.matching(everything)
    if not shown:
        st.info("No run matches these filters.", icon=":material/search_off:")
        st.button("Show all", icon=":material/close:", on_click=filters.show_all)
        return
    count = f"{len(shown):,} of " * (len(shown) < len(everything)) + counted(len(everything), "run")
    grouped = filters.is_grouped()
    shown = group_by_seed(shown) if grouped else shown
    rows, table = [one.runs for one in shown], run_table(shown, grouped)
    selection.check_rows(rows, chosen)
    show_table(table, key=selection.TABLE, on_select=partial(selection.follow, rows, chosen))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":small[{count}]", width="content")
        offer_downloads("runs", table=lambda: to_csv(table))
