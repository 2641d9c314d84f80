"""The explanation of one prediction as a picture to save."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.history import History
from cnn.explanation.explain import LayerMaps, Neighbor
from cnn.explanation.kernels import Kernels
from cnn.plots.colormaps import activation_picture, occlusion_picture, weight_picture
from cnn.plots.figure import new_figure
from cnn.plots.palette import ACCENT, CORRECT_TEXT, MISTAKE_TEXT, NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

_MAPS = 16  # in a row


class Explanation(NamedTuple):
    """Why a network predicts what it does for one digit."""

    number: int
    """Which test digit."""
    image: NDArray[np.uint8]
    """(28, 28), 255 is full ink."""
    label: int
    """The true digit."""
    probabilities: NDArray[np.float32]
    """(10,), adding up to 1."""
    importance: NDArray[np.float32]
    """(28, 28), how much less probable the prediction is without the ink there."""
    neighbors: tuple[Neighbor, ...]
    """The nearest training digits; empty where the network has no output with its features."""
    layers: tuple[LayerMaps, ...]
    kernels: Kernels
    history: History | None
    """The predictions by epoch, if snapshots were saved."""

    @property
    def predicted(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())


def explanation_figure(explained: Explanation, title: str = "") -> "Figure":
    """Draw a digit with its prediction, explanations, history and feature maps."""
    rows = len(explained.layers)
    figure = new_figure(10, 6.0 + 0.95 * rows)
    figure.suptitle(title, x=0.01, ha="left")
    ratios = [3, 2.4, max(0.4 + 0.95 * rows, 0.1)]
    top, middle, maps = figure.subfigures(3, 1, squeeze=False, height_ratios=ratios)[:, 0]
    heights = [1.5, *[1] * (rows - 1)][:rows]  # the first has its filters too
    layer_rows = maps.subfigures(max(rows, 1), 1, squeeze=False, height_ratios=heights or [1])[:, 0]
    _draw_prediction(top, explained)
    _draw_neighbors(middle, explained)
    for number in range(rows):
        _draw_maps(layer_rows[number], explained, number)
    return figure


def _draw_prediction(part: "SubFigure", explained: Explanation) -> None:
    """Draw the digit, its ten probabilities, and the occlusion map."""
    digit, bars, ink = part.subplots(1, 3)
    label, predicted = explained.label, explained.predicted
    digit.imshow(explained.image, cmap="gray_r", vmin=0, vmax=255)
    is_correct = label == predicted
    words = f"✓ {predicted}" if is_correct else f"✗ {predicted}, true label {label}"
    digit.set_title(words, color=CORRECT_TEXT if is_correct else MISTAKE_TEXT)
    digit.set_xlabel(f"Test digit {explained.number:,}")
    bars.barh(range(10), explained.probabilities, color=ACCENT)
    bars.set(yticks=range(10), xlim=(0, 1), title="Probability")
    bars.invert_yaxis()
    ink.imshow(occlusion_picture(explained.image, explained.importance))
    ink.set_title("Occlusion map")
    _write_legend(ink, {f"for {predicted}": POSITIVE, "against": NEGATIVE})
    for axes in (digit, ink):
        axes.set(xticks=[], yticks=[])


def _write_legend(axes: "Axes", names: dict[str, str]) -> None:
    for place, (name, color) in enumerate(names.items()):
        x = 0.25 + 0.5 * place
        axes.text(x, -0.04, name, color=color, ha="center", va="top", transform=axes.transAxes)


def _draw_neighbors(part: "SubFigure", explained: Explanation) -> None:
    """Draw the nearest training digits, and the probabilities by epoch."""
    left, right = part.subfigures(1, 2, squeeze=False, width_ratios=[1.6, 1])[0]
    if explained.neighbors:
        left.suptitle("Nearest training digits", fontsize="medium")
        places = np.ravel(left.subplots(1, len(explained.neighbors)))
        for axes, one in zip(places, explained.neighbors, strict=True):
            axes.imshow(one.image, cmap="gray_r", vmin=0, vmax=255)
            axes.set(xticks=[], yticks=[], xlabel=f"{one.label}")
    if explained.history:
        _draw_history(right.subplots(), explained.history, explained.label, explained.predicted)


def _draw_history(axes: "Axes", history: History, label: int, predicted: int) -> None:
    for digit, color in {predicted: NEGATIVE, label: POSITIVE}.items():
        shares = history.probabilities[:, digit]
        axes.plot(history.epochs, shares, "o-", color=color, label=str(digit))
    axes.set(ylim=(-0.03, 1.03), xlabel="Epoch", title="From epoch to epoch")
    axes.set_xticks(history.epochs[:: -(-len(history.epochs) // 10)])
    axes.legend()


def _draw_maps(part: "SubFigure", explained: Explanation, number: int) -> None:
    """Draw a layer's maps, the first layer's with their kernels above."""
    layer = explained.layers[number]
    count = len(layer.maps)
    part.suptitle(layer.name.replace("_", " ").capitalize(), fontsize="small", x=0.01, ha="left")
    kernels = explained.kernels.get(layer.name) if number == 0 else None
    height = 2 if kernels is not None else 1
    places = part.subplots(height, _MAPS, squeeze=False, height_ratios=[0.4, 1][-height:])
    for axes in places.ravel():
        axes.set_axis_off()
    if kernels is not None:
        for axes, picture in zip(
            places[0, :count], weight_picture(kernels[list(layer.numbers), 0]), strict=True
        ):
            axes.imshow(picture)
    for axes, heat in zip(places[-1, :count], activation_picture(layer.maps), strict=True):
        axes.imshow(heat)
