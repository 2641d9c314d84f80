"""How the prediction for one digit changed from epoch to epoch."""

import altair as alt
import pandas as pd
import streamlit as st

from cnn.evaluation.history import History, history_of
from cnn.evaluation.predictions import Predictions
from cnn.plots.palette import NEGATIVE, POSITIVE
from cnn.runs.store import Run
from ui.predictions.charts import TEXT, share_axis
from ui.shared.number_text import probability

HELP = "The network's prediction for this digit after each epoch of the training."
FEW = 12  # epochs that each have a tick and a large dot


def show_history(run: Run, predictions: Predictions, index: int) -> History | None:
    """Show the probabilities of the true label and of the prediction after each epoch.

    Returns:
        What was shown, or None after saying why there is no history.
    """
    label, predicted = int(predictions.labels[index]), int(predictions.predicted[index])
    st.markdown("##### Epoch by epoch", help=HELP)
    try:
        history = history_of(run, index, len(predictions))
    except ValueError as error:
        st.info(str(error), icon=":material/history:")
        return None
    summary = history.summary()
    if history.predicted[-1] != predicted:
        best = " has its best epoch's weights and" if run.hyperparameters.early_stopping else ""
        summary += f" The saved network{best} predicts {predicted}."
    st.markdown(summary)
    if len(history.epochs) > 1:
        st.altair_chart(history_chart(history, label, predicted), alt=summary)
    return history


def history_chart(history: History, label: int, predicted: int) -> alt.LayerChart:
    """Return a line of the true label's probability, and one of the prediction's if it differs."""
    table = _table(history, label, predicted)
    names = list(dict.fromkeys(table["line"]))
    few = len(history.epochs) <= FEW
    x = alt.X(
        "epoch:Q",
        title="Epoch",
        scale=alt.Scale(domain=[history.epochs[0], history.epochs[-1]], nice=False, padding=12),
        axis=alt.Axis(
            labelColor=TEXT,
            titleColor=TEXT,
            values=list(history.epochs) if few else alt.Undefined,
            format="d",
            grid=False,
        ),
    )
    y = alt.Y(
        "probability:Q", title="Probability", scale=alt.Scale(domain=[0, 1]), axis=share_axis()
    )
    color = alt.Color(
        "line:N",
        scale=alt.Scale(domain=names, range=[POSITIVE, NEGATIVE][: len(names)]),
        legend=alt.Legend(orient="top", title=None, labelColor=TEXT, labelLimit=300),
    )
    tooltip = alt.Tooltip("meaning:N", title=" ")
    lines = alt.Chart(table).encode(x=x, y=y, color=color, tooltip=tooltip)
    dots = lines.mark_circle(size=60 if few else 20, opacity=1)
    return alt.LayerChart(layer=[lines.mark_line(strokeWidth=2), dots], height=220)


def _table(history: History, label: int, predicted: int) -> pd.DataFrame:
    """Return a row for each epoch of each line."""
    names = {predicted: f"{predicted}, predicted"} | {label: f"{label}, true label"}
    return pd.DataFrame(
        {
            "epoch": epoch,
            "line": names[digit],
            "probability": float(shares[digit]),
            "meaning": f"Epoch {epoch}: {digit} with {probability(float(shares[digit]))}, "
            f"predicted {int(shares.argmax())}",
        }
        for digit in dict.fromkeys((label, predicted))
        for epoch, shares in zip(history.epochs, history.probabilities, strict=True)
    )
