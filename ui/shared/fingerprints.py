"""What tells a cache that files have changed."""

from collections.abc import Iterable
from pathlib import Path

Fingerprint = tuple[tuple[str, int, int], ...]


def fingerprint_of(files: Iterable[Path]) -> Fingerprint:
    """Return name, time and size of each file that is there; another tab may delete them."""
    stamps = []
    for file in files:
        try:
            facts = file.stat()
        except OSError:
            continue
        stamps.append((file.name, facts.st_mtime_ns, facts.st_size))
    return tuple(stamps)
