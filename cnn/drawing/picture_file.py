"""A picture file, as anybody may send it → pixels of a size to work on."""

import io
import threading
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES, MAX_PIXELS = 20_000_000, 50_000_000
MAX_SIDE = 1280  # pixels: enough for a digit on a page, and quick to process
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
FILE_ENDINGS = ("png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff")

_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_DAMAGED = "The picture is damaged or incomplete: save it again, or choose another one."
_UNKNOWN = (
    "This file is not a picture that can be read here: choose a PNG, JPEG, WebP, GIF, BMP or TIFF."
)
_HEIC = (
    "This is a HEIC or AVIF picture, which can't be read here: save it as JPEG and choose that. "
    "(On an iPhone: Settings, Camera, Formats, Most Compatible.)"
)
_lock = threading.Lock()  # one picture is decoded at a time: the memory, and Python's warnings


def picture_from_bytes(data: bytes) -> NDArray[np.uint8]:
    """Return the pixels of a picture file, the right way up and at most 1280 pixels a side.

    Args:
        data: the whole file: PNG, JPEG, WebP, GIF, BMP or TIFF. The first picture counts.

    Returns:
        (height, width) gray, or (height, width, 3 or 4) RGB or RGBA.

    Raises:
        ValueError: the file is empty, damaged, too large, or no such picture.
    """
    if not data:
        raise ValueError("The file is empty: choose another one.")
    if len(data) > MAX_BYTES:
        raise ValueError(f"The file is larger than {MAX_BYTES // 1_000_000} MB: choose a smaller.")
    if data[4:8] == b"ftyp":
        raise ValueError(_HEIC)
    with _lock, warnings.catch_warnings(action="ignore"):
        return _decode(data)


def _decode(data: bytes) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:  # its header only
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return _pixels(image)
    except Image.DecompressionBombError:
        sentence = "The picture is too large: make it smaller than 50 million pixels."
        raise ValueError(sentence) from None
    except UnidentifiedImageError:
        raise ValueError(_DAMAGED if data.startswith(_SIGNATURES) else _UNKNOWN) from None
    except Exception as error:  # each format's decoder raises its own
        raise ValueError(_DAMAGED) from error


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    image.draft("", (MAX_SIDE, MAX_SIDE))  # a JPEG is smaller before it is decoded
    image.load()
    plain = _plain(image)
    plain.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BILINEAR)
    return np.asarray(ImageOps.exif_transpose(plain))


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture as gray, RGB or RGBA with 8 bits, whatever colors it is made of."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bits(image)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a gray picture of more bits in 256 shades: 16 bits as they are, others stretched."""
    values = np.nan_to_num(np.asarray(image).astype(np.float32), posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    if "16" in image.mode or (255 < high <= 65_535 and low >= 0):
        low, high = 0.0, 65_535.0
    shades = (values - low) * (255 / max(high - low, 1e-6))
    return Image.fromarray(shades.astype(np.uint8))
