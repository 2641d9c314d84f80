import pytest

from cnn.export import source
from cnn.export.source import source_of

ONE = '''
"""A room."""

import math
from functools import cache as kept

from cnn.other import LENGTH, far

UNUSED = 1
# Why two.
FACTOR, ALSO = 2, 3  # metres
Alias: type = int
"""What it is."""


@kept
def area(width: Alias) -> int:
    """Say it."""
    return math.floor(width * LENGTH * FACTOR)


def other() -> None:
    far()
'''
OTHER = """
LENGTH = 4


def far():
    return area


def area():
    return 0
"""


AREA = '''\
LENGTH = 4
# Why two.
FACTOR, ALSO = 2, 3  # metres
Alias: type = int
"""What it is."""


@kept
def area(width: Alias) -> int:
    """Say it."""
    return math.floor(width * LENGTH * FACTOR)'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "cnn").mkdir()
    (tmp_path / "cnn" / "one.py").write_text(ONE)
    (tmp_path / "cnn" / "other.py").write_text(OTHER)
    monkeypatch.setattr(source, "PROJECT", tmp_path)
    source._read.cache_clear()
    yield
    source._read.cache_clear()


def test_a_name_comes_with_all_that_it_needs_and_no_more(project):
    picked = source_of({"cnn.one": ("area",)})
    assert picked.imports == {"import math", "from functools import cache as kept"}
    assert picked.code == AREA


def test_a_name_that_means_two_things_is_refused(project):
    with pytest.raises(ValueError, match="area means two things"):
        source_of({"cnn.one": ("area", "other")})
