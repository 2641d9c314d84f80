"""Files that several processes read and write: locks, atomic replacement, cached reads."""

import contextlib
import errno
import fcntl
import functools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from cnn.data.problems import problem_of

MAX_CACHED = 10_000  # runs
CLOCK_TICK_NS = 2_000_000_000  # the coarsest modification time of a file system
TRUST_SECONDS = 0.2
_trusted_since = 0.0
STAGING, STAGED = ".staging", ".staged"
HIDDEN = ".queue"  # the folder beside the runs for what belongs to no run
SCRATCH = Path(HIDDEN, "scratch")  # the holder of the queue's lock creates and deletes runs here

T = TypeVar("T")


def is_held(lock_file: Path) -> bool:
    """Return whether a process holds a lock file; a missing one is held by nobody."""
    try:
        descriptor = os.open(lock_file, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        # Shared, so that two probes at once don't see each other.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file in one step; nothing is left of a replacement that fails."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    finally:
        distrust_cache()


def overwrite(path: Path, content: bytes) -> None:
    """Write JSON over an existing file, padded to its size: a full disk has room for that."""
    with path.open("r+b", buffering=0) as file:
        file.write(content.ljust(path.stat().st_size))
    os.utime(path.parent)  # as a file that is replaced does
    distrust_cache()


@contextlib.contextmanager
def replace_together(folder: Path) -> Iterator[Path]:
    """Yield an empty folder whose files replace those of `folder` when it is left: all or none.

    `finish_replacement` completes what a process had begun that died; until then a reader may see
    some old and some new files.
    """
    finish_replacement(folder)
    with temporary_folder(folder / STAGING) as staging:
        yield staging
        staging.rename(folder / STAGED)
    finish_replacement(folder)
    distrust_cache()


@contextlib.contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder and remove it afterwards, and what a process that died left of it."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def finish_replacement(folder: Path) -> None:
    """Move complete files into place that a process left behind when it died."""
    staged = folder / STAGED
    with contextlib.suppress(OSError):  # none is there, or another process moves them
        for path in list(staged.iterdir()):
            path.replace(folder / path.name)
        staged.rmdir()


def briefly_cached(look: Callable[[Path], T]) -> Callable[[Path], T]:
    """Let a function of a path be called again after `TRUST_SECONDS` or a write by this process."""
    seen: dict[Path, tuple[float, T]] = {}

    @functools.wraps(look)
    def look_again(path: Path) -> T:
        before, now = seen.get(path), time.monotonic()
        if before and before[0] > max(_trusted_since, now - TRUST_SECONDS):
            return before[1]
        if len(seen) >= MAX_CACHED:
            seen.clear()
        result = look(path)
        seen[path] = now, result
        return result

    return look_again


def cached_by_stat(limit: int) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """Let a function of a file or folder read it again only when its time, size or inode changes.

    One changed within the last tick of the file system's clock is always read again: the next
    change may leave its time as it is. At most `limit` results are cached.
    """

    def decorate(read: Callable[[Path], T]) -> Callable[[Path], T]:
        cached = functools.lru_cache(limit)(lambda path, *_: read(path))

        @functools.wraps(read)
        def read_if_changed(path: Path) -> T:
            stat = os.stat(path)
            if time.time_ns() - stat.st_mtime_ns < CLOCK_TICK_NS:
                return read(path)
            return cached(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)

        return read_if_changed

    return decorate


def distrust_cache() -> None:
    """Let every cached file be looked up before it is used again."""
    global _trusted_since
    _trusted_since = time.monotonic()


def explain_error(error: BaseException) -> str:
    """Return in a few words why a file could not be read or written; a full disk is named."""
    if is_disk_full(error):
        return "the disk is full. Free some space, for example by deleting runs, and try again"
    if isinstance(error, ValidationError):
        return problem_of(error).rstrip(".")
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether an error, or one that led to it, is that of a full disk."""
    if error is None:
        return False
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    # HDF5 and TensorFlow raise errors of their own, with the system's words.
    has_words = "No space left on device" in str(error)
    return has_words or is_disk_full(error.__cause__ or error.__context__)
