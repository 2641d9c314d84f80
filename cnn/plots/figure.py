"""Figures: a new one, images side by side, and the files of figures and charts."""

import io
import json
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ImageFormat = Literal["png", "svg"]


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure, its size in inches."""
    from matplotlib.figure import Figure  # a second to import: only for who saves a picture

    return Figure(figsize=(width, height), layout="constrained")


def mosaic(images: NDArray[Any], columns: int) -> NDArray[Any]:
    """Put images (n, height, width) side by side in rows; where the last one ends, 0 or NaN."""
    count, height, width = images.shape
    rows = -(-count // columns)
    empty = np.nan if images.dtype.kind == "f" else 0
    room = ((0, rows * columns - count), (0, 0), (0, 0))
    cells = np.pad(images, room, constant_values=empty)
    grid = cells.reshape(rows, columns, height, width).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width)


def picture_bytes(picture: "Figure | dict[str, Any]", image_format: ImageFormat) -> bytes:
    """Return a figure, or a chart in Vega-Lite, as a PNG (160 dots an inch) or SVG file."""
    if isinstance(picture, dict):
        import vl_convert  # brings a JavaScript engine: only for who saves a chart

        chart = json.dumps(picture).replace("currentColor", "black")  # the page's, on the page
        if image_format == "svg":
            return vl_convert.vegalite_to_svg(chart).encode()
        return vl_convert.vegalite_to_png(chart, ppi=160)
    buffer = io.BytesIO()
    picture.savefig(buffer, format=image_format, dpi=160)
    return buffer.getvalue()
