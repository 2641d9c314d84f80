"""Files that several processes look at: replaced as a whole, and locks that show who lives."""

import os
from pathlib import Path

from filelock import FileLock, Timeout

LOOK_SECONDS = 0.02


def is_held(lock_file: Path) -> bool:
    """Return whether a living process holds a lock.

    The only way to know is to try, for a moment longer than somebody else's try takes: two that
    look at once do not take each other for the holder.
    """
    try:
        with FileLock(lock_file).acquire(timeout=LOOK_SECONDS, poll_interval=LOOK_SECONDS / 5):
            return False
    except Timeout:
        return True


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
