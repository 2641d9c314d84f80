"""The file whose time tells idle workers that a run was queued: cheaper than reading all runs."""

from pathlib import Path

from cnn.runs import slots
from cnn.runs.files import HIDDEN


def announce(folder: Path) -> None:
    """Wake workers, and let them be started again where too many died."""
    _file(folder).touch()
    if slots.deaths(folder) >= slots.MAX_DEATHS:
        slots.forget_deaths(folder)


def queue_mtime(folder: Path) -> int:
    """Return a number that changes whenever a run is queued: cheap to poll."""
    try:
        return _file(folder).stat().st_mtime_ns
    except OSError:
        return 0


def _file(folder: Path) -> Path:
    return folder / HIDDEN / "wake-up"
