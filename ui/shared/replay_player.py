"""The player of a replay: a component that gets all frames at once and plays in the browser."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.replay import Replay
from cnn.plots.figure import mosaic
from cnn.runs.snapshots import START
from ui.shared.digit_tile import png_address

MAX_FILTERS = 32  # four rows of eight; with 60 epochs of the largest filters 130 KB
COLUMNS = 10  # digits in a row of the sprite
_STEPS = 127  # of a weight, each side of zero


def show_player(payload: dict[str, Any]) -> None:
    """Show what `replay_payload` returns; the same version again leaves the player where it is."""
    _component()(key="replay_player", data=payload)


def replay_payload(replay: Replay, version: str, first: str) -> dict[str, Any]:
    """Return a replay of at most `MAX_EPOCHS` epochs as the browser gets it, at most 300 KB.

    Another version rewinds the player. `first` is the title of the frame before the first epoch.
    """
    filters, scale = replay.filters[..., :MAX_FILTERS], float(np.abs(replay.filters).max())
    weights = np.round(filters / (scale or 1.0) * _STEPS).astype(np.int8)
    last, images = replay.numbers[-1], replay.digits.images
    return {
        "version": version,
        "frames": [
            first if number == START else f"After epoch {number} of {last}"
            for number in replay.numbers
        ],
        "epochs": replay.numbers,
        "side": filters.shape[1],
        "filters": filters.shape[-1],
        "allFilters": replay.filters.shape[-1],
        "weights": _base64(np.moveaxis(weights, -1, 1)),
        "labels": replay.digits.labels.tolist(),
        "images": png_address(mosaic(images, COLUMNS)) if len(images) else "",
        "predicted": _base64(replay.predicted),
        "confidence": _base64((replay.probabilities.max(axis=-1) * 100).round().astype(np.uint8)),
        "correct": replay.correct.tolist(),
        "curve": [
            [point.epoch, round(point.validation_accuracy, 5), round(point.validation_loss, 6)]
            for point in replay.curve
        ],
    }


def _base64(numbers: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")


@lru_cache(maxsize=1)
def _component() -> Any:
    files = (Path(__file__).with_suffix(kind) for kind in (".html", ".css", ".js"))
    html, css, js = (file.read_text("utf-8") for file in files)
    return st.components.v2.component("replay_player", html=html, css=css, js=js)
