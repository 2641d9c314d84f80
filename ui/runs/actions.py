"""What can be done with one run, and with several at once."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnn.evaluation.compare_runs import result_of
from cnn.runs import queue, store
from cnn.runs.store import Run
from ui.shared import navigation, run_picker
from ui.shared.downloads import offer_run_downloads
from ui.shared.number_text import counted, literal
from ui.shared.run_notes import offer_notes

_ASKED = "runs_to_delete"  # in the session: other reruns don't close the dialog


def show_actions(run: Run) -> None:
    """Show what can be done with one run."""
    address, unusable = {"run": run.id}, not run.is_usable
    with st.container(horizontal=True):
        navigation.offer_page(
            navigation.PREDICTIONS, "View predictions", address, disabled=unusable
        )
        navigation.offer_page(navigation.DRAW, "Draw", address, disabled=unusable)
        curves = "Training curves"
        navigation.offer_page(navigation.TRAIN, curves, address, disabled=run.is_built_in)
        offer_run_downloads(run)
        _offer_stop_and_delete([run])
        offer_notes(run)


def show_bulk_actions(runs: Sequence[Run]) -> None:
    """Show what can be done with several runs at once; the built-in one stays as it is."""
    own = [run for run in runs if not run.is_built_in]
    starred = all(run.notes.starred for run in own)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{counted(len(runs), 'run')} chosen**", width="content")
        st.button(
            "Unstar" if starred else "Star",
            icon=":material/star:",
            on_click=_for_each,
            args=(lambda run: queue.annotate(run, starred=not starred), own),
        )
        _offer_stop_and_delete(own)


def _offer_stop_and_delete(runs: Sequence[Run]) -> None:
    """Show Stop for runs that are going on, and Delete, which asks first, for others."""
    live = [run for run in runs if result_of(run).is_live]
    over = [run for run in runs if run not in live]
    if live:
        label = f"Stop {len(live)}" if len(runs) > 1 else "Stop"
        text = "Stop now and keep the network as it is."
        icon = ":material/stop_circle:"
        st.button(label, icon=icon, help=text, on_click=_for_each, args=(queue.stop, live))
    label, fixed = f"Delete {len(over)}" if len(runs) > 1 else "Delete", runs[0].is_built_in
    state, chosen = st.session_state, [run.id for run in over]
    if over and st.button(label, icon=":material/delete:", disabled=fixed):
        state[_ASKED] = chosen
    if over and state.get(_ASKED) == chosen:
        dialog = st.dialog(f"Delete {counted(len(over), 'run')}?", on_dismiss=_close)
        dialog(_confirm_deletion)(over, len(live))


def _confirm_deletion(runs: Sequence[Run], live: int) -> None:
    """Ask for confirmation: a deleted run's network is gone."""
    what = f"**{counted(len(runs), 'run')}** and their networks"
    if len(runs) == 1:
        what = f"**{literal(run_picker.run_label(runs[0]))}** and its network"
    st.markdown(f"{what} will be gone for good.")
    if live:
        st.markdown(f"{counted(live, 'live run')} stay{'s' * (live == 1)}: to delete, stop first.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Cancel", on_click=_close):
            st.rerun()
        icon = ":material/delete:"
        if st.button("Delete for good", icon=icon, type="primary", on_click=_delete, args=(runs,)):
            st.rerun()


def _close() -> None:
    st.session_state.pop(_ASKED, None)


def _delete(runs: Sequence[Run]) -> None:
    _close()
    _for_each(queue.delete, runs)
    gone = {run.id for run in runs if not (run.path / "status.json").is_file()}
    st.query_params["compare"] = [
        one for one in st.query_params.get_all("compare") if one not in gone
    ]
    if st.query_params.get("run") in gone:
        run_picker.choose(Run(store.BUILT_IN_PATH))


def _for_each(action: Callable[[Run], object], runs: Sequence[Run]) -> None:
    """Do something with each run; say what could not be done, and do the rest."""
    problems = []
    for run in runs:
        try:
            action(run)
        except (ValueError, OSError) as error:
            problems.append(str(error))
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        st.toast(literal(problems[0]) + more, icon=":material/error:")
