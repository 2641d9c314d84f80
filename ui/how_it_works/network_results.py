"""Step 4: the layers of the chosen network, and where it differs from the tutorial's."""

import streamlit as st

from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table
from cnn.runs.store import Run
from ui.how_it_works.convolution_demo import show_convolution
from ui.how_it_works.lesson import layer_terms, show_terms
from ui.shared.network_diagram import network_html, show_layer_table

MANY_LAYERS = 8  # more of them are shown on demand


def show_layers(run: Run) -> None:
    """Show the chosen network as a diagram and as a table of its layers, and a convolution."""
    layers = layer_table(run.hyperparameters)
    show_terms(st.container(), layer_terms({layer.kind for layer in layers}), "layers")
    st.html(network_html(layers))
    table = st.container()
    if len(layers) > MANY_LAYERS:
        table = st.expander(f"All {len(layers)} layers", icon=":material/layers:")
    with table:
        show_layer_table(layers)
    explain_reject_class(run)
    if not _differences(run, "Layers"):
        st.caption("These are the tutorial's layers.")
    show_differences(run, "Layers")
    show_convolution(run)


def explain_reject_class(run: Run) -> None:
    """Say what the eleventh output of a network with a reject class is."""
    if run.hyperparameters.reject_class:
        st.caption(
            "This network has an eleventh output, “not a digit”; the ten probabilities of the "
            "digits are shown without it."
        )


def show_differences(run: Run, step: str) -> None:
    """Say where the chosen network is not the tutorial's, each hyperparameter with its help."""
    lines = _differences(run, step)
    if lines:
        with st.container(border=True):
            st.markdown("\n".join(["**The chosen network differs from the code**", *lines]))


def _differences(run: Run, step: str) -> list[str]:
    """Return a line for each hyperparameter of a step that is not the tutorial's."""
    chosen, tutorial, lines = run.hyperparameters, Hyperparameters(), []
    for name, spec in SPECS.items():
        value, usual = getattr(chosen, name), getattr(tutorial, name)
        if spec.step == step and value != usual:
            help_text = " ".join(spec.help.replace("**", "").split())
            values = f"{spec.text(value)} instead of {spec.text(usual)}"
            lines.append(f"- **{spec.label}**: {values}. :small[{help_text}]")
    return lines
