"""A smooth curve through some corners."""

import numpy as np
from numpy.typing import NDArray


def curve_through(corners: NDArray[np.float64], count: int) -> NDArray[np.floating]:
    """Return points of the cubic spline through some corners, at least three: (count, 2)."""
    ends_at = len(corners) - 1
    controls = np.linalg.solve(_spline_weights(np.arange(ends_at + 1.0), ends_at), corners)
    return _spline_weights(np.linspace(0, ends_at, count), ends_at) @ controls


def _spline_weights(places: NDArray[np.floating], ends_at: int) -> NDArray[np.float64]:
    """Return the weight of each control at each place; beyond its ends a line is mirrored."""
    gap = np.abs(places[:, None] - np.arange(-1, ends_at + 2))
    near, far = 2 / 3 - gap**2 + gap**3 / 2, np.maximum(0, 2 - gap) ** 3 / 6
    weights = np.where(gap < 1, near, far)
    weights[:, 2] += weights[:, 0]
    weights[:, -3] += weights[:, -1]
    return weights[:, 1:-1]
