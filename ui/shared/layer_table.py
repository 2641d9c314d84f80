"""The layers of a network as a table."""

import streamlit as st

from cnn.network.layers import Layer, total_parameters

# Markdown, since a data frame brings pandas: half a second before anybody sees the first page.
_HEADER = "| Layer | Output shape | Parameters |\n| --- | --- | ---: |\n"


def show_layer_table(layers: tuple[Layer, ...]) -> None:
    """Show a row for each layer, with its class in Keras, and the total of the parameters."""
    rows = [
        f"| {layer.name.replace('_', ' ').capitalize()} :small[:gray[{layer.kind}]] | "
        f"{' × '.join(f'{size:,}' for size in layer.output_shape)} | {layer.parameters:,} |"
        for layer in layers
    ]
    st.markdown(_HEADER + "\n".join([*rows, f"| **Total** | | **{total_parameters(layers):,}** |"]))
