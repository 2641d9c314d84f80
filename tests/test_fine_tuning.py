import errno
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from cnn import launching
from cnn.data.mnist import load, load_test
from cnn.evaluation.predictions import load_predictions
from cnn.fine_tuning import fine_tuned_runs, saved_digit
from cnn.fine_tuning.fine_tuned_runs import (
    accuracy_after,
    hyperparameters_of,
    start_fine_tuning,
    training_seconds,
)
from cnn.hyperparameters import Hyperparameters
from cnn.inference.classifier import load_classifier
from cnn.presets import PRESETS
from cnn.runs import queue, store, training_time
from cnn.runs.fine_tune_info import (
    PARENT_NETWORK,
    SAVED_DIGITS,
    is_test_seen,
    read_fine_tune_info,
    read_saved_digits,
    saved_image_count,
)
from cnn.runs.status import State
from cnn.runs.store import RunError
from cnn.training.fit import train
from cnn.training.metrics_callback import MetricsCallback
from cnn.training.model import starting_network
from cnn.training.pipeline import with_saved_digits
from tests.saved import image_drawing, saved_stroke

SMALL = {"filters": (8,), "pool_after": (1,), "batch_size": 16, "scale_pixels": True}
KINDS = {
    "raw pixels": {"scale_pixels": False, "learning_rate": 0.002},
    "everything": {
        "filters": (4, 8),
        "batch_normalization": True,
        "dropout": 0.2,
        "global_average_pooling": True,
        "learning_rate": 0.02,
        "activation": "gelu",
    },
}


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """What is queued waits: these tests train it themselves."""
    monkeypatch.setattr(launching.local, "ensure_workers", lambda *_: None)


@pytest.fixture(scope="module")
def trained_before(tmp_path_factory):
    """Folders of runs by their hyperparameters: a training is what takes long here."""
    return tmp_path_factory.mktemp("trained"), {}


@pytest.fixture
def trained(tiny_mnist, runs_dir, trained_before):
    """Returns a run that has been trained, or a copy of one that was trained in the same way."""
    archive, known = trained_before

    def create(epochs=6, **changes):
        values = Hyperparameters(**{**SMALL, "learning_rate": 0.01, "epochs": epochs, **changes})
        run = store.create(values, runs_dir)
        if values not in known:
            train(run, load())
            known[values] = shutil.copytree(run.path, archive / run.id)
        return store.Run(shutil.copytree(known[values], run.path, dirs_exist_ok=True))

    return create


def misread(base, drawing):
    """The drawing kept as a digit that the base does not read in it."""
    image = drawing.mnist_image()
    (prediction,) = load_classifier(base).predict(image[None])
    return saved_digit.from_drawing(drawing, (prediction.digit + 3) % 10)


def network(run):
    return onnxruntime.InferenceSession(run.model_path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_taught_run_reads_what_it_was_taught_and_still_its_test_digits(
    trained, runs_dir, monkeypatch, kind
):
    base = trained(**KINDS[kind])
    digit = misread(base, image_drawing())
    monkeypatch.setattr(fine_tuned_runs, "LEARNING_RATE_FACTOR", 1.0)  # it has few steps
    monkeypatch.setattr(fine_tuned_runs, "EPOCHS", 6)
    run = start_fine_tuning(base, [digit], runs_dir)
    train(run, load())
    info, status = read_fine_tune_info(run), run.status()
    assert status.state is State.FINISHED
    assert (info.accuracy_before, accuracy_after(run)) == (0.0, 1.0)
    assert info.test_accuracy_before == base.status().test_accuracy
    assert status.test_accuracy >= info.test_accuracy_before - 0.1


def test_a_taught_run_is_queued_under_its_name_with_all_that_it_needs(trained, runs_dir):
    base = trained(epochs=1)
    digits = [saved_stroke(number, label=number) for number in range(3)]
    run = start_fine_tuning(base, digits, runs_dir)
    assert run.name == store.FINE_TUNED
    assert "-fine-tuned-" in run.id
    assert queue.queued_runs(runs_dir) == [run]
    info = read_fine_tune_info(run)
    assert (info.parent, info.digits) == (base.id, 3)
    assert info.learned == tuple(digit.id for digit in digits)
    shutil.rmtree(base.path)
    kept = read_saved_digits(run)
    np.testing.assert_array_equal(kept.images, [digit.image for digit in digits])
    np.testing.assert_array_equal(kept.labels, [0, 1, 2])
    train(run, load())
    assert run.status().state is State.FINISHED


def test_a_training_begins_with_the_weights_of_the_base(trained, runs_dir):
    base = trained(**KINDS["everything"])
    run = start_fine_tuning(base, [saved_stroke()], runs_dir)
    images = load().test.images
    answers = starting_network(run).predict(images[..., None].astype("float32"), verbose=0)
    (expected,) = network(base).run(
        ["probabilities"], {"image": images[..., None].astype("float32")}
    )
    np.testing.assert_allclose(answers, expected, atol=1e-5)


def test_a_taught_run_taught_again_has_learned_both_and_learns_no_slower(trained, runs_dir):
    base = trained(epochs=1)
    first, second = (
        saved_stroke(),
        saved_stroke(1, label=2),
    )
    once = start_fine_tuning(base, [first], runs_dir)
    train(once, load())
    twice = start_fine_tuning(once, [first, second], runs_dir)
    assert read_fine_tune_info(twice).learned == (first.id, second.id)
    assert twice.hyperparameters == once.hyperparameters


def test_an_interrupted_fine_tuning_resumes_after_its_last_whole_epoch(
    trained, runs_dir, monkeypatch
):
    base = trained(epochs=1)
    run = start_fine_tuning(base, [saved_stroke()], runs_dir)
    uninterrupted = store.Run(shutil.copytree(run.path, runs_dir / "uninterrupted"))
    with monkeypatch.context() as patch:
        patch.setattr(
            MetricsCallback, "on_test_batch_end", lambda self, batch, logs: 1 / (1 - self._epoch)
        )
        with pytest.raises(ZeroDivisionError):
            train(run, load())
    assert len(run.metrics().epochs) == 1
    for each in (run, uninterrupted):
        train(each, load())
    both = run, uninterrupted
    values, expected = ([point[:5] for point in each.metrics().epochs] for each in both)
    np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [(PARENT_NETWORK, "start from can't be read"), (SAVED_DIGITS, "learns from can't be read")],
)
@pytest.mark.parametrize("content", [b"", b"no such file", None])
def test_a_damaged_file_in_the_run_ends_it_with_a_sentence(
    trained, runs_dir, file, sentence, content
):
    run = start_fine_tuning(trained(epochs=1), [saved_stroke()], runs_dir)
    whole = (run.path / file).read_bytes()
    (run.path / file).write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(RunError, match=sentence):
        train(run, load())


def test_the_network_of_another_architecture_is_refused_with_a_sentence(trained, runs_dir):
    base, other = trained(epochs=1), trained(epochs=1, filters=(4, 4))
    run = start_fine_tuning(base, [saved_stroke()], runs_dir)
    shutil.copyfile(other.path / "model.keras", run.path / PARENT_NETWORK)
    with pytest.raises(RunError, match="another architecture"):
        train(run, load())


def test_without_saved_digits_or_without_a_network_nothing_is_queued(trained, runs_dir):
    base, digit = trained(epochs=1), saved_stroke()
    with pytest.raises(ValueError, match="save a digit first"):
        start_fine_tuning(base, [], runs_dir)
    (base.path / "model.keras").unlink()
    with pytest.raises(RunError, match="no network to start from"):
        start_fine_tuning(base, [digit], runs_dir)
    base.model_path.write_bytes(b"damaged")
    (base.path / "model.keras").touch()
    with pytest.raises(ValueError, match="is damaged"):
        start_fine_tuning(base, [digit], runs_dir)
    assert store.list_runs(runs_dir) == [base]


@pytest.mark.parametrize(
    ("code", "file", "sentence"),
    [
        (errno.ENOSPC, "", "the disk is full"),
        (errno.ENOENT, "model.keras", "no network to start from"),
        (errno.EACCES, "model.keras", "network can't be read"),
    ],
)
def test_a_run_that_cannot_be_written_says_why_and_leaves_nothing_behind(
    trained, runs_dir, monkeypatch, code, file, sentence
):
    base = trained(epochs=1)

    def fail(*_, **__):
        raise OSError(code, os.strerror(code), str(base.path / file) if file else "elsewhere")

    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(RunError, match=sentence):
        start_fine_tuning(base, [saved_stroke()], runs_dir)
    assert list(runs_dir.glob("*-fine-tuned-*")) == []


def test_the_estimate_counts_the_images_that_the_training_looks_at(tiny_mnist, runs_dir):
    base = store.open_run(store.BUILT_IN, runs_dir)
    images = 220 + saved_image_count(2, 220)  # the tiny MNIST's, and the saved ones
    values = replace(hyperparameters_of(base), training_images=images)
    expected = training_time.training_seconds(values, images)
    assert training_seconds(base, 2, []) == pytest.approx(expected)
    assert training_seconds(base, 500, []) > training_seconds(base, 2, []) + 0.1


@pytest.mark.parametrize("name", PRESETS)
def test_fine_tuning_takes_small_steps_with_augmentation_on_the_same_network(runs_dir, name):
    values = PRESETS[name]
    changed = hyperparameters_of(store.create(values, runs_dir))
    assert changed.learning_rate < values.learning_rate
    assert changed.augmentation != "off"
    assert changed.epochs <= 3
    assert changed.training_images <= 12_000
    assert (changed.filters, changed.dropout) == (values.filters, values.dropout)


@pytest.mark.parametrize(
    ("saved", "others", "count"),
    [(1, 12_000, 60), (10, 12_000, 600), (200, 12_000, 1_333), (5_000, 100, 5_000)],
)
def test_saved_digits_are_at_most_a_tenth_of_the_images_unless_there_are_more(saved, others, count):
    assert saved_image_count(saved, others) == count


def test_each_saved_digit_is_repeated_as_often_as_the_next(trained, runs_dir):
    digits = [saved_stroke(label, label) for label in range(7)]
    run = start_fine_tuning(trained(epochs=1), digits, runs_dir)
    train = load().train
    mixed = with_saved_digits(run, train)
    np.testing.assert_array_equal(mixed.images[: len(train.labels)], train.images)
    counts = np.bincount(mixed.labels[len(train.labels) :])
    assert counts.sum() == saved_image_count(7, len(train.labels))
    assert np.ptp(counts) <= 1


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", json.dumps({"base": "x", "digits": 1, "accuracy_before": float("nan")})],
)
def test_damaged_information_on_a_fine_tuning_gets_a_sentence(runs_dir, content):
    run = store.create(PRESETS["fast"], runs_dir)
    assert read_fine_tune_info(store.Run(run.path)) is None
    (run.path / store.FINE_TUNE_FILE).write_text(content)
    with pytest.raises(RunError, match="The parent of run"):
        read_fine_tune_info(run)


def test_with_the_sample_a_base_trained_on_mnist_is_measured_on_digits_it_has_seen(
    runs_dir,
):
    base = store.open_run(store.BUILT_IN, runs_dir)
    run = start_fine_tuning(base, [saved_stroke()], runs_dir)
    info = read_fine_tune_info(run)
    assert info.test_is_seen
    assert is_test_seen(run)
    assert not is_test_seen(base)
    assert info.test_accuracy_before > 0.99
    assert info.test_accuracy_before != base.status().test_accuracy
    run.update_status(state=State.FINISHED, dataset="sample")
    shutil.copyfile(base.model_path, run.model_path)
    test = load_test("sample")
    np.savez(
        run.path / "test_predictions.npz",
        probabilities=np.full((len(test.labels), 10), 0.1, np.float32),
        labels=test.labels,
    )
    assert load_predictions(run).seen_in_training
