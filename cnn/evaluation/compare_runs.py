"""Many runs side by side: their results, what they differ in, groups of seeds, Pareto fronts."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from statistics import fmean, stdev
from typing import NamedTuple

from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import same_but_seed, setting_words, short_name
from cnn.runs.files import MAX_CACHED
from cnn.runs.fine_tune_info import PARENT_NETWORK, is_test_seen
from cnn.runs.metrics import read_milestones
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

MAX_WORDS = 3  # with more differences, a run's name says it better
DAMAGED = "damaged"
_parameters = lru_cache(MAX_CACHED)(lambda values: total_parameters(layer_table(values)))


class Result(NamedTuple):
    """What is known of a run, or of some that differ in the seed alone: means and deviations.

    Accuracies are shares, 0 to 1. Of a damaged run, the name is all that is known.
    """

    runs: tuple[Run, ...]
    name: str
    state: str = DAMAGED
    status: Status | None = None  # of the first
    values: Hyperparameters | None = None
    parameters: int | None = None
    test_accuracy: float | None = None  # None too where the training has seen the test digits
    test_deviation: float | None = None
    validation_accuracy: float | None = None  # the best of all epochs
    validation_deviation: float | None = None
    best_epoch: int | None = None
    seconds: float | None = None  # of training so far
    images_per_second: float | None = None  # validation included

    @property
    def is_live(self) -> bool:
        """Whether it is queued or worked on."""
        return self.status is not None and not self.status.over


def result_of(run: Run) -> Result:
    """Return what is known of a run."""
    try:
        status, values, name = run.status(), run.hyperparameters, run.name
        parameters = _parameters(values)
    except (RunError, ValueError):
        return Result((run,), run.id)
    tested = None if is_test_seen(run) else status.test_accuracy
    result = Result((run,), name, str(status.state), status, values, parameters, tested)
    best, last = read_milestones(run.metrics_path)
    if not best or not last:
        return result._replace(seconds=status.seconds)
    return result._replace(
        validation_accuracy=best.validation_accuracy,
        best_epoch=best.epoch,
        seconds=status.seconds or last.seconds,
        images_per_second=last.epoch * (status.training_images or 0) / last.seconds or None,
    )


def group_by_seed(results: Iterable[Result]) -> list[Result]:
    """Return one result for those that differ in the seed alone, in order of their first.

    Of several with the same seed the first counts. Runs that are not finished, and those that began
    with another's weights, stay alone.
    """
    groups: dict[Hashable, dict[Hashable, Result]] = {}
    for one in results:
        key: Hashable = one.runs
        is_finished = one.status is not None and one.status.state is State.FINISHED
        if is_finished and one.values and not (one.runs[0].path / PARENT_NETWORK).is_file():
            key = same_but_seed(one.values), one.status and one.status.dataset
        groups.setdefault(key, {}).setdefault(one.values and one.values.seed, one)
    return [_merged(list(group.values())) for group in groups.values()]


def _merged(group: Sequence[Result]) -> Result:
    first = group[0]
    if first.values is None:
        return first
    values = same_but_seed(first.values)
    if len(group) == 1:
        return first._replace(values=values)
    names = {one.runs[0].notes.name for one in group}
    tests = mean_and_deviation(one.test_accuracy for one in group)
    validations = mean_and_deviation(one.validation_accuracy for one in group)
    return first._replace(
        runs=tuple(one.runs[0] for one in group),
        name=names.pop() if len(names) == 1 and all(names) else short_name(values),
        values=values,
        test_accuracy=tests[0],
        test_deviation=tests[1],
        validation_accuracy=validations[0],
        validation_deviation=validations[1],
        best_epoch=None,
        seconds=mean_and_deviation(one.seconds for one in group)[0],
        images_per_second=mean_and_deviation(one.images_per_second for one in group)[0],
    )


def mean_and_deviation(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    """Return the mean and the sample standard deviation of the values that are known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None, stdev(known) if len(known) > 1 else None


def is_found(phrase: str, result: Result) -> bool:
    """Return whether a phrase, in lower case, is in a run's name, note or hyperparameters."""
    said = [result.name, result.runs[0].notes.note, _in_words(result.values)]
    return phrase in " · ".join(said).lower()


@lru_cache(MAX_CACHED)
def _in_words(values: Hyperparameters | None) -> str:
    if values is None:
        return ""
    full = (f"{spec.label} {spec.text(getattr(values, name))}" for name, spec in SPECS.items())
    return " · ".join([short_name(values), *full])


def differing(results: Iterable[Result]) -> list[str]:
    """Return the names of the hyperparameters in which the results differ, as declared."""
    distinct = {one.values for one in results if one.values}
    return [name for name in SPECS if len({getattr(values, name) for values in distinct}) > 1]


def labels_of(results: Sequence[Result]) -> list[str]:
    """Return for each result what tells it from the others, no two alike.

    It is the name that somebody gave, or the values that differ, or the default name if many do.
    """
    names, labels = differing(results), []
    base = next((one.values for one in results if one.values), None)
    for one in results:
        label, is_named = one.name, len(one.runs) == 1 and one.runs[0].notes.name
        if base and one.values and not is_named and 0 < len(names) <= MAX_WORDS:
            label = " · ".join(setting_words(one.values, names, base))
        labels.append(label)
    return distinct(labels)


def distinct(labels: Iterable[str]) -> list[str]:
    """Return labels, no two alike: of equal ones, all but the first get a number."""
    counts: dict[str, int] = {}
    for label in labels:
        free = label
        while free in counts:
            counts[label] += 1
            free = f"{label} ({counts[label]})"
        counts[free] = 1
    return list(counts)


def pareto_front(costs: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return the keys on the Pareto front of (cost, accuracy), in order of their cost."""
    front, best = [], float("-inf")
    for key, (_, accuracy) in sorted(costs.items(), key=lambda item: (item[1][0], -item[1][1])):
        if accuracy > best:
            front.append(key)
            best = accuracy
    return front
