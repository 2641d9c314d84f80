"""How sure a run's answers may be, and which images it calls no digit: kept with the run."""

import json
import math
from pathlib import Path
from typing import NamedTuple

from cnn.runs.files import write_text


class Calibration(NamedTuple):
    """What the validation digits have shown."""

    temperature: float = 1.0
    """What the logits were divided by, already in the saved network (Guo et al. 2017,
    arXiv 1706.04599): above 1 where it was too sure of itself."""
    threshold: float = 0.0
    """The score below which an image is called no digit, 0 to 1."""


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Keep it in a run's folder."""
    write_text(_file(folder), json.dumps(calibration._asdict()))


def read_calibration(folder: Path) -> Calibration:
    """Return what a run's folder holds; without a readable one, every image is a digit."""
    try:
        values = json.loads(_file(folder).read_text())
        calibration = Calibration(float(values["temperature"]), float(values["threshold"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return Calibration()
    if 0 < calibration.temperature < math.inf and 0 <= calibration.threshold <= 1:
        return calibration
    return Calibration()


def _file(folder: Path) -> Path:
    return folder / "calibration.json"
