import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from cnn.data.mnist import load_test
from cnn.drawing.pen import image_from_strokes
from cnn.drawing.picture import image_from_picture, without_transparency
from tests.drawn import SEVEN
from tests.photos import photo_of, picture_of

PICTURE = picture_of(SEVEN)
TRANSPARENT = np.stack([np.full_like(PICTURE, 30)] * 3 + [PICTURE], axis=2)


def mean_difference(image, other):
    return np.abs(image.astype(int) - other).mean()


@pytest.mark.parametrize(
    "pixels",
    [
        picture_of(SEVEN, paper=255, ink=0),
        picture_of(SEVEN, paper=140, ink=90),
        np.asarray(Image.fromarray(PICTURE).convert("RGB")),
        np.asarray(Image.fromarray(PICTURE).convert("RGBA")),
        TRANSPARENT,
        np.where(np.arange(4) < 3, 255, TRANSPARENT),
    ],
    ids=["dark on light", "faint", "RGB", "RGBA", "on nothing", "light on nothing"],
)
def test_a_picture_of_any_colors_is_the_same_digit(pixels):
    assert mean_difference(image_from_picture(pixels), image_from_picture(PICTURE)) < 0.5


def test_where_and_how_large_a_digit_is_in_the_picture_does_not_matter():
    small = np.zeros((900, 500), np.uint8)
    small[700:840, 300:440] = PICTURE[::2, ::2]
    assert mean_difference(image_from_picture(PICTURE), image_from_picture(small)) < 4


@pytest.mark.parametrize("pen", [3, 6, 10, 18, 30])
def test_a_picture_with_any_pen_looks_like_the_strokes(pen):
    picture = image_from_picture(picture_of(SEVEN, pen=pen))
    assert mean_difference(picture, image_from_strokes(SEVEN)) < 10


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(1, 60))
def test_a_block_of_any_shape_fits_the_box_and_is_centered(height, width, top, left):
    pixels = np.zeros((120, 120), np.uint8)
    pixels[top : top + height, left : left + width] = 200
    image = image_from_picture(pixels)
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) == 19
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.6)


def test_a_digit_that_runs_over_the_edge_of_a_drawing_stays_whole():
    pixels = np.full((200, 200), 255, np.uint8)
    pixels[0:200, 90:100] = 0
    pixels[95:105, 90:160] = 0
    rows, columns = np.nonzero(image_from_picture(pixels) > 127)
    assert np.ptp(rows) >= 18
    assert np.ptp(columns) >= 6


def test_shapes_that_no_pen_drew_are_not_thinned():
    pixels = np.zeros((280, 280), np.uint8)
    pixels[40:240, 60:220] = 255
    assert (image_from_picture(pixels) == 255).sum() >= 16 * 20


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((28, 28), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.random.default_rng(0).integers(120, 130, (50, 50), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        photo_of(SEVEN, paper=60, ink=60),
        photo_of(SEVEN, paper=220, ink=220),
    ],
)
def test_a_picture_without_a_digit_gets_a_sentence(pixels):
    with pytest.raises(ValueError, match="picture is empty"):
        image_from_picture(pixels)


@pytest.mark.parametrize("side", [1, 2, 3, 5, 28, 41, 90])
def test_pictures_of_noise_are_images_or_sentences(side):
    noise = np.random.default_rng(side).integers(0, 256, (side, side + 3), np.uint8)
    with contextlib.suppress(ValueError):
        assert image_from_picture(noise).shape == (28, 28)


PHOTOS = {
    "ballpoint": {},
    "marker": {"pen": 20},
    "pencil": {"ink": 130},
    "chalk": {"paper": 60, "ink": 210},
    "ruled": {"ruled": True},
    "on a table": {"table": 30},
    "all at once": {"ruled": True, "table": 20},
}


@pytest.mark.parametrize("options", PHOTOS.values(), ids=PHOTOS)
def test_a_photo_in_uneven_light_looks_like_the_strokes(options):
    photo = image_from_picture(photo_of(SEVEN, **options))
    assert mean_difference(photo, image_from_strokes(SEVEN)) < 11


def test_mnists_own_images_pass_as_they_are_but_for_their_place():
    for image in load_test("sample").images[:100]:
        rows, columns = np.nonzero(image >= 64)
        if max(np.ptp(rows), np.ptp(columns)) != 19:
            continue  # a faint rim: a hair larger then
        for shown in (image, 255 - image):
            seen = image_from_picture(shown)
            shifts = [np.roll(seen, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
            assert min(mean_difference(one, image) for one in shifts) < 6


@pytest.mark.parametrize(("ink", "paper"), [(20, 255), (240, 0)])
def test_transparent_paper_becomes_such_as_shows_the_ink(ink, paper):
    pixels = np.zeros((6, 6, 4), np.uint8)
    pixels[2:4, 2:4] = (ink, ink, ink, 255)
    shown = without_transparency(pixels)
    assert shown.shape == (6, 6, 3)
    assert shown[0, 0].tolist() == [paper] * 3
    assert np.allclose(shown[2, 2], ink)
    opaque = pixels[..., :3]
    assert without_transparency(opaque) is opaque
