"""The form of the Train page: presets, and one control for each hyperparameter.

The controls are made from `SPECS`: a number with steps gets a slider, another number a field, a
choice a select box, a bool a toggle; what lists a number for each convolution, a field for each.
"""

from dataclasses import asdict
from typing import Any

import streamlit as st

from cnn.hyperparameters import MAX_CONVOLUTIONS, SPECS, Hyperparameters, Spec, from_mapping
from cnn.presets import PRESETS, label_of, preset_name

_EACH = [name for name, spec in SPECS.items() if spec.each]  # chosen for each convolution
_GROUPS = {
    "Network": ":material/layers:",
    "Training": ":material/school:",
    "Data": ":material/database:",
}


def choose_preset() -> None:
    """Show the presets in one row; with a changed hyperparameter none of them is chosen."""
    state = st.session_state
    if "form_version" not in state:
        set_values(PRESETS["article"])
    try:
        name = preset_name(chosen_hyperparameters())
    except ValueError:
        name = ""
    state["preset"] = name if name in PRESETS else None
    st.segmented_control(
        "Preset",
        list(PRESETS),
        format_func=label_of,
        key="preset",
        on_change=_load_preset,
        width="stretch",
        help="Values to start from. **Tutorial** is the network of a well-known tutorial, **fast** "
        "trains in seconds, **accurate** has the best accuracy.",
    )


def _load_preset() -> None:
    if chosen := st.session_state["preset"]:
        set_values(PRESETS[chosen])


def choose_values() -> None:
    """Show one control for each hyperparameter, in three groups."""
    for group, icon in _GROUPS.items():
        with st.expander(group, icon=icon, expanded=group == "Network"):
            if group == "Network":
                _choose_convolutions()
            for name, spec in SPECS.items():
                if spec.group == group and not spec.is_list:
                    _choose(name, spec)


def chosen_hyperparameters() -> Hyperparameters:
    """Return the values of the form.

    Raises:
        ValueError: the browser sent something impossible; the message says what.
    """
    state = st.session_state
    values = {name: state[_key(name)] for name in SPECS if name not in _EACH}
    values["pool_after"] = sorted(values["pool_after"])
    layers = range(1, int(state[_key("layers")]) + 1)
    for name in _EACH:
        values[name] = [state[_key(f"{name}_{layer}")] for layer in layers]
    return from_mapping(values)


def set_values(values: Hyperparameters) -> None:
    """Replace every control by a new one with these values.

    New ones, since a browser that has not yet seen the new values sends the old ones along with
    the next click, and Train would train what nobody sees any more.
    """
    state = st.session_state
    state["form_version"] = state.get("form_version", 0) + 1
    for name, value in asdict(values).items():
        state[_key(name)] = value
    state[_key("layers")] = len(values.filters)
    for name in _EACH:
        new = [SPECS[name].each] * MAX_CONVOLUTIONS
        for layer, value in enumerate([*getattr(values, name), *new][:MAX_CONVOLUTIONS], start=1):
            state[_key(f"{name}_{layer}")] = value


def _key(name: str) -> str:
    return f"form_{st.session_state['form_version']}_{name}"


def _choose_convolutions() -> None:
    """Show how many convolutions there are, what is chosen for each, and where to pool."""
    text = "The number of convolutions. Early ones detect edges, later ones larger shapes."
    st.slider("Convolutions", 1, MAX_CONVOLUTIONS, help=text, **_options("layers"))
    layers = list(range(1, int(st.session_state[_key("layers")]) + 1))
    with st.grid(2, min_column_width=90, gap="small"):
        for layer in layers:
            for name in _EACH:
                _choose(f"{name}_{layer}", SPECS[name], f" {layer}")
    pool_after, spec = _key("pool_after"), SPECS["pool_after"]
    st.session_state[pool_after] = [n for n in st.session_state[pool_after] if n in layers]
    st.pills(spec.label, layers, selection_mode="multi", help=spec.help, **_options("pool_after"))


def _choose(name: str, spec: Spec, suffix: str = "") -> None:
    label, options = spec.label + suffix, {"help": spec.help, **_options(name)}
    if spec.choices:
        st.selectbox(label, list(spec.choices), format_func=spec.text, **options)
    elif spec.steps:
        st.select_slider(label, spec.steps, format_func=spec.text, **options)
    elif spec.kind is bool:
        st.toggle(label, **options)
    else:
        st.number_input(label, int(spec.minimum), int(spec.maximum), **options)


def _options(name: str) -> dict[str, Any]:
    """Return the arguments that keep a control's value while other pages are visited."""
    return {"key": _key(name), "persist_state": "session"}
