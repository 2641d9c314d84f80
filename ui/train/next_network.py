"""The network to be trained next: its picture, its size and how long it takes."""

from pathlib import Path

import streamlit as st

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import Layer, total_parameters
from cnn.runs import store, training_time
from ui.shared.network_diagram import network_html, show_layer_table
from ui.shared.number_text import counted, duration


def show_network(values: Hyperparameters, layers: tuple[Layer, ...], folder: Path) -> None:
    """Draw the layers, and say how many parameters they have and how long training takes."""
    st.html(network_html(layers))
    images = min(values.training_images, mnist.find_source()[0].training_images)
    factor = training_time.machine_factor(store.list_runs(folder))
    seconds = training_time.training_seconds(values, images, factor)
    st.markdown(
        f"**{total_parameters(layers):,} parameters** · {images:,} images × "
        f"{counted(values.epochs, 'epoch')} · about **{duration(seconds)}** to train"
    )
    show_layer_table(layers)
