"""The form of a new sweep: what it starts from, what it varies, and how."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from cnn.data import mnist
from cnn.hyperparameters import SPECS, Hyperparameters, value_text
from cnn.presets import PRESETS, from_settings, label_of, preset_name, short_name
from cnn.runs.store import list_runs
from cnn.sweeps import store
from cnn.sweeps.space import MAX_RUNS, RANGE, grid_size, parse_values
from cnn.sweeps.store import SweepPlan
from ui.shared.number_text import counted, duration, literal
from ui.sweeps.sweep_picker import NEW, choose

_METHODS: dict[Any, tuple[str, str]] = {
    "grid": ("Grid", "Trains every combination of the values."),
    "random": ("Random", "Trains combinations drawn at random."),
    "tpe": ("TPE", "Optuna proposes each run by the results so far."),
}
_BOOL = {"false": "no", "true": "yes"}
_one_of = partial(st.segmented_control, required=True, width="stretch")


def show_form(folder: Path) -> None:
    """Show the form, how many runs it makes and how long they take, and Start."""
    st.caption("A sweep trains a network for each choice of hyperparameters, and finds the best.")
    plan, words = None, ""
    try:
        plan = _choose_plan()
        size, seconds = store.plan_size(plan), store.estimate_seconds(plan, list_runs(folder))
        words = f"**{counted(size, 'run')}** · about **{duration(seconds)}**"
        if plan.method == "grid" and (impossible := int(grid_size(plan.space)) - size):
            words += f" · {counted(impossible, 'impossible combination')} left out"
    except ValueError as error:
        st.error(literal(str(error)), icon=":material/error:")

    with st.container(horizontal=True, vertical_alignment="center"):
        icon, off = ":material/play_arrow:", not words
        clicked = st.button("Start", icon=icon, type="primary", width=160, disabled=off)
        st.markdown(words)
    if clicked and plan:  # no callback: what was typed last counts too
        _start(plan, folder)


def _start(plan: SweepPlan, folder: Path) -> None:
    try:
        choose(store.create(plan, folder).id)
    except (ValueError, OSError) as error:
        problem = literal(f"The sweep could not start: {error}")
        st.toast(problem, icon=":material/error:")
    else:
        st.rerun()


def _choose_plan() -> SweepPlan:
    """Return what the form says, or raise `ValueError` with what is wrong with it."""
    first, second, third = st.columns(3, gap="medium")
    with first:
        base = _choose_base()
    with second:
        words = {name: label for name, (label, _) in _METHODS.items()}
        method = _one_of("Method", list(words), default="grid", format_func=words.get)
        st.caption(_METHODS[method][1])
    trials, prune = 0, False
    with third:
        if method != "grid":
            trials = st.number_input("Number of runs", 1, MAX_RUNS, 12)
        if method == "tpe":
            text = "Stops a run whose validation accuracy falls below the median of the others. "
            prune = st.toggle("Stop weak runs early", help=text + "This needs several epochs.")
    labels = {name: spec.label for name, spec in SPECS.items()}
    default = ["learning_rate", "filters"]
    names = st.multiselect(
        "Hyperparameters to vary", labels, default, labels.__getitem__, select_all=False
    )
    with st.grid(3, min_column_width=280, gap="medium"):
        texts = {name: _choose_values(name, getattr(base, name), method) for name in names}
    if empty := [labels[name] for name, text in texts.items() if not text]:
        raise ValueError(f"{empty[0]}: choose its values, or remove it from what varies.")
    space = {name: parse_values(name, text) for name, text in texts.items()}
    return SweepPlan(base, space, method, trials, prune=prune)


def _choose_base() -> Hyperparameters:
    """Return what the other hyperparameters are: a preset's, or what the address says."""
    state, query, key = st.session_state, st.query_params, "sweep_preset"
    base, problems = from_settings({"preset": "fast", **query})

    def follow() -> None:
        choose(NEW, preset=state[key])

    state[key] = preset_name(base) if preset_name(base) in PRESETS else None
    _one_of("Start from", list(PRESETS), format_func=label_of, key=key, on_change=follow)
    for problem in problems:
        st.warning(literal(problem), icon=":material/error:")
    images = min(base.training_images, mnist.find_source()[0].training_images)
    st.caption(f"{short_name(base)} · {counted(base.epochs, 'epoch')} · {images:,} images")
    return base


def _choose_values(name: str, value: Any, method: str) -> str:
    """Return the chosen values of a hyperparameter, or its range, as `parse_values` reads them."""
    spec, options = SPECS[name], _suggestions(name, value)
    at, count, text = options.index(value_text(value)), 2 if spec.is_list else 3, spec.help
    start = max(0, min(at - 1, len(options) - count))
    default = options[start : start + count]
    if spec.steps and method != "grid":
        default = [f"{options[max(at - 2, 0)]}{RANGE}{options[min(at + 2, len(options) - 1)]}"]
        options = [*default, *options]
        text += f" Choose or type values, or one range, such as {default[0]}."
    chosen = st.multiselect(
        spec.label,
        options,
        default,
        lambda one: spec.text(one) if spec.choices else _BOOL.get(one, one),
        accept_new_options=not spec.choices and spec.kind is not bool,
        help=text,
        key=f"sweep_{name}_{options[0]}_{value_text(value)}",
    )
    return ",".join(chosen)


def _suggestions(name: str, value: Any) -> list[str]:
    """Return values to choose from in their text form, that of the base among them."""
    spec = SPECS[name]
    if spec.choices or spec.kind is bool:
        return list(spec.choices or _BOOL)
    if not spec.is_list:
        return [value_text(one) for one in sorted({value, *(spec.steps or range(10))})]
    wider = [tuple(min(2 * filters, 128) for filters in value)] if name == "filters" else []
    others = [getattr(preset, name) for preset in PRESETS.values()]
    return list(dict.fromkeys(map(value_text, [value, *wider, *others])))
