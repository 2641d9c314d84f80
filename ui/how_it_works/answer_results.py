"""Steps 8 to 10: ten probabilities, the largest of them, and the labeled picture."""

import numpy as np
import streamlit as st

from cnn.evaluation.predictions import Predictions
from cnn.plots.gallery import gallery_figure
from cnn.runs.store import Run
from ui.how_it_works.digits import digits_of, explain_sample, predictor_of
from ui.how_it_works.network_results import explain_eleventh
from ui.how_it_works.tables import STYLE
from ui.shared import run_picker
from ui.shared.bars import probability_bars
from ui.shared.digit_tile import png_address
from ui.shared.downloads import offer_downloads

SHOWN = 3  # test digits, as in the tutorial

_STYLE = f"""{STYLE}<style>
.lesson.answers {{display: grid; gap: 1.25rem 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr))}}
.lesson.answers.large {{grid-template-columns: repeat(3, minmax(0, 13rem)); gap: 1rem}}
.lesson.answers .tile {{max-width: 8rem; margin-bottom: .6rem}}
.lesson.answers.large .tile {{max-width: none}}
.lesson.answers.large b {{font-size: 1.15rem; display: block; text-align: center}}
.lesson.answers.large .quiet {{display: block; text-align: center}}
.lesson.argmax {{overflow-x: auto}}
.lesson.argmax td {{width: 3rem; height: 2.1rem; background: var(--tile);
  font-size: .8rem}}
.lesson.argmax td.most {{background: var(--primary); color: var(--on-primary); font-weight: 700}}
.lesson.argmax .answer td:last-child {{font-size: 1.2rem}}
@media (max-width: 640px) {{
  .lesson.argmax td {{width: 1.75rem; font-size: .62rem}}
  .lesson.answers.many > div {{display: grid; grid-template-columns: 5rem 1fr; gap: 1rem;
    align-items: start}}
}}
</style>"""


def show_probabilities(run: Run) -> None:
    """Show the first test digits, each with the ten probabilities the chosen network gives."""
    st.html(probabilities_html(_first(run)))
    explain_eleventh(run)
    explain_sample(run)


def show_argmax(run: Run) -> None:
    """Show the probabilities as rows of ten numbers, the largest marked, and its place."""
    st.html(argmax_html(_first(run)))
    explain_eleventh(run)
    explain_sample(run)


def show_picture(run: Run) -> None:
    """Show the first test digits with the answers above them, and offer them as a file."""
    predictions = _first(run)
    st.html(picture_html(predictions))
    right = int(predictions.correct.sum())
    st.markdown(f"{right} of {len(predictions)} are right.")
    title = run_picker.run_label(run)
    offer_downloads(
        "first-three-digits", lambda: gallery_figure(predictions, np.arange(SHOWN), title)
    )
    explain_sample(run)


def _first(run: Run) -> Predictions:
    """Return the first test digits with the chosen network's answers to them, fresh from it."""
    digits = digits_of(run)
    images = digits.images[:SHOWN]
    return Predictions(predictor_of(run).probabilities(images), digits.labels[:SHOWN], images)


def probabilities_html(predictions: Predictions) -> str:
    """Return each digit with a bar for each of its ten probabilities."""
    items = "".join(
        f'<div role="listitem"><div class="tile"><img src="{png_address(image)}" '
        f'alt="Test digit {place}"></div>{probability_bars(row, int(row.argmax()))}</div>'
        for place, (image, row) in enumerate(
            zip(predictions.images, predictions.probabilities, strict=True)
        )
    )
    return f'{_STYLE}<div class="lesson answers many" role="list">{items}</div>'


def _most(is_most: bool) -> str:
    return ' class="most"' if is_most else ""


def argmax_html(predictions: Predictions) -> str:
    """Return a table: a row of ten probabilities for each digit, and the place of the largest."""
    head = "".join(f"<th>{place}</th>" for place in range(10))
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{_most(place == answer)}>{share:.3f}</td>" for place, share in enumerate(row)
        )
        + f'<th>→ <b data-testid="argmax">{answer}</b></th></tr>'
        for row, answer in zip(predictions.probabilities, predictions.predicted, strict=True)
    )
    return (
        f'{_STYLE}<div class="lesson argmax"><table aria-label="Probabilities"><tr>{head}'
        f"<th></th></tr>{rows}</table></div>"
    )


def picture_html(predictions: Predictions) -> str:
    """Return the digits large, each with the network's answer and the label."""
    items = "".join(
        f'<div role="listitem"><b>I read: {answer}</b><div class="tile">'
        f'<img src="{png_address(image)}" alt="Handwritten {label}"></div>'
        f'<span class="quiet">{"✓ right" if answer == label else f"✗ really {label}"}</span></div>'
        for image, answer, label in zip(
            predictions.images, predictions.predicted, predictions.labels, strict=True
        )
    )
    return f'{_STYLE}<div class="lesson answers large" role="list">{items}</div>'
