"""A run is taken along: its script is saved from a page, and repeats it elsewhere."""

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.runs.status import State
from tests import app_server
from tests.awaiting import until
from tests.scripts import result_in, start_file

pytestmark = pytest.mark.browser

TRAINING = 120  # seconds, for a machine that does much else
TINY = Hyperparameters(
    filters=(4,), pool_after=(1,), epochs=3, learning_rate=0.01, scale_pixels=True
)
ONE_DIGIT = 1 / 40  # of the test digits there are


@pytest.fixture
def trained(tiny_mnist, runs_dir, workers):
    run = launching.start(TINY, runs_dir)
    until(lambda: run.status().over, "the training's end", TRAINING)
    assert run.status().state is State.FINISHED
    return run


@pytest.fixture
def server(trained, tiny_mnist, runs_dir, tmp_path):
    started = app_server.wait_for(app_server.launch(runs_dir, tmp_path / "home", str(tiny_mnist)))
    yield started
    started.kill()


@pytest.mark.parametrize("place", ["", "predictions", "runs"])
def test_a_downloaded_script_repeats_the_run(
    server, open_page, trained, tiny_mnist, tmp_path, place
):
    page = open_page(f"{server.url}/{place}?run={trained.id}")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a script").click()
    script = tmp_path / "script.py"
    download.value.save_as(script)
    assert download.value.suggested_filename == f"{trained.id}.py"
    parameters, accuracy = result_in(start_file(script, tiny_mnist))
    assert parameters == total_parameters(layer_table(TINY))
    assert accuracy == pytest.approx(trained.status().test_accuracy, abs=1.01 * ONE_DIGIT)
