"""The tutorial's script, read as text and taken apart into its steps."""

import re
from functools import lru_cache
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "training" / "tutorial.py"
_MARK = re.compile(r"^# %% (.+)\n", re.MULTILINE)


@lru_cache(maxsize=1)
def tutorial_code() -> dict[str, str]:
    """Return the lines of each step by its name, in order; together they are the whole script."""
    _, *parts = _MARK.split(SCRIPT.read_text("utf-8"))
    return {name: code.strip() for name, code in zip(parts[::2], parts[1::2], strict=True)}
