"""The pictures that explain an answer, as HTML."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.steps import Step
from cnn.reading.explanation import LayerMaps, Neighbour
from ui.digit_tile import TILE_STYLE, png_address
from ui.numbers import a_digit

FINE = 28  # a picture with more pixels a side is not shown as squares

# Blue and orange are told apart by colour-blind people, and each has a contrast of 3:1 with the
# tile in the light and in the dark theme.
FOR, AGAINST, NEUTRAL = (46, 126, 222), (214, 98, 20), (128, 131, 142)
LEAST_SCALE = 0.02  # of probability: where nothing matters more, the colours stay pale
LEAST_FALL = 0.005

# From no response to the strongest: dark blue to nearly white, in both themes.
_HEAT = np.array([(22, 25, 48), (68, 80, 200), (146, 155, 245), (255, 250, 225)])

_STYLE = f"""<style>{TILE_STYLE}
.why {{display: grid; gap: 1rem .75rem; font-size: .875rem; line-height: 1.35}}
.why.steps {{grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 29%), 1fr))}}
.why.nearest {{grid-template-columns: repeat(5, minmax(0, 5.5rem)); gap: .5rem}}
.why .tile {{margin-bottom: .35rem}}
.why .tile img {{object-fit: contain}}
.why .tile .fine {{image-rendering: auto}}
.why .tile .plain {{mix-blend-mode: normal}}
.why b {{display: block}}
.why .quiet, .maps .quiet {{opacity: .75}}
.why .ink {{max-width: 14rem}}
.why .legend {{display: flex; flex-wrap: wrap; gap: .25rem 1rem}}
.why .legend i {{display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem;
  margin-right: .35rem; vertical-align: -.05rem}}
.maps {{font-size: .875rem; line-height: 1.35; margin-bottom: 1.25rem;
  container-type: inline-size}}
.maps .row {{display: grid; grid-template-columns: repeat(8, minmax(0, 4.5rem)); gap: .35rem;
  margin-top: .4rem}}
@container (min-width: 46rem) {{
  .maps .row {{grid-template-columns: repeat(16, minmax(0, 4.5rem))}}}}
.maps .row img {{display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  border-radius: .3rem}}
</style>"""


def steps_html(steps: Sequence[Step]) -> str:
    """Return the steps as a row of pictures with their words, which wraps."""
    items = "".join(_step_html(number, step) for number, step in enumerate(steps, 1))
    return f'{_STYLE}<div class="why steps" role="list">{items}</div>'


def _step_html(number: int, step: Step) -> str:
    classes = "plain " * step.as_given + "fine" * (max(step.image.shape) > FINE)
    return (
        f'<div role="listitem"><div class="tile"><img class="{classes}" '
        f'src="{png_address(step.image)}" alt="{escape(step.title)}"></div>'
        f'<b>{number}. {escape(step.title)}</b><span class="quiet">{escape(step.sentence)}</span>'
        "</div>"
    )


def ink_html(image: NDArray[np.uint8], falls: NDArray[np.float32], digit: int) -> str:
    """Return the digit with its ink coloured by what it did for the answer, and a legend.

    Args:
        image: (28, 28), 255 is full ink.
        falls: (28, 28), how much less probable the answer is without the ink there.
        digit: the answer.
    """
    meanings = {FOR: f"speaks for {digit}", AGAINST: "speaks against", NEUTRAL: "does little"}
    legend = "".join(
        f'<span><i style="background: rgb{colour}"></i>{words}</span>'
        for colour, words in meanings.items()
    )
    sentence = ""
    if np.abs(falls).max() < LEAST_FALL:
        sentence = (
            "<div>No spot matters much by itself: the answer stays without any of them.</div>"
        )
    return (
        f'{_STYLE}<div class="why"><div class="tile ink"><img class="plain" '
        f'src="{png_address(ink_picture(image, falls))}" alt="{_where(falls, digit)}"></div>'
        f'<div class="legend">{legend}</div>{sentence}</div>'
    )


def ink_picture(image: NDArray[np.uint8], falls: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the ink in colour on transparent paper, (28, 28, RGBA)."""
    strength = falls / max(float(np.abs(falls).max()), LEAST_SCALE)
    strongest = np.where(strength[..., None] > 0, FOR, AGAINST)
    colour = NEUTRAL + np.abs(strength)[..., None] * (strongest - NEUTRAL)
    return np.concatenate([colour, image[..., None]], axis=2).round().astype(np.uint8)


def _where(falls: NDArray[np.float32], digit: int) -> str:
    """Say where the ink mattered most, for those who do not see the colours."""
    if falls.max() < LEAST_FALL:
        return f"No ink speaks for {digit} by itself."
    row, column = np.unravel_index(falls.argmax(), falls.shape)
    height = ("at the top", "in the middle", "at the bottom")[int(row) * 3 // len(falls)]
    side = ("on the left", "", "on the right")[int(column) * 3 // falls.shape[1]]
    return f"The ink {height} {side}".rstrip() + f" speaks most for {digit}."


def nearest_html(neighbours: Sequence[Neighbour], digit: int) -> str:
    """Return training digits with what they are, and how many of them are the answer."""
    items = "".join(
        f'<div role="listitem"><div class="tile"><img src="{png_address(one.image)}" '
        f'alt="Training digit"></div><b>{one.label}</b>'
        f'<span class="quiet">{one.distance:.3g} away</span></div>'
        for one in neighbours
    )
    same = sum(one.label == digit for one in neighbours)
    count = {0: "None of them", len(neighbours): "All of them"}.get(same, f"{same} of them")
    words = f"{count} {'are' if same > 1 else 'is'} {a_digit(digit)}."
    return (
        f'{_STYLE}<div class="why nearest" role="list">{items}</div>'
        f'<div class="why"><span>{words}</span></div>'
    )


def maps_html(layers: Sequence[LayerMaps]) -> str:
    """Return the feature maps, a row of tiles for each layer."""
    rows = "".join(_layer_html(number, layers) for number in range(len(layers)))
    return f"{_STYLE}{rows}"


def _layer_html(number: int, layers: Sequence[LayerMaps]) -> str:
    layer = layers[number]
    shown, height, width = layer.maps.shape
    name = escape(layer.name.replace("_", " ").capitalize())
    which = f"{layer.filters} maps of {height}×{width}"
    if shown < layer.filters:
        which += f", the {shown} most active"
    tiles = "".join(f'<img src="{png_address(heat)}" alt="">' for heat in _heat(layer.maps))
    return (
        f'<div class="maps"><b>{name}</b> <span class="quiet">· {which}</span>'
        f"<div>{_meaning(number, len(layers))}</div>"
        f'<div class="row" role="img" aria-label="{name}: {which}">{tiles}</div></div>'
    )


def _heat(maps: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return maps (n, height, width) in colour, (n, height, width, RGB)."""
    stops = np.linspace(0, 1, len(_HEAT))
    strength = np.linspace(0, 1, 256) ** 0.6  # weak responses are to be seen too
    table = np.stack([np.interp(strength, stops, channel) for channel in _HEAT.T], axis=1)
    return table.round().astype(np.uint8)[maps]


def _meaning(number: int, layers: int) -> str:
    """Say what such a layer usually finds."""
    if layers == 1:
        return "Finds edges and pieces of strokes. The answer is made from these maps."
    if number == 0:
        return "Finds edges: each filter another direction of your strokes' borders."
    if number == layers - 1:
        return "Sees larger parts, such as loops and tails. The answer is made from these maps."
    if number == 1:
        return "Puts edges together: corners, arcs and crossings."
    return "Puts the patterns of the layer before together."
