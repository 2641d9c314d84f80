"""A run's model.onnx → probabilities and activations, with ONNX Runtime and no TensorFlow."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cnn.runs.files import cached_by_stat

SIDE, CLASSES = 28, 10
PROBABILITIES, DIGIT, FEATURES = "probabilities", "digit", "features"
BATCH_SIZE = 250  # as fast as 1,000, with a third of the memory


class Predictor:
    """A trained network in ONNX Runtime, which any number of threads may share."""

    def __init__(self, model_path: Path) -> None:
        """Load an ONNX file with one input, (n, 28, 28, 1) raw pixels from 0 to 255.

        Its outputs are "probabilities" (n, 10), one for each convolution, "features" and, where it
        has a reject class, "digit" (n, 1).

        Raises:
            OSError: the file can't be read.
            ValueError: it is damaged, or another kind of network.
        """
        self._session = _open_session(model_path)
        inputs = {one.name: one.shape[1:] for one in self._session.get_inputs()}
        names = {one.name: one.shape[1:] for one in self._session.get_outputs()}
        if [*inputs.values()] != [[SIDE, SIDE, 1]] or names.get(PROBABILITIES) != [CLASSES]:
            raise ValueError(f"The network {model_path} is of another kind. Choose another run.")
        (self._input,) = inputs
        self._predictions = [name for name in (PROBABILITIES, DIGIT) if name in names]
        self._activations = [name for name in names if name not in self._predictions]

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return each digit's probability for each image, (n, 10), rows adding up to 1."""
        return self.outputs(images)[0]

    def outputs(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the digits' probabilities, (n, 10), and the digit scores, (n,), both 0 to 1.

        Images are (n, 28, 28), 255 is full ink; any number, as they run in batches. A digit score
        is the probability that an image shows a digit: 1 minus that of the reject class. For a
        network without a reject class it is the greatest of the ten probabilities.
        """
        probabilities = np.empty((len(images), CLASSES), np.float32)
        scores = np.empty(len(images), np.float32)
        for first in range(0, len(images), BATCH_SIZE):
            batch = slice(first, first + BATCH_SIZE)
            probabilities[batch], *score = self._run(self._predictions, images[batch])
            scores[batch] = score[0][:, 0] if score else probabilities[batch].max(axis=1)
        return probabilities, scores

    def features(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the last layer's input for each of few images, (n, size up to 100,000).

        Raises:
            ValueError: the network has no such output.
        """
        if FEATURES not in self._activations:
            raise ValueError("This network does not show its features. Choose another run.")
        return self._run([FEATURES], images)[0]

    def activations(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return the inner layers' outputs for one (28, 28) image, by the layers' names.

        A convolution gives feature maps (height, width, filters), "features" a (n,) vector.
        """
        values = self._run(self._activations, image[np.newaxis]) if self._activations else []
        return {name: value[0] for name, value in zip(self._activations, values, strict=True)}

    def _run(self, outputs: list[str], images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        pixels = images[..., np.newaxis].astype(np.float32)
        return self._session.run(outputs, {self._input: pixels})


def load_predictor(model_path: Path) -> Predictor:
    """Return the predictor of a file, loaded once for as long as the file stays as it is.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        return _load(model_path)
    except OSError as error:
        raise ValueError(
            f"The network {model_path} can't be opened ({error.strerror}). "
            "Train it again, or choose another run."
        ) from error


_load = cached_by_stat(8)(Predictor)


def _open_session(model_path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # visitors share the processor; a digit takes 0.1 ms
    options.log_severity_level = 4  # what goes wrong is raised, and not printed as well
    content = model_path.read_bytes()
    try:
        return onnxruntime.InferenceSession(content, options)
    except Exception as error:  # ONNX Runtime's errors have no other class in common
        raise ValueError(
            f"The network {model_path} is damaged. Train it again, or choose another run."
        ) from error
