"""Predictions, and run folders with predictions and snapshots, made without training."""

import time

import numpy as np

from cnn.data import mnist
from cnn.evaluation.predictions import Predictions
from cnn.hyperparameters import Hyperparameters
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import START, replayed_digits, save_snapshot
from cnn.runs.status import State, Status
from cnn.runs.store import Run

LABELS = np.arange(40, dtype=np.uint8) % 10  # of tiny_mnist's test digits


def probabilities_of(labels=LABELS, wrong=(), seed=0):
    """Probabilities (n, 10): each label is predicted, but at `wrong` the next digit."""
    generator = np.random.default_rng(seed)
    predicted = np.array(labels, dtype=int)
    predicted[list(wrong)] = (predicted[list(wrong)] + 1) % 10
    confidence = generator.uniform(0.6, 0.98, len(labels))
    rows = np.repeat((1 - confidence)[:, None] / 9, 10, axis=1)
    rows[np.arange(len(labels)), predicted] = confidence
    return rows.astype(np.float32)


def predictions_of(labels=LABELS, wrong=()):
    """Predictions for images of noise: each label is predicted, but at `wrong` the next digit."""
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 28, 28), np.uint8)
    return Predictions(probabilities_of(labels, wrong), labels, images)


def store_predictions(run, probabilities, labels=LABELS):
    """Write what a training writes at its end."""
    path = run.path / "test_predictions.npz"
    np.savez_compressed(path, probabilities=probabilities, labels=np.asarray(labels, np.uint8))


def make_run(folder, state=State.FINISHED, dataset="mnist", name="20260101-000000-article-aaaa"):
    """A run folder in this state, with a file in the network's place and no predictions yet."""
    run = Run(folder / name)
    run.path.mkdir(parents=True)
    (run.path / "hyperparameters.json").write_text(Hyperparameters().to_json())
    run.write_status(Status(state, created=time.time(), dataset=dataset, test_accuracy=0.875))
    run.model_path.write_bytes(b"a network")
    return run


def make_evaluated_run(folder, wrong=(), dataset="mnist", **naming):
    """A finished run that predicts all test digits right, but those at `wrong` as the next one."""
    run = make_run(folder, dataset=dataset, **naming)
    labels = mnist.load_test(dataset).labels
    store_predictions(run, probabilities_of(labels, wrong).astype(np.float16), labels)
    return run


def filters_of(number, count=4, side=3):
    """Filters (k, k, n) that are another pattern in each epoch."""
    return np.random.default_rng(number).normal(0, 0.1 + 0.1 * number, (side, side, count))


def make_replayed_run(folder, epochs=3, wrong=None, start=True, **made):
    """A run that has ended, with snapshots; `wrong` names its mistakes in each."""
    run = make_run(folder, **made)
    labels = mnist.load_test(made.get("dataset", "mnist")).labels
    wrong = {START: range(len(labels)), 1: range(8), **(wrong or {})}
    for number in range(0 if start else 1, epochs + 1):
        probabilities = probabilities_of(labels, wrong.get(number, ()), seed=number)
        if number == START:
            probabilities = probabilities[replayed_digits(labels)]
        else:
            share = 1 - len(wrong.get(number, ())) / len(labels)
            point = EpochPoint(number, 1 / number, share, 1 / number, share, float(number))
            append_point(run.metrics_path, point)
        save_snapshot(run, number, filters_of(number), probabilities)
    return run


class PredictsThree:
    """In the place of a predictor."""

    def probabilities(self, images):
        return np.eye(10, dtype=np.float32)[np.full(len(images), 3)]

    def outputs(self, images):
        return self.probabilities(images), np.ones(len(images), np.float32)
