"""One drawing that somebody kept with its label, and the line of JSON that holds it."""

import base64
import binascii
import hashlib
import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.background import MIN_CONTRAST
from cnn.drawing.drawing import Drawing
from cnn.drawing.strokes import check_strokes

SIDE = 28
LONGEST_LINE = 200_000  # bytes
MAX_POINTS_KEPT = 4_000  # a drawing with more is kept as the image that the network sees
LATEST = 1e11  # seconds since 1970


@dataclass(frozen=True, eq=False)
class SavedDigit:
    """A kept drawing, known by what is drawn: the same drawing has the same id."""

    drawing: Drawing
    """Strokes, or an image (28, 28)."""
    label: int
    """The digit it shows, 0 to 9, as somebody said."""
    added: float
    """Seconds since 1970."""

    @cached_property
    def id(self) -> str:
        """Sixteen letters and figures that tell drawings apart, whatever their labels."""
        content = json.dumps(_content(self.drawing)).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    @cached_property
    def image(self) -> NDArray[np.uint8]:
        """What a network sees of it: (28, 28), 255 is full ink."""
        return self.drawing.mnist_image()

    @cached_property
    def line(self) -> bytes:
        """One line of JSON without its line break, as `from_line` reads it."""
        values = {"id": self.id, "label": str(self.label), "added": self.added}
        return json.dumps(values | _content(self.drawing)).encode()


def keep(drawing: Drawing, label: int) -> SavedDigit:
    """Return a drawing with its label, in the form that is kept: strokes, else the 28×28 image.

    Raises:
        ValueError: the label is no digit, or there is nothing to read in the drawing.
    """
    strokes = tuple(tuple((float(x), float(y)) for x, y in one) for one in drawing.strokes if one)
    few = sum(map(len, strokes)) <= MAX_POINTS_KEPT
    is_strokes = drawing.image is None and drawing.picture is None and strokes and few
    kept = Drawing(strokes=strokes) if is_strokes else _image_drawing(drawing.mnist_image())
    return SavedDigit(kept, check_label(label), time.time())


def _content(drawing: Drawing) -> dict[str, Any]:
    if drawing.image is not None:
        return {"image": base64.b64encode(drawing.image.tobytes()).decode("ascii")}
    return {"strokes": drawing.strokes}


def from_line(line: bytes) -> SavedDigit:
    """Return the digit of one line, which may come from anywhere.

    Args:
        line: `{"label": "7", "strokes": [[[x, y], …], …]}`, or with "image" instead: the 784
            bytes of a 28×28 image in base64. "added" may be missing; other keys are not looked at.

    Raises:
        ValueError: it holds something else.
    """
    if len(line) > LONGEST_LINE:
        raise ValueError(f"This line is longer than {LONGEST_LINE:,} bytes.")
    try:
        values = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # text that is no UTF-8 too
        raise ValueError("This line is no JSON.") from error
    if not isinstance(values, dict) or not {"strokes", "image"} & set(values):
        raise ValueError('Expected was {"label": "7", "strokes": [[[x, y], …], …]}.')
    return SavedDigit(
        _drawing(values), check_label(values.get("label")), _added(values.get("added"))
    )


def _drawing(values: dict[str, Any]) -> Drawing:
    if "image" not in values:
        return Drawing(strokes=check_strokes(values["strokes"]))
    try:
        pixels = base64.b64decode(values["image"], validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise ValueError('"image" must be text in base64.') from error
    if len(pixels) != SIDE * SIDE:
        raise ValueError(f'"image" must be 784 bytes, 28×28 pixels, and not {len(pixels):,}.')
    return _image_drawing(np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE))


def _image_drawing(image: NDArray[np.uint8]) -> Drawing:
    if image.max() < MIN_CONTRAST:
        raise ValueError("The image is empty: there is no ink in it.")
    return Drawing(image=image)


def check_label(value: object) -> int:
    """Return a digit that came from outside, as a number or a text.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, bool) or str(value) not in list("0123456789"):
        raise ValueError(f"The label must be a digit from 0 to 9, and not {value!r:.40}.")
    return int(str(value))


def _added(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return float(value) if 0 <= value < LATEST else 0.0  # not-a-number too
