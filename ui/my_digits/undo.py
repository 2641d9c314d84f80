"""Taking back what was done to my digits, unless somebody has changed it since."""

from collections.abc import Sequence

from cnn import runs
from cnn.my_digits import my_digits
from cnn.my_digits.change import Change


def take_back(changes: Sequence[Change]) -> str:
    """Let my digits be as they were before changes, and return a sentence on those left out.

    Raises:
        ValueError: my digits can't be changed; nothing was taken back.
    """
    left = len(changes) - my_digits.undo(changes, runs.runs_folder())
    if not left:
        return ""
    if len(changes) == 1:
        return "This can't be taken back: the digit was changed in another tab meanwhile."
    return (
        f"{left:,} of {len(changes):,} can't be taken back: they were changed in another tab "
        "meanwhile."
    )
