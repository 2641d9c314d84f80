"""What the drawing canvas in the browser sends → strokes."""

import re
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from cnn.drawing.pen import MAX_POINTS, MAX_STROKES, Coordinate, Stroke, check_points

CURVE_TOLERANCE = 0.1  # canvas pixels between a curve and the short lines drawn for it
MAX_LINES_A_CURVE = 64
Point: TypeAlias = tuple[float, float]

_Command = (
    tuple[Literal["M", "L"], Coordinate, Coordinate]
    | tuple[Literal["Q"], Coordinate, Coordinate, Coordinate, Coordinate]
)


def _check_path(path: list[_Command]) -> list[_Command]:
    if not re.fullmatch("M[LQ]*", "".join(command[0] for command in path)):
        raise ValueError("must start with M and go on with L or Q")
    return path


class _Path(BaseModel):
    """One pen stroke in Fabric's JSON, its commands in canvas pixels."""

    type: Literal["path", "Path"]
    path: Annotated[list[_Command], Field(max_length=MAX_POINTS), AfterValidator(_check_path)]
    strokeWidth: Coordinate = 1  # noqa: N815 Fabric's name


class _Canvas(BaseModel):
    objects: Annotated[list[_Path], Field(max_length=MAX_STROKES)] = []


def strokes_from_canvas(json_data: object) -> tuple[Stroke, ...]:
    """Return the strokes on a streamlit-drawable-canvas, none when it is empty.

    Args:
        json_data: what `st_canvas` returns: None, or a dictionary with Fabric's "objects". The
            canvas has no tool that moves a stroke, so each is where its path says.

    Raises:
        ValueError: the browser sent something else than pen strokes, or too many.
    """
    if json_data is None:
        return ()
    try:
        objects = _Canvas.model_validate(json_data).objects
    except ValidationError as error:
        raise ValueError(
            "The canvas sent something else than pen strokes, or too many of them. "
            "Clear it and draw again."
        ) from error
    strokes: list[Stroke] = []
    for one in objects:
        strokes.append(_stroke(one))
        check_points(sum(map(len, strokes)))  # before more of them fill the memory
    return tuple(strokes)


def _stroke(item: _Path) -> Stroke:
    """Return the points of a pen stroke, in canvas pixels."""
    hull = np.concatenate([np.reshape(command[1:], (-1, 2)) for command in item.path])
    low, high = hull.min(axis=0), hull.max(axis=0)
    if (high - low).max() < item.strokeWidth / 4:  # a click; the pointer may move a little
        x, y = ((low + high) / 2).tolist()
        return ((x, y),)
    points = [item.path[0][1:3]]
    for command in item.path[1:]:
        points += _curve(points[-1], *command[1:]) if len(command) == 5 else [command[1:]]
        check_points(len(points))
    return tuple(points)


def _curve(start: Point, x: float, y: float, *end: float) -> list[Point]:
    """Return points along a quadratic Bézier curve, more of them where it bends."""
    corners = np.array([start, (x, y), end])
    bend = np.abs(corners[0] - 2 * corners[1] + corners[2]).max()
    lines = np.ceil(np.sqrt(bend / (4 * CURVE_TOLERANCE))).clip(1, MAX_LINES_A_CURVE)
    t = np.arange(1, lines + 1)[:, np.newaxis] / lines
    weights = np.hstack([(1 - t) ** 2, 2 * t * (1 - t), t**2])
    return [(x, y) for x, y in (weights @ corners).tolist()]
