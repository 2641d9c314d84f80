"""The explanation of one prediction as a picture to save."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.history import History
from cnn.evaluation.predictions import Predictions
from cnn.explanation.explain import Kernels, LayerMaps, Neighbor
from cnn.plots.colormaps import activation_picture, occlusion_picture, weight_picture
from cnn.plots.figure import new_figure
from cnn.plots.palette import ACCENT, CORRECT_TEXT, MISTAKE_TEXT, NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MAPS = 16  # in a row


class Explanation(NamedTuple):
    """Why a network predicts what it does for one test digit."""

    predictions: Predictions
    number: int
    importance: NDArray[np.float32]
    """(28, 28), the occlusion map of the prediction."""
    neighbors: Sequence[Neighbor]
    """None of them where the network has no output with its features."""
    layers: Sequence[LayerMaps]
    kernels: Kernels
    history: History | None
    """The predictions by epoch, if snapshots were saved."""


def explanation_figure(explained: Explanation, title: str = "") -> "Figure":
    """Draw a digit with its prediction, explanations, history and feature maps."""
    layers = explained.layers
    rows = {("digit", "bars", "occlusion"): 3.0, ("neighbors", "neighbors", "history"): 2.4}
    if layers and layers[0].name in explained.kernels:
        rows["kernels", "kernels", "kernels"] = 0.6
    rows |= {(layer.name,) * 3: 0.95 for layer in layers}
    figure = new_figure(10, sum(rows.values()) + 0.6)
    figure.suptitle(title, x=0.01, ha="left", parse_math=False)
    axes = figure.subplot_mosaic([list(row) for row in rows], height_ratios=list(rows.values()))
    for one in axes.values():
        one.set(xticks=[], yticks=[])
        one.spines[:].set_visible(False)
    _draw_prediction(axes["digit"], axes["bars"], explained)
    _draw_occlusion(axes["occlusion"], explained)
    _draw_neighbors(axes["neighbors"], explained.neighbors)
    if explained.history:
        _draw_history(axes["history"], explained.history, *_labels(explained))
    _draw_layers(axes, explained)
    return figure


def _labels(explained: Explanation) -> tuple[int, int]:
    """Return the true label and the prediction."""
    predictions, number = explained.predictions, explained.number
    return int(predictions.labels[number]), int(predictions.predicted[number])


def _draw_prediction(digit: "Axes", bars: "Axes", explained: Explanation) -> None:
    label, predicted = _labels(explained)
    digit.imshow(explained.predictions.images[explained.number], cmap="gray_r", vmin=0, vmax=255)
    if label == predicted:
        digit.set_title(f"✓ {predicted}", color=CORRECT_TEXT)
    else:
        digit.set_title(f"✗ {predicted}, true label {label}", color=MISTAKE_TEXT)
    digit.set_xlabel(f"Test digit {explained.number:,}")
    bars.barh(range(10), explained.predictions.probabilities[explained.number], color=ACCENT)
    bars.set(yticks=range(10), xticks=(0, 0.5, 1), xlim=(0, 1), title="Probability")
    bars.invert_yaxis()


def _draw_occlusion(axes: "Axes", explained: Explanation) -> None:
    image, (_, predicted) = explained.predictions.images[explained.number], _labels(explained)
    axes.imshow(occlusion_picture(image, explained.importance))
    axes.set_title("Occlusion map")
    legend = (0.25, f"for {predicted}", POSITIVE), (0.75, "against", NEGATIVE)
    for x, name, color in legend:
        axes.text(x, -0.04, name, color=color, ha="center", va="top", transform=axes.transAxes)


def _draw_neighbors(axes: "Axes", neighbors: Sequence[Neighbor]) -> None:
    if neighbors:
        images = np.hstack([one.image for one in neighbors])
        axes.imshow(images, cmap="gray_r", vmin=0, vmax=255)
        labels = {28 * place + 13.5: str(one.label) for place, one in enumerate(neighbors)}
        axes.set(xticks=list(labels), xticklabels=labels.values(), title="Nearest training digits")


def _draw_history(axes: "Axes", history: History, label: int, predicted: int) -> None:
    for digit, color in {predicted: NEGATIVE, label: POSITIVE}.items():
        shares = history.probabilities[:, digit]
        axes.plot(history.epochs, shares, "o-", color=color, label=str(digit))
    axes.set(ylim=(-0.03, 1.03), yticks=(0, 0.5, 1), xlabel="Epoch", title="From epoch to epoch")
    axes.set_xticks(history.epochs[:: -(-len(history.epochs) // 10)])
    axes.legend()


def _draw_layers(axes: dict[str, "Axes"], explained: Explanation) -> None:
    """Draw each layer's maps in a row, the first layer's below their kernels."""
    for layer in explained.layers:
        title = layer.name.replace("_", " ").capitalize()
        axes[layer.name].set_title(title, fontsize="small", loc="left")
        axes[layer.name].imshow(_row(activation_picture(layer.maps[:_MAPS])))
    if "kernels" in axes:
        first = explained.layers[0]
        filters = explained.kernels[first.name][list(first.numbers[:_MAPS]), 0]
        axes["kernels"].imshow(_row(weight_picture(filters)))


def _row(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put pictures (n, height, width, RGB) side by side, with room for sixteen."""
    room = ((0, _MAPS - len(pictures)), (0, 0), (1, 1), (0, 0))
    return np.concatenate(np.pad(pictures, room, constant_values=255), axis=1)
