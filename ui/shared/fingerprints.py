"""What tells a cache that files have changed."""

from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[tuple[str, int, int], ...]


def stamp_of(files: Iterable[Path]) -> Stamp:
    """Return name, time and size of each file that is there; another tab may delete them."""
    stamps = []
    for file in files:
        try:
            facts = file.stat()
        except OSError:
            continue
        stamps.append((file.name, facts.st_mtime_ns, facts.st_size))
    return tuple(stamps)
