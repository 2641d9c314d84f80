"""Digits to save, made without a pen."""

import numpy as np

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit


def stroke_drawing(number=0):
    """A drawing of one stroke; each number gives another one."""
    return Drawing(strokes=(((10.0, 10.0), (100.0, 20.0 + number), (60.0, 200.0)),))


def image_drawing(number=0):
    """A 28×28 image of a blot; each number gives another one."""
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 8:20] = 255 - number
    return Drawing(image=image)


def saved_stroke(number=0, label=7):
    """A saved digit of one stroke; each number gives another one."""
    return saved_digit.from_drawing(stroke_drawing(number), label)
