import numpy as np
import pytest
from scipy import ndimage

from cnn.training.spline import curve_through
from cnn.training.textures import _blur


@pytest.mark.parametrize("count", range(3, 14))
def test_the_curve_goes_through_its_corners_as_scipys(count):
    corners = np.random.default_rng(count).uniform(0, 1, (count, 2))
    curve = curve_through(corners, 60)
    np.testing.assert_allclose(curve, ndimage.zoom(corners, (60 / count, 1), order=3), atol=1e-9)
    np.testing.assert_allclose(curve[[0, -1]], corners[[0, -1]], atol=1e-9)


@pytest.mark.parametrize("softness", [0.5, 1, 2.3, 4])
def test_the_blur_of_textures_is_scipys(softness):
    noise, blur = np.random.default_rng(0).normal(size=(28, 28)), _blur(softness)
    expected = ndimage.gaussian_filter(noise, softness)
    np.testing.assert_allclose(blur @ noise @ blur.T, expected, atol=1e-12)
