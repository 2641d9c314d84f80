"""What people are told when an action fails."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from ui.shared.number_text import literal


@contextmanager
def told(before: str = "") -> Iterator[None]:
    """Tell in a toast why what is done within can't be done, after the words `before`."""
    try:
        yield
    except (ValueError, OSError) as error:
        st.toast(f"{before}{literal(str(error))}", icon=":material/error:")
