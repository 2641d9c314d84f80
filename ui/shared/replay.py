"""The replay of a training: filters and predictions, epoch by epoch, played in the browser."""

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import streamlit as st

from cnn.evaluation.replay import Replay, load_replay, replay_table
from cnn.plots.gallery import filters_figure
from cnn.runs.metrics import EpochPoint
from cnn.runs.snapshots import FOLDER, START
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.digit_tile import TILE_STYLE, png_address
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent
from ui.shared.run_cache import cached_by_run, version_of

MAX_REPLAYS = 8  # cached for all visitors, 300 KB each at most
MAX_FILTERS = 32  # four rows of eight; with 60 epochs of the largest filters 130 KB
ALL_EPOCHS = 1_000  # in a table
_FILES = ("status.json", "metrics.jsonl", "calibration.json", f"{FOLDER}/*.npz")
_STEPS = 127  # of a weight, each side of zero
_SENTENCE = (
    "Watch the network learn: how its filters form, and how its predictions for {digits} change. "
    "One epoch is one pass through all training images."
)
_SINGLE = "Only one epoch of this run was saved, so there is nothing to play: it is shown below."


def offer_replay(run: Run) -> None:
    """Show a closed box with the replay of a run that has ended, if an epoch was saved."""
    try:
        is_saved = run.status().over and (run.path / FOLDER).is_dir()
    except RunError:
        return
    if is_saved:
        _show_box(run)


@st.fragment
def _show_box(run: Run) -> None:
    box = st.expander("Replay", icon=":material/replay:", key="replay_box", on_change="rerun")
    with box:
        if box.open:
            show_replay(run, is_on_train=True)


def show_replay(run: Run, is_on_train: bool = False) -> None:
    """Show a run's training to be replayed in the browser, or why it can't be.

    Args:
        run: any run.
        is_on_train: whether the page is Train itself, where no way to Train is offered.
    """
    try:
        payload, notes = _load(run)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        if not is_on_train:
            navigation.offer_page(navigation.TRAIN, "Go to Train", {"run": run.id})
        return
    digits = len(payload["labels"])
    st.markdown(_SENTENCE.format(digits=f"{digits or ''} test digits".strip()))
    if len(payload["frames"]) == 1:
        st.info(_SINGLE, icon=":material/info:")
    for note in notes:
        st.caption(note)
    _component()(key="replay_player", data=payload)
    with st.container(horizontal=True):
        _offer_downloads(run, has_table=digits > 0)


def _offer_downloads(run: Run, has_table: bool) -> None:
    title = run_picker.run_label(run)
    offer_downloads(
        "filters",
        lambda: filters_figure(load_replay(run, max_epochs=2), title),
        run=run,
        name="Filters",
    )
    if has_table:
        offer_downloads(
            "replay",
            table=lambda: replay_table(load_replay(run, ALL_EPOCHS)).to_csv(index=False).encode(),
            run=run,
            name="Predictions",
        )


@cached_by_run(*_FILES, max_entries=MAX_REPLAYS, show_spinner="Loading the saved epochs …")
def _load(run: Run) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the player gets, and the notes."""
    replay = load_replay(run)
    first = "Before the fine-tuning" if run.is_fine_tuned else "Before the training"
    version = crc32(repr(version_of(run, *_FILES)).encode())
    return replay_payload(replay, f"{run.id} {version}", first), replay.notes


def replay_payload(replay: Replay, version: str, first: str) -> dict[str, Any]:
    """Return a replay of at most `MAX_EPOCHS` epochs as the browser gets it, at most 300 KB.

    Another version rewinds the player. `first` is the title of the frame before the first epoch.
    """
    filters, scale = replay.filters[..., :MAX_FILTERS], float(np.abs(replay.filters).max())
    weights = np.round(filters / (scale or 1.0) * _STEPS).astype(np.int8)
    confidence = (replay.probabilities.max(axis=-1) * 100).round().astype(int)
    last = replay.numbers[-1]
    return {
        "version": version,
        "frames": [
            first if number == START else f"After epoch {number} of {last}"
            for number in replay.numbers
        ],
        "side": filters.shape[1],
        "filters": filters.shape[-1],
        "allFilters": replay.filters.shape[-1],
        "weights": base64.b64encode(np.moveaxis(weights, -1, 1).tobytes()).decode("ascii"),
        "labels": replay.digits.labels.tolist(),
        "images": [png_address(image) for image in replay.digits.images],
        "predicted": replay.predicted.tolist(),
        "confidence": confidence.tolist(),
        "correct": replay.correct.tolist(),
        "validation": [_validation(replay.curve.get(number)) for number in replay.numbers],
    }


def _validation(point: EpochPoint | None) -> str:
    if point is None:
        return ""
    return (
        f"Validation accuracy {percent(point.validation_accuracy)}, "
        f"loss {point.validation_loss:.2g}"
    )


@lru_cache(maxsize=1)
def _component() -> Any:
    file = Path(__file__).with_name("replay_player")
    html, css, js = (file.with_suffix(kind).read_text("utf-8") for kind in (".html", ".css", ".js"))
    return st.components.v2.component("replay_player", html=html, css=TILE_STYLE + css, js=js)
