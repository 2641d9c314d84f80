"""The layers of a network as a table."""

from cnn.network.layers import Layer, total_parameters

# Markdown, since a data frame brings pandas: half a second before anybody sees the first page.
_HEADER = "| Layer | In Keras | Output shape | Parameters |\n| --- | --- | --- | ---: |\n"


def layer_list(layers: tuple[Layer, ...]) -> str:
    """Return a Markdown table with a row for each layer, and their sum."""
    rows = [
        f"| {_name(layer)} | {layer.kind} | {_shape(layer)} | {layer.parameters:,} |"
        for layer in layers
    ]
    return _HEADER + "\n".join([*rows, f"| **Together** | | | **{total_parameters(layers):,}** |"])


def _name(layer: Layer) -> str:
    return layer.name.replace("_", " ").capitalize()


def _shape(layer: Layer) -> str:
    return " × ".join(f"{size:,}" for size in layer.output_shape)
