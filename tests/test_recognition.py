import gzip
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from cnn.inference.classifier import Classifier
from cnn.inference.recognition import open_lines, recognize_lines

ONE = '{"strokes": [[[100, 40], [100, 240]]], "label": "1"}'
DASH = '{"strokes": [[[40, 100], [240, 100]]]}'
TWO_ONES = '{"strokes": [[[300, 40], [300, 240]], [[100, 40], [100, 240]]]}'
FORTY_ONE = json.dumps({"strokes": [[[200 * x, 40], [200 * x, 240]] for x in range(41)]})
PICTURE = json.dumps({"pixels": [[0] * 9 + [255] * 2 + [0] * 9] * 20})
FILE = [f"{ONE}\n".encode(), f"{DASH}\n".encode()]

BAD_STROKES = [
    *("{}", '"strokes"', "[]", "[[]]", "[[[1, 2]], 7]", "[[1, 2]]", "[[[1]]]", "[[[1, 2, 3]]]"),
    *('[["12"]]', "[[[1, NaN]]]", "[[[1, -Infinity]]]", "[[[1, 1e7]]]", "[[[1, 1e999]]]"),
    *(f"[[[1, {10**400}]]]", "[[[1, null]]]", "[[[1, true]]]", '[[[1, "2"]]]'),
    json.dumps([[[1, 2]]] * 1_001),
]
BAD_PIXELS = [
    *("null", "[1, 2]", "[]", "[[]]", '[["1"]]', "[[true]]", "[[[1, 2, 3]]]", "[[NaN]]"),
    *(f"[[{10**400}]]", "[[-1]]", "[[256]]"),
]


class TallOrWide:
    """A stand-in for a network: tall ink is a 1, wide ink is a 7, with 0.91 each."""

    def __init__(self):
        self.seen = []

    def outputs(self, images):
        self.seen.append(images)
        tall = images.max(axis=2).astype(bool).sum(axis=1) > 14
        probabilities = np.full((len(images), 10), 0.01, np.float32)
        probabilities[np.arange(len(images)), np.where(tall, 1, 7)] = 0.91
        return probabilities, probabilities.max(axis=1)


@pytest.fixture
def network():
    return TallOrWide()


@pytest.fixture
def recognize(network):
    return lambda lines, **options: list(recognize_lines(lines, Classifier(network), **options))


def digits(results):
    return [one["digit"] for one in results]


def test_each_line_is_predicted_in_its_order(recognize):
    lines = [ONE, DASH.encode(), ONE + "\n", DASH + "\r\n", b"\xef\xbb\xbf" + ONE.encode()]
    assert digits(recognize(lines)) == [1, 7, 1, 7, 1]


def test_a_prediction_has_these_keys_and_is_json(recognize):
    (shown,) = (json.loads(json.dumps(one)) for one in recognize([ONE]))
    assert list(shown) == ["digit", "probability", "probabilities", "is_digit", "score"]
    assert (shown["digit"], shown["is_digit"]) == (1, True)
    assert shown["score"] == pytest.approx(0.91)
    assert shown["probability"] == max(shown["probabilities"]) == shown["probabilities"][1]
    assert len(shown["probabilities"]) == 10
    assert sum(shown["probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        *((line, "Invalid JSON") for line in ("{", "strokes", "[" * 100_000, "1" * 5_000)),
        (b'{"strokes": "\xff"}', "invalid unicode"),
        *((line, "must be an object") for line in ("[]", "null")),
        ('{"stroke": [[[1, 2]]]}', "Expected was either"),
        ('{"strokes": [[[1, 2]]], "pixels": [[1]]}', "Expected was either"),
        *((f'{{"strokes": {strokes}}}', "strokes") for strokes in BAD_STROKES),
        (json.dumps({"strokes": [[[0, 0]] * 100_001]}), "more than 100,000 points"),
        ('{"pixels": [[1, 2], [3]]}', "same length"),
        *((f'{{"pixels": {pixels}}}', "pixels") for pixels in BAD_PIXELS),
        ('{"pixels": [[9, 9], [9, 9]]}', "The picture is empty"),
        (" " * 8_000_001 + "x", "longer than 8 million characters"),
        (FORTY_ONE, "There are more than 40 digits in it"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_predicted(recognize, line, words):
    first, failure, last = recognize([ONE, line, DASH], several=True)
    assert digits([first, last]) == [1, 7]
    assert list(failure) == ["error"]
    assert failure["error"].startswith("Line 2: ")
    assert words in failure["error"]
    assert failure["error"].endswith(".")


def test_blank_lines_are_skipped_but_counted(recognize):
    one, failure = recognize(["", ONE, "  \r\n", "no", b"\n"])
    assert one["digit"] == 1
    assert failure["error"].startswith("Line 4:")


def test_pixels_are_predicted_as_a_picture(recognize):
    inverted = PICTURE.replace("255", "9").replace("0", "200")
    assert digits(recognize([PICTURE, inverted])) == [1, 1]


def test_the_pixel_pipeline_takes_strokes_as_the_picture_of_a_canvas(recognize, network):
    assert digits(recognize([ONE, PICTURE])) == [1, 1]
    assert digits(recognize([ONE, PICTURE], pipeline="pixels")) == [1, 1]
    drawn, picture, pictured, same = network.seen
    assert not np.array_equal(drawn, pictured)
    assert np.array_equal(picture, same)


@pytest.mark.parametrize("pipeline", ["strokes", "pixels"])
def test_several_digits_are_predicted_from_left_to_right_beside_the_whole(recognize, pipeline):
    (shown,) = recognize([TWO_ONES], pipeline=pipeline, several=True)
    assert shown["text"] == "11"
    assert len(shown["probabilities"]) == 10
    left, right = shown["digits"]
    assert list(left) == ["digit", "probability", "score", "is_digit", "box"]
    assert left["box"][2] < right["box"][0]
    if pipeline == "strokes":
        assert [left["box"], right["box"]] == [[100, 40, 100, 240], [300, 40, 300, 240]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_or_standard_input_is_plain_or_packed_whatever_its_name(tmp_path, monkeypatch, pack):
    content = pack(b"".join(FILE))
    (tmp_path / "digits").write_bytes(content)
    assert list(open_lines(str(tmp_path / "digits"))) == FILE
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert list(open_lines("-")) == FILE


@pytest.mark.parametrize(("name", "reason"), [("", "Is a directory"), ("none", "No such file")])
def test_a_missing_file_or_a_folder_is_named_at_once(tmp_path, name, reason):
    with pytest.raises(ValueError, match=f"can't be read: {reason}"):
        open_lines(str(tmp_path / name))


PACKED = gzip.compress(b"".join(FILE))


@pytest.mark.parametrize(
    ("content", "before"),
    [(PACKED[:-8], [1, 7]), (PACKED[:10], []), (PACKED[:10] + b"\xff" * 40, [])],
    ids=["cut off", "a header alone", "damaged from its start"],
)
def test_the_lines_before_a_damaged_gzip_file_ends_are_predicted(
    tmp_path, recognize, content, before
):
    path = tmp_path / "bad.gz"
    path.write_bytes(content)
    *results, failure = recognize(open_lines(str(path)))
    assert digits(results) == before
    place = "After line 2: " if before else ""
    assert failure["error"].startswith(f"{place}{path} is damaged and can't be read further")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_line_without_end_is_not_held_in_memory(tmp_path, recognize, pack):
    path = tmp_path / "long"
    path.write_bytes(pack(b"9" * 20_000_000 + b"\n" + b"".join(FILE)))
    lines = list(open_lines(str(path)))
    assert max(map(len, lines)) == 8_000_001
    failure, *results = recognize(lines)
    assert failure["error"].startswith("Line 1: This line is longer")
    assert digits(results) == [1, 7]
