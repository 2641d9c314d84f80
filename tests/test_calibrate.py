import keras
import numpy as np
import pytest
from scipy.special import softmax

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import REJECT_CLASS
from cnn.training import calibrate
from cnn.training.calibrate import digit_probabilities, digit_scores
from cnn.training.model import build_network


@pytest.fixture(scope="module")
def validation():
    """500 images of noise with a block, whose place tells the label: nine times in ten."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, 500).astype(np.uint8)
    images = generator.integers(0, 120, (500, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label : 2 * label + 4] += np.uint8(generator.integers(40, 130))
    wrong = generator.random(500) < 0.1
    return Digits(images, np.where(wrong, (labels + 1) % 10, labels).astype(np.uint8))


def overconfident(outputs):
    """A network that looks at those blocks, and is always nearly certain."""
    keras.utils.set_random_seed(0)
    values = Hyperparameters(filters=(1,), kernel_size=1, reject_class=outputs > 10)
    network = build_network(values)
    network.get_layer("convolution_1").set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    kernel = np.zeros((28, 28, outputs), "float32")
    for label in range(10):
        kernel[2 * label : 2 * label + 4, :, label] = 0.003
    bias = np.zeros(outputs, "float32")
    bias[REJECT_CLASS:] = 27  # as probable as a digit
    network.get_layer("probabilities").set_weights([kernel.reshape(784, outputs), bias])
    return network


def predict(network, digits):
    return network.predict(digits.images[..., None].astype("float32"), verbose=0)


def cross_entropy(outputs, labels):
    return -np.log(np.maximum(outputs[np.arange(len(labels)), labels], 1e-30)).mean()


def logits_of(network, digits):
    features = keras.Model(network.input, network.get_layer("probabilities").input)
    kernel, bias = network.get_layer("probabilities").get_weights()
    return predict(features, digits).astype(float) @ kernel + bias


@pytest.mark.parametrize("factor", [0.25, 3.0])
def test_logits_that_were_multiplied_are_divided_by_that_factor(factor):
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, (20_000, 10))
    chances = softmax(logits, axis=1).cumsum(axis=1)
    labels = (chances < generator.random((20_000, 1))).sum(axis=1)  # as likely as they say
    assert calibrate._best_temperature(factor * logits, labels) == pytest.approx(factor, rel=0.05)


@pytest.mark.parametrize(("label", "least", "most"), [(3, 0.05, 1), (4, 10, 20)])
def test_a_network_that_is_always_right_or_always_wrong_has_a_temperature_too(label, least, most):
    logits = np.zeros((50, 10))
    logits[:, 3] = 5
    assert least <= calibrate._best_temperature(logits, np.full(50, label)) <= most


@pytest.mark.parametrize("outputs", [10, 11])
def test_calibration_divides_the_logits_and_changes_no_prediction(outputs, validation):
    network, labels = overconfident(outputs), validation.labels
    logits, before = logits_of(network, validation), predict(network, validation)
    calibration, accuracy = calibrate.calibrate(network, validation)
    after = predict(network, validation)
    assert calibration.temperature > 1.5
    np.testing.assert_allclose(after, softmax(logits / calibration.temperature, axis=1), atol=1e-4)
    assert accuracy == np.mean(logits[:, :10].argmax(axis=1) == labels)
    assert 0.7 < accuracy < 0.95
    probabilities = digit_probabilities(after)
    assert probabilities.max(axis=1).mean() == pytest.approx(accuracy, abs=0.05)
    assert cross_entropy(probabilities, labels) < cross_entropy(digit_probabilities(before), labels)
    assert 0 < calibration.threshold < 1
    assert 1 <= np.sum(digit_scores(after) < calibration.threshold) <= 2  # of 500: one in 400
    again, _ = calibrate.calibrate(network, validation)
    assert again.temperature == pytest.approx(1, abs=0.02)


def test_where_every_digit_is_certain_rounding_rejects_none(validation):
    network = overconfident(11)
    kernel, bias = network.get_layer("probabilities").get_weights()
    bias[REJECT_CLASS] = -1_000
    network.get_layer("probabilities").set_weights([kernel, bias])
    calibration, _ = calibrate.calibrate(network, validation)
    assert calibration.threshold == calibrate.MAX_THRESHOLD
    assert digit_scores(predict(network, validation)).min() > calibration.threshold


def test_probabilities_and_score_of_the_digits_leave_out_the_reject_class():
    eleven = np.array([[0.1] * 5 + [0.0] * 5 + [0.5], [0.0] * 10 + [1.0]], np.float32)
    probabilities = digit_probabilities(eleven)
    np.testing.assert_allclose(probabilities[0], [0.2] * 5 + [0] * 5, atol=1e-6)
    np.testing.assert_allclose(probabilities[1], [0.1] * 10)  # nothing to choose by
    np.testing.assert_allclose(digit_scores(eleven), [0.5, 0])
    assert digit_scores(np.full((1, 11), 0.1000001, np.float32))[0] == 1  # rounding is clipped


def test_ten_outputs_are_their_own_probabilities_and_the_score_is_their_confidence():
    outputs = np.array([[0.7] + [0.3 / 9] * 9, [0.1] * 10])
    np.testing.assert_allclose(digit_probabilities(outputs), outputs, rtol=1e-6)
    np.testing.assert_allclose(digit_scores(outputs), [0.7, 0.1])
