import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.runs import queue, store
from cnn.runs.notes import Notes
from cnn.runs.store import RunError


@pytest.fixture
def run(runs_dir):
    return store.create(Hyperparameters(epochs=1), runs_dir)


def test_a_run_is_called_after_its_settings_until_it_is_given_a_name(run):
    assert run.name == "Tutorial · epochs 1"
    queue.annotate(run, name="  First try ", starred=True)
    queue.annotate(run, note="Too short.")
    assert run.name == "First try"
    assert run.notes == Notes("First try", "Too short.", starred=True)
    queue.annotate(run, name="")
    assert run.name == "Tutorial · epochs 1"
    assert store.open_run("built-in", run.path.parent).name == "Built-in"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "x" * 81}, "name must have at most 80 characters"),
        ({"note": 7}, "note must be a valid string, not 7."),
        ({"starred": "perhaps"}, "starred must be a valid boolean"),
    ],
)
def test_impossible_notes_are_told_and_change_nothing(run, changes, sentence):
    queue.annotate(run, name="Kept")
    with pytest.raises(ValueError, match=sentence):
        queue.annotate(run, **changes)
    assert run.notes == Notes("Kept")


def test_what_is_gone_or_built_in_cannot_be_renamed(run, runs_dir):
    (run.path / "notes.json").write_text('{"name": 3')
    assert run.name == "Tutorial · epochs 1"
    queue.stop(run)
    queue.delete(run)
    with pytest.raises(RunError, match="There is no run"):
        queue.annotate(run, name="Gone")
    assert not run.path.exists()
    with pytest.raises(RunError, match="built-in run can't be changed"):
        queue.annotate(store.open_run("built-in", runs_dir), name="Mine")
