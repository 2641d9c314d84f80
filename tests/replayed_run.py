"""Run folders with kept epochs, made without training."""

import numpy as np

from cnn.data import mnist
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import START, replayed_digits, save_snapshot
from tests.evaluated_run import answers, make_run


def filters_of(number, count=4, side=3):
    """Filters (k, k, n) that are another pattern in each epoch."""
    return np.random.default_rng(number).normal(0, 0.1 + 0.1 * number, (side, side, count))


def make_replayed_run(folder, epochs=3, wrong=None, start=True, count=4, **made):
    """A run that has ended, with kept epochs; `wrong` names its mistakes at each number."""
    run = make_run(folder, **made)
    labels = mnist.load_test(made.get("dataset", "mnist")).labels
    wrong = {START: range(len(labels)), 1: range(8), **(wrong or {})}
    for number in range(0 if start else 1, epochs + 1):
        read = answers(labels, wrong.get(number, ()), seed=number)
        if number == START:
            read = read[replayed_digits(labels)]
        else:
            share = 1 - len(wrong.get(number, ())) / len(labels)
            point = EpochPoint(number, 1 / number, share, 1 / number, share, float(number))
            append_point(run.metrics_path, point)
        save_snapshot(run, number, filters_of(number, count), read)
    return run
