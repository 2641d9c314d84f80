"""What is loaded from a run, cached for all visitors until its files or the digits change."""

import contextlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.caching.cache_utils import CachedFunc

from cnn.data.mnist import Source, find_source
from cnn.runs.store import Run

P = ParamSpec("P")
R = TypeVar("R")


def version_of(run: Run, *patterns: str) -> tuple[str, tuple[tuple[str, int, int], ...], Source]:
    """Return what changes with a run's files of these names, and with the digits in use."""
    facts = []
    for file in sorted(file for pattern in patterns for file in run.path.glob(pattern)):
        with contextlib.suppress(OSError):  # another tab may delete it
            stat = file.stat()
            facts.append((file.name, stat.st_mtime_ns, stat.st_size))
    return str(run.path), tuple(facts), find_source()[0]


def cached_by_run(*patterns: str, **options: Any) -> Callable[[Callable[P, R]], CachedFunc[P, R]]:
    """Return `st.cache_resource` for functions that load something from these files of a run."""
    return st.cache_resource(hash_funcs={Run: lambda run: version_of(run, *patterns)}, **options)
