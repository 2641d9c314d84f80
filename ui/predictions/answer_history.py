"""How the answer to one digit changed from epoch to epoch, as a chart and in words."""

import altair as alt
import pandas as pd
import streamlit as st

from cnn.evaluation.history import History, history_of
from cnn.plots.palette import NEGATIVE, POSITIVE
from cnn.runs.store import Run
from ui.shared.number_text import a_digit
from ui.shared.number_text import probability as shown_probability

HELP = (
    "After each epoch of the training, one look at all training digits, the network read this "
    "digit."
)
FEW = 12  # epochs that each have a number and a large dot

_TEXT = "currentColor"


def show_history(run: Run, label: int, answer: int, index: int, digits: int) -> History | None:
    """Show how probable the true digit and the answer were after each epoch, or why not.

    Args:
        run: whose training it was.
        label: the digit really written.
        answer: the finished network's.
        index: which test digit.
        digits: how many test digits there are.

    Returns:
        What was shown, or None.
    """
    st.markdown("##### From epoch to epoch", help=HELP)
    try:
        history = history_of(run, index, digits)
    except ValueError as error:
        st.info(str(error), icon=":material/history:")
        return None
    words = history.summary()
    if history.predicted[-1] != answer:
        words += _kept_words(run, answer)
    st.markdown(words)
    if len(history.epochs) > 1:
        st.altair_chart(history_chart(history, label, answer), alt=words)
    return history


def _kept_words(run: Run, answer: int) -> str:
    """Say what the network that was kept reads, where the last epoch's read something else."""
    best = ", with its best weights," if run.hyperparameters.early_stopping else ""
    return f" The network that was kept{best} reads it as {answer}."


def history_chart(history: History, label: int, answer: int) -> alt.LayerChart:
    """Return a line of the true digit's probability, and one of the answer's if it is another."""
    table = _table(history, label, answer)
    names = list(dict.fromkeys(table["line"]))
    colors = alt.Scale(domain=names, range=[POSITIVE, NEGATIVE][: len(names)])
    few = len(history.epochs) <= FEW
    ends = list(history.epochs) if few else alt.Undefined
    x = alt.X(
        "epoch:Q",
        title="Epoch",
        scale=alt.Scale(domain=[history.epochs[0], history.epochs[-1]], nice=False, padding=12),
        axis=alt.Axis(labelColor=_TEXT, titleColor=_TEXT, values=ends, format="d", grid=False),
    )
    y = alt.Y(
        "probability:Q",
        title="Probability",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(labelColor=_TEXT, titleColor=_TEXT, format="%", values=[0, 0.5, 1]),
    )
    legend = alt.Legend(orient="top", title=None, labelColor=_TEXT, labelLimit=300)
    lines = alt.Chart(table).encode(
        x=x,
        y=y,
        color=alt.Color("line:N", scale=colors, legend=legend),
        tooltip=alt.Tooltip("meaning:N", title=" "),
    )
    dots = lines.mark_circle(size=60 if few else 20, opacity=1)
    return alt.LayerChart(layer=[lines.mark_line(strokeWidth=2), dots], height=220)


def _table(history: History, label: int, answer: int) -> pd.DataFrame:
    """Return a row for each epoch of each line."""
    lines = {label: f"{label}, the true digit" if label != answer else f"{label}, right"}
    lines.setdefault(answer, f"{answer}, the answer")
    return pd.DataFrame(
        {
            "epoch": epoch,
            "line": name,
            "probability": float(shares[digit]),
            "meaning": f"After epoch {epoch}: {a_digit(digit)} with "
            f"{shown_probability(float(shares[digit]))}, read as {int(shares.argmax())}",
        }
        for digit, name in lines.items()
        for epoch, shares in zip(history.epochs, history.probabilities, strict=True)
    )
