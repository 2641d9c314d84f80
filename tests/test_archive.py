import io
import json
import pickle
import stat
import time
import warnings
from dataclasses import replace
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.export.files import RUN_FILES
from cnn.hyperparameters import Hyperparameters
from cnn.inference.predictor import load_predictor
from cnn.launching import importing
from cnn.launching.importing import import_run
from cnn.runs import archive, queue, store
from cnn.runs.archive import WEIGHTS_FILE, archive_bytes
from cnn.runs.fine_tune_info import FineTuneInfo, read_fine_tune_info, write_fine_tune_info
from cnn.runs.metrics import EpochPoint
from cnn.runs.snapshots import read_snapshots
from cnn.runs.status import State
from cnn.runs.store import BUILT_IN_PATH, Run, RunError
from cnn.runs.training_time import machine_factor
from tests.evaluated_run import make_run
from tests.pages import open_script, press

HUGE = 9_000_000  # bytes, more than a zip may unpack to here


@pytest.fixture(scope="module")
def zipped():
    """The built-in run as a zip, with one snapshot of its 36."""
    contents = members(archive_bytes(Run(BUILT_IN_PATH))).items()
    return pack([(n, c) for n, c in contents if "epochs" not in n or n == "epochs/9.npz"])


@pytest.fixture
def built(monkeypatch):
    """The runs whose networks were to be built: every file had been accepted by then."""
    runs = []
    monkeypatch.setattr(importing, "_rebuild", runs.append)
    return runs


def members(data):
    with ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def pack(contents, **attributes):
    """A zip of pairs of name and bytes; attributes are those of its last member."""
    buffer, infos = io.BytesIO(), [(ZipInfo(name), content) for name, content in contents]
    with ZipFile(buffer, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicates are meant
        for number, (info, content) in enumerate(infos, 1):
            info.compress_type = ZIP_DEFLATED
            for key, value in attributes.items() if number == len(infos) else ():
                setattr(info, key, value)
            file.writestr(info, content)
    return buffer.getvalue()


def changed(data, name, content, **attributes):
    """The zip with one file replaced or added, or removed (None), as its last."""
    contents = {**members(data), name: content}
    last = contents.pop(name)
    pairs = list(contents.items())
    return pack(pairs if last is None else [*pairs, (name, last)], **attributes)


def with_json(data, file, /, **changes):
    return changed(data, file, json.dumps({**json.loads(members(data)[file]), **changes}).encode())


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def claiming(shape):
    """An .npz whose array claims a shape that is not there."""
    buffer = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return pack([("filters.npy", buffer.getvalue())])


def lying(data, name, declared):
    """The zip with a size in its directory that is not the file's."""
    place = data.index(b"PK\1\2", data.rindex(name.encode()) - 46)
    return data[: place + 24] + declared.to_bytes(4, "little") + data[place + 28 :]


def left(folder):
    """All that is in the folder of runs but for lock files."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_run_comes_back_with_its_network_curves_notes_and_predictions(trained, runs_dir):
    run = trained()
    queue.annotate(run, name="Café", note="first", starred=True)
    run.update_status(message="Resumed after epoch 1. ![x](http://x.y)", mnist_file="/secret")
    run.update_status(node="another machine", created=1e10)
    data = RUN_FILES["zip"].content(run)
    assert not [name for name in members(data) if name.endswith((".keras", ".onnx", ".h5"))]
    back = import_run(with_json(data, "status.json", test_accuracy=1.0), runs_dir)
    assert back.id != run.id
    changes = {"imported": True, "mnist_file": "", "node": "", "created": back.status().created}
    changes["message"] = "Resumed after epoch 1. x(http:x.y)"
    assert back.status() == replace(run.status(), **changes)
    assert 0 <= time.time() - back.status().created < 600  # not in the future
    assert (back.notes, back.hyperparameters) == (run.notes, run.hyperparameters)
    assert back.metrics() == run.metrics()
    for mine, other in zip(read_snapshots(back), read_snapshots(run), strict=True):
        np.testing.assert_array_equal(mine, other)
    digits = mnist.load_test("mnist").images
    before, after = (load_predictor(one.model_path).probabilities(digits) for one in (run, back))
    np.testing.assert_array_equal(before, after)
    assert members(archive_bytes(back))[WEIGHTS_FILE] == members(data)[WEIGHTS_FILE]
    assert not (back.path / WEIGHTS_FILE).exists()
    assert {path.name for path in (runs_dir / ".queue").iterdir()} == {"queue.lock", "import.lock"}
    assert machine_factor([back]) == 1.0  # another machine's times tell nothing of this one


def test_weights_of_another_network_are_refused_and_nothing_is_left(trained, runs_dir):
    run = trained()
    data = with_json(archive_bytes(run), "hyperparameters.json", filters=(9,))
    queue.delete(run)
    with pytest.raises(RunError, match="weights in this zip are not those of its network"):
        import_run(data, runs_dir)
    assert left(runs_dir) == []
    assert store.list_runs(runs_dir) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.popitem(),
        lambda arrays: arrays.update({"convolution_1.0": np.zeros((1, 3, 1, 8))}),
        lambda arrays: arrays["probabilities.1"].fill(np.nan),
    ],
)
def test_a_network_is_built_from_its_own_weights_alone(change, trained, tmp_path):
    from cnn.training.rebuild import rebuild

    run = archive.unpack(archive_bytes(trained()), tmp_path / "draft")
    with np.load(run.path / WEIGHTS_FILE) as file:
        arrays = dict(file)
    change(arrays)
    np.savez(run.path / WEIGHTS_FILE, **arrays)
    assert rebuild(run) == "The weights in this zip are not those of its network."
    assert (run.is_usable, run.status().test_accuracy) == (False, None)


def test_a_fine_tuned_run_stays_one(runs_dir, tmp_path, built):
    run = make_run(tmp_path)
    digits = mnist.Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
    info = FineTuneInfo("built-in", 2, 0.5, 0.9, False, ("a", "b"))
    write_fine_tune_info(run.path, info, digits, b"a network")
    (run.path / "model.keras").write_bytes((BUILT_IN_PATH / "model.keras").read_bytes())
    back = import_run(archive_bytes(run), runs_dir)
    assert read_fine_tune_info(back) == info


WHOLE = [
    (lambda data: b"", "no zip"),
    (lambda data: data[: len(data) // 2], "incomplete"),
    (lambda data: data[:-1], "incomplete"),
    (lambda data: data[:-42] + b"PK\6\7" + data[-38:], "incomplete"),  # zip64
    (lambda data: pack((f"epochs/{number}.npz", b"") for number in range(4_000)), "too large"),
    (lambda data: lying(data, "status.json", 10), "CRC"),
    (lambda data: data.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"), "encrypted"),
    (lambda data: lying(data, "status.json", HUGE), "larger than 8 MB"),
    (lambda data: pack([*members(data).items(), ("status.json", b"{}")]), "in it twice"),
]
FOREIGN = (
    "../status.json", "/etc/status.json", "epochs\\..\\1.npz", "epochs/../1.npz", "epochs/٣.npz",
    "epochs/", "C:status.json", "model.keras", "model.onnx", "base.keras", "run.sh",
    "test_predictions.npz",
)  # fmt: skip
ATTRIBUTES = [
    {"external_attr": stat.S_IFLNK << 16},
    {"external_attr": stat.S_IFIFO << 16},
    {"compress_type": ZIP_LZMA},
]
JSON = [
    ("hyperparameters.json", {"epochs": 0}, "epochs must be between 1 and 100, not 0"),
    ("hyperparameters.json", {"kernel_size": 7, "padding": "valid"}, "7×7"),
    ("status.json", {"state": "running"}, "not over"),
    ("status.json", {"phase": "testing"}, "not over"),
    ("status.json", {"created": "1"}, "created must be a valid number, not '1'"),
    ("status.json", {"created": float("nan")}, "status.json"),
    ("status.json", {"test_images": 10**30}, "test_images"),
    ("status.json", {"dataset": "![x](http://x.y)"}, "its digits are unknown"),
    ("calibration.json", {"temperature": -1.0}, "temperature must be greater than 0"),
]
FILES = [
    (WEIGHTS_FILE, None, "weights.npz is missing"),
    ("status.json", None, "status.json is missing"),
    ("metrics.jsonl", bytes(HUGE), "larger than 8 MB"),
    ("epochs/1.npz", pack([("answers.npy", bytes(HUGE))]), "larger than 8 MB"),
    ("notes.json", b"[" * 90_000, "notes.json"),
    ("notes.json", b'{"name": "%s"}' % (b"x" * 999), "name"),
    ("metrics.jsonl", b'{"epoch": 1}\n', "no point of a curve"),
    ("metrics.jsonl", json.dumps(EpochPoint(10**10, 0, 0, 0, 0, 0)._asdict()).encode(), "no point"),
    ("epochs/1.npz", npz(filters=np.array([{}]), answers=np.eye(10)), "Object arrays"),
    ("epochs/1.npz", pickle.dumps([1] * 99), "no zip"),
    ("epochs/1.npz", npz(filters=np.ones(3), answers=np.eye(10)), "something else"),
    ("epochs/1.npz", claiming((10**13,)), "epochs/1.npz"),
    ("my_digits.npz", npz(images=np.ones((1, 28, 28), "u1")), "labels"),
]
REFUSED = [
    *WHOLE,
    *((lambda data, n=name: changed(data, n, b"{}"), "is no file of a run") for name in FOREIGN),
    *((lambda data, a=one: changed(data, "notes.json", b"{}", **a), "link") for one in ATTRIBUTES),
    *((lambda data, n=name, c=c: with_json(data, n, **c), words) for name, c, words in JSON),
    *((lambda data, n=name, c=c: changed(data, n, c), words) for name, c, words in FILES),
]


@pytest.mark.parametrize(("harm", "words"), REFUSED)
def test_what_is_not_a_run_is_refused_with_a_sentence_and_leaves_nothing(
    harm, words, zipped, runs_dir, built, monkeypatch
):
    monkeypatch.setattr(archive, "MAX_UNPACKED", 8_000_000)
    with pytest.raises(RunError) as refusal:
        import_run(harm(zipped), runs_dir)
    sentence = str(refusal.value)
    assert sentence.startswith("This zip is not a run: ")
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert words in sentence
    assert len(sentence) < 300
    assert (built, left(runs_dir.parent)) == ([], [])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["", "status.json", "hyperparameters.json", "epochs/9.npz"]), st.data())
def test_damaged_bytes_are_a_run_or_refused_with_a_sentence(zipped, tmp_path_factory, name, data):
    damaged = bytearray(members(zipped)[name] if name else zipped)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    whole = changed(zipped, name, bytes(damaged)) if name else bytes(damaged)
    try:
        run = archive.unpack(whole, tmp_path_factory.mktemp("draft"))
    except RunError as error:
        event(str(error)[:40])
        return
    assert run.status().over


def test_only_a_run_that_ended_well_with_a_network_is_exported(runs_dir):
    run = store.create(Hyperparameters(), runs_dir)
    assert "it is queued" in RUN_FILES["zip"].problem(run)
    (run.path / "model.keras").write_bytes(b"")
    for state in (State.QUEUED, State.FAILED):
        run.update_status(state=state)
        assert f"it is {state}" in RUN_FILES["zip"].problem(run)
    run.update_status(state=State.STOPPED)
    assert RUN_FILES["zip"].problem(run) == ""


PAGE = """
import streamlit as st
from cnn.runs import store
from ui.runs.transfer import offer_import

if run := offer_import(store.runs_folder()):
    st.write(f"added {run.id}")
"""


def test_the_page_takes_a_zip_and_answers_a_bad_one_with_a_sentence(zipped, runs_dir, built):
    page = press(open_script(PAGE), "Import a run")
    for content in (b"no zip", zipped):
        page.file_uploader[0].set_value(("run.zip", content, "application/zip")).run()
        if content == b"no zip":
            assert "This zip is not a run" in page.error[0].value
    assert page.markdown[-1].value == f"added {store.list_runs(runs_dir)[0].id}"
