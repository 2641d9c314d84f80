"""Write a run that is over to the MLflow that MLFLOW_TRACKING_URI names.

The worker starts it as `python -m cnn.export.mlflow RUN_FOLDER`; so may a person. A run stays one
run there when it is continued: its id is remembered in its folder.
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
from cnn.runs.status import MODEL_FILE
from cnn.runs.store import Run

ID_FILE = "mlflow.json"
EXPERIMENT = "Digit Lab"  # where MLFLOW_EXPERIMENT_NAME names no other
BATCH = 900  # metrics in one call; MLflow takes up to 1,000
LOCK_SECONDS = 120.0  # runs are written one after the other
STATES = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}
# Where the server does not answer, the process ends soon; MLflow's makers are told nothing.
SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def send(run: Run) -> str:
    """Write a run, or what is new of it, and return its id there; raise what MLflow raises."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, RunTag

    client, status, values = MlflowClient(), run.status(), run.hyperparameters
    run_id, start = _known(client, run)
    metrics = [
        Metric(f"{one.split}_{one.tag}", one.value, int(one.time * 1000), one.step)
        for one in scalars(run, start)
    ]
    for first in range(0, len(metrics), BATCH):  # MLflow leaves out those that it has
        client.log_batch(run_id, metrics[first : first + BATCH])
    tags = {"mlflow.runName": run.name, "mlflow.note.content": run.notes.note, "run": run.id}
    tags |= {"preset": nearest_preset(values), "dataset": status.dataset}
    tags |= {"epochs": str(values.epochs)}  # parameters there can't change as this may
    client.log_batch(run_id, tags=[RunTag(*tag) for tag in tags.items()])
    for path in (run.path / MODEL_FILE, run.path / "hyperparameters.json"):
        if path.is_file():
            client.log_artifact(run_id, str(path))
    client.set_terminated(run_id, STATES[status.state], int(1000 * (status.ended or start)))
    return run_id


def _known(client: Any, run: Run) -> tuple[str, float]:
    """Return a run's id in MLflow, created the first time, and when the run had begun then."""
    from mlflow.entities import Param

    file, uri = run.path / ID_FILE, client.tracking_uri
    if file.is_file() and (known := json.loads(file.read_bytes()))["uri"] == uri:
        return known["id"], known["start"]
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
    found = client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else client.create_experiment(name)
    start = run.status().started or run.status().created
    run_id = client.create_run(experiment, int(1000 * start)).info.run_id
    write_bytes(file, json.dumps({"uri": uri, "id": run_id, "start": start}).encode())
    values = asdict(run.hyperparameters).items()
    client.log_batch(run_id, params=[Param(key, value_text(value)) for key, value in values])
    return run_id, start


def main() -> int:
    """Write the run whose folder the command line names."""
    os.nice(10)
    os.environ.update(SETTINGS | os.environ)
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
