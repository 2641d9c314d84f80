"""The layers of a network as a table."""

import pandas as pd

from cnn.architecture import Layer


def layer_frame(layers: tuple[Layer, ...]) -> pd.DataFrame:
    """Return a row for each layer: its name, Keras's name, output shape and parameters."""
    rows = [
        (
            layer.name.replace("_", " ").capitalize(),
            layer.kind,
            " × ".join(map(str, layer.output_shape)),
            layer.parameters,
        )
        for layer in layers
    ]
    return pd.DataFrame(rows, columns=["Layer", "In Keras", "Output shape", "Parameters"])
