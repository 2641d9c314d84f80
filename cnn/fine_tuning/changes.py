"""What became of kept digits, and how it is taken back."""

from collections.abc import Mapping
from typing import NamedTuple

from cnn.fine_tuning.saved_digit import SavedDigit


class Change(NamedTuple):
    """What became of one digit; None where it is not kept."""

    id: str
    before: SavedDigit | None
    after: SavedDigit | None

    def take_back(self, kept: dict[str, SavedDigit]) -> bool:
        """Let the digit be as it was before, unless somebody has changed it since.

        Args:
            kept: all digits by their ids.

        Returns:
            Whether it is as it was.
        """
        if _fingerprint(kept.get(self.id)) != _fingerprint(self.after):
            return False
        kept.pop(self.id, None)
        if self.before:
            kept[self.id] = self.before
        return True


def _fingerprint(digit: SavedDigit | None) -> tuple[int, float] | None:
    """Return what tells apart the states of one digit."""
    return (digit.label, digit.added) if digit else None


def differences(was: Mapping[str, SavedDigit], now: Mapping[str, SavedDigit]) -> tuple[Change, ...]:
    """Return what became of digits, by their ids, that are no longer what they were."""
    ids = dict.fromkeys([*was, *now])
    changes = (Change(one, was.get(one), now.get(one)) for one in ids)
    return tuple(change for change in changes if change.before is not change.after)
