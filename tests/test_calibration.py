import json

import pytest

from cnn.runs.calibration import Calibration, read_calibration, write_calibration


def test_what_is_written_is_read_again(tmp_path):
    calibration = Calibration(temperature=1.3, threshold=0.42)
    write_calibration(tmp_path, calibration)
    assert read_calibration(tmp_path) == calibration
    assert [file.name for file in tmp_path.iterdir()] == ["calibration.json"]


def test_a_run_from_before_calibration_calls_every_image_a_digit(tmp_path):
    assert read_calibration(tmp_path) == Calibration(temperature=1.0, threshold=0.0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"[1, 0.5]",
        b"null",
        b'"calibration"',
        b'{"temperature": null, "threshold": 0.5}',
        b'{"temperature": [], "threshold": 0.5}',
        b'{"temperature": "hot", "threshold": 0.5}',
        b'{"temperature": 1.2, "threshold": NaN}',
        b'{"temperature": 1.2, "threshold": -0.1}',
        b'{"temperature": 1.2, "threshold": 1.1}',
        b'{"temperature": NaN, "threshold": 0.5}',
        b'{"temperature": Infinity, "threshold": 0.5}',
        b'{"temperature": 0, "threshold": 0.5}',
        b'{"temperature": -1, "threshold": 0.5}',
        b'{"temperature": 1' + b"0" * 400 + b', "threshold": 0.5}',
    ],
)
def test_a_damaged_file_is_as_none(tmp_path, content):
    (tmp_path / "calibration.json").write_bytes(content)
    assert read_calibration(tmp_path) == Calibration()


def test_a_folder_in_the_files_place_is_as_none(tmp_path):
    (tmp_path / "calibration.json").mkdir()
    assert read_calibration(tmp_path) == Calibration()


@pytest.mark.parametrize("threshold", [0, 1])
def test_the_ends_of_the_range_are_thresholds_too(tmp_path, threshold):
    values = {"temperature": 0.7, "threshold": threshold}
    (tmp_path / "calibration.json").write_text(json.dumps(values))
    assert read_calibration(tmp_path) == Calibration(0.7, threshold)
