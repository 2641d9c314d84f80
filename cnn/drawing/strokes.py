"""Strokes that come from outside: checked before anything is drawn from them."""

import reprlib
from collections.abc import Sequence
from typing import TypeAlias

Stroke: TypeAlias = Sequence[tuple[float, float]]
"""The points (x, y) that a pen passed without being lifted: canvas pixels, y downwards."""

MAX_STROKES = 1_000
MAX_POINTS = 100_000
FARTHEST = 1_000_000.0  # canvas pixels from the corner of the canvas


def check_strokes(value: object) -> tuple[Stroke, ...]:
    """Return strokes that came from outside, such as from JSON, if they are some.

    Raises:
        ValueError: not a list of strokes, each a list of points [x, y] of finite numbers; or
            nothing in it; or more than 1,000 strokes or 100,000 points.
    """
    if not isinstance(value, list | tuple):
        raise ValueError("The strokes must be a list: [[[x, y], …], …].")
    if not value:
        raise ValueError("There are no strokes to read: draw a digit.")
    check_amount(strokes=len(value))
    for number, stroke in enumerate(value, 1):
        if not isinstance(stroke, list | tuple) or not stroke:
            raise ValueError(f"Stroke {number} must be a list of points [x, y], at least one.")
    check_amount(points=sum(map(len, value)))
    return tuple(tuple(map(_check_point, stroke)) for stroke in value)


def _check_point(point: object) -> tuple[float, float]:
    if not isinstance(point, list | tuple) or len(point) != 2:
        raise ValueError(f"A point must be two numbers, [x, y], and not {reprlib.repr(point)}.")
    return check_number(point[0]), check_number(point[1])


def check_number(value: object) -> float:
    """Return a finite number of a size that a drawing can have."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"A drawing is made of numbers, and {reprlib.repr(value)} is none.")
    if not -FARTHEST <= value <= FARTHEST:  # also false for NaN
        raise ValueError(
            "A drawing's numbers must lie between -1,000,000 and 1,000,000 (pixels), "
            f"and {reprlib.repr(value)} does not."
        )
    return float(value)


def check_amount(strokes: int = 0, points: int = 0) -> None:
    """Refuse what is too much for a digit."""
    if strokes > MAX_STROKES or points > MAX_POINTS:
        limit = f"{MAX_STROKES:,} strokes" if strokes else f"{MAX_POINTS:,} points"
        raise ValueError(f"The drawing has more than {limit}: clear it and draw one digit.")
