"""Which runs are chosen in the table: the address names one as `run`, several as `compare`."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from cnn.runs import store
from cnn.runs.store import Run, RunError

TABLE, _CHANGED = "run_table", "run_table_changed"  # the widget's key; a mark for the page
MAX_CHOSEN = 500  # what an address can hold
Rows = Sequence[Sequence[Run]]


def compared_runs(folder: Path) -> list[Run]:
    """Return the several runs of the address, or none; it is said which are gone."""
    runs, problems = [], []
    for run_id in dict.fromkeys(st.query_params.get_all("compare")[:MAX_CHOSEN]):
        try:
            runs.append(store.open_run(run_id, folder))
        except RunError as error:
            problems.append(str(error))
    if problems:
        more = f" The same is true of {len(problems) - 1} more." if len(problems) > 1 else ""
        st.warning(problems[0] + more, icon=":material/search_off:")
    return runs if len(runs) > 1 else []


def check_rows(rows: Rows, chosen: Sequence[Run]) -> None:
    """Let the rows be checked whose runs are chosen, if they are not yet."""
    wanted = [number for number, runs in enumerate(rows) if set(runs) <= set(chosen)]
    if _checked() != wanted:
        st.session_state[TABLE] = {"selection": {"rows": wanted}}


def _checked() -> list[int]:
    return sorted(st.session_state.get(TABLE, {}).get("selection", {}).get("rows", []))


def follow(rows: Rows, chosen: Sequence[Run]) -> None:
    """Put the runs of the checked rows into the address; where none is, the chosen one stays."""
    ids = [run.id for number in _checked() if number < len(rows) for run in rows[number]]
    if set(ids) == {run.id for run in chosen}:
        return  # the browser says what `check_rows` has told it
    if len(ids) > MAX_CHOSEN:
        st.toast(f"{MAX_CHOSEN} of {len(ids):,} runs are chosen: no more at once.")
    one = {"run": ids[0]} if len(ids) == 1 else {}
    st.query_params.update(one, compare=ids[:MAX_CHOSEN] if len(ids) > 1 else [])
    show_anew()


def show_anew() -> None:
    """Let the whole page follow the address, not the table alone."""
    st.session_state[_CHANGED] = True


def is_to_show_anew() -> bool:
    """Return whether the whole page is to follow, and forget it."""
    return bool(st.session_state.pop(_CHANGED, False))
