"""Taking back what was done to my digits, unless somebody has changed it since."""

from collections.abc import Mapping, Sequence

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Change
from cnn.runs import store


def take_back(changes: Sequence[Change]) -> str:
    """Let my digits be as they were before changes, and return a sentence on those left out.

    Raises:
        ValueError: my digits can't be changed; nothing was taken back.
    """
    folder = store.runs_folder()
    kept = {digit.id: digit for digit in saved_digits.read(folder).digits}
    left = len(changes) - saved_digits.undo(changes, folder)
    if not left:
        return ""
    done = _what_was_done(changes, kept)
    if len(changes) == 1:
        return f"This can't be taken back: the digit was {done} elsewhere meanwhile."
    return (
        f"{left:,} of {len(changes):,} can't be taken back: they were {done} elsewhere meanwhile."
    )


def _what_was_done(changes: Sequence[Change], kept: Mapping[str, SavedDigit]) -> str:
    """Say whether digits are gone since the changes, or others than these left."""
    missing = {change.id for change in changes if change.after and change.id not in kept}
    others = [
        change
        for change in changes
        if change.id in kept and (change.after is None or _differ(kept[change.id], change.after))
    ]
    if not missing:
        return "changed"
    return "changed or deleted" if others else "deleted"


def _differ(digit: SavedDigit, other: SavedDigit) -> bool:
    return (digit.label, digit.added) != (other.label, other.added)
