"""The replay of a training: filters forming, answers settling, epoch by epoch."""

from functools import partial
from typing import Any, NamedTuple, get_args
from zlib import crc32

import streamlit as st

from cnn.data.mnist import Source, find_source
from cnn.evaluation.replay import load_replay, replay_csv
from cnn.plots.figure import ImageFormat, figure_bytes
from cnn.plots.filters import filters_figure
from cnn.runs.snapshots import FOLDER, SnapshotError
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.downloads import MIME
from ui.shared.fingerprints import Fingerprint, fingerprint_of
from ui.shared.replay_player import replay_payload, show_player

TITLE = "Replay"
MAX_REPLAYS = 8  # kept for all visitors, half a megabyte each at most
ALL_EPOCHS = 1_000  # in a table
_SENTENCE = (
    "Watch the network learn: how its filters form, and how its answers to {digits} settle. "
    "An epoch is once through all training images."
)
_SINGLE = "Only one moment of this run was kept, so there is nothing to play: it is shown below."


class _Kept(NamedTuple):
    """What the page shows of a replay."""

    payload: dict[str, Any]
    digits: int
    notes: tuple[str, ...]


def offer_replay(run: Run) -> None:
    """Show a closed box with the replay of a run that is over; without a kept epoch, nothing."""
    try:
        is_kept = run.status().over and (run.path / FOLDER).is_dir()
    except RunError:
        return
    if is_kept:
        _replay_box(run)


@st.fragment
def _replay_box(run: Run) -> None:
    box = st.expander(TITLE, icon=":material/replay:", key="replay_box", on_change="rerun")
    with box:
        if box.open:
            show_replay(run, is_on_train=True)


def show_replay(run: Run, is_on_train: bool = False) -> None:
    """Show a run's training to be played back in the browser, or why it can't be.

    Args:
        run: any run. One that goes on, or that kept nothing or something damaged, gets a sentence,
            and the way to Train.
        is_on_train: whether the page is Train itself.
    """
    try:
        kept = _kept(run, str(run.path), _fingerprint(run), find_source()[0])
    except (SnapshotError, RunError) as error:
        st.info(str(error), icon=":material/info:")
        if not is_on_train:
            _offer_training(run)
        return
    digits = f"{kept.digits} test digits" if kept.digits else "test digits"
    st.markdown(_SENTENCE.format(digits=digits))
    if len(kept.payload["moments"]) == 1:
        st.info(_SINGLE, icon=":material/info:")
    for note in kept.notes:
        st.caption(note)
    show_player(kept.payload)
    _offer_files(run, bool(kept.digits))


def _offer_training(run: Run) -> None:
    if st.button("To the training", icon=":material/model_training:", key="replay_train"):
        st.switch_page(navigation.TRAIN, query_params={"run": run.id})


def _fingerprint(run: Run) -> Fingerprint:
    """Return what changes with everything that a replay is made of."""
    files = [run.path / name for name in ("status.json", "metrics.jsonl", "calibration.json")]
    return fingerprint_of([*files, *sorted((run.path / FOLDER).glob("*.npz"))])


@st.cache_resource(max_entries=MAX_REPLAYS, show_spinner="Reading what was kept of the training …")
def _kept(_run: Run, path: str, stamp: Fingerprint, source: Source) -> _Kept:
    replay = load_replay(_run)
    beginning = "Before it was taught" if _run.is_fine_tuned else "Before the training"
    payload = replay_payload(replay, f"{_run.id} {crc32(repr(stamp).encode())}", beginning)
    return _Kept(payload, len(replay.indices), replay.notes)


def _offer_files(run: Run, has_digits: bool) -> None:
    """Show buttons that save the filters as a picture and the answers as a table."""
    with st.container(horizontal=True):
        for image_format in get_args(ImageFormat):
            st.download_button(
                f"Filters as {image_format.upper()}",
                partial(_filters_file, run, image_format),
                file_name=f"filters.{image_format}",
                mime=MIME[image_format],
                key=f"save_filters_{image_format}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help="The first layer's filters, at the first and at the last moment.",
            )
        if has_digits:
            st.download_button(
                "Answers as CSV",
                partial(_answers_file, run),
                file_name="answers.csv",
                mime=MIME["csv"],
                key="save_replay_answers",
                type="tertiary",
                icon=":material/table:",
                on_click="ignore",
                help="The answer to each of these digits after each epoch, for a spreadsheet.",
            )


def _filters_file(run: Run, image_format: ImageFormat) -> bytes:
    figure = filters_figure(load_replay(run, max_epochs=2), run_picker.run_label(run))
    return figure_bytes(figure, image_format)


def _answers_file(run: Run) -> str:
    return replay_csv(load_replay(run, ALL_EPOCHS))
