"""One drawing that somebody saved with its label, and the line of JSON that holds it."""

import base64
import codecs
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cnn.data.mnist import Digits
from cnn.data.problems import readable_errors
from cnn.drawing.background import MIN_CONTRAST
from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import CheckedStrokes, check_points

SIDE, MAX_LINE = 28, 200_000  # bytes
MAX_SAVED_POINTS = 4_000  # a drawing with more is saved as the image that the network sees
MAX_TIME = 1e11  # seconds since 1970


def check_label(value: object) -> int:
    """Return a digit that came from outside as a number or a text, or raise `ValueError`."""
    if isinstance(value, bool) or str(value) not in tuple("0123456789"):
        raise ValueError(f"must be a digit from 0 to 9, not {value!r:.40}")
    return int(str(value))


class _Line(BaseModel):
    """The JSON of a saved digit, with strokes or an image; other keys are ignored."""

    model_config = ConfigDict(val_json_bytes="base64")

    label: Annotated[int, BeforeValidator(check_label)]
    strokes: CheckedStrokes | None = None
    image: Annotated[bytes, Field(min_length=SIDE**2, max_length=SIDE**2)] | None = None
    added: Annotated[float, Field(strict=True, ge=0, lt=MAX_TIME, allow_inf_nan=False)] = 0.0


@dataclass(frozen=True)
class SavedDigit:
    """A saved drawing; the same drawing has the same id."""

    drawing: Drawing = field(compare=False)  # strokes, or an image (28, 28)
    label: int  # the digit it shows, 0 to 9, as somebody said
    added: float  # seconds since 1970

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits of the drawing's SHA-256, whatever the label."""
        content = json.dumps(_content(self.drawing)).encode()
        return hashlib.sha256(content).hexdigest()[:16]

    @property
    def image(self) -> NDArray[np.uint8]:
        """What a network sees of it: (28, 28), 255 is full ink."""
        return self.drawing.mnist_image

    @cached_property
    def line(self) -> bytes:
        """One line of JSON without its line break, as `from_line` reads it."""
        values = {"id": self.id, "label": str(self.label), "added": self.added}
        return json.dumps(values | _content(self.drawing)).encode()


def as_digits(digits: Sequence[SavedDigit]) -> Digits:
    """Return images (n, 28, 28) and labels (n,), n at least 1."""
    labels = np.array([digit.label for digit in digits], np.uint8)
    return Digits(np.stack([digit.image for digit in digits]), labels)


def from_drawing(drawing: Drawing, label: int) -> SavedDigit:
    """Return a drawing with its label, in the form that is saved: strokes, else the 28×28 image.

    An empty drawing or another label raises `ValueError`.
    """
    strokes = tuple(tuple((float(x), float(y)) for x, y in one) for one in drawing.strokes if one)
    few = sum(map(len, strokes)) <= MAX_SAVED_POINTS
    is_strokes = drawing.image is None and drawing.picture is None and strokes and few
    saved = Drawing(strokes=strokes) if is_strokes else _image_drawing(drawing.mnist_image)
    return SavedDigit(saved, check_label(label), time.time())


def _content(drawing: Drawing) -> dict[str, Any]:
    if drawing.image is not None:
        return {"image": base64.b64encode(drawing.image.tobytes()).decode("ascii")}
    return {"strokes": drawing.strokes}


def from_line(line: bytes) -> SavedDigit:
    """Return the digit of a line that may come from anywhere, or raise `ValueError`.

    Expected is `{"label": "7", "strokes": [[[x, y], …], …]}`, or with "image" instead: the 784
    bytes of a 28×28 image in base64. "added" may be missing; other keys are ignored.
    """
    if len(line) > MAX_LINE:
        raise ValueError(f"This line is longer than {MAX_LINE:,} bytes.")
    with readable_errors():
        values = _Line.model_validate_json(line.removeprefix(codecs.BOM_UTF8))
    if values.image is not None:
        pixels = np.frombuffer(values.image, np.uint8).reshape(SIDE, SIDE)
        return SavedDigit(_image_drawing(pixels), values.label, values.added)
    if values.strokes is None:
        raise ValueError('Expected was {"label": "7", "strokes": [[[x, y], …], …]}.')
    check_points(sum(map(len, values.strokes)))
    return SavedDigit(Drawing(strokes=values.strokes), values.label, values.added)


def _image_drawing(image: NDArray[np.uint8]) -> Drawing:
    if image.max() < MIN_CONTRAST:
        raise ValueError("The image is empty: there is no ink in it.")
    return Drawing(image=image)
