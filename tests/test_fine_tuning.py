import errno
import json
import os
import shutil
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from cnn.data.mnist import load, load_test
from cnn.evaluation.predictions import load_predictions
from cnn.fine_tuning import fine_tuned_runs, saved_digit
from cnn.fine_tuning.fine_tuned_runs import hyperparameters_of, start_fine_tuning, training_seconds
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
from cnn.runs.status import FINE_TUNE_FILE, State
from cnn.runs.store import RunError
from cnn.training.fit import train
from cnn.training.model import starting_network
from cnn.training.pipeline import with_saved_digits
from tests.saved import image_drawing, saved_stroke


@pytest.fixture
def parent(tiny_mnist, runs_dir):
    """A copy of the built-in run, and MNIST's place taken by few digits."""
    return store.Run(shutil.copytree(store.BUILT_IN_PATH, runs_dir / "parent"))


def test_a_fine_tuned_run_learns_the_saved_digit_and_still_its_test_digits(
    trained, runs_dir, monkeypatch
):
    parent = trained(dropout=0.1)
    (prediction,) = load_classifier(parent).predict(image_drawing().mnist_image[None])
    digit = saved_digit.from_drawing(image_drawing(), (prediction.digit + 3) % 10)
    monkeypatch.setattr(fine_tuned_runs, "LEARNING_RATE_FACTOR", 1.0)  # it has few steps
    monkeypatch.setattr(fine_tuned_runs, "EPOCHS", 6)
    run = start_fine_tuning(parent, [digit], runs_dir)
    test_accuracy = parent.status().test_accuracy
    images = load().test.images[..., None].astype("float32")
    (expected,) = onnxruntime.InferenceSession(parent.model_path).run(
        ["probabilities"], {"image": images}
    )
    shutil.rmtree(parent.path)  # the run has all that it needs
    outputs = starting_network(run).predict(images, verbose=0)
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    train(run, load())
    info, status = read_fine_tune_info(run), run.status()
    accuracy_after = load_classifier(run).accuracy(read_saved_digits(run))
    assert status.state is State.FINISHED
    assert (info.accuracy_before, accuracy_after) == (0.0, 1.0)
    assert info.test_accuracy_before == test_accuracy
    assert status.test_accuracy >= test_accuracy - 0.1
    queue.continue_run(run, 1)
    train(run, load())
    assert [point.epoch for point in run.metrics().epochs] == [*range(1, 8)]
    assert load_classifier(run).accuracy(read_saved_digits(run)) == 1.0


def test_a_fine_tuned_run_is_queued_with_its_digits_each_as_often_as_the_next(parent, runs_dir):
    digits = [saved_stroke(number, label=number) for number in range(7)]
    run = start_fine_tuning(parent, digits, runs_dir)
    assert run.name == "Fine-tuned"
    assert "-fine-tuned-" in run.id
    assert queue.queued_runs(runs_dir) == [run]
    info = read_fine_tune_info(run)
    assert (info.parent, info.digits) == (parent.id, 7)
    assert info.learned == tuple(digit.id for digit in digits)
    saved = read_saved_digits(run)
    np.testing.assert_array_equal(saved.images, [digit.image for digit in digits])
    np.testing.assert_array_equal(saved.labels, range(7))
    others = load().train
    mixed = with_saved_digits(run, others)
    np.testing.assert_array_equal(mixed.images[: len(others.labels)], others.images)
    counts = np.bincount(mixed.labels[len(others.labels) :])
    assert counts.sum() == saved_image_count(7, len(others.labels))
    assert np.ptp(counts) <= 1


def test_a_run_fine_tuned_again_has_learned_both_and_learns_no_slower(parent, runs_dir):
    first, second = saved_stroke(), saved_stroke(1, label=2)
    once = start_fine_tuning(parent, [first], runs_dir)
    for name in ("model.keras", "model.onnx"):
        shutil.copyfile(parent.path / name, once.path / name)
    twice = start_fine_tuning(once, [first, second], runs_dir)
    assert read_fine_tune_info(twice).learned == (first.id, second.id)
    assert twice.hyperparameters == once.hyperparameters


@pytest.mark.parametrize(
    ("file", "sentence"),
    [(PARENT_NETWORK, "start from can't be read"), (SAVED_DIGITS, "learns from can't be read")],
)
@pytest.mark.parametrize("content", [b"", b"no such file", None])
def test_a_damaged_file_in_the_run_ends_it_with_a_sentence(
    parent, runs_dir, file, sentence, content
):
    run = start_fine_tuning(parent, [saved_stroke()], runs_dir)
    whole = (run.path / file).read_bytes()
    (run.path / file).write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(RunError, match=sentence):
        train(run, load())


def test_the_network_of_another_architecture_is_refused_with_a_sentence(parent, runs_dir):
    run = start_fine_tuning(parent, [saved_stroke()], runs_dir)
    (run.path / "hyperparameters.json").write_text(PRESETS["fast"].to_json())
    with pytest.raises(RunError, match="another architecture"):
        starting_network(run)


def test_without_saved_digits_or_without_a_network_nothing_is_queued(parent, runs_dir, monkeypatch):
    digit, network = saved_stroke(), parent.path / "model.keras"
    with pytest.raises(ValueError, match="save a digit first"):
        start_fine_tuning(parent, [], runs_dir)
    parent.model_path.write_bytes(b"damaged")
    with pytest.raises(ValueError, match="is damaged"):
        start_fine_tuning(parent, [digit], runs_dir)
    network.unlink()
    with pytest.raises(RunError, match="no network to start from"):
        start_fine_tuning(parent, [digit], runs_dir)
    network.mkdir()
    with pytest.raises(RunError, match="network can't be read: Is a directory"):
        start_fine_tuning(parent, [digit], runs_dir)
    assert store.list_runs(runs_dir) == [parent]


def test_a_full_disk_is_told_and_leaves_nothing_behind(parent, runs_dir, monkeypatch):
    def fail(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("cnn.runs.fine_tune_info.write_bytes", fail)
    with pytest.raises(RunError, match="the disk is full"):
        start_fine_tuning(parent, [saved_stroke()], runs_dir)
    assert store.list_runs(runs_dir) == [parent]


def test_the_estimate_counts_the_images_that_the_training_looks_at(parent):
    images = 220 + saved_image_count(2, 220)  # the tiny MNIST's, and the saved ones
    values = replace(hyperparameters_of(parent), training_images=images)
    expected = training_time.training_seconds(values, images)
    assert training_seconds(parent, 2, []) == pytest.approx(expected)
    assert training_seconds(parent, 500, []) > training_seconds(parent, 2, []) + 0.1


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


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", json.dumps({"base": "x", "digits": 1, "accuracy_before": float("nan")})],
)
def test_damaged_information_on_a_fine_tuning_gets_a_sentence(runs_dir, content):
    run = store.create(PRESETS["fast"], runs_dir)
    assert read_fine_tune_info(store.Run(run.path)) is None
    (run.path / FINE_TUNE_FILE).write_text(content)
    with pytest.raises(RunError, match="The parent of run"):
        read_fine_tune_info(run)


def test_with_the_sample_a_parent_trained_on_mnist_is_measured_on_digits_it_has_seen(runs_dir):
    parent = store.open_run(store.BUILT_IN, runs_dir)
    run = start_fine_tuning(parent, [saved_stroke()], runs_dir)
    info = read_fine_tune_info(run)
    assert info.test_is_seen
    assert is_test_seen(run)
    assert not is_test_seen(parent)
    assert info.test_accuracy_before > 0.99
    assert info.test_accuracy_before != parent.status().test_accuracy
    run.update_status(state=State.FINISHED, dataset="sample")
    shutil.copyfile(parent.model_path, run.model_path)
    test = load_test("sample")
    np.savez(
        run.path / "test_predictions.npz",
        probabilities=np.full((len(test.labels), 10), 0.1, np.float32),
        labels=test.labels,
    )
    assert load_predictions(run).seen_in_training
