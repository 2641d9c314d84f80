"""The filters of the test digits. The address holds them: a change is one step of the history."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnn.data.label_errors import SOURCE
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import KINDS, ORDERS, DigitFilter
from cnn.network.layers import CLASSES

_DIGITS = ("Any", *map(str, range(CLASSES)))
# The name in the address, which is also the widget's key: the choices, the default first.
_CHOICES: dict[str, Sequence[str]] = {
    "show": KINDS,
    "label": _DIGITS,
    "predicted": _DIGITS,
    "labels": ("All", "Errors"),
    "sort": ORDERS,
}
_ALL_CONFIDENCES = (0, 100)  # percent
_LABELS_HELP = f"15 labels of MNIST's test set are known to be wrong ({SOURCE})."
_SORT_HELP = (
    "The **loss** is what training minimizes: near 0 for a correct prediction with high "
    "confidence, large for a mistake with high confidence."
)


def chosen_filter(predictions: Predictions) -> DigitFilter:
    """Return the filter of the address, without what is impossible in it."""
    label, predicted = (
        int(_value(name)) if _value(name).isdecimal() else None for name in ("label", "predicted")
    )
    lowest, highest = _confidences()
    errors = _value("labels") == "Errors" and bool(predictions.label_errors.any())
    return DigitFilter(
        _value("show"), label, predicted, lowest / 100, highest / 100, errors, _value("sort")
    )


def _value(name: str) -> str:
    """Return the value of a filter in the address, or the default in place of an unknown one."""
    value = st.query_params.get(name, "")
    return value if value in _CHOICES[name] else _CHOICES[name][0]


def _confidences() -> tuple[int, int]:
    """Return the lowest and the highest confidence of the address, in percent."""
    ends = st.query_params.get_all("confidence")
    if len(ends) != 2 or not all(end.isdecimal() and len(end) <= 3 for end in ends):
        return _ALL_CONFIDENCES
    lowest, highest = sorted(min(int(end), 100) for end in ends)
    return lowest, highest


def show_filters(predictions: Predictions) -> None:
    """Show the filters in one row."""
    segments = st.segmented_control
    with st.container(horizontal=True, gap="small"):
        _show(segments, "Show", "show", "All digits, mistakes or correct ones.", required=True)
        _show(st.selectbox, "True label", "label", "The digit that was written.", width=96)
        _show(st.selectbox, "Predicted", "predicted", "The network's prediction.", width=96)
        st.session_state["confidence"] = _confidences()
        st.slider(
            "Confidence",
            *_ALL_CONFIDENCES,
            format="%d%%",
            key="confidence",
            on_change=_store,
            args=("confidence", _ALL_CONFIDENCES),
            width=190,
            help="The probability of the predicted digit.",
        )
        if predictions.label_errors.any():
            _show(segments, "Labels", "labels", _LABELS_HELP, required=True)
        _show(st.selectbox, "Sort by", "sort", _SORT_HELP, width=180)


def _show(widget: Callable[..., Any], title: str, name: str, explained: str, **more: Any) -> None:
    st.session_state[name] = _value(name)
    choices = _CHOICES[name]
    store = {"on_change": _store, "args": (name, choices[0])}
    widget(title, choices, key=name, help=explained, **store, **more)


def _store(name: str, default: object) -> None:
    """Put a widget's new value into the address."""
    value = st.session_state[name]
    _set(**{name: [] if value == default else value})


def _set(**values: str | Sequence[str]) -> None:
    """Change filters in the address and go to the first page; an empty list is the default.

    Streamlit makes one history entry of one update, and one of each widget bound to the address.
    """
    st.query_params.update(values, page=[])


def choose_cell(label: int, predicted: int) -> None:
    """Filter by a cell of the confusion matrix, or if it is chosen already, show all again.

    A cell counts all of its digits: other filters that would leave some out are reset.
    """
    cell = {"label": str(label), "predicted": str(predicted)}
    if all(_value(name) == value for name, value in cell.items()):
        _set(label=[], predicted=[])
        return
    show = "Correct" if label == predicted else "Mistakes"
    _set(**cell, show=show if _value("show") == show else [], confidence=[], labels=[])


def show_count(predictions: Predictions, chosen: DigitFilter, count: int) -> None:
    """Show how many digits there are, and a button that shows all of them again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", height="content"):
        st.markdown(f"**{count_sentence(chosen, count, len(predictions))}**", width="content")
        st.button(
            "Show all",
            icon=":material/close:",
            type="tertiary",
            key="clear",
            on_click=_set,
            kwargs={"show": [], "label": [], "predicted": [], "confidence": [], "labels": []},
            disabled=count == len(predictions),
        )


def count_sentence(chosen: DigitFilter, count: int, total: int) -> str:
    """Return how many digits are shown and which."""
    if count == total:
        return f"All {total:,} digits"
    label = "" if chosen.label is None else f", true label {chosen.label}"
    predicted = "" if chosen.predicted is None else f", predicted {chosen.predicted}"
    return f"{count:,} of {total:,} digits{label}{predicted}"
