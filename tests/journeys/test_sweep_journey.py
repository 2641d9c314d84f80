"""A sweep of six small runs is started, watched, stopped and continued; its best one is tried."""

import re

import pytest
from playwright.sync_api import expect

from cnn.hyperparameters import value_text
from cnn.runs.status import State
from cnn.sweeps import store
from tests.journeys.test_draw_journeys import SEVEN, button, draw

pytestmark = pytest.mark.browser
TRAINING = 120_000  # milliseconds, for a machine that does much else


def heading(page, state):
    return page.get_by_role("heading", name=f"Learning rate × Filters · {state}")


def test_a_sweep_is_started_watched_stopped_and_continued_and_its_best_run_reads_a_drawing(
    tiny_mnist, own_server, open_page, runs_dir
):
    page = open_page(f"{own_server.url}/sweeps", width=390, height=844)
    expect(page.get_by_text("6 runs · about")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    button(page, "Start").click()
    expect(heading(page, "running")).to_be_visible()
    (sweep,) = store.list_sweeps(runs_dir)
    expect(page).to_have_url(re.compile(f"sweep={sweep.id}"))
    some_done = page.get_by_text(re.compile("^[1-5] of 6 runs done"))
    expect(some_done).to_be_visible(timeout=TRAINING)
    button(page, "Stop all").click()
    expect(heading(page, "stopped")).to_be_visible()
    expect(button(page, "Continue")).to_be_visible()
    assert all(one.status.over for one in store.trials(sweep))
    assert len([one for one in store.trials(sweep) if one.run.is_usable]) < 6

    second = open_page(own_server.url + "/sweeps")  # the newest one is shown
    button(second, "Continue").click()
    for tab in (page, second):
        tab.reload()
        expect(heading(tab, "finished")).to_be_visible(timeout=TRAINING)
        expect(tab.get_by_text("% test accuracy")).to_be_visible()
    trials = store.trials(sweep)
    choices = [tuple(map(value_text, one.choice.values())) for one in trials]
    assert len(set(choices)) == len(choices) == 6
    assert {one.status.state for one in trials} <= {State.FINISHED, State.STOPPED}
    expect(second.get_by_test_id("stPlotlyChart")).to_be_visible()
    button(second, "Draw").click()
    expect(second).to_have_url(re.compile(rf"/draw\?run={store.best_run(sweep).id}"))
    draw(second, SEVEN)
    expect(second.get_by_test_id("predicted")).to_have_text(re.compile(r"^\d$"))
