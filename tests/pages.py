"""Pages run without a browser: a small script as a page, and what a page shows as HTML."""

import json

from streamlit.testing.v1 import AppTest


def open_script(script, **state):
    """A page of this script after its first run, with these values in its session state."""
    page = AppTest.from_string(script, default_timeout=60)
    for key, value in state.items():
        page.session_state[key] = value
    return page.run()


def html(page):
    """All that a page shows as its own HTML."""
    return "\n".join(str(element.proto.body) for element in page.get("html"))


def button(page, label):
    """The first button with this label, or None."""
    return next((one for one in page.button if one.label == label), None)


def words(page):
    """All that a page says in Markdown, notes and captions."""
    kinds = (page.markdown, page.info, page.warning, page.caption)
    return " ".join(element.value for kind in kinds for element in kind)


def sent(page):
    """What the browser gets for each component that is given something."""
    return [json.loads(one.proto.json) for one in page.get("bidi_component") if one.proto.json]
