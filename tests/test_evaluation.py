import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.evaluation.predictions import Predictions, load_predictions
from cnn.evaluation.selection import KINDS, ORDERS, DigitFilter, confidence_percent, select
from cnn.runs.status import State
from tests.evaluated_run import (
    LABELS,
    PredictsThree,
    make_evaluated_run,
    make_run,
    probabilities_of,
)
from tests.evaluated_run import store_predictions as store
from tests.test_class_metrics import any_predictions

some_digit = st.sampled_from([None, *range(10)])
some_filter = st.builds(
    DigitFilter,
    kind=st.sampled_from(KINDS),
    label=some_digit,
    predicted=some_digit,
    min_confidence=st.floats(0, 0.5),
    max_confidence=st.floats(0.5, 1),
    order=st.sampled_from(ORDERS),
)


@given(any_predictions(), some_filter)
def test_a_filter_selects_the_digits_that_it_describes_in_its_order(predictions, chosen):
    def is_shown(index):
        label, predicted = predictions.labels[index], predictions.predicted[index]
        return (
            chosen.label in (None, label)
            and chosen.predicted in (None, predicted)
            and chosen.kind in ("All", "Correct" if label == predicted else "Mistakes")
            and chosen.min_confidence <= predictions.confidence[index] <= chosen.max_confidence
        )

    indices = select(predictions, chosen)
    assert sorted(indices) == list(filter(is_shown, range(len(predictions))))
    *_, by = chosen.order.split()
    values = {"loss": predictions.losses, "confidence": predictions.confidence}.get(by)
    steps = np.diff(indices if values is None else values[indices])
    assert (-steps if chosen.order.startswith("Highest") else steps).min(initial=0) >= 0


def test_equally_confident_predictions_keep_their_order():
    images = np.zeros((3, 28, 28), np.uint8)
    predictions = Predictions(
        np.eye(10, dtype=np.float32)[:3], np.arange(3, dtype=np.uint8), images
    )
    for order in ORDERS:
        assert list(select(predictions, DigitFilter(order=order))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.104, "10%"), (0.99, "99%"), (0.9999, "> 99%"), (1, "> 99%")]
)
def test_confidence_is_rounded_and_never_certain(confidence, words):
    assert confidence_percent(confidence) == words


def test_stored_predictions_are_joined_with_the_test_digits(runs_dir, tiny_mnist):
    predictions = load_predictions(make_evaluated_run(runs_dir, wrong=[3, 5]))
    assert list(select(predictions, DigitFilter("Mistakes"))) == [3, 5]
    assert predictions.accuracy == 38 / 40
    assert predictions.probabilities.dtype == np.float32
    assert predictions.images is mnist.load_test("mnist").images  # not a copy for each visitor
    assert not predictions.seen_in_training


def test_a_run_on_the_sample_is_shown_with_the_samples_test_digits(runs_dir, tiny_mnist):
    predictions = load_predictions(make_evaluated_run(runs_dir, wrong=[0], dataset="sample"))
    assert (len(predictions), predictions.accuracy) == (1000, 0.999)
    assert not predictions.seen_in_training


def test_without_mnist_a_network_trained_on_it_predicts_digits_it_has_seen(runs_dir, monkeypatch):
    run = make_run(runs_dir)
    with pytest.raises(ValueError, match=re.escape("model.onnx is damaged. Train it again")):
        load_predictions(run)
    monkeypatch.setattr("cnn.evaluation.predictions.load_predictor", lambda path: PredictsThree())
    predictions = load_predictions(run)
    assert predictions.seen_in_training
    assert predictions.accuracy == 0.1
    assert np.array_equal(predictions.images, mnist.load_test("sample").images)


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.STOPPED])
def test_a_run_without_a_network_says_its_state(runs_dir, state):
    run = make_run(runs_dir, state)
    run.model_path.unlink()
    with pytest.raises(ValueError, match=f"is {state} and has no network yet"):
        load_predictions(run)


def test_a_run_on_unknown_digits_says_so(runs_dir, tiny_mnist):
    with pytest.raises(ValueError, match="doesn't say which digits it was tested on"):
        load_predictions(make_run(runs_dir, dataset=""))


def write_nonsense(run):
    (run.path / "test_predictions.npz").write_bytes(b"PK\x03\x04 no archive")


def overwrite_the_middle(run):
    store(run, probabilities_of())
    path = run.path / "test_predictions.npz"
    content = bytearray(path.read_bytes())
    content[100:400] = bytes(300)
    path.write_bytes(content)


def write_only_labels(run):
    np.savez(run.path / "test_predictions.npz", labels=LABELS)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda run: None, "has no stored predictions (test_predictions.npz)"),
        (write_nonsense, "damaged"),
        (overwrite_the_middle, "damaged"),
        (write_only_labels, "damaged"),
        (lambda run: store(run, np.array([{"digit": 3}] * 40)), "damaged"),  # pickled
        (lambda run: store(run, probabilities_of()[:, :9]), "damaged"),
        (lambda run: store(run, probabilities_of()[:39]), "damaged"),
        (lambda run: store(run, np.zeros((40, 10), int)), "damaged"),
        (lambda run: store(run, probabilities_of() * np.nan), "damaged"),
        (lambda run: store(run, 10 * probabilities_of() - 0.9), "damaged"),  # adds up to 1
        (lambda run: store(run, probabilities_of() * 1e38), "damaged"),
        (lambda run: store(run, probabilities_of(), LABELS[::-1]), "40 other digits than the 40"),
        (lambda run: store(run, probabilities_of()[:9], LABELS[:9]), "9 other digits than the 40"),
    ],
)
def test_damaged_predictions_are_explained_with_what_to_do(runs_dir, tiny_mnist, damage, sentence):
    run = make_run(runs_dir)
    damage(run)
    with pytest.raises(ValueError, match=re.escape(sentence)) as error:
        load_predictions(run)
    assert "Train it again on the Train page, or choose another network." in str(error.value)


def test_new_predictions_of_a_run_are_loaded_at_once(runs_dir, tiny_mnist):
    from ui.shared.run_predictions import predictions_of as cached

    run = make_evaluated_run(runs_dir, wrong=[3])
    assert cached(run) is cached(run)
    store(run, probabilities_of(wrong=range(40)))
    assert cached(run).accuracy == 0
