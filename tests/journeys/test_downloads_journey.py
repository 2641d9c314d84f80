"""A run's files are downloaded."""

import shutil
from pathlib import Path

import pytest

from cnn.export.files import RUN_FILES
from cnn.runs.store import BUILT_IN_PATH, Run

pytestmark = pytest.mark.browser


@pytest.fixture
def trained(runs_dir):
    """A finished run with everything that belongs to one."""
    folder = runs_dir / "20260101-120000-accurate-0000"
    shutil.copytree(BUILT_IN_PATH, folder)
    return Run(folder)


def test_a_runs_files_are_downloaded(trained, own_server, open_page):
    page = open_page(f"{own_server.url}/runs?run={trained.id}")
    page.get_by_test_id("stPopoverButton").filter(has_text="Download").click()
    for file in RUN_FILES.values():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"{file.label} (.{file.ending})").click()
        assert download.value.suggested_filename == f"{trained.id}.{file.ending}"
        assert Path(download.value.path()).read_bytes() == file.content(trained)
