"""Small pictures in a page's own HTML, and the tile that a digit stands on."""

import base64
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TILE_STYLE = Path(__file__).with_suffix(".css").read_text("utf-8")


def png_address(image: NDArray[np.uint8]) -> str:
    """Return a picture, (height, width) or (height, width, RGB or RGBA), as a `data:` address."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
