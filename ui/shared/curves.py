"""Accuracy and loss over the epochs, while a run trains and after it."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from cnn.runs.metrics import Metrics, TrainingPoint

HEIGHT = 300
MAX_POINTS = 400  # what a screen can show; longer curves are thinned
FLOORS = (0.95, 0.9, 0.8, 0.5, 0.0)
POWERS_OF_TEN = [10.0**power for power in range(-4, 4)]
SETTLED = 0.2  # epochs after which the axis is chosen, so that it does not move any more


def show_curves(metrics: Metrics, epochs: int) -> None:
    """Draw both charts side by side on the same epochs, under each other on a phone."""
    for column, value in zip(st.columns(2), ("accuracy", "loss"), strict=True):
        chart = _chart(metrics, epochs, value)
        alt_text = f"{value.capitalize()} in training and validation over the epochs"
        column.altair_chart(chart, key=f"{value}_curve", alt=alt_text)


def _chart(metrics: Metrics, epochs: int, value: str) -> alt.LayerChart | alt.FacetChart:
    """Return training as a line and validation as points, one an epoch."""
    rows = [
        [(point.epoch, getattr(point, value), "training") for point in _thinned(metrics.training)],
        [(one.epoch, getattr(one, f"validation_{value}"), "validation") for one in metrics.epochs],
    ]
    training, validation = (pd.DataFrame(part, columns=["epoch", value, "digits"]) for part in rows)
    settled = [point.accuracy for point in metrics.training if point.epoch >= SETTLED]
    lowest = sorted(settled)[len(settled) // 20] if settled else 0.0
    limits = [lowest, *(point.validation_accuracy for point in metrics.epochs)]
    if value == "loss":
        limits = [point.loss for point in metrics.training]
        limits += [point.validation_loss for point in metrics.epochs]
    x, y = epoch_axis(epochs), value_axis(value, limits)
    color = alt.Color(
        "digits:N",
        scale=alt.Scale(domain=["training", "validation"]),
        legend=alt.Legend(
            title=value.capitalize(), orient="top", symbolType="circle", symbolOpacity=1
        ),
    )
    line = alt.Chart(training).mark_line(clip=True, strokeWidth=1.5).encode(x, y, color)
    between = alt.Chart(validation).mark_line(clip=True, opacity=0.5).encode(x, y, color)
    dots = alt.Chart(validation).mark_point(filled=True, size=70, clip=True)
    dots = dots.encode(x, y, color, tooltip=["epoch:Q", alt.Tooltip(f"{value}:Q", format=".4f")])
    return alt.layer(line, between, dots).properties(height=HEIGHT)


def epoch_axis(epochs: int) -> alt.X:
    """Return the horizontal axis of all epochs, also of those to come."""
    axis = alt.Axis(title="Epoch", tickMinStep=1, grid=False, format="d")
    return alt.X("epoch:Q", scale=alt.Scale(domain=[0, epochs], nice=False), axis=axis)


def value_axis(value: str, shown: Sequence[float]) -> alt.Y:
    """Return the vertical axis of "accuracy" or "loss", with room for the values shown.

    Accuracy starts where the curve is once it has settled, in steps that seldom change. Loss is
    logarithmic: the first losses are hundreds of times the last ones.
    """
    if value == "accuracy":
        floor = next(floor for floor in FLOORS if min(shown) >= floor)
        scale = alt.Scale(domain=[floor, 1], nice=False)
        return alt.Y(
            "accuracy:Q", scale=scale, axis=alt.Axis(title=None, format=".0%", tickCount=5)
        )
    options: dict[str, Any] = {"type": "log", "nice": True}
    if losses := [loss for loss in shown if loss > 0]:
        options["domain"] = [max(min(*losses, 0.1), 1e-4), max(*losses, 1.0)]
    axis = alt.Axis(title=None, format="~g", values=POWERS_OF_TEN)
    return alt.Y("loss:Q", scale=alt.Scale(**options), axis=axis)


def _thinned(points: Sequence[TrainingPoint]) -> Sequence[TrainingPoint]:
    """Return at most `MAX_POINTS` of the points, the last one always among them."""
    step = -(-(len(points) - 1) // (MAX_POINTS - 1)) or 1
    return [*points[:-1:step], *points[-1:]]
