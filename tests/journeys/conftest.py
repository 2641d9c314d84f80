"""A real server with its real worker, and Debian's Chromium to visit it."""

import contextlib
import os

import pytest
from playwright.sync_api import expect

from tests import app_server
from tests.conftest import isolate

PATIENCE = 30_000  # milliseconds, for a busy machine


@contextlib.contextmanager
def serving(folder):
    """A server with the sample and the built-in network; its runs are in a folder of its own."""
    with pytest.MonkeyPatch.context() as environment:
        isolate(environment, folder)
        server = app_server.launch(folder / "runs", folder / "home")
    try:
        yield app_server.wait_for(server)
    finally:
        server.kill()
        app_server.end_workers(folder / "runs")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server of all tests that only read."""
    with serving(tmp_path_factory.mktemp("shared")) as server:
        yield server


@pytest.fixture
def workers(runs_dir):
    """The ids of the worker processes; what is left of them is ended after the test."""
    yield lambda: app_server.worker_pids(runs_dir)
    app_server.end_workers(runs_dir)


@pytest.fixture
def start_server(runs_dir, tmp_path, workers):
    servers = []

    def start():
        servers.append(app_server.launch(runs_dir, tmp_path / "home"))
        return app_server.wait_for(servers[-1])

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def own_server(start_server):
    """A server for a test that trains, saves or deletes, or that needs MNIST's own digits."""
    return start_server()


@pytest.fixture(scope="session")
def browser():
    if not app_server.CHROMIUM:
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail("Chromium is not installed, and BROWSER_TESTS=required.")
        pytest.skip("Chromium is not installed.")
    expect.set_options(timeout=PATIENCE)
    with app_server.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Opens a page as a visitor of their own; no exception may be on it at the end."""
    contexts = []

    def open_one(url, width=1280, height=900, **device):
        context = browser.new_context(viewport={"width": width, "height": height}, **device)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        page.get_by_test_id("stApp").wait_for()
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            assert page.get_by_test_id("stException").all_inner_texts() == []
        context.close()
