"""The network as a picture, blocks in the proportion of their feature maps, and as a table."""

from html import escape

import streamlit as st

from cnn.network.layers import IMAGE_SHAPE, Layer, Shape, total_parameters
from cnn.plots.palette import LAYER, LAYER_EDGE

SIDE = 2.6  # screen pixels for a pixel of a feature map
SHIFT = 3  # screen pixels from one feature map to the next
MAX_MAPS = 10  # more feature maps than this are drawn as this many

# Their output is as large as the layer's before them.
_NOT_DRAWN = ("Rescaling", "BatchNormalization", "Activation", "Dropout")


def network_html(layers: tuple[Layer, ...]) -> str:
    """Return a row of blocks with name and size; it wraps where the screen is narrow."""
    shapes: list[tuple[str, Shape]] = [("Image", IMAGE_SHAPE)]
    shapes += [(_name(one), one.output_shape) for one in layers if one.kind not in _NOT_DRAWN]
    label = escape(", then ".join(f"{name} {_size(shape)}" for name, shape in shapes))
    blocks = "".join(_block(name, shape) for name, shape in shapes)
    return (
        f'<div role="img" aria-label="{label}" style="display:flex;flex-wrap:wrap;'
        f'align-items:flex-end;gap:1rem 1.4rem">{blocks}</div>'
    )


def _name(layer: Layer) -> str:
    if layer.name == "probabilities":
        return "Output"
    return layer.name.replace("_", " ").capitalize()


def _size(shape: Shape) -> str:
    if len(shape) == 1:
        return f"{shape[0]:,}"
    height, width, maps = shape
    return f"{height}×{width}" if maps == 1 else f"{maps} maps {height}×{width}"


def _block(name: str, shape: Shape) -> str:
    """Return one layer: its feature maps one behind the other, name and size under them."""
    return (
        '<div style="display:flex;flex-direction:column;align-items:center;gap:0.5rem">'
        f'{_maps(shape)}<div style="text-align:center;font-size:0.8rem;line-height:1.35">'
        f'{escape(name)}<br><span style="opacity:0.75">{escape(_size(shape))}</span></div></div>'
    )


def _maps(shape: Shape) -> str:
    if len(shape) == 1:
        height = min(18 + shape[0] ** 0.5 * 1.2, 90.0)
        return _rectangle(10, height, 1)
    side = max(shape[0] * SIDE, 4.0)
    return _rectangle(side, side, min(shape[2], MAX_MAPS))


def _rectangle(width: float, height: float, maps: int) -> str:
    """Return a rectangle with others behind it, each a shadow without blur."""
    shadows = []
    for number in range(1, maps):
        move = number * SHIFT
        shadows.append(f"{move}px -{move}px 0 -0.5px {LAYER}")
        shadows.append(f"{move}px -{move}px 0 0.5px {LAYER_EDGE}")
    room = (maps - 1) * SHIFT
    return (
        f'<div style="width:{width:.0f}px;height:{height:.0f}px;background:{LAYER};'
        f"outline:1px solid {LAYER_EDGE};border-radius:1px;margin:{room}px {room}px 0 0;"
        f'box-shadow:{",".join(shadows) or "none"}"></div>'
    )


def show_layer_table(layers: tuple[Layer, ...]) -> None:
    """Show a row for each layer, with its class in Keras, and the total of the parameters."""
    # Markdown, since a data frame brings pandas: half a second before the first page is seen.
    header = "| Layer | Output shape | Parameters |\n| --- | --- | ---: |\n"
    rows = [
        f"| {layer.name.replace('_', ' ').capitalize()} :small[:gray[{layer.kind}]] | "
        f"{' × '.join(f'{size:,}' for size in layer.output_shape)} | {layer.parameters:,} |"
        for layer in layers
    ]
    st.markdown(header + "\n".join([*rows, f"| **Total** | | **{total_parameters(layers):,}** |"]))
