import gzip
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

from cnn.inference.classifier import Classifier
from cnn.inference.drawing_lines import open_lines
from cnn.inference.recognition import Failure, Recognized, recognize_lines

ONE = '{"strokes": [[[100, 40], [100, 240]]], "label": "1"}'
DASH = '{"strokes": [[[40, 100], [240, 100]]]}'
TWO_ONES = '{"strokes": [[[300, 40], [300, 240]], [[100, 40], [100, 240]]]}'
PICTURE = json.dumps({"pixels": [[0] * 9 + [255] * 2 + [0] * 9] * 20})

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
        self.batches = []

    def outputs(self, images):
        self.batches.append(len(images))
        tall = images.max(axis=2).astype(bool).sum(axis=1) > 14
        answers = np.full((len(images), 10), 0.01, np.float32)
        answers[np.arange(len(images)), np.where(tall, 1, 7)] = 0.91
        return answers, answers.max(axis=1)


@pytest.fixture
def network():
    return TallOrWide()


def read(lines, network, **options):
    return list(recognize_lines(lines, Classifier(network), **options))


def digits(answers):
    return [answer.prediction.digit for answer in answers]


def test_each_line_is_answered_in_its_order(network):
    answers = read([ONE, DASH.encode(), ONE + "\n", DASH + "\r\n"], network)
    assert digits(answers) == [1, 7, 1, 7]
    assert answers[0].prediction.probability == pytest.approx(0.91)
    assert sum(answers[0].prediction.probabilities) == pytest.approx(1)


def test_an_answer_is_a_line_of_json_with_these_keys(network):
    (answer,) = read([ONE], network)
    shown = json.loads(answer.as_json())
    assert list(shown) == ["digit", "probability", "probabilities", "is_digit", "score"]
    assert shown["is_digit"] is True
    assert shown["score"] == pytest.approx(0.91)
    assert shown["digit"] == 1
    assert shown["probability"] == max(shown["probabilities"]) == shown["probabilities"][1]
    assert len(shown["probabilities"]) == 10
    assert "\n" not in answer.as_json()


def test_a_failure_is_a_line_of_json_with_its_sentence():
    assert Failure("Line 2: ×.").as_json() == '{"error": "Line 2: ×."}'


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
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(network, line, words):
    first, failure, last = read([ONE, line, DASH], network)
    assert (first.prediction.digit, last.prediction.digit) == (1, 7)
    assert failure.error.startswith("Line 2: ")
    assert words in failure.error
    assert failure.error.endswith(".")
    assert list(json.loads(failure.as_json())) == ["error"]


def test_blank_lines_are_skipped_but_counted(network):
    answers = read(["", ONE, "  \r\n", "no", b"\n"], network)
    assert [type(answer) for answer in answers] == [Recognized, Failure]
    assert answers[1].error.startswith("Line 4:")


def test_only_bad_lines_and_no_lines_need_no_network(network):
    assert len(read(["no", "no"], network)) == 2
    assert read([], network) == []
    assert network.batches == []


def test_drawings_are_read_in_batches(network):
    answers = read([ONE, "no", DASH] * 400, network)
    assert digits(answers[0::3] + answers[2::3]) == [1] * 400 + [7] * 400
    assert {type(failure) for failure in answers[1::3]} == {Failure}
    assert sum(network.batches) == 800
    assert len(network.batches) < 10


def test_a_byte_order_mark_is_no_mistake(network):
    (answer,) = read([b"\xef\xbb\xbf" + ONE.encode()], network)
    assert answer.prediction.digit == 1


def test_pixels_are_read_as_a_picture(network):
    inverted = PICTURE.replace("255", "9").replace("0", "200")
    assert digits(read([PICTURE, inverted], network)) == [1, 1]


def test_the_pixel_pipeline_reads_strokes_as_the_picture_of_a_pad(network):
    as_drawn, as_pictured = [], []
    network.outputs = lambda images, seen=network.outputs: (
        (as_pictured if as_drawn else as_drawn).append(images) or seen(images)
    )
    assert digits(read([ONE, PICTURE], network)) == [1, 1]
    assert digits(read([ONE, PICTURE], network, pipeline="pixels")) == [1, 1]
    assert not np.array_equal(as_drawn[0][0], as_pictured[0][0])
    assert np.array_equal(as_drawn[0][1], as_pictured[0][1])


@pytest.mark.parametrize("pipeline", ["strokes", "pixels"])
def test_several_digits_are_answered_from_left_to_right_beside_the_whole(network, pipeline):
    (answer,) = read([TWO_ONES], network, pipeline=pipeline, several=True)
    shown = json.loads(answer.as_json())
    assert shown["text"] == "11"
    assert len(shown["probabilities"]) == 10
    left, right = shown["digits"]
    assert list(left) == ["digit", "probability", "score", "is_digit", "box"]
    assert left["box"][2] < right["box"][0]
    if pipeline == "strokes":
        assert [left["box"], right["box"]] == [[100, 40, 100, 240], [300, 40, 300, 240]]


def test_a_line_with_too_many_digits_gets_a_sentence_and_the_others_are_answered(network):
    many = json.dumps({"strokes": [[[200 * x, 40], [200 * x, 240]] for x in range(41)]})
    failure, answer = read([many, ONE], network, several=True)
    assert failure.error.startswith("Line 1: There are more than 40 digits in it")
    assert answer.prediction.digit == 1


# Files

TEXT = f"{ONE}\n{DASH}\n".encode()
LINES = [f"{ONE}\n".encode(), f"{DASH}\n".encode()]


@pytest.mark.parametrize("name", ["digits.jsonl", "digits.jsonl.gz", "digits"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_is_read_plain_or_packed_whatever_its_name(tmp_path, name, pack):
    path = tmp_path / name
    path.write_bytes(pack(TEXT))
    assert list(open_lines(str(path))) == LINES


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_is_standard_input(monkeypatch, pack):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(pack(TEXT))))
    assert list(open_lines("-")) == LINES


def test_an_empty_file_has_no_lines(tmp_path):
    (tmp_path / "empty").touch()
    assert list(open_lines(str(tmp_path / "empty"))) == []


@pytest.mark.parametrize(("name", "reason"), [("", "Is a directory"), ("none", "No such file")])
def test_a_missing_file_or_a_folder_is_named_at_once(tmp_path, name, reason):
    with pytest.raises(ValueError, match=f"can't be read: {reason}"):
        open_lines(str(tmp_path / name))


def test_the_lines_before_the_end_of_a_truncated_gzip_file_are_answered(tmp_path, network):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(TEXT)[:-8])
    *answers, failure = read(open_lines(str(path)), network)
    assert digits(answers) == [1, 7]
    assert failure.error.startswith(f"After line 2: {path} is damaged and can't be read further")


@pytest.mark.parametrize("end", [b"", b"\xff" * 40])
def test_a_gzip_file_that_is_damaged_from_its_start_is_named(tmp_path, network, end):
    path = tmp_path / "bad.gz"
    path.write_bytes(gzip.compress(TEXT)[:10] + end)
    (failure,) = read(open_lines(str(path)), network)
    assert failure.error.startswith(f"{path} is damaged")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_line_without_end_is_not_kept_in_memory(tmp_path, network, pack):
    path = tmp_path / "long"
    path.write_bytes(pack(b"9" * 20_000_000 + b"\n" + TEXT))
    lines = list(open_lines(str(path)))
    assert max(map(len, lines)) == 8_000_001
    failure, *answers = read(lines, network)
    assert failure.error.startswith("Line 1: This line is longer")
    assert digits(answers) == [1, 7]
