import json

import pytest

from cnn.drawing.strokes import check_strokes


def test_good_strokes_are_returned_as_points():
    assert check_strokes(json.loads("[[[1, 2], [3.5, 4]], [[5, 6]]]")) == (
        ((1, 2), (3.5, 4)),
        ((5, 6),),
    )


@pytest.mark.parametrize(
    ("strokes", "sentence"),
    [
        ("null", "must be a list"),
        ('{"x": 1}', "must be a list"),
        ('"strokes"', "must be a list"),
        ("[]", "no strokes to read"),
        ("[[]]", "Stroke 1 must be a list of points"),
        ("[[[1, 2]], 7]", "Stroke 2 must be a list of points"),
        ("[[1, 2]]", "A point must be two numbers"),
        ("[[[1]]]", "A point must be two numbers"),
        ("[[[1, 2, 3]]]", "A point must be two numbers"),
        ('[["12"]]', "A point must be two numbers"),
        ("[[[1, NaN]]]", "and nan does not"),
        ("[[[1, -Infinity]]]", "and -inf does not"),
        ("[[[1, 1e7]]]", "between -1,000,000 and 1,000,000"),
        (f"[[[1, {10**400}]]]", "between -1,000,000 and 1,000,000"),
        ("[[[1, null]]]", "and None is none"),
        ("[[[1, true]]]", "and True is none"),
        ('[[[1, "2"]]]', "and '2' is none"),
        (json.dumps([[[1, 2]]] * 1_001), "more than 1,000 strokes"),
        (json.dumps([[[1, 2]] * 100_001]), "more than 100,000 points"),
    ],
)
def test_bad_strokes_are_refused_with_a_sentence(strokes, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_strokes(json.loads(strokes))
