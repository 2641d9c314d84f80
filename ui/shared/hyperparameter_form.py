"""The knobs of the Train page: presets, and one control for each hyperparameter."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from cnn import hyperparameters as hp
from cnn.hyperparameters import CHOICES, MAX_LAYERS, RANGES, Hyperparameters
from cnn.presets import PRESETS, preset_name
from ui.shared.hyperparameter_text import HELP, LABELS, WORDS

NEW_LAYER_FILTERS = 16

# The browser offers round values; the server accepts everything in RANGES.
STEPS: dict[str, tuple[float, ...]] = {
    "learning_rate": (1e-5, 1e-4, 3e-4, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.1, 0.3, 1),
    "weight_decay": (0, 1e-5, 1e-4, 1e-3, 0.004, 0.01, 0.1),
    "label_smoothing": (0, 0.02, 0.05, 0.1, 0.2, 0.3),
    "dropout": (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
    "batch_size": (8, 16, 32, 64, 128, 256, 512, 1024),
    "dense_units": (0, 10, 16, 32, 64, 128, 256, 512),
    "training_images": (500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 55_000),
}


def choose_preset() -> None:
    """Show the presets in one row; a changed knob leaves none of them chosen."""
    if "knobs_version" not in st.session_state:
        set_values(PRESETS["article"])
    st.session_state["preset"] = _current_preset()
    st.segmented_control(
        "Preset",
        list(PRESETS),
        format_func=str.capitalize,
        key="preset",
        on_change=_load_chosen_preset,
        width="stretch",
        help=HELP["preset"],
    )


def choose_values() -> None:
    """Show one control for each hyperparameter, in three groups."""
    with st.expander("Network", icon=":material/layers:", expanded=True):
        _convolutions()
        _whole_number("kernel_size")
        for field in ("padding", "activation"):
            _choice(field)
        _switch("batch_normalization")
        _switch("global_average_pooling")
        _steps("dense_units")
        _steps("dropout")
    with st.expander("Learning", icon=":material/school:"):
        _choice("optimizer")
        _steps("learning_rate")
        _choice("schedule")
        _steps("batch_size")
        _whole_number("epochs", 50)
        _whole_number("early_stopping", 10)
        _steps("weight_decay")
        _steps("label_smoothing")
    with st.expander("Data", icon=":material/database:"):
        _steps("training_images")
        _choice("augmentation")
        _switch("non_digits")
        _switch("scale_pixels")
        st.number_input(
            LABELS["seed"], 0, int(RANGES["seed"].maximum), help=HELP["seed"], **_kept("seed")
        )


def chosen_hyperparameters() -> Hyperparameters:
    """Return what the knobs say.

    Raises:
        ValueError: the browser sent something impossible; the message says what.
    """
    state = st.session_state
    values: dict[str, Any] = {
        field: state[_key(field)] for field in asdict(PRESETS["article"]) if field != "filters"
    }
    layers = range(1, int(state[_key("layers")]) + 1)
    values["filters"] = [state[_key(f"filters_{layer}")] for layer in layers]
    values["pool_after"] = sorted(state[_key("pool_after")])
    return hp.from_mapping(values)


def _current_preset() -> str | None:
    try:
        name = preset_name(chosen_hyperparameters())
    except ValueError:
        return None
    return None if name == "custom" else name


def _load_chosen_preset() -> None:
    chosen = st.session_state["preset"]
    if chosen in PRESETS:
        set_values(PRESETS[chosen])


def set_values(values: Hyperparameters) -> None:
    """Replace every knob by a new one.

    New ones, since a browser that has not yet seen the new values sends the old ones along with
    the next click, and Train would train what nobody sees any more.
    """
    state = st.session_state
    state["knobs_version"] = state.get("knobs_version", 0) + 1
    for field, value in asdict(values).items():
        state[_key(field)] = value
    state[_key("layers")] = len(values.filters)
    for layer in range(1, MAX_LAYERS + 1):
        filters = values.filters[layer - 1] if layer <= len(values.filters) else NEW_LAYER_FILTERS
        state[_key(f"filters_{layer}")] = filters


def _key(field: str) -> str:
    return f"knob_{st.session_state['knobs_version']}_{field}"


def _kept(field: str) -> dict[str, Any]:
    """Return the arguments that keep a knob's value while other pages are visited."""
    return {"key": _key(field), "persist_state": "session"}


def _convolutions() -> None:
    """Show how many convolutions there are, the filters of each, and where to pool."""
    st.slider(LABELS["layers"], 1, MAX_LAYERS, help=HELP["layers"], **_kept("layers"))
    layers = list(range(1, int(st.session_state[_key("layers")]) + 1))
    with st.grid(2, min_column_width=90, gap="small"):
        for layer in layers:
            st.number_input(
                f"Filters {layer}",
                1,
                hp.MAX_FILTERS,
                help=HELP["filters"],
                **_kept(f"filters_{layer}"),
            )
    pooled = st.session_state[_key("pool_after")]
    st.session_state[_key("pool_after")] = [layer for layer in pooled if layer in layers]
    st.pills(
        LABELS["pool_after"],
        layers,
        selection_mode="multi",
        help=HELP["pool_after"],
        **_kept("pool_after"),
    )


def _whole_number(field: str, offered: int | None = None) -> None:
    limits = RANGES[field]
    largest = offered or int(limits.maximum)
    st.slider(LABELS[field], int(limits.minimum), largest, help=HELP[field], **_kept(field))


def _steps(field: str) -> None:
    st.select_slider(
        LABELS[field],
        STEPS[field],
        format_func=lambda value: WORDS.get((field, value), f"{value:,.6g}"),
        help=HELP[field],
        **_kept(field),
    )


def _choice(field: str) -> None:
    st.selectbox(
        LABELS[field],
        CHOICES[field],
        format_func=lambda value: WORDS.get((field, value), value),
        help=HELP[field],
        **_kept(field),
    )


def _switch(field: str) -> None:
    st.toggle(LABELS[field], help=HELP[field], **_kept(field))
