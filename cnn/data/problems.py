"""Sentences that a person can act on, for what pydantic finds wrong in data from outside."""

import reprlib
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError


def problem_of(error: ValidationError) -> str:
    """Return a sentence on the first problem: where it is, what is expected, and what is there.

    Such as "epochs must be a valid integer, not 'many'." or "filters[1] must be between 1 and
    128, not 500.".
    """
    first = error.errors(include_url=False)[0]
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in first["loc"])
    what = first["msg"].removeprefix("Value error, ").replace("String should", "must")
    if what.startswith("Input should be"):
        expected = what.partition(",")[0].removeprefix("Input should")
        what = f"must{expected}, not {reprlib.repr(first['input'])}"
    elif first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        what = "is unknown"
    elif first["type"] == "missing":
        what = "is missing"
    return f"{where.removeprefix('.')} {what}".strip() + "."


@contextmanager
def readable_errors() -> Iterator[None]:
    """Raise what pydantic finds wrong as `ValueError` with the sentence of `problem_of`."""
    try:
        yield
    except ValidationError as error:
        raise ValueError(problem_of(error)) from error
