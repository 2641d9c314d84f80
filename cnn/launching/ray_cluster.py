"""The Ray cluster that RAY_ADDRESS names, as the app sees it: the app never imports Ray.

Ray ends a process that loses its cluster. So the one that is connected is the driver, which hands
the runs to Ray and outlives the app as workers do.
"""

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter

from cnn.data.problems import readable_errors
from cnn.launching import local
from cnn.runs import queue, slots

ANSWER_SECONDS = 0.5  # longest wait for the cluster
TRUST_SECONDS = 10.0  # so long it is not asked again
RETRY_SECONDS = 120.0  # until the next driver, when one could not connect


def _checked_address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if "/" in text or not host or not port.isdigit():
        raise ValueError("must be HOST:PORT, such as 192.168.0.10:6379")
    return text


def _checked_gpus(number: float) -> float:
    if number > 1 and number % 1:
        raise ValueError("must be a whole number, or less than 1 for a share of a GPU")
    return number


@dataclass(frozen=True)
class Settings:
    """What the environment says: the cluster, and the CPUs and GPUs that each run asks for."""

    __pydantic_config__ = ConfigDict(allow_inf_nan=False)

    address: Annotated[str, Field(alias="RAY_ADDRESS"), AfterValidator(_checked_address)]
    cpus: Annotated[float, Field(alias="CNN_RAY_CPUS", gt=0)] = 1.0
    gpus: Annotated[
        float, Field(alias="CNN_RAY_GPUS", ge=0), AfterValidator(_checked_gpus)
    ] = 0.0  # fmt: skip


def read_settings() -> Settings:
    """Return the settings, or raise `ValueError` with a sentence."""
    with readable_errors():
        return TypeAdapter(Settings).validate_python({**os.environ})


def is_used(folder: Path) -> bool:
    """Return whether runs train on a cluster."""
    return bool(os.environ.get("RAY_ADDRESS")) and not problem(folder)


def problem(folder: Path) -> str:
    """Return why runs train on this machine although RAY_ADDRESS is set; else nothing."""
    if not os.environ.get("RAY_ADDRESS") or slots.is_driven(folder):
        return ""
    try:
        settings = read_settings()
    except ValueError as error:
        return f"{error} Meanwhile, runs train on this machine."
    reason = _why_not(settings.address, folder)
    return f"{reason} Meanwhile, runs train on this machine." if reason else ""


def _why_not(address: str, folder: Path) -> str:
    if not find_spec("ray"):
        return "A Ray cluster needs the package ray: pip install -r requirements-ray.txt."
    if not _answers(address, int(time.monotonic() / TRUST_SECONDS)):
        return f"No Ray cluster answers at {address}."
    slot_file = slots.driver_file(folder)
    with suppress(OSError):  # no driver yet
        stat = slot_file.stat()
        if stat.st_size and time.time() < stat.st_mtime + RETRY_SECONDS:
            reason = local.why_it_died(slot_file).rstrip(".") or "its driver left no message"
            return f"The Ray cluster at {address} takes no runs from this machine: {reason}."
    return ""


@lru_cache(maxsize=1)
def _answers(address: str, period: int) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError, UnicodeError):  # such as a port that is none
        return False
    return True


def ensure_driver(folder: Path, idle_seconds: float | None) -> None:
    """See that a driver hands the runs to the cluster."""
    if not slots.is_driven(folder):
        with queue.locked(folder):
            files = [slots.driver_file(folder)]
            local.start_process("cnn.launching.ray_driver", folder, files, idle_seconds)
