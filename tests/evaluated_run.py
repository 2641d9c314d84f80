"""Run folders with answers, made without training."""

import time

import numpy as np

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.runs.status import State, Status
from cnn.runs.store import Run


def answers(labels, wrong=(), seed=0):
    """Probabilities (n, 10) that read every label right, but those at `wrong` as the next digit."""
    generator = np.random.default_rng(seed)
    read_as = np.array(labels, dtype=int)
    read_as[list(wrong)] = (read_as[list(wrong)] + 1) % 10
    confidence = generator.uniform(0.6, 0.98, len(labels))
    rows = np.repeat((1 - confidence)[:, None] / 9, 10, axis=1)
    rows[np.arange(len(labels)), read_as] = confidence
    return rows.astype(np.float32)


def store_answers(run, probabilities, labels):
    """Write what a training writes at its end."""
    path = run.path / "test_predictions.npz"
    np.savez_compressed(path, probabilities=probabilities, labels=np.asarray(labels, np.uint8))


def make_run(folder, state=State.FINISHED, dataset="mnist", name="20260101-000000-article-aaaa"):
    """A run folder in this state, with a file in the network's place and no answers yet."""
    run = Run(folder / name)
    run.path.mkdir(parents=True)
    (run.path / "hyperparameters.json").write_text(Hyperparameters().to_json())
    run.write_status(Status(state, created=time.time(), dataset=dataset, test_accuracy=0.875))
    run.model_path.write_bytes(b"a network")
    return run


def make_evaluated_run(folder, wrong=(), dataset="mnist", **naming):
    """A finished run that reads all test digits right, but those at `wrong` as the next digit."""
    run = make_run(folder, dataset=dataset, **naming)
    labels = mnist.load_test(dataset).labels
    store_answers(run, answers(labels, wrong).astype(np.float16), labels)
    return run


class ReadsEverythingAsThree:
    """In the place of a predictor."""

    def probabilities(self, images):
        return np.eye(10, dtype=np.float32)[np.full(len(images), 3)]

    def outputs(self, images):
        return self.probabilities(images), np.ones(len(images), np.float32)
