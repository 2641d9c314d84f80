"""Step 4: the layers of the chosen network, and where it differs from the tutorial's."""

import streamlit as st

from cnn.architecture import layer_table
from cnn.lesson.differences import Difference, differences
from cnn.runs import Run
from ui.training.layer_list import layer_list
from ui.training.network_picture import network_html
from ui.words import HELP, LABELS, WORDS

_FILTERS = "The filters of each layer, in order."
_PLAIN = {True: "yes", False: "no", (): "nowhere"}


def show_layers(run: Run) -> None:
    """Show the chosen network as a picture and as a table of its layers."""
    layers = layer_table(run.hyperparameters)
    picture, table = st.columns(2, gap="large", vertical_alignment="center")
    picture.html(network_html(layers))
    table.markdown(layer_list(layers))
    if not differences(run.hyperparameters, "Layers"):
        st.caption("These are the tutorial's layers.")
    show_differences(run, "Layers")


def show_differences(run: Run, step: str) -> None:
    """Say where the chosen network is not the tutorial's, each choice with its meaning."""
    found = differences(run.hyperparameters, step)
    if not found:
        return
    lines = "\n".join(f"- {_in_words(one)}" for one in found)
    with st.container(border=True):
        st.markdown(f"**The chosen network differs from the code**\n{lines}")


def _in_words(difference: Difference) -> str:
    field, tutorial, chosen = difference
    label = "Filters" if field == "filters" else LABELS[field]
    meaning = _FILTERS if field == "filters" else HELP[field].replace("**", "")
    values = f"{_value(field, chosen)} instead of {_value(field, tutorial)}"
    return f"**{label}**: {values}. :small[{meaning}]"


def _value(field: str, value: object) -> str:
    if isinstance(value, bool) or value == ():
        return _PLAIN[value]
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    word = WORDS.get((field, value))
    return word or (f"{value:,.6g}" if isinstance(value, (int, float)) else str(value))
