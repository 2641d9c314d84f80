"""Text from outside, shown as it is."""

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+.!|~$:-])")


def plain(text: str) -> str:
    """Return a text whose marks Markdown shows and does not obey, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
