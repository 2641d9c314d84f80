"""The settings of a run: what differs from its preset in one line, everything on request."""

import streamlit as st

from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS, differences, label_of, nearest_preset, short_name
from cnn.runs import store
from cnn.runs.fine_tune_info import read_fine_tune_info
from cnn.runs.store import Run, RunError
from ui.shared import hyperparameter_form, navigation
from ui.shared.network_diagram import network_html
from ui.shared.number_text import literal


def show_settings(run: Run, form: Hyperparameters | None = None) -> bool:
    """Show a run's settings and network, and a button that puts them into the form.

    Returns whether the form holds the same.

    Args:
        run: any run; of a damaged one nothing is shown.
        form: what the form on this page holds; without one, the button leads to Train.
    """
    try:
        values = run.hyperparameters
        layers, parent = layer_table(values), _parent(run)
    except ValueError:
        return False
    words = [f"{total_parameters(layers):,} parameters", *parent]
    if run.name != short_name(values):  # which the menu of runs shows already
        words.insert(0, short_name(values))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":small[{literal(' · '.join(words))}]", width="content")
        with st.popover("Settings", type="tertiary", icon=":material/tune:"):
            st.html(network_html(layers))
            st.markdown(_table(values))
        used = values != form and st.button(
            "Use these settings",
            type="tertiary",
            icon=":material/input:",
            key="use_settings",
            help="Puts them into the form of the Train page.",
            on_click=hyperparameter_form.set_values,
            args=(values,),
        )
    if used and not form:
        query = {"run": run.id, **hyperparameter_form.settings_in_address(values)}
        st.switch_page(navigation.TRAIN, query_params=query)
    if run.notes.note:
        st.text(run.notes.note)
    return values == form


def _parent(run: Run) -> list[str]:
    """Return a text that names the run from which this one was fine-tuned, if it was."""
    if not (info := read_fine_tune_info(run)):
        return []
    try:
        return [f"fine-tuned from {store.open_run(info.parent, run.path.parent).name}"]
    except RunError:
        return ["fine-tuned from a run that is deleted"]


def _table(values: Hyperparameters) -> str:
    """Return a row of Markdown for each setting; what differs from the preset is bold."""
    preset = nearest_preset(values)
    changed = differences(values, PRESETS[preset])
    rows = []
    for name, spec in SPECS.items():
        label, text = spec.label, spec.text(getattr(values, name))
        if name in changed:
            usual = spec.text(getattr(PRESETS[preset], name))
            label, text = f"**{label}**", f"**{text}** :gray[({label_of(preset)}: {usual})]"
        rows.append(f"| {label} | {text} |")
    return f"| {label_of(preset)} | |\n| --- | --- |\n" + "\n".join(rows)
