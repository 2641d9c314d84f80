"""The replay of a training: filters and predictions, epoch by epoch."""

from typing import Any, NamedTuple
from zlib import crc32

import streamlit as st

from cnn.data.mnist import Source, find_source
from cnn.evaluation.replay import load_replay, replay_csv
from cnn.plots.gallery import filters_figure
from cnn.runs.snapshots import FOLDER, SnapshotError
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.downloads import offer_downloads
from ui.shared.fingerprints import Fingerprint, fingerprint_of
from ui.shared.replay_player import replay_payload, show_player

MAX_REPLAYS = 8  # cached for all visitors, half a megabyte each at most
ALL_EPOCHS = 1_000  # in a table
_SENTENCE = (
    "Watch the network learn: how its filters form, and how its predictions for {digits} change. "
    "One epoch is one pass through all training images."
)
_SINGLE = "Only one epoch of this run was saved, so there is nothing to play: it is shown below."


class _Loaded(NamedTuple):
    """What the page shows of a replay."""

    payload: dict[str, Any]
    digits: int
    notes: tuple[str, ...]


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
        loaded = _load(run, str(run.path), _version(run), find_source()[0])
    except (SnapshotError, RunError) as error:
        st.info(str(error), icon=":material/info:")
        if not is_on_train and st.button("Go to Train", icon=":material/model_training:"):
            st.switch_page(navigation.TRAIN, query_params={"run": run.id})
        return
    st.markdown(_SENTENCE.format(digits=f"{loaded.digits or ''} test digits".strip()))
    if len(loaded.payload["frames"]) == 1:
        st.info(_SINGLE, icon=":material/info:")
    for note in loaded.notes:
        st.caption(note)
    show_player(loaded.payload)
    title = run_picker.run_label(run)
    with st.container(horizontal=True):
        offer_downloads(
            "filters",
            lambda: filters_figure(load_replay(run, max_epochs=2), title),
            run=run,
            name="Filters",
        )
        if loaded.digits:
            offer_downloads(
                "replay",
                table=lambda: replay_csv(load_replay(run, ALL_EPOCHS)).encode(),
                run=run,
                name="Predictions",
            )


def _version(run: Run) -> Fingerprint:
    """Return what changes with each file that a replay is made of."""
    files = [run.path / name for name in ("status.json", "metrics.jsonl", "calibration.json")]
    return fingerprint_of([*files, *sorted((run.path / FOLDER).glob("*.npz"))])


@st.cache_resource(max_entries=MAX_REPLAYS, show_spinner="Loading the saved epochs …")
def _load(_run: Run, path: str, version: Fingerprint, source: Source) -> _Loaded:
    replay = load_replay(_run)
    first = "Before the fine-tuning" if _run.is_fine_tuned else "Before the training"
    payload = replay_payload(replay, f"{_run.id} {crc32(repr(version).encode())}", first)
    return _Loaded(payload, len(replay.indices), replay.notes)
