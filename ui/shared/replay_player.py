"""The player of a replay: it gets everything once, and plays in the browser alone."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.replay import Replay
from cnn.runs.snapshots import START
from ui.shared.digit_tile import png_address

MAX_FILTERS = 32  # four rows of eight; with 60 epochs of the largest filters 130 KB
IN_A_ROW = 10  # digits of a class
_STEPS = 127  # of a weight, each side of zero

_HTML = """
<div class="replay">
  <div class="controls">
    <button type="button" class="play"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg
      ><span></span></button>
    <div class="time"><span class="epoch"></span
      ><input type="range" min="0" step="1" value="0" aria-label="Moment of the training"></div>
  </div>
  <p class="said" role="status"></p>
  <div class="parts">
    <section class="answers">
      <h4><span class="right"></span></h4>
      <p class="meaning"></p>
      <div class="digits" role="list"></div>
      <p class="legend"><span><b class="wrong">7</b> wrong</span
        ><span class="changes"><b class="new">7</b> just changed</span
        ><span><i></i> how sure</span></p>
    </section>
    <div class="side">
      <section class="learned">
        <h4>First layer’s filters</h4>
        <p class="meaning"></p>
        <div class="filters" role="img"></div>
        <p class="legend"><span><b class="for"></b> looks for ink</span
          ><span><b class="against"></b> for paper</span
          ><span><b class="neutral"></b> does not mind</span></p>
      </section>
      <section class="curves">
        <h4>Validation</h4>
        <p class="meaning">Digits held out from learning, read after each epoch.</p>
        <div class="charts"></div>
      </section>
    </div>
  </div>
</div>
"""


def show_player(payload: dict[str, Any]) -> None:
    """Show what `replay_payload` gives; the same again leaves the player where it is."""
    _component()(key="replay_player", data=payload)


def replay_payload(replay: Replay, version: str, beginning: str) -> dict[str, Any]:
    """Return a replay as the browser gets it, at most 300 KB.

    Args:
        replay: at most `MAX_EPOCHS` moments.
        version: another one rewinds the player.
        beginning: what the moment before the first epoch is called.
    """
    filters, scale = replay.filters[..., :MAX_FILTERS], float(np.abs(replay.filters).max())
    weights = np.round(filters / (scale or 1.0) * _STEPS).astype(np.int8)
    last = replay.numbers[-1]
    return {
        "version": version,
        "moments": [
            beginning if number == START else f"After epoch {number} of {last}"
            for number in replay.numbers
        ],
        "numbers": replay.numbers,
        "side": filters.shape[1],
        "filters": filters.shape[-1],
        "allFilters": replay.filters.shape[-1],
        "weights": _base64(np.moveaxis(weights, -1, 1)),
        "labels": replay.digits.labels.tolist(),
        "images": png_address(_sheet(replay.digits.images)) if len(replay.digits.labels) else "",
        "answers": _base64(replay.predicted),
        "sure": _base64((replay.probabilities.max(axis=-1) * 100).round().astype(np.uint8)),
        "right": replay.correct.tolist(),
        "curve": [
            [point.epoch, round(point.validation_accuracy, 5), round(point.validation_loss, 6)]
            for point in replay.curve
        ],
    }


def _sheet(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put images (n, 28, 28) side by side, ten in a row."""
    rows = -(-len(images) // IN_A_ROW)
    sheet = np.zeros((rows * IN_A_ROW, 28, 28), np.uint8)
    sheet[: len(images)] = images
    grid = sheet.reshape(rows, IN_A_ROW, 28, 28).swapaxes(1, 2)
    return grid.reshape(rows * 28, IN_A_ROW * 28)


def _base64(numbers: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers).tobytes()).decode("ascii")


@lru_cache(maxsize=1)
def _component() -> Any:
    css, js = (Path(__file__).with_suffix(kind).read_text("utf-8") for kind in (".css", ".js"))
    return st.components.v2.component("replay_player", html=_HTML, css=css, js=js)
