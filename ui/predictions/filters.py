"""The filters of the test digits. The address holds them: a change is one step of the history."""

from collections.abc import Sequence

import streamlit as st

from cnn.data.label_errors import SOURCE, has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, Kind, Order, select
from cnn.network.layers import CLASSES
from ui.shared.number_text import a_digit

CONFIDENCE = "confidence"
ALL_CONFIDENCES = (0, 100)  # percent
_AS_HIGH_AS_A_BUTTON = '<div style="height: 2.5rem"></div>'  # the digits do not move

_KINDS: dict[str, Kind] = {"All": "all", "Mistakes": "mistakes", "Correct": "correct"}
_ORDERS: dict[str, Order] = {
    "Lowest confidence": "lowest confidence first",
    "Highest confidence": "highest confidence first",
    "Highest loss": "highest loss first",
    "Lowest loss": "lowest loss first",
    "Test set order": "test order",
}
_DIGITS = ("Any", *map(str, range(CLASSES)))
# The name in the address, which is also the widget's key: the choices, the default first.
_CHOICES: dict[str, Sequence[str]] = {
    "show": tuple(_KINDS),
    "label": _DIGITS,
    "predicted": _DIGITS,
    "labels": ("All", "Errors"),
    "sort": tuple(_ORDERS),
}


def choose_filter(predictions: Predictions) -> DigitFilter:
    """Show the filters in one row and return the chosen one."""
    with st.container(horizontal=True, gap="small"):
        kind = _KINDS[_choose_segment("Show", "show", "All digits, mistakes or correct ones.")]
        label = _choose_digit("True label", "label", "The digit that was written.")
        predicted = _choose_digit("Predicted", "predicted", "The network's prediction.")
        lowest, highest = _choose_confidence()
        only_label_errors = bool(has_label_error(predictions.labels).any()) and _choose_labels()
        order = _ORDERS[_choose_order()]
    return DigitFilter(kind, label, predicted, lowest, highest, only_label_errors, order)


def _value(name: str) -> str:
    """Return the value of a filter in the address, or the default in place of an unknown one."""
    choices = _CHOICES[name]
    value = st.query_params.get(name, "")
    return value if value in choices else choices[0]


def _confidences() -> tuple[int, int]:
    """Return the lowest and the highest confidence of the address, in percent."""
    ends = st.query_params.get_all(CONFIDENCE)
    if len(ends) != 2 or not all(end.isdecimal() and len(end) <= 3 for end in ends):
        return ALL_CONFIDENCES
    lowest, highest = sorted(min(int(end), 100) for end in ends)
    return lowest, highest


def _store(name: str) -> None:
    """Put a widget's new value into the address."""
    value = st.session_state[name]
    if name == CONFIDENCE:
        _set(confidence=[] if value == ALL_CONFIDENCES else value)
    else:
        _set(**{name: [] if value == _CHOICES[name][0] else value})


def _set(**values: str | Sequence[str]) -> None:
    """Change filters in the address and go to the first page; an empty list is the default.

    Streamlit makes one history entry of one update, and one of each widget bound to the address.
    """
    st.query_params.update(values, page=[])


def _choose_segment(title: str, name: str, help_text: str) -> str:
    st.session_state[name] = _value(name)
    chosen = st.segmented_control(
        title,
        _CHOICES[name],
        required=True,
        key=name,
        on_change=_store,
        args=(name,),
        help=help_text,
    )
    return chosen or _CHOICES[name][0]


def _choose_labels() -> bool:
    """Return whether only digits with a label error are asked for."""
    help_text = f"15 labels of MNIST's test set are known to be wrong ({SOURCE})."
    return _choose_segment("Labels", "labels", help_text) == "Errors"


def _choose_digit(title: str, name: str, help_text: str) -> int | None:
    digit = _select(title, name, help_text, width=96)
    return None if digit == _DIGITS[0] else int(digit)


def _choose_order() -> str:
    help_text = (
        "The **loss** is what training minimizes: near 0 for a correct prediction with high "
        "confidence, large for a mistake with high confidence."
    )
    return _select("Sort by", "sort", help_text, width=180)


def _select(title: str, name: str, help_text: str, width: int) -> str:
    st.session_state[name] = _value(name)
    return st.selectbox(
        title,
        _CHOICES[name],
        key=name,
        on_change=_store,
        args=(name,),
        width=width,
        help=help_text,
    )


def _choose_confidence() -> tuple[float, float]:
    """Return the lowest and the highest confidence, 0 to 1."""
    st.session_state[CONFIDENCE] = lowest, highest = _confidences()
    st.slider(
        "Confidence",
        *ALL_CONFIDENCES,
        format="%d%%",
        key=CONFIDENCE,
        on_change=_store,
        args=(CONFIDENCE,),
        width=190,
        help="The probability of the predicted digit.",
    )
    return lowest / 100, highest / 100


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


def _show_all() -> None:
    _set(show=[], label=[], predicted=[], confidence=[], labels=[])


def show_count(predictions: Predictions, chosen: DigitFilter, count: int) -> None:
    """Show how many digits there are, and a button that shows all of them again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", height="content"):
        st.markdown(f"**{count_sentence(chosen, count, len(predictions))}**", width="content")
        if count < len(predictions):
            icon = ":material/close:"
            st.button("Show all", icon=icon, type="tertiary", key="clear", on_click=_show_all)
        else:
            st.html(_AS_HIGH_AS_A_BUTTON, width="content")


def count_sentence(chosen: DigitFilter, count: int, total: int) -> str:
    """Return how many digits are shown and which."""
    if count == total:
        return f"All {total:,} digits"
    label = "" if chosen.label is None else f", true label {chosen.label}"
    predicted = "" if chosen.predicted is None else f", predicted {chosen.predicted}"
    return f"{count:,} of {total:,} digits{label}{predicted}"


def empty_sentence(predictions: Predictions, chosen: DigitFilter) -> str:
    """Return why a filter shows nothing."""
    if len(select(predictions, chosen._replace(min_confidence=0, max_confidence=1))):
        return "No digit here has this confidence. Move the ends of “Confidence”."
    if chosen.only_label_errors:
        return "None of the label errors is among these digits."
    of_label = select(predictions, DigitFilter(label=chosen.label))
    if len(of_label) == 0 and chosen.label is not None:
        return f"There is no {chosen.label} among these digits."
    if chosen.predicted is not None:
        what = "digit" if chosen.label is None else f"{chosen.label}"
        wrongly = " wrongly" if chosen.kind == "mistakes" else ""
        return f"No {what} is{wrongly} predicted as {a_digit(chosen.predicted)}."
    count = f"{len(of_label):,} " + ("digits" if chosen.label is None else f"digits {chosen.label}")
    if chosen.kind == "mistakes":
        return f"No mistakes here: all {count} are predicted correctly."
    return f"No correct predictions here: all {count} are predicted wrong."
