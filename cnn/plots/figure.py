"""What every picture starts with and ends in."""

import io
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ImageFormat = Literal["png", "svg"]


def new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure, its size in inches."""
    from matplotlib.figure import Figure  # a second to import: only for who saves a picture

    return Figure(figsize=(width, height), layout="constrained")


def figure_bytes(figure: "Figure", image_format: ImageFormat) -> bytes:
    """Return a figure as the bytes of a PNG (160 dots an inch) or SVG file.

    Raises:
        ValueError: another format was asked for.
    """
    if image_format not in get_args(ImageFormat):
        raise ValueError(f"Pictures can be saved as png or svg, not {image_format!r}.")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=image_format, dpi=160)
    return buffer.getvalue()
