"""Step 4: the layers of the chosen network, and where it differs from the tutorial's."""

import streamlit as st

from cnn.lesson.differences import Difference, differences
from cnn.network.layers import Layer, layer_table, total_parameters
from cnn.runs.store import Run
from ui.how_it_works.tables import STYLE
from ui.how_it_works.words import layer_words_html
from ui.shared.hyperparameter_text import HELP, LABELS, WORDS
from ui.shared.network_diagram import network_html

MANY_LAYERS = 8  # more of them are shown on demand

_STYLE = f"""{STYLE}<style>
.lesson.layers table {{width: 100%; max-width: 34rem; border-spacing: 0}}
.lesson.layers th, .lesson.layers td {{padding: .4rem .5rem; text-align: left; border-radius: 0;
  border-bottom: 1px solid var(--border)}}
.lesson.layers th {{font-weight: 600}}
.lesson.layers .quiet {{display: block; font-size: .8rem}}
.lesson.layers :is(th, td):last-child {{text-align: right}}
</style>"""
_FILTERS = "The filters of each layer, in order."
_PLAIN = {True: "yes", False: "no", (): "nowhere"}


def show_layers(run: Run) -> None:
    """Show the chosen network as a picture and as a table of its layers."""
    layers = layer_table(run.hyperparameters)
    st.html(layer_words_html({layer.kind for layer in layers}))
    st.html(network_html(layers))
    table = st.container()
    if len(layers) > MANY_LAYERS:
        table = st.expander(f"All {len(layers)} layers", icon=":material/layers:")
    table.html(layers_html(layers))
    explain_eleventh(run)
    if not differences(run.hyperparameters, "Layers"):
        st.caption("These are the tutorial's layers.")
    show_differences(run, "Layers")


def explain_eleventh(run: Run) -> None:
    """Say what the eleventh answer of a network is that has one."""
    if run.hyperparameters.non_digits:
        st.caption(
            "This network has an eleventh answer, “no digit”, for what is none; the ten "
            "probabilities of the digits are shown without it."
        )


def layers_html(layers: tuple[Layer, ...]) -> str:
    """Return a table narrow enough for a phone: each layer's shape and parameters, and the sum."""
    rows = "".join(
        f'<tr><td>{_name(layer)}<span class="quiet">{layer.kind}</span></td>'
        f"<td>{' × '.join(f'{size:,}' for size in layer.output_shape)}</td>"
        f"<td>{layer.parameters:,}</td></tr>"
        for layer in layers
    )
    head = "<tr><th>Layer</th><th>Output shape</th><th>Parameters</th></tr>"
    total = f"<tr><th>Together</th><th></th><th>{total_parameters(layers):,}</th></tr>"
    return f'{_STYLE}<div class="lesson layers"><table>{head}{rows}{total}</table></div>'


def _name(layer: Layer) -> str:
    return layer.name.replace("_", " ").capitalize()


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
