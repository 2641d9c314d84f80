"""Several runs side by side: their curves laid over each other, and accuracy against its cost."""

import html
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from cnn.evaluation.compare_runs import Result, group_by_seed, labels_of, pareto_front, result_of
from cnn.plots.palette import DASHES, NEUTRAL, SERIES
from cnn.runs.store import Run
from ui.runs.filters import is_grouped
from ui.shared.curves import HEIGHT, epoch_axis, value_axis
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import duration, percent

MAX_LINES = 12  # more can't be told apart
Chart = alt.LayerChart | alt.FacetChart
_VALUES = ("accuracy", "loss")
_COSTS = {"parameters": "Parameters", "seconds": "Training time (seconds)"}
_LEGEND = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=800, symbolSize=400)


def show_comparison(runs: Sequence[Run]) -> None:
    """Show the charts of several runs; damaged ones are left out."""
    results = [one for one in map(result_of, runs) if one.status]
    results = group_by_seed(results) if is_grouped() else results
    if not results:
        return
    labels = labels_of(results)
    lines, (costs, accuracy) = curves(results[:MAX_LINES], labels), cost_table(results, labels)
    if len(lines):
        st.html(_legend(labels[:MAX_LINES]))
        _show_pair("curves", [partial(_curve_chart, lines, labels, value) for value in _VALUES])
    if len(labels) > MAX_LINES:
        st.caption(f"Curves of the first {MAX_LINES} of {len(labels):,}.")
    if len(costs) > 1:
        charts = [partial(_cost_chart, costs, labels, accuracy, cost) for cost in _COSTS]
        _show_pair("costs", charts)
        st.caption("On the dashed line, the Pareto front, no other run is more accurate for less.")


def _show_pair(name: str, charts: Sequence[Callable[[alt.Legend | None], Chart]]) -> None:
    """Show two charts side by side; a file of both has the legend that the page has above."""
    for number, column in enumerate(st.columns(2, gap="large")):
        chart = charts[number](None)
        column.altair_chart(chart, key=f"{name}_{number}", alt=str(chart.title))
    offer_downloads(
        f"runs-{name}", lambda: alt.hconcat(*(draw(_LEGEND) for draw in charts)).to_dict()
    )


def curves(results: Sequence[Result], labels: Sequence[str]) -> pd.DataFrame:
    """Return validation accuracy and loss after each epoch: means, and lower and upper ends.

    The ends are a sample standard deviation away, where there are several seeds.
    """
    rows = [
        (label, point.epoch, point.validation_accuracy, point.validation_loss)
        for one, label in zip(results, labels, strict=False)
        for run in one.runs
        for point in run.metrics().epochs
    ]
    by_epoch = pd.DataFrame(rows, columns=["run", "epoch", *_VALUES]).groupby(["run", "epoch"])
    means, deviations = by_epoch.mean(), by_epoch.std().fillna(0)
    table = means.join((means - deviations).add_suffix("_low"))
    table = table.join((means + deviations).add_suffix("_high")).reset_index()
    return table.assign(best=table.index.isin(table.groupby("run")["accuracy"].idxmax()))


def _curve_chart(
    lines: pd.DataFrame, labels: Sequence[str], value: str, legend: alt.Legend | None
) -> Chart:
    """Return the curves of one value, the epoch of the best validation accuracy marked."""
    x, y = epoch_axis(lines["epoch"].max()), value_axis(value, lines[value].tolist())
    tooltip = [alt.Tooltip("run"), alt.Tooltip("epoch"), alt.Tooltip(value, format=".4f")]
    base = alt.Chart(lines).encode(x, y, _color(labels, legend), tooltip=tooltip)
    low = alt.Y(f"{value}_low:Q", scale=y["scale"], axis=y["axis"])
    band = base.mark_area(opacity=0.15, clip=True).encode(low, y2=f"{value}_high:Q")
    dash = alt.StrokeDash("run:N", legend=legend, scale=_scale(labels, DASHES))
    line = base.mark_line(clip=True, strokeWidth=2).encode(dash)
    size = alt.condition(alt.datum.best, alt.value(140), alt.value(20))
    dots = base.mark_point(filled=True, opacity=1).encode(size=size)
    return alt.layer(band, line, dots).properties(height=HEIGHT, title=f"Validation {value}")


def _color(labels: Sequence[str], legend: alt.Legend | None) -> alt.Color:
    return alt.Color("run:N", legend=legend, scale=_scale(labels, SERIES))


def _scale(labels: Sequence[str], values: Sequence[Any]) -> alt.Scale:
    repeated = [values[number % len(values)] for number in range(len(labels))]
    return alt.Scale(domain=labels, range=repeated)


def _legend(labels: Sequence[str]) -> str:
    """Return the color and the dashes of each run as HTML."""
    items = []
    for number, label in enumerate(labels):
        color, dash = SERIES[number % len(SERIES)], DASHES[number % len(DASHES)]
        stops, end = [], 0
        for ink, length in zip([color, "transparent"] * 2, dash or (1,), strict=False):
            stops.append(f"{ink} {end}px {end + length}px")
            end += length
        line = f"repeating-linear-gradient(90deg, {', '.join(stops)})"
        sign = f'<i class="line" style="background: {line}"></i>'
        items.append(f"<span>{sign}{html.escape(label)}</span>")
    return f'<div class="legend">{"".join(items)}<span>● best epoch</span></div>'


def cost_table(results: Sequence[Result], labels: Sequence[str]) -> tuple[pd.DataFrame, str]:
    """Return each result's accuracy, parameters and training time, and which accuracy it is.

    It is the test's if all have one, else the best validation accuracy.
    """
    tested = all(one.test_accuracy is not None for one in results)
    table = pd.DataFrame(results).assign(run=labels)
    table["accuracy"] = table["test_accuracy" if tested else "validation_accuracy"]
    table = table[["run", "accuracy", *_COSTS]].dropna()
    return table, "Test accuracy" if tested else "Best validation accuracy"


def _cost_chart(
    costs: pd.DataFrame, labels: Sequence[str], kind: str, cost: str, legend: alt.Legend | None
) -> Chart:
    """Return accuracy against a cost, with the line of those that nobody beats in both."""
    shown = {
        kind: costs["accuracy"].map(lambda share: percent(share, 2)),
        "Parameters": costs["parameters"].map("{:,.0f}".format),
        "Training time": costs["seconds"].map(duration),
    }
    table = costs.assign(**shown)
    axis = alt.Axis(title=_COSTS[cost], format=".3~s", grid=False, tickCount=5)
    x = alt.X(f"{cost}:Q", scale=alt.Scale(type="log", nice=False, padding=20), axis=axis)
    axis = alt.Axis(title=None, format=".2%", tickCount=5)
    y = alt.Y("accuracy:Q", scale=alt.Scale(zero=False, padding=10), axis=axis)
    pairs = zip(costs[cost], costs["accuracy"], strict=True)
    front = pareto_front(dict(zip(costs["run"], pairs, strict=True)))
    line = alt.Chart(table[table["run"].isin(front)]).encode(x, y)
    line = line.mark_line(interpolate="step-after", color=NEUTRAL, strokeDash=[4, 4])
    dots = alt.Chart(table).mark_circle(size=110, opacity=1)
    dots = dots.encode(
        x, y, _color(labels, legend), tooltip=["run:N", *(f"{name}:N" for name in shown)]
    )
    title = f"{kind} and {_COSTS[cost].lower()}"
    return alt.layer(line, dots).properties(height=HEIGHT, title=title)
