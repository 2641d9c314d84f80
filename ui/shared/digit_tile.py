"""Small pictures in a page's own HTML, and the tile that a digit stands on."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# The pictures are white ink on black. "Exclusion" turns them over where the tile is light: dark
# ink on a light theme's paper, light ink on a dark theme's.
TILE_STYLE = """
.tile {background: light-dark(#f1f1f4, #24262e); isolation: isolate; overflow: hidden;
  border-radius: .4rem; box-shadow: 0 0 0 1px light-dark(#dcdde3, #3a3d48)}
.tile img {display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  mix-blend-mode: exclusion}
"""


def png_address(image: NDArray[np.uint8]) -> str:
    """Return a picture, (height, width) or (height, width, RGB or RGBA), as a `data:` address."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
