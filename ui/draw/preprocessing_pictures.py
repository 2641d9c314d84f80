"""The steps from a drawing to what the network sees, as HTML."""

from collections.abc import Sequence
from html import escape

from cnn.drawing.steps import Step
from ui.shared.digit_tile import png_address
from ui.shared.explanation.pictures import STYLE

FINE = 28  # a picture with more pixels a side is not shown as squares

_STYLE = STYLE.replace(
    "</style>",
    """
.why.steps {grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 29%), 1fr))}
.why .tile img {object-fit: contain}
.why .tile .fine {image-rendering: auto}
</style>""",
)


def steps_html(steps: Sequence[Step]) -> str:
    """Return the steps as a row of pictures with their words, which wraps."""
    items = "".join(_step_html(number, step) for number, step in enumerate(steps, 1))
    return f'{_STYLE}<div class="why steps" role="list">{items}</div>'


def _step_html(number: int, step: Step) -> str:
    classes = "plain " * step.as_given + "fine" * (max(step.image.shape) > FINE)
    return (
        f'<div role="listitem"><div class="tile"><img class="{classes}" '
        f'src="{png_address(step.image)}" alt="{escape(step.title)}"></div>'
        f'<b>{number}. {escape(step.title)}</b><span class="quiet">{escape(step.sentence)}</span>'
        "</div>"
    )
