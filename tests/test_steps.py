import numpy as np
import pytest

from cnn.drawing.drawing import Drawing, steps
from tests.drawn import SEVEN, moved

SMALL_SEVEN = moved(SEVEN, (250, 260), 0.25)
DOT = [[(200.0, 30.0)]]


def bar(width, channels=0):
    """A picture of a dark bar 200 pixels high on light paper; transparent paper with 4 channels."""
    gray = np.full((240, 240), 240, np.uint8)
    gray[20:220, 180 : 180 + width] = 30
    if not channels:
        return Drawing(picture=gray)
    pixels = np.repeat(gray[..., None], channels, axis=2)
    pixels[..., 3:] = np.where(gray < 128, 255, 0)[..., None]
    return Drawing(picture=pixels)


DRAWINGS = {
    "strokes": Drawing(strokes=SEVEN),
    "small strokes in a corner": Drawing(strokes=SMALL_SEVEN),
    "strokes beyond the canvas": Drawing(strokes=(((-500.0, 9.0), (900.0, 2000.0)),)),
    "a dot": Drawing(strokes=DOT),
    "an empty stroke among others": Drawing(strokes=((), *SEVEN)),
    "gray picture": bar(25),
    "RGB picture": bar(25, channels=3),
    "RGBA picture": bar(25, channels=4),
    "thin lines": bar(5),
    "thick lines": bar(50),
    "image": Drawing(image=np.eye(28, dtype=np.uint8) * 200),
}


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_every_step_has_a_small_picture_with_ink_and_the_last_is_what_the_network_sees(drawing):
    shown = {step.title: step.image for step in steps(drawing)}
    for image in shown.values():
        assert (image.dtype, image.ndim) == (np.uint8, 2)
        assert max(image.shape) <= 141
        assert image.max() > 100
    assert np.array_equal(list(shown.values())[-1], drawing.mnist_image)
    if drawing.image is None:
        box = shown["20×20 box"]
        extent = max(np.ptp(line) + 1 for line in np.nonzero(box > 40))
        assert box.shape == (20, 20)
        assert extent >= 19 or drawing.strokes == DOT


def test_place_and_size_of_strokes_show_in_the_first_step_alone():
    large, small = (steps(Drawing(strokes=strokes)) for strokes in (SEVEN, SMALL_SEVEN))
    for one, other in zip(large[1:], small[1:], strict=True):
        assert np.abs(one.image.astype(int) - other.image).mean() < 4
    rows, columns = np.nonzero(small[0].image)
    assert min(rows.min(), columns.min()) > 0.7 * min(small[0].image.shape)
    assert large[1].image[:3].any()
    assert large[1].image[-3:].any()


def test_mnists_pen_is_wider_than_the_line_that_was_drawn():
    _, thin, wide, *_ = steps(Drawing(strokes=SEVEN))
    assert (wide.image > 127).mean() > 3 * (thin.image > 127).mean()


@pytest.mark.parametrize(("ink", "paper"), [(30, 255), (255, 0)])
def test_a_picture_is_shown_as_it_was_given_with_paper_that_shows_its_ink(ink, paper):
    drawing = bar(25, channels=4)
    drawing.picture[..., :3] = ink
    given, *others = steps(drawing)
    assert given.as_given
    assert given.image[0, 0] == paper
    assert np.ptp(given.image) > 150
    assert others[0].image[0, 0] == 0
    assert not any(step.as_given for step in others)


@pytest.mark.parametrize(("width", "low", "high"), [(5, 1.5, 9), (50, 0, 0.8)])
def test_a_pen_unlike_mnists_is_a_step(width, low, high):
    titles = [step.title for step in steps(bar(width))]
    assert titles == ["Your picture", "Ink", "Cropped", "MNIST's pen", "20×20 box", "Centered"]
    cropped, redrawn = (
        np.mean((step.image > 127).sum(axis=1)) / len(step.image) for step in steps(bar(width))[2:4]
    )
    assert low < redrawn / cropped < high
    assert "MNIST's pen" not in [step.title for step in steps(bar(25))]


@pytest.mark.parametrize(
    ("drawing", "words"),
    [
        (Drawing(), "nothing to read yet"),
        (Drawing(strokes=((),)), "nothing to read yet"),
        (Drawing(picture=np.full((50, 50), 255, np.uint8)), "empty"),
    ],
)
def test_nothing_to_read_gets_a_sentence(drawing, words):
    with pytest.raises(ValueError, match=words):
        steps(drawing)
