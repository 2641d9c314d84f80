"""What the drawing canvas in the browser sends → strokes."""

import re
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from cnn.drawing.strokes import MAX_POINTS, MAX_STROKES, Coordinate, Stroke, check_points

CURVE_TOLERANCE = 0.1  # canvas pixels between a curve and the short lines drawn for it
MAX_LINES_A_CURVE = 64

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
    strokes, points = [], 0
    for one in objects:
        strokes.append(_stroke(one))
        points += len(strokes[-1])
        check_points(points)  # before more of them fill the memory
    return tuple(strokes)


def _stroke(item: _Path) -> Stroke:
    """Return the points of a pen stroke, in canvas pixels."""
    ends = np.array([command[-2:] for command in item.path], float)
    hull = np.concatenate([np.reshape(command[1:], (-1, 2)) for command in item.path])
    low, high = hull.min(axis=0), hull.max(axis=0)
    is_dot = (high - low).max() < item.strokeWidth / 4  # a click; the pointer may move a little
    points = (low + high)[np.newaxis] / 2 if is_dot else _flatten(_curves(item.path, ends))
    return tuple((x, y) for x, y in points.tolist())


def _curves(path: list[_Command], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quadratic Bézier curves, (n, 3, 2): start, control point, end."""
    starts = np.concatenate([ends[:1], ends[:-1]])
    is_curve = np.array([command[0] == "Q" for command in path])[:, np.newaxis]
    given = np.array([command[1:3] for command in path], float)
    controls = np.where(is_curve, given, (starts + ends) / 2)
    return np.stack([starts, controls, ends], axis=1)


def _flatten(curves: NDArray[Any]) -> NDArray[np.float64]:
    """Return points along quadratic Bézier curves, (n, 2), more of them where one bends."""
    bend = np.abs(curves[:, 0] - 2 * curves[:, 1] + curves[:, 2]).max(axis=1)
    lines = np.ceil(np.sqrt(bend / (4 * CURVE_TOLERANCE))).clip(1, MAX_LINES_A_CURVE).astype(int)
    check_points(int(lines.sum()))
    step = np.arange(lines.sum()) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    t = (step / np.repeat(lines, lines))[:, np.newaxis]
    start, control, end = np.repeat(curves, lines, axis=0).transpose(1, 0, 2)
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
