"""What the filters leave, in words: how many digits, or why there are none."""

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, select
from ui.shared.number_text import a_digit


def count_sentence(chosen: DigitFilter, count: int, total: int) -> str:
    """Say how many digits are shown and which."""
    if count == total:
        return f"All {total:,} digits"
    which = ""
    if chosen.label is not None:
        which += f", really {chosen.label}"
    if chosen.predicted is not None:
        which += f", read as {chosen.predicted}"
    return f"{count:,} of {total:,} digits{which}"


def empty_sentence(predictions: Predictions, chosen: DigitFilter) -> str:
    """Say why a filter shows nothing."""
    at_any = chosen._replace(min_confidence=0, max_confidence=1)
    if len(select(predictions, at_any)):
        return "No digit here is read with this confidence. Move the ends of “How sure”."
    if chosen.only_label_errors:
        return "None of the digits with a doubtful label is among these."
    of_digit = select(predictions, DigitFilter(label=chosen.label))
    if len(of_digit) == 0 and chosen.label is not None:
        return f"There is no picture of {a_digit(chosen.label)} among these digits."
    if chosen.predicted is not None:
        return _no_such_pair(chosen)
    what = "digits" if chosen.label is None else f"pictures of {a_digit(chosen.label)}"
    if chosen.kind == "mistakes":
        return f"No mistakes here: the network reads all {len(of_digit):,} {what} right."
    return f"Nothing right here: the network reads all {len(of_digit):,} {what} wrong."


def _no_such_pair(chosen: DigitFilter) -> str:
    """Say that no picture of this digit is read as that one, as far as asked for."""
    what = "picture" if chosen.label is None else f"picture of {a_digit(chosen.label)}"
    how = {"all": "", "mistakes": " wrongly", "correct": " rightly"}[chosen.kind]
    return f"No {what} is{how} read as {a_digit(chosen.predicted or 0)}."
