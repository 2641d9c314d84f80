"""Lines of any width → their middle, one pixel wide, as a pen's way over the paper."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The eight neighbours in turn, from above, clockwise: a neighbour's place is its bit's.
_NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))


@lru_cache(maxsize=2)
def _removable(first: bool) -> NDArray[np.bool_]:
    """Return for each pattern of neighbours, (256,), whether the pixel amid them may go."""
    bits = (np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1
    north, east, south, west = bits[:, 0], bits[:, 2], bits[:, 4], bits[:, 6]
    crossings = ((bits == 0) & (np.roll(bits, -1, axis=1) == 1)).sum(axis=1)
    count = bits.sum(axis=1)
    if first:
        sides = (north * east * south == 0) & (east * south * west == 0)
    else:
        sides = (north * east * west == 0) & (north * south * west == 0)
    return (count >= 2) & (count <= 6) & (crossings == 1) & sides


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the middle lines of a mask, (height, width), connected as the mask is.

    T. Y. Zhang and C. Y. Suen, A fast parallel algorithm for thinning digital patterns, 1984.
    """
    lines = np.pad(mask, 1).astype(np.uint8)
    changed = True
    while changed:
        changed = False
        for first in (True, False):
            rows, columns = np.nonzero(lines)
            going = _removable(first)[_patterns(lines, rows, columns)]
            lines[rows[going], columns[going]] = 0
            changed |= bool(going.any())
    return lines[1:-1, 1:-1].astype(bool)


def _patterns(lines: NDArray[np.uint8], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[Any]:
    """Return the neighbours of pixels as numbers from 0 to 255."""
    width = lines.shape[1]
    flat, places = lines.ravel(), rows * width + columns
    pattern = np.zeros(len(rows), np.uint8)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        pattern |= flat[places + (down * width + right)] << np.uint8(bit)
    return pattern
