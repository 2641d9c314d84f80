"""Strokes, and the types by which pydantic checks those that come from outside."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

from pydantic import Field

Stroke: TypeAlias = Sequence[tuple[float, float]]
"""The points (x, y) that a pen passed without being lifted: canvas pixels, y downwards."""

MAX_STROKES = 1_000
MAX_POINTS = 100_000
MAX_DISTANCE = 1_000_000.0  # canvas pixels from the corner of the canvas

Coordinate = Annotated[
    float, Field(strict=True, ge=-MAX_DISTANCE, le=MAX_DISTANCE, allow_inf_nan=False)
]
CheckedStrokes = Annotated[
    tuple[Annotated[tuple[tuple[Coordinate, Coordinate], ...], Field(min_length=1)], ...],
    Field(min_length=1, max_length=MAX_STROKES),
]


def check_points(count: int) -> None:
    """Raise `ValueError` if a drawing has too many points."""
    if count > MAX_POINTS:
        raise ValueError(f"The drawing has more than {MAX_POINTS:,} points: draw one digit.")
