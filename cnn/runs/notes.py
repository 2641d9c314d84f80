"""What people say of a run: its name, a note, a star."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter

from cnn.data.problems import readable_errors
from cnn.runs.files import write_bytes

NOTES_FILE = "notes.json"
MAX_NAME, MAX_NOTE = 80, 2_000  # characters


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
        raise ValueError("must be one line without control characters")
    return text


@dataclass(frozen=True)
class Notes:
    """What notes.json holds. Without a name, a run has that of its preset and what differs."""

    __pydantic_config__ = ConfigDict(extra="ignore", str_strip_whitespace=True)

    name: Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_one_line)] = ""
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    starred: bool = False


_NOTES = TypeAdapter(Notes)


def check_notes(**values: Any) -> Notes:
    """Return notes from untrusted values, or raise `ValueError` saying why not."""
    with readable_errors():
        return _NOTES.validate_python(values)


def write_notes(folder: Path, notes: Notes) -> None:
    """Write a run's notes into its folder."""
    write_bytes(folder / NOTES_FILE, _NOTES.dump_json(notes))


def read_notes(folder: Path) -> Notes:
    """Return a run's notes; damaged ones are none, since nothing but words depends on them."""
    try:
        return _NOTES.validate_json((folder / NOTES_FILE).read_bytes())
    except (OSError, ValueError):
        return Notes()
