"""The confidence calibration and the reject threshold of a run, in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from cnn.runs.files import write_bytes


@dataclass(frozen=True)
class Calibration:
    """What was measured on the validation digits."""

    __pydantic_config__ = ConfigDict(strict=True, allow_inf_nan=False)

    temperature: Annotated[float, Field(gt=0)] = 1.0
    """What the logits were divided by, already in the saved network (Guo et al. 2017,
    arXiv 1706.04599): above 1 where the network was overconfident."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The reject score, 0 to 1, below which an image is not a digit."""


_ADAPTER = TypeAdapter(Calibration)


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Write a run's calibration into its folder."""
    write_bytes(folder / "calibration.json", _ADAPTER.dump_json(calibration))


def read_calibration(folder: Path) -> Calibration:
    """Return what a run's folder holds; without a valid file, every image is a digit."""
    try:
        return _ADAPTER.validate_json((folder / "calibration.json").read_bytes())
    except (OSError, ValueError):
        return Calibration()
