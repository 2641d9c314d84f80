"""Strokes to draw with, and how images of them differ."""

import numpy as np
from hypothesis import strategies as st

SEVEN = [[(80.0, 60.0), (180.0, 60.0), (120.0, 220.0)], [(100.0, 140.0), (160.0, 140.0)]]
LINE = [[(100.0, 40.0), (100.0, 240.0)]]

points = st.tuples(st.floats(0, 280), st.floats(0, 280))
drawings = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


def extent(strokes):
    corners = np.concatenate(strokes)
    return float((corners.max(axis=0) - corners.min(axis=0)).max())


def moved(strokes, shift=(0.0, 0.0), scale=1.0):
    return [[(scale * x + shift[0], scale * y + shift[1]) for x, y in line] for line in strokes]


def difference(image, other):
    return np.abs(image.astype(int) - other).max()
