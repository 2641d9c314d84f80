"""The filters of the table of runs. The address holds them: a change is one step of the history."""

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from cnn.evaluation.compare_runs import DAMAGED, Result, is_found
from cnn.runs.status import State
from ui.runs import selection

_ANY = "Any"
_STATES = [_ANY, *map(str, State), DAMAGED]
_NAMES = ("search", "state", "sweep", "starred", "group")  # in the address; the widgets' keys
_SEARCH_HELP = 'In names, notes and hyperparameters: "lr 0.05", or "fast, batch size 64".'
_GROUP_HELP = (
    "Runs that differ in the seed alone become one row, and one line in charts: their mean, and "
    "the sample standard deviation between the seeds."
)


def _value(name: str) -> Any:
    """Return the value of a filter in the address, or the default in place of an unknown one."""
    value = st.query_params.get(name, "")
    if name in ("starred", "group"):
        return value == "yes"
    return value if name != "state" or value in _STATES else _ANY


def is_grouped() -> bool:
    """Return whether runs that differ in the seed alone are shown as one."""
    return bool(_value("group"))


def show_filters(everything: Iterable[Result]) -> None:
    """Show the filters in one row."""
    sweeps = sorted({one.runs[0].sweep for one in everything} | {_value("sweep")})
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _show(st.text_input, "Search", "search", width=300, help=_SEARCH_HELP)
        _show(st.selectbox, "State", "state", options=_STATES, width=140)
        if len(sweeps) > 1:
            words = {"format_func": lambda sweep: sweep or _ANY}
            _show(st.selectbox, "Sweep", "sweep", options=sweeps, width=220, **words)
        _show(st.toggle, "Starred", "starred", width="content")
        _show(st.toggle, "Group seeds", "group", width="content", help=_GROUP_HELP)


def _show(widget: Callable[..., Any], label: str, name: str, **more: Any) -> None:
    st.session_state[name] = _value(name)
    widget(label, key=name, on_change=_store, args=(name,), **more)


def _store(name: str) -> None:
    """Put a widget's new value into the address; what filters hide is not chosen any more."""
    value = st.session_state[name]
    text = "yes" if value is True else value if value != _ANY else ""
    if st.query_params.get("compare"):  # else the table is all that changes
        selection.show_anew()
    st.query_params.update({name: text or []}, **({} if name == "group" else {"compare": []}))


def show_all() -> None:
    """Take all filters but the grouping out of the address."""
    st.query_params.update({name: [] for name in _NAMES if name != "group"})


def matching(everything: Iterable[Result]) -> list[Result]:
    """Return the results that the filters of the address show."""
    search, state, sweep, starred, _ = map(_value, _NAMES)
    phrases = [phrase.strip() for phrase in search.lower().split(",")]
    return [
        one
        for one in everything
        if state in (_ANY, one.state)
        and (not starred or one.runs[0].notes.starred)
        and sweep in ("", one.runs[0].sweep)
        and all(is_found(phrase, one) for phrase in phrases)
    ]
