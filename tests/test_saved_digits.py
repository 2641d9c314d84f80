import base64
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit, saved_digits
from tests.saved import image_drawing, stroke_drawing

ADD_TEN = """
import sys
from pathlib import Path
from cnn.fine_tuning import saved_digits
from tests.saved import stroke_drawing
for number in range(10):
    saved_digits.add(stroke_drawing(number), 7, Path(sys.argv[1]))
"""


def labels(folder):
    return [digit.label for digit in saved_digits.read(folder).digits]


def line(label="7", **values):
    drawing = {} if "image" in values else {"strokes": [[[1, 2], [3, 4]]]}
    return json.dumps({"label": label, **drawing, **values}).encode()


def test_saved_drawings_come_back_with_label_strokes_and_image(runs_dir):
    assert saved_digits.read(runs_dir).digits == ()
    picture = np.full((60, 40), 255, np.uint8)
    picture[10:50, 18:22] = 0
    many = tuple((float(x), float(x % 7)) for x in range(saved_digit.MAX_SAVED_POINTS + 1))
    drawings = stroke_drawing(), Drawing(picture=picture), Drawing(strokes=(many,))
    for label, drawing in enumerate(drawings):
        saved_digits.add(drawing, label, runs_dir)
    digits = saved_digits.read(runs_dir).digits
    assert labels(runs_dir) == [0, 1, 2]
    assert digits[0].drawing.strokes == drawings[0].strokes
    assert all(digit.drawing.image is not None for digit in digits[1:])
    for digit, drawing in zip(digits, drawings, strict=True):
        np.testing.assert_array_equal(digit.image, drawing.mnist_image)


def test_the_same_drawing_is_not_saved_twice_but_gets_the_new_label(runs_dir):
    first = saved_digits.add(stroke_drawing(), 7, runs_dir)
    saved_digits.add(stroke_drawing(1), 2, runs_dir)
    saved_digits.add(stroke_drawing(), 1, runs_dir)
    assert labels(runs_dir) == [1, 2]
    assert saved_digits.read(runs_dir).digits[0].added == first.after.added


def test_digits_are_relabeled_deleted_and_brought_back_as_they_were(runs_dir):
    digits = [saved_digits.add(stroke_drawing(number), number, runs_dir) for number in range(4)]
    relabeled = saved_digits.relabel([digits[0].id, digits[1].id, "unknown"], 9, runs_dir)
    assert labels(runs_dir) == [9, 9, 2, 3]
    assert saved_digits.relabel([digits[0].id], 9, runs_dir) == ()
    deleted = saved_digits.delete([digits[1].id, digits[2].id, "unknown"], runs_dir)
    assert labels(runs_dir) == [9, 3]
    assert saved_digits.undo(deleted, runs_dir) == 2
    assert labels(runs_dir) == [9, 9, 2, 3]
    assert saved_digits.undo(relabeled, runs_dir) == 2
    assert labels(runs_dir) == [0, 1, 2, 3]


def test_undo_leaves_what_was_changed_or_deleted_since(runs_dir):
    digits = [saved_digits.add(stroke_drawing(number), number, runs_dir) for number in range(3)]
    relabeled = saved_digits.relabel([digit.id for digit in digits], 9, runs_dir)
    saved_digits.relabel([digits[0].id], 5, runs_dir)
    saved_digits.delete([digits[1].id], runs_dir)
    assert saved_digits.undo(relabeled, runs_dir) == 1
    assert labels(runs_dir) == [5, 2]
    assert saved_digits.undo(relabeled, runs_dir) == 0
    saved_digits.delete([digits[2].id], runs_dir)
    saved_digits.add(stroke_drawing(2), 2, runs_dir)  # as by another tab
    assert saved_digits.undo([digits[2]], runs_dir) == 0
    assert labels(runs_dir) == [5, 2]


@pytest.mark.parametrize("label", [-1, 10, "A", "", None, True, 7.5, "07"])
def test_a_label_that_is_no_digit_is_refused(runs_dir, label):
    with pytest.raises(ValueError, match="digit from 0 to 9"):
        saved_digits.add(stroke_drawing(), label, runs_dir)
    digit = saved_digits.add(stroke_drawing(), 7, runs_dir)
    with pytest.raises(ValueError, match="digit from 0 to 9"):
        saved_digits.relabel([digit.id], label, runs_dir)
    assert labels(runs_dir) == [7]


@pytest.mark.parametrize(
    "drawing", [Drawing(), Drawing(strokes=((),)), Drawing(image=np.zeros((28, 28), np.uint8))]
)
def test_an_empty_drawing_is_refused(runs_dir, drawing):
    with pytest.raises(ValueError, match=r"nothing to read|no ink"):
        saved_digits.add(drawing, 7, runs_dir)


DAMAGED = [
    b"{",
    b"[]",
    b"\xff\xfe\x00",
    b'{"label": "7"}',
    b"[" * 5_000,
    line(comment="x" * 200_000),
    line(label="A"),
    line(strokes=[[[1, float("nan")]]]),
    line(strokes=[[[1, 1e300]]]),
    line(strokes=[]),
    line(image="@@"),
    line(image=base64.b64encode(bytes(783)).decode()),
    line(image=7),
    line(added=float("inf")),
    line(added=True),
    line(image=base64.b64encode(bytes(784)).decode()),
    line(image=base64.b64encode(bytes([3]) * 784).decode()),
]


def test_damaged_lines_are_counted_and_stay_in_the_file_through_changes(runs_dir):
    path = runs_dir / saved_digits.FILE_NAME
    path.write_bytes(b"\n".join([line(id="../../x"), *DAMAGED]))
    saved = saved_digits.read(runs_dir)
    assert saved.damaged == tuple(DAMAGED)
    assert len(saved.digits[0].id) == 16  # that in the file is ignored
    assert saved.digits[0].added == 0
    saved_digits.add(stroke_drawing(1), 2, runs_dir)
    assert labels(runs_dir) == [7, 2]
    assert path.read_bytes().split(b"\n")[: len(DAMAGED)] == DAMAGED


def test_threads_and_processes_at_once_lose_nothing(runs_dir):
    threads = [
        threading.Thread(target=saved_digits.add, args=(stroke_drawing(100 + number), 1, runs_dir))
        for number in range(10)
    ]
    command = [sys.executable, "-c", ADD_TEN, str(runs_dir)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert process.wait(60) == 0
    assert sorted(labels(runs_dir)) == [1] * 10 + [7] * 10


def test_no_more_than_the_limit_is_saved(runs_dir, monkeypatch):
    monkeypatch.setattr(saved_digits, "MAX_DIGITS", 2)
    for number in range(2):
        saved_digits.add(stroke_drawing(number), 7, runs_dir)
    with pytest.raises(ValueError, match="2 digits are saved"):
        saved_digits.add(stroke_drawing(2), 7, runs_dir)
    loaded = saved_digits.load(
        saved_digits.to_bytes(saved_digits.read(runs_dir).digits) + line(), runs_dir
    )
    assert (loaded.added, loaded.already_there) == (0, 2)
    assert loaded.refused == ("No room: 2 digits are saved, the maximum.",)
    saved_digits.add(stroke_drawing(1), 1, runs_dir)
    assert labels(runs_dir) == [7, 1]


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match="can't be saved"):
        saved_digits.add(stroke_drawing(), 7, tmp_path / "file" / "runs")


def test_a_change_waits_for_another_process_and_then_says_so(runs_dir, hold_elsewhere, monkeypatch):
    monkeypatch.setattr(saved_digits, "LOCK_TIMEOUT", 0.1)
    holder = hold_elsewhere(runs_dir / saved_digits.LOCK_NAME)
    with pytest.raises(ValueError, match="by another process"):
        saved_digits.add(stroke_drawing(), 7, runs_dir)
    holder.kill()
    holder.wait()
    saved_digits.add(stroke_drawing(), 7, runs_dir)
    assert labels(runs_dir) == [7]


def test_what_is_saved_to_a_file_is_loaded_elsewhere_and_not_twice(runs_dir, tmp_path):
    for number in range(3):
        saved_digits.add(stroke_drawing(number), number, runs_dir)
    saved_digits.add(image_drawing(), 3, runs_dir)
    content = saved_digits.to_bytes(saved_digits.read(runs_dir).digits)
    assert saved_digits.load(content, tmp_path) == (4, 0, ())
    assert saved_digits.load(content, tmp_path) == (0, 4, ())
    assert labels(tmp_path) == [0, 1, 2, 3]
    assert (tmp_path / saved_digits.FILE_NAME).read_bytes() == content


def test_loading_takes_what_it_can_and_says_which_lines_were_refused(runs_dir):
    digit = saved_digits.add(stroke_drawing(), 7, runs_dir)
    known = saved_digit.SavedDigit(digit.after.drawing, 1, 0.0)  # with another label
    lines = [known.line, b"", b"{", line(label="A"), line(strokes=[[[5, 5], [9, 1]]])]
    loaded = saved_digits.load(b"\n".join(lines), runs_dir)
    assert (loaded.added, loaded.already_there) == (1, 1)
    assert [sentence.partition(":")[0] for sentence in loaded.refused] == ["Line 3", "Line 4"]
    assert sorted(labels(runs_dir)) == [7, 7]


@pytest.mark.parametrize("content", [b"no digits", bytes(1000), b"[]"])
def test_a_file_of_something_else_is_refused_and_changes_nothing(runs_dir, content):
    loaded = saved_digits.load(content, runs_dir)
    assert (loaded.added, loaded.already_there) == (0, 0)
    assert loaded.refused[0].startswith("Line 1: ")
    assert not (runs_dir / saved_digits.FILE_NAME).exists()


@pytest.mark.parametrize(
    ("limit", "content", "sentence"),
    [
        (1_000_000, b"\n\n", "no digit in this file"),
        (1, b"\n".join([line(), line()]), "too large"),
    ],
)
@pytest.mark.parametrize("name", ["MAX_UPLOAD", "MAX_UPLOAD_LINES"])
def test_an_empty_or_too_large_file_is_refused(
    runs_dir, monkeypatch, name, limit, content, sentence
):
    monkeypatch.setattr(saved_digits, name, limit)
    with pytest.raises(ValueError, match=sentence):
        saved_digits.load(content, runs_dir)
