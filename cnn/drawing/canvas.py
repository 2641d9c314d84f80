"""What the drawing pad in the browser sends → strokes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.strokes import Stroke, check_amount, check_number, check_strokes

CURVE_TOLERANCE = 0.1  # canvas pixels between a curve and the short lines drawn for it
MAX_LINES_A_CURVE = 64


def strokes_from_canvas(json_data: object) -> tuple[Stroke, ...]:
    """Return the strokes on a streamlit-drawable-canvas, none when it is empty.

    Strokes that were moved, turned or scaled on the pad are where they are seen.

    Args:
        json_data: what `st_canvas` gives: None, or a dictionary with Fabric's "objects".

    Raises:
        ValueError: the browser sent something else than pen strokes, or too many.
    """
    if json_data is None:
        return ()
    objects = json_data.get("objects", []) if isinstance(json_data, dict) else None
    if not isinstance(objects, list):
        raise ValueError("The pad sent something that is no drawing. Clear it and draw again.")
    check_amount(strokes=len(objects))
    strokes, points = [], 0
    for item in objects:
        strokes.append(_stroke_from_path(item))
        points += len(strokes[-1])
        check_amount(points=points)  # before more of them fill the memory
    return check_strokes(strokes) if strokes else ()


def _stroke_from_path(item: object) -> list[tuple[float, float]]:
    """Return the points of one of Fabric's paths where they are seen, in canvas pixels."""
    if not isinstance(item, dict) or str(item.get("type")).lower() != "path":
        raise ValueError("The pad holds something else than pen strokes. Clear it and draw again.")
    curves = _curves(item.get("path"))
    low, high = _fabric_bounds(curves)
    middle, size = (low + high) / 2, high - low
    pen_width = _number(item, "strokeWidth", 1)
    is_dot = size.max() < pen_width / 4  # a click, even with a trembling hand
    points = middle[np.newaxis] if is_dot else _flatten(curves)
    # `path` stays as it was drawn; its middle is moved to where left and top say.
    turn, scale = _turn(item), np.array(_scale(item))
    anchor = np.array([_number(item, "left", middle[0]), _number(item, "top", middle[1])])
    center = anchor + turn @ (_origin(item) * (size + pen_width) * np.abs(scale))
    placed = (points - middle) @ (turn @ np.diag(scale) @ _skew(item)).T + center
    return [(x, y) for x, y in placed.tolist()]


def _number(item: dict[str, Any], key: str, default: float) -> float:
    return check_number(item.get(key, default))


def _turn(item: dict[str, Any]) -> NDArray[np.float64]:
    angle = math.radians(_number(item, "angle", 0))
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _scale(item: dict[str, Any]) -> tuple[float, float]:
    x, y = _number(item, "scaleX", 1), _number(item, "scaleY", 1)
    return -x if item.get("flipX") is True else x, -y if item.get("flipY") is True else y


def _skew(item: dict[str, Any]) -> NDArray[np.float64]:
    x, y = (math.tan(math.radians(_number(item, key, 0))) for key in ("skewX", "skewY"))
    return np.array([[1, x], [0, 1]]) @ np.array([[1, 0], [y, 1]])


def _origin(item: dict[str, Any]) -> NDArray[np.float64]:
    """Return the way from left and top to the middle, in widths and heights."""
    ways = {"left": 0.5, "top": 0.5, "right": -0.5, "bottom": -0.5}  # else "center", Fabric's own
    return np.array([ways.get(str(item.get(key)), 0.0) for key in ("originX", "originY")])


def _curves(path: object) -> NDArray[np.float64]:
    """Return a path of M, L and Q commands as curves, (n, 3, 2): start, control point, end."""
    if not isinstance(path, list) or not path:
        raise ValueError("A stroke on the pad has no points. Clear the pad and draw again.")
    check_amount(points=len(path))
    curves: list[list[float]] = []
    for command in path:
        curves.append(_curve(command, curves[-1][4:] if curves else None))
    return np.array(curves).reshape(-1, 3, 2)


def _curve(command: object, start: list[float] | None) -> list[float]:
    """Return a command as start, control point and end; "M" as a curve without length."""
    name, *numbers = command if isinstance(command, list) and command else [None]
    match name, [check_number(number) for number in numbers[:5]], start:
        case "M", [x, y], None:
            return [x, y, x, y, x, y]
        case "L", [x, y], [start_x, start_y]:
            return [start_x, start_y, (start_x + x) / 2, (start_y + y) / 2, x, y]
        case "Q", [control_x, control_y, x, y], [start_x, start_y]:
            return [start_x, start_y, control_x, control_y, x, y]
    raise ValueError("A stroke on the pad can't be understood. Clear the pad and draw again.")


def _fabric_bounds(curves: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return lowest and highest x and y as Fabric 7 has them, whose middle is its pathOffset.

    It takes a quadratic curve for the cubic one with the control point twice, which bulges more.
    """
    start, control, end = curves.transpose(1, 0, 2)
    rise, fall = control - start, control - end
    turns = rise * fall > 0  # else the curve has no extreme between its ends
    ratio = np.sqrt(np.divide(rise, fall, out=np.zeros_like(rise), where=turns))
    t = ratio / (1 + ratio)
    extreme = (1 - t) ** 3 * start + 3 * t * (1 - t) * control + t**3 * end
    corners = np.concatenate([start, extreme, end])
    return corners.min(axis=0), corners.max(axis=0)


def _flatten(curves: NDArray[Any]) -> NDArray[np.float64]:
    """Return points along quadratic Bézier curves, (n, 2), more of them where one bends."""
    bend = np.abs(curves[:, 0] - 2 * curves[:, 1] + curves[:, 2]).max(axis=1)
    lines = np.ceil(np.sqrt(bend / (4 * CURVE_TOLERANCE))).clip(1, MAX_LINES_A_CURVE).astype(int)
    check_amount(points=int(lines.sum()))
    step = np.arange(lines.sum()) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    t = (step / np.repeat(lines, lines))[:, np.newaxis]
    start, control, end = np.repeat(curves, lines, axis=0).transpose(1, 0, 2)
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
