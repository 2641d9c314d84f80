import numpy as np
import pytest

from cnn.drawing.drawing import Drawing, steps

SEVEN = (((80.0, 60.0), (180.0, 60.0), (120.0, 220.0)), ((100.0, 140.0), (160.0, 140.0)))
SMALL_SEVEN = tuple(tuple((x / 4 + 250, y / 4 + 260) for x, y in line) for line in SEVEN)
DOT = (((200.0, 30.0),),)


def picture(channels=0):
    """Dark ink on light paper, a bar in the lower right corner; transparent paper with 4."""
    gray = np.full((120, 160), 240, np.uint8)
    gray[60:110, 120:130] = 30
    if channels == 0:
        return gray
    pixels = np.repeat(gray[..., None], channels, axis=2)
    if channels == 4:
        pixels[..., 3] = np.where(gray < 128, 255, 0)
    return pixels


DRAWINGS = {
    "strokes": Drawing(strokes=SEVEN),
    "small strokes in a corner": Drawing(strokes=SMALL_SEVEN),
    "strokes beyond the pad": Drawing(strokes=(((-500.0, 9.0), (900.0, 2000.0)),)),
    "a dot": Drawing(strokes=DOT),
    "an empty stroke among others": Drawing(strokes=((), *SEVEN)),
    "gray picture": Drawing(picture=picture()),
    "RGB picture": Drawing(picture=picture(3)),
    "RGBA picture": Drawing(picture=picture(4)),
    "image": Drawing(image=np.eye(28, dtype=np.uint8) * 200),
}


@pytest.fixture(params=DRAWINGS.values(), ids=DRAWINGS.keys())
def drawing(request):
    return request.param


def test_the_last_step_is_what_the_network_sees(drawing):
    assert np.array_equal(steps(drawing)[-1].image, drawing.mnist_image())


def test_every_step_has_words_and_a_small_picture_with_ink(drawing):
    for step in steps(drawing):
        assert step.title
        assert step.sentence.endswith(".")
        assert step.image.dtype == np.uint8
        assert step.image.ndim == 2
        assert max(step.image.shape) <= 141
        assert step.image.max() > 100


def test_strokes_are_shown_where_they_were_drawn_and_then_without_their_place():
    drawn, cropped, *_ = steps(Drawing(strokes=SMALL_SEVEN))
    rows, columns = np.nonzero(drawn.image)
    assert rows.min() > drawn.image.shape[0] * 0.7
    assert columns.min() > drawn.image.shape[1] * 0.7
    assert cropped.image[:3].any()
    assert cropped.image[-3:].any()


def test_place_and_size_of_strokes_show_in_the_first_step_alone():
    large, small = (steps(Drawing(strokes=strokes)) for strokes in (SEVEN, SMALL_SEVEN))
    for one, other in zip(large[1:], small[1:], strict=True):
        assert np.abs(one.image.astype(int) - other.image).mean() < 4
    assert not np.array_equal(large[0].image, small[0].image)


def test_mnists_pen_is_wider_than_the_line_that_was_drawn():
    _, thin, wide, *_ = steps(Drawing(strokes=SEVEN))
    assert (wide.image > 127).mean() > 3 * (thin.image > 127).mean()


def test_the_box_has_twenty_pixels_and_the_ink_fills_its_longer_side(drawing):
    if drawing.image is not None:
        return
    (box,) = (step.image for step in steps(drawing) if step.title == "20×20 box")
    assert box.shape == (20, 20)
    extent = max(np.ptp(line) + 1 for line in np.nonzero(box > 40))
    assert extent >= 19 or drawing.strokes == DOT


def test_a_picture_is_shown_as_it_was_given_and_then_as_ink():
    given, ink, *_ = steps(Drawing(picture=picture()))
    assert given.as_given
    assert given.image[0, 0] == 240
    assert ink.image[0, 0] == 0
    assert not any(step.as_given for step in steps(Drawing(picture=picture()))[1:])


@pytest.mark.parametrize(("ink", "paper"), [(30, 255), (255, 0)])
def test_transparent_paper_shows_the_ink_whatever_its_color(ink, paper):
    pixels = picture(4)
    pixels[..., :3] = ink
    shown = steps(Drawing(picture=pixels))[0].image
    assert shown[0, 0] == paper
    assert shown.max() - shown.min() > 150


def bar(width):
    """A picture of a bar so many pixels wide and 200 high."""
    gray = np.full((240, 240), 255, np.uint8)
    gray[20:220, 100 : 100 + width] = 0
    return Drawing(picture=gray)


@pytest.mark.parametrize(("width", "factor"), [(5, 1.5), (50, 0.8)])
def test_a_pen_unlike_mnists_is_a_step(width, factor):
    titles = [step.title for step in steps(bar(width))]
    assert titles == ["Your picture", "Ink", "Cropped", "MNIST's pen", "20×20 box", "Centered"]
    cropped, redrawn = steps(bar(width))[2:4]
    share = [
        np.mean((step.image > 127).sum(axis=1)) / len(step.image) for step in (cropped, redrawn)
    ]
    assert share[1] / share[0] > factor if factor > 1 else share[1] / share[0] < factor


def test_a_pen_like_mnists_is_no_step():
    assert "MNIST's pen" not in [step.title for step in steps(bar(25))]


def test_a_point_is_drawn_in_every_step():
    assert all((step.image > 127).any() for step in steps(Drawing(strokes=DOT)))


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
