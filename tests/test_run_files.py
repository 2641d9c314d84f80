import errno
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cnn.runs import files
from cnn.runs.files import (
    STAGED,
    briefly_cached,
    cached_by_stat,
    finish_replacement,
    is_held,
    overwrite,
    replace_together,
    write_bytes,
)

DIE_WHILE_MOVING = """
import os, sys
from pathlib import Path
from cnn.runs import files
moved = []
replace = Path.replace
def replace_or_die(path, target):
    if len(moved) == int(sys.argv[2]):
        os._exit(9)
    moved.append(path)
    return replace(path, target)
Path.replace = replace_or_die
with files.replace_together(Path(sys.argv[1])) as folder:
    for name in "abc":
        (folder / name).write_text("new")
    if sys.argv[2] == "-1":
        os._exit(9)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with three files that belong together, and one that does not."""
    for name in "abc":
        (tmp_path / name).write_text("old")
    (tmp_path / "other").write_text("old")
    return tmp_path


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_probe_creates_no_lock_and_does_not_see_another_probe(tmp_path, hold_elsewhere):
    lock = tmp_path / "lock"
    assert not is_held(tmp_path / "deleted" / "lock")
    assert not is_held(lock)
    assert list(tmp_path.iterdir()) == []
    lock.touch()
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # as a probe does
        assert not is_held(lock)
    hold_elsewhere(lock)
    assert is_held(lock)


def test_what_replaces_a_file_leaves_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "status.json"
    path.write_text("longer")
    overwrite(path, b"new")
    assert path.read_text() == "new   "
    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(path, b"newest")
    assert contents(tmp_path) == {"status.json": "new   "}


def test_files_change_together_or_not_at_all(folder):
    with pytest.raises(OSError, match="No space left"), replace_together(folder) as staging:
        full_disk((staging / "a").write_text("new"))
    assert set(contents(folder).values()) == {"old"}
    with replace_together(folder) as staging:
        for name in "abc":
            (staging / name).write_text("new")
        assert set(contents(folder).values()) == {"old"}
    assert contents(folder) == {"a": "new", "b": "new", "c": "new", "other": "old"}
    assert {path.name for path in folder.iterdir()} == {"a", "b", "c", "other"}


@pytest.mark.parametrize("moved", [-1, 1])
def test_a_death_while_files_are_replaced_leaves_all_old_or_all_new(folder, moved):
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", DIE_WHILE_MOVING, str(folder), str(moved)]
    assert subprocess.run(command, cwd=root).returncode == 9
    finish_replacement(folder)
    age = "old" if moved < 0 else "new"
    assert contents(folder) == {"a": age, "b": age, "c": age, "other": "old"}
    assert not (folder / STAGED).exists()


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path):
    path, reads = tmp_path / "file", []

    @cached_by_stat(limit=2)
    def read(path):
        reads.append(path)
        return path.read_text()

    path.write_text("old")
    assert [read(path), read(path)] == ["old", "old"]
    assert len(reads) == 2  # changed a moment ago: the next change may have the same time
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    assert [read(path), read(path), read(path)] == ["old"] * 3
    assert len(reads) == 3
    path.write_text("new")
    os.utime(path, (long_ago + 1, long_ago + 1))
    assert read(path) == "new"
    path.unlink()
    with pytest.raises(FileNotFoundError):
        read(path)


def test_what_was_looked_up_a_moment_ago_is_trusted_until_this_process_writes(
    tmp_path, monkeypatch
):
    read = briefly_cached(lambda path: path.read_text())
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr(files, "TRUST_SECONDS", 60.0)
    assert read(path) == "old"
    path.write_text("new")
    assert read(path) == "old"
    write_bytes(tmp_path / "other", b"")
    assert read(path) == "new"
