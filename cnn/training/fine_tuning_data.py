"""Fine-tuning: a run that starts from another's weights, with saved digits among MNIST's."""

import keras
import numpy as np

from cnn.data.mnist import Digits
from cnn.runs.fine_tune_info import PARENT_NETWORK, read_saved_digits, saved_image_count
from cnn.runs.store import Run, RunError
from cnn.training.model import build_network


def starting_network(run: Run) -> keras.Model:
    """Return the network as its training begins: new, or with the weights of its parent run.

    Raises:
        RunError: the parent's network is missing, damaged, or of another architecture.
    """
    network = build_network(run.hyperparameters)
    if not run.is_fine_tuned:
        return network
    try:
        network.load_weights(run.path / PARENT_NETWORK)
    except Exception as error:  # h5py, zipfile and Keras raise a dozen kinds on damaged bytes
        raise RunError(
            "The network to start from can't be read: its file model.keras is damaged or of "
            "another architecture. Choose another run to fine-tune."
        ) from error
    return network


def with_saved_digits(run: Run, digits: Digits) -> Digits:
    """Return MNIST's digits, with the saved ones repeated among them where a run has some."""
    if not run.is_fine_tuned:
        return digits
    saved = read_saved_digits(run)
    chosen = repeated(len(saved.labels), len(digits.labels))
    return Digits(
        np.concatenate([digits.images, saved.images[chosen]]),
        np.concatenate([digits.labels, saved.labels[chosen]]),
    )


def repeated(saved: int, others: int) -> np.ndarray:
    """Return the indices of saved digits, each as often as the next, to mix among others."""
    return np.arange(saved_image_count(saved, others)) % saved
