"""All runs as one table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cnn.network.layers import layer_table, total_parameters
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.store import Run, RunError
from ui.shared.number_text import duration


def run_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Return a row for each run, at least one, in their order; damaged ones are named as such."""
    return pd.DataFrame([_row(run) for run in runs])


def _row(run: Run) -> dict[str, Any]:
    try:
        status, values = run.status(), run.hyperparameters
        name = run.name
        parameters = total_parameters(layer_table(values))
    except (RunError, ValueError):
        return {"id": run.id, "Network": run.id, "State": "damaged"}
    is_seen = is_test_seen(run)
    return {
        "id": run.id,
        "Network": name,
        "State": str(status.state),
        "Test accuracy": None if is_seen else _in_percent(status.test_accuracy),
        "Validation accuracy": _in_percent(status.validation_accuracy),
        "Parameters": parameters,
        "Training time": duration(status.seconds),
        "Digits": {"mnist": "MNIST", "sample": "sample"}.get(status.dataset, "–")
        + ", seen" * is_seen,
        "Created": status.created_at,
    }


def _in_percent(share: float | None) -> float | None:
    return None if share is None else share * 100
