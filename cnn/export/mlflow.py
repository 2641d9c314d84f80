"""Write a run that is over to the MLflow that MLFLOW_TRACKING_URI names.

The worker starts it as `python -m cnn.export.mlflow RUN_FOLDER`; so may a person. One run has one
run there: its id is remembered in the run's folder, for when the run has been continued.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnn.export.scalars import scalars
from cnn.hyperparameters import value_text
from cnn.presets import nearest_preset
from cnn.runs.files import HIDDEN, write_bytes
from cnn.runs.status import MODEL_FILE, State
from cnn.runs.store import Run, RunError

ID_FILE = "mlflow.json"
EXPERIMENT = "Digit Lab"  # where MLFLOW_EXPERIMENT_NAME names no other
ARTIFACTS = (MODEL_FILE, "hyperparameters.json")
BATCH = 900  # metrics in one call; MLflow takes up to 1,000
LOCK_SECONDS = 120.0  # runs are written one after the other
NICENESS = 10
# Where the server does not answer, the process ends soon; MLflow's makers are told nothing.
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_STATES = {State.FINISHED: "FINISHED", State.STOPPED: "KILLED", State.FAILED: "FAILED"}


def send(run: Run) -> str:
    """Write a run, or what is new of it, and return its id there; raise what MLflow raises."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, RunTag

    status = run.status()
    if not (state := _STATES.get(status.state)):
        raise RunError(f"it is {status.state}")
    client = MlflowClient()
    metrics = [
        Metric(one.tag if one.split == "train" else f"validation_{one.tag}", one.value,
               int(one.time * 1000), one.step)
        for one in scalars(run)
    ]  # fmt: skip
    end = int(1000 * (status.ended or status.created))
    if status.test_accuracy is not None:
        metrics.append(Metric("test_accuracy", status.test_accuracy, end, 0))
    run_id = _run_id(client, run)
    for start in range(0, len(metrics), BATCH):  # MLflow leaves out those that it has
        client.log_batch(run_id, metrics[start : start + BATCH])
    client.log_batch(run_id, tags=[RunTag(*tag) for tag in _tags(run).items()])
    for path in filter(Path.is_file, (run.path / name for name in ARTIFACTS)):
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id, state, end)
    return run_id


def _run_id(client: Any, run: Run) -> str:
    """Return the run's id in MLflow, that of a new run the first time."""
    from mlflow.entities import Param

    known, uri = run.path / ID_FILE, client.tracking_uri
    if known.is_file() and (stored := json.loads(known.read_bytes()))["uri"] == uri:
        return str(stored["run_id"])
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    found = client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else client.create_experiment(name)
    started = int(1000 * (run.status().started or run.status().created))
    run_id = str(client.create_run(experiment, started, run_name=run.name).info.run_id)
    write_bytes(known, json.dumps({"uri": uri, "run_id": run_id}).encode())
    values = asdict(run.hyperparameters).items()  # can't be changed there later
    client.log_batch(run_id, params=[Param(key, value_text(value)) for key, value in values])
    return run_id


def _tags(run: Run) -> dict[str, str]:
    values = run.hyperparameters
    return {
        "mlflow.runName": run.name,
        "mlflow.note.content": run.notes.note,
        "preset": nearest_preset(values),
        "dataset": run.status().dataset,
        "epochs": str(values.epochs),  # changes where the run is continued
        "digit_lab_run": run.id,
    }


def main() -> int:
    """Write the run whose folder the command line names."""
    os.nice(NICENESS)
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    run = Run(Path(sys.argv[1]).resolve())
    try:
        with FileLock(run.path.parent / HIDDEN / "mlflow.lock", timeout=LOCK_SECONDS):
            print(f"{run.id} is run {send(run)} in MLflow.")
    except Exception as error:  # whatever it is, the run is as it was
        print(f"{run.id} could not be written to MLflow: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
