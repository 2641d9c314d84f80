"""The words of the ten steps, from lesson.md: a text for each, and the terms it uses first."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from streamlit.delta_generator import DeltaGenerator

_SECTION = re.compile(r"^# (\w+): (.+)\n", re.MULTILINE)


class Text(NamedTuple):
    """What the page says in one step; all but the title is Markdown."""

    title: str
    body: str
    terms: str
    """A list of new terms, each explained for a beginner."""
    code_terms: str
    """The same of those that only the code uses."""


@cache
def lesson() -> dict[str, Text]:
    """Return the text of each step by its name, in order, and `Other`, on layers."""
    _, *parts = _SECTION.split(Path(__file__).with_suffix(".md").read_text("utf-8"))
    texts = {}
    for name, title, content in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        content, _, code_terms = content.partition("## Terms of the code\n")
        body, _, terms = content.partition("## Terms\n")
        texts[name] = Text(title, body, terms, code_terms)
    return texts


def layer_terms(kinds: set[str]) -> str:
    """Return what layers of these classes in Keras do, if not every network has them.

    Pooling always is among them, as step 7 mentions it.
    """
    shown = [f"(`{kind}`)" for kind in kinds | {"MaxPooling2D"}]
    _, *items = lesson()["Other"].body.split("\n- ")
    return "\n".join(f"- {item}" for item in items if any(kind in item for kind in shown))


def show_terms(where: DeltaGenerator, terms: str, key: str) -> None:
    """Show a list of terms, in as many columns as there is room for."""
    if terms:
        where.container(key=f"terms_{key}").markdown(terms)
