"""Undo of a change to My digits, unless somebody has changed them since."""

from collections.abc import Sequence

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digits import Change
from cnn.runs import store


def undo(changes: Sequence[Change]) -> str:
    """Restore My digits as they were before changes, and return a sentence on those left out.

    Raises:
        ValueError: My digits can't be changed; nothing was undone.
    """
    left = len(changes) - saved_digits.undo(changes, store.runs_folder())
    if not left:
        return ""
    if len(changes) == 1:
        return "This can't be undone: the digit was changed or deleted elsewhere meanwhile."
    return (
        f"{left:,} of {len(changes):,} can't be undone: they were changed or deleted elsewhere "
        "meanwhile."
    )
