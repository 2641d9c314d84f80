"""Optuna's plots of a sweep in the pages' words and colors. Optuna and Plotly are imported late."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn.hyperparameters import SPECS, value_text
from cnn.plots.palette import ACCENT, NEUTRAL
from cnn.runs.status import State
from cnn.sweeps.store import Sweep, Trial, trials

if TYPE_CHECKING:
    import optuna

_PLOTS = {
    "Parallel coordinates": (
        "plot_parallel_coordinate",
        "Each line is a run: the thicker, the better its validation accuracy.",
    ),
    "Importance": (
        "plot_param_importances",
        "How much of the differences in validation accuracy each hyperparameter explains.",
    ),
    "Slices": ("plot_slice", "Each dot is a run: its validation accuracy for each value."),
}


class _Word(str):
    """A value that Optuna, which shows the `repr` of values, shows without quotes."""

    __repr__ = str.__str__


def cell(name: str, value: Any) -> Any:
    """Return a hyperparameter's value for a table or a plot: a number, or what pages call it."""
    spec = SPECS[name]
    if spec.kind in (int, float):
        return value
    return _Word(value_text(value) if spec.is_list else spec.text(value))


def show_plots(sweep: Sweep) -> None:
    """Show one of Optuna's plots of the finished runs, if there are two."""
    finished = [one for one in trials(sweep) if one.status.state is State.FINISHED]
    if len(finished) < 2:
        return
    name = st.segmented_control("Plot", list(_PLOTS), default="Parallel coordinates", required=True)
    plot, text = _PLOTS[name]
    st.caption(text)
    figure = _figure(plot, _study(sweep, finished))
    st.plotly_chart(figure, key=plot, config={"displayModeBar": False}, alt=text)


def _study(sweep: Sweep, finished: list[Trial]) -> "optuna.Study":
    """Return a study of the finished runs with labels, and with accuracies in percent."""
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study, kinds = optuna.create_study(direction="maximize"), dict[str, BaseDistribution]()
    for name, values in sweep.plan.space.items():
        seen = [cell(name, value) for value in sorted({one.choice[name] for one in finished})]
        between = FloatDistribution(values.low, values.high, log=values.is_log)
        kinds[SPECS[name].label] = CategoricalDistribution(seen) if values.choices else between
    for one in finished:
        params = {SPECS[name].label: cell(name, value) for name, value in one.choice.items()}
        accuracy = 100 * (one.validation_accuracy or 0)
        study.add_trial(optuna.create_trial(value=accuracy, params=params, distributions=kinds))
    return study


def _figure(plot: str, study: "optuna.Study") -> Any:
    """Return a plot in colors that are readable on light and on dark."""
    from optuna import visualization

    figure = getattr(visualization, plot)(study, target_name="Validation accuracy, %")
    margin = {"l": 60, "r": 40, "t": 30, "b": 10}
    figure.update_layout(title=None, height=360, margin=margin, plot_bgcolor="rgba(0,0,0,0)")
    figure.update_layout(dragmode=False)  # a finger that drags scrolls the page
    figure.update_annotations(font_color=None, font_size=12, yshift=9)  # values on the axes
    figure.update_traces(marker={"color": ACCENT, "showscale": False})
    if plot == "plot_parallel_coordinate":
        for line in figure.data[:-1]:  # the last one is the color scale
            share = line.y[0]  # of the way from the worst run to the best
            color = ACCENT if share == 1 else NEUTRAL
            line.update(line={"color": color, "width": 1 + 3 * share}, opacity=0.9)
    return figure
