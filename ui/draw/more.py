"""What there is to know beyond the answer: worked out only while it is open."""

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.runs.store import Run
from ui.draw.all_networks import show_all_networks
from ui.draw.explanation import show_why


def offer_more(drawing: Drawing | None, run: Run) -> None:
    """Show what stays closed until it is asked for, and open over the next strokes.

    Args:
        drawing: one digit that was read, or None where there is none yet.
        run: the run that read it.
    """
    for label, icon, show in (
        ("Why this answer", ":material/psychology_alt:", show_why),
        ("All networks", ":material/compare_arrows:", show_all_networks),
    ):
        box = st.expander(label, icon=icon, key=f"more_{label}", on_change="rerun")
        with box:
            if not box.open:
                continue
            if drawing is None:
                st.caption("First there must be a digit to speak of.")
            else:
                show(drawing, run)
