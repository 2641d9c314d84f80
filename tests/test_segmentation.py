import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import picture_from_strokes
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.segmentation import predict_several
from cnn.runs.store import BUILT_IN_PATH, Run
from tests.drawn import moved
from tests.evaluated_run import PredictsThree

ANGLES = np.linspace(0, 2 * np.pi, 24)


def ring(x, y, width, height):
    return [(x + width * np.sin(a) / 2, y - height * np.cos(a) / 2) for a in ANGLES]


ZERO = [ring(35, 50, 60, 100)]
ONE = [[(10, 20), (30, 0), (30, 100)]]
TWO = [[(5, 20), (15, 5), (35, 0), (50, 10), (52, 28), (40, 50), (0, 100), (60, 100)]]
FOUR = [[(25, 0), (5, 62), (55, 62)], [(42, 35), (42, 100)]]
FIVE = [
    [(12, 4), (8, 42), (30, 38), (50, 50), (55, 70), (45, 92), (25, 100), (3, 92)],
    [(15, 0), (58, -3)],  # a roof that does not touch
]
SIX = [[(45, 0), (20, 25), (5, 65), (15, 95), (35, 100), (50, 82), (42, 62), (25, 60), (8, 75)]]
SEVEN = [[(0, 0), (55, 0), (35, 50), (20, 100)], [(15, 50), (52, 50)]]
EIGHT = [ring(30, 24, 40, 48), ring(30, 75, 50, 50)]
DIGITS = {"0": ZERO, "1": ONE, "2": TWO, "4": FOUR, "5": FIVE, "6": SIX, "7": SEVEN, "8": EIGHT}


points = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 280))
drawings = st.lists(st.lists(points, min_size=1, max_size=5), min_size=1, max_size=12)
SPECKS = np.random.default_rng(0).integers(0, 256, (300, 300)).astype(np.uint8)
SPECKS[::2] = SPECKS[:, ::2] = 0


def written(text, gap=20.0, scale=1.0, shift=0.0):
    """The digits of a text in one line, as strokes."""
    strokes, left = [], 40.0
    for character in text:
        digit = DIGITS[character]
        x = [x for stroke in digit for x, _ in stroke]
        place = scale * (left - min(x)) + shift, scale * 60
        strokes += map(tuple, moved(digit, place, scale))
        left += max(x) - min(x) + gap
    return tuple(strokes)


@pytest.fixture(scope="module")
def classifier():
    return load_classifier(Run(BUILT_IN_PATH))


def text_of(parts):
    return "".join(str(part.prediction.digit) for part in parts)


TEXTS = ["2026", "7", "5", "4", "8", "55", "77", "44", "88", "1754", "10", "11", "802", "6124"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_number_is_predicted_from_its_strokes(classifier, text):
    parts = predict_several(Drawing(strokes=written(text)), classifier)
    assert text_of(parts) == text


@pytest.mark.parametrize("text", ["2026", "5", "55", "1754", "10", "11", "6124"])
def test_a_number_is_predicted_from_its_picture(classifier, text):
    for pen_width in (8, 12):
        picture = picture_from_strokes(written(text, gap=30), pen_width)
        parts = predict_several(Drawing(picture=picture), classifier)
        assert text_of(parts) == text


@pytest.mark.parametrize("scale", [0.1, 1, 30])
def test_neither_size_nor_place_nor_order_of_the_strokes_matters(classifier, scale):
    strokes = written("2754", scale=scale, shift=-300.0)
    late_bars = (*strokes[:2], strokes[3], strokes[5], strokes[6], strokes[4], strokes[2])
    for order in (strokes, late_bars[::-1]):
        assert text_of(predict_several(Drawing(strokes=order), classifier)) == "2754"


@pytest.mark.parametrize(("size", "tolerance"), [(1, 5), (8, 60)])
def test_boxes_are_in_the_drawings_own_coordinates_and_dirt_has_none(classifier, size, tolerance):
    strokes = written("17")
    drawn = [part.box for part in predict_several(Drawing(strokes=strokes), classifier)]
    assert drawn == [(40, 60, 60, 160), (80, 60, 135, 160)]
    picture = picture_from_strokes(strokes, 8).copy()
    picture[20:23, 40:44] = picture[250:252, 200:203] = 0
    picture = picture.repeat(size, axis=0).repeat(size, axis=1)
    parts = predict_several(Drawing(picture=picture), classifier)
    assert text_of(parts) == "17"
    for box, part in zip(drawn, parts, strict=True):
        assert np.abs(np.multiply(box, size) - part.box).max() <= tolerance


def test_a_neighbors_ink_is_not_in_a_digits_image(classifier):
    leaning = (((60.0, 160.0), (140.0, 40.0)), ((110.0, 160.0), (190.0, 40.0)))
    first, second = predict_several(Drawing(picture=picture_from_strokes(leaning, 8)), classifier)
    assert first.box.right > second.box.left
    assert np.abs(first.image.astype(int) - second.image).max() < 60


def test_what_is_mnists_image_already_is_one_digit(classifier):
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    (part,) = predict_several(Drawing(image=image), classifier)
    assert part.box == (0, 0, 28, 28)
    assert part.prediction.digit == 1
    assert part.image is image


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        (Drawing(), "There is nothing to read yet"),
        (Drawing(strokes=((),)), "There is nothing to read yet"),
        (Drawing(picture=np.full((9, 9), 200, np.uint8)), "The picture is empty"),
        (Drawing(strokes=written("1" * 41)), "more than 40 digits"),
        (Drawing(strokes=written("1" * 101)), "101 separate parts"),
        (Drawing(picture=SPECKS), "separate parts"),
    ],
)
def test_what_can_not_be_read_gets_a_sentence(classifier, drawing, sentence):
    with pytest.raises(ValueError, match=sentence):
        predict_several(drawing, classifier)


def test_a_scribble_of_very_many_points_is_predicted_all_the_same():
    strokes = np.random.default_rng(0).uniform(0, 280, (10, 10_000, 2))
    strokes[::2] += [290, 0]
    parts = predict_several(Drawing(strokes=tuple(strokes)), Classifier(PredictsThree()))
    assert 2 <= len(parts) <= 10


@settings(max_examples=60)
@given(drawings)
def test_every_stroke_is_inside_the_box_of_a_digit_and_every_box_is_full(strokes):
    parts = predict_several(Drawing(strokes=tuple(strokes)), Classifier(PredictsThree()))
    assert 1 <= len(parts) <= len(strokes)
    assert {part.image.shape for part in parts} == {(28, 28)}
    boxes = np.array([part.box for part in parts])
    corners = np.array([(*np.min(line, axis=0), *np.max(line, axis=0)) for line in strokes])
    for corner in corners:
        assert (np.array([1, 1, -1, -1]) * (boxes - corner) <= 0).all(axis=1).any()
    assert all((boxes[:, side, None] == corners[:, side]).any(axis=1).all() for side in range(4))


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.randoms(use_true_random=False))
def test_any_picture_is_read_or_refused_with_a_sentence(height, width, random):
    pixels = [[random.choice((0, 90, 255)) for _ in range(width)] for _ in range(height)]
    drawing = Drawing(picture=np.array(pixels, np.uint8))
    parts, sentence = [], ""
    try:
        parts = predict_several(drawing, Classifier(PredictsThree()))
    except ValueError as error:
        sentence = str(error)
    assert bool(parts) != sentence.endswith(".")
    for left, top, right, bottom in (part.box for part in parts):
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
