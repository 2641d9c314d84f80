"""A run's files are downloaded."""

import re
import shutil
from pathlib import Path

import pytest

from cnn.export.files import RUN_FILES
from cnn.runs import store
from cnn.runs.archive import archive_bytes
from cnn.runs.store import BUILT_IN_PATH, Run

pytestmark = pytest.mark.browser


@pytest.fixture
def trained(runs_dir):
    """A finished run with everything that belongs to one."""
    folder = runs_dir / "20260101-120000-accurate-0000"
    shutil.copytree(BUILT_IN_PATH, folder)
    return Run(folder)


def test_a_runs_files_are_downloaded_and_its_zip_is_imported(trained, own_server, open_page):
    page = open_page(f"{own_server.url}/runs?run={trained.id}")
    page.get_by_test_id("stPopoverButton").filter(has_text="Download").click()
    for kind, file in RUN_FILES.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"{file.label} (.{file.ending})").click()
        assert download.value.suggested_filename == f"{trained.id}.{file.ending}"
        content, expected = Path(download.value.path()).read_bytes(), file.content(trained)
        # The order of hyperparameters in TensorBoard's file changes with the process.
        assert content == expected or (kind == "tensorboard" and content.startswith(b"PK"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Import a run").click()
    zipped = {"name": "run.zip", "mimeType": "application/zip", "buffer": archive_bytes(trained)}
    page.locator("input[type=file]").set_input_files(zipped)
    page.wait_for_url(re.compile(r"run=(?!20260101)"))
    imported = store.open_run(page.url.partition("run=")[2], trained.path.parent)
    assert imported.is_usable
    assert imported.metrics() == trained.metrics()
