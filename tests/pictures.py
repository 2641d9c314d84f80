"""The pictures of a page, read back from its HTML."""

import base64
import io
import re

import numpy as np
from PIL import Image


def pictures(text):
    """The pictures in a page's HTML as arrays, in their order."""
    encoded = re.findall(r"base64,([^\"]+)", text)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one)))) for one in encoded]
