"""Pages run without a browser, and what they show."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

FOLDER = Path(__file__).parents[1] / "pages"


def open_page(name, **query):
    """The page of this name after its first run, at this address."""
    page = AppTest.from_file(FOLDER / f"{name}.py", default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def open_script(script, **state):
    """A page of this script after its first run, with these values in its session state."""
    page = AppTest.from_string(script, default_timeout=60)
    for key, value in state.items():
        page.session_state[key] = value
    return page.run()


def press(page, name):
    """The page after a click on the button with this label or key."""
    return next(each for each in page.button if name in (each.label, each.key)).click().run()


def html(page):
    """All that a page shows as its own HTML."""
    return "\n".join(str(element.proto.body) for element in page.get("html"))


def button(page, label):
    """The first button with this label, or None."""
    return next((one for one in page.button if one.label == label), None)


def words(page):
    """All that a page says in text, captions, headings and notes."""
    notes = (page.info, page.warning, page.error, page.toast)
    kinds = (page.markdown, page.caption, page.subheader, *notes)
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(page):
    """The value of each metric by its label."""
    return {metric.label: metric.value for metric in page.metric}


def sent(page):
    """What the browser gets for each component that is given something."""
    return [json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json]
