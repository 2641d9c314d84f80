"""The steps from a drawing to what the network sees, as HTML."""

from collections.abc import Sequence
from html import escape

from cnn.drawing.steps import Step
from ui.shared.digit_tile import png_address

FINE = 28  # a picture with more pixels a side is not shown as squares


def steps_html(steps: Sequence[Step]) -> str:
    """Return the steps as a row of pictures with their words, which wraps."""
    items = "".join(_step_html(number, step) for number, step in enumerate(steps, 1))
    return f'<div class="explanation steps" role="list">{items}</div>'


def _step_html(number: int, step: Step) -> str:
    classes = "plain " * step.as_given + "fine" * (max(step.image.shape) > FINE)
    return (
        f'<div role="listitem"><div class="tile"><img class="{classes}" '
        f'src="{png_address(step.image)}" alt="{escape(step.title)}"></div>'
        f'<b>{number}. {escape(step.title)}</b><span class="quiet">{escape(step.sentence)}</span>'
        "</div>"
    )
