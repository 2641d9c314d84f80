"""What the script of a run trains, what it leaves out, and what one of its sections is."""

from dataclasses import replace
from typing import NamedTuple

from cnn.data.mnist import SAMPLE, DatasetName
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table
from cnn.runs import store
from cnn.runs.fine_tune_info import PARENT_NETWORK, read_fine_tune_info
from cnn.runs.status import State
from cnn.runs.store import Run, RunError

_ALL_IMAGES = {"sample": SAMPLE.training_images, "mnist": Hyperparameters().training_images}
_MAX_PARENTS = 20


class Section(NamedTuple):
    """One step of a script, and one heading of a notebook."""

    title: str
    text: str
    code: str


class Plan(NamedTuple):
    """What a script trains."""

    run: Run
    """The run that it repeats: of a fine-tuned run, the one that it started from."""
    hyperparameters: Hyperparameters
    dataset: DatasetName
    epochs: int
    """Fewer than the hyperparameters say where the run was stopped."""
    left_out: tuple[str, ...]
    """What the run does and a learner would not write out, as words after "without"."""

    @property
    def training_images(self) -> int | None:
        """How many of the training digits are drawn at random; None for all."""
        wanted = self.hyperparameters.training_images
        return wanted if wanted < _ALL_IMAGES[self.dataset] else None


def plan_of(run: Run) -> Plan:
    """Return what the script of a run trains, or raise `ValueError` where there is none."""
    origin = _first_parent(run)
    values, status = origin.hyperparameters, origin.status()
    layer_table(values)  # raises where the layers don't fit
    epochs = values.epochs
    if status.state is State.STOPPED:
        epochs = len(origin.metrics().epochs)
    if not epochs:
        raise RunError("There is no script for this run: it was stopped in its first epoch.")
    is_sample = status.dataset == "sample" or not (status.dataset or status.mnist_file)
    left_out = {
        "fine-tuning on saved digits": run.is_fine_tuned,
        "handwriting styles": values.augmentation == "handwriting",
        "the reject class": values.reject_class,
        "the weights of another run": (origin.path / PARENT_NETWORK).is_file(),
    }
    return Plan(
        origin,
        replace(values, reject_class=False),
        "sample" if is_sample else "mnist",
        epochs,
        tuple(name for name, is_used in left_out.items() if is_used),
    )


def _first_parent(run: Run) -> Run:
    """Return the run that a chain of fine-tunings started from, as far back as it still exists."""
    for _ in range(_MAX_PARENTS):
        info = read_fine_tune_info(run)
        if info is None:
            break
        try:
            run = store.open_run(info.parent, run.path.parent)
        except RunError:
            break
    return run
