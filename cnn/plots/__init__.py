"""Pictures to keep, drawn with matplotlib.

Only `Figure` is used, never pyplot: pyplot's figures are global state, and visitors are many.
"""

from cnn.plots.comparison import difference_matrix_figure
from cnn.plots.confidence import confidence_figure, reliability_figure
from cnn.plots.confusion import classes_figure, confusion_matrix_figure
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.plots.figure import ImageFormat, figure_bytes
from cnn.plots.gallery import gallery_figure

__all__ = [
    "Explanation",
    "ImageFormat",
    "classes_figure",
    "confidence_figure",
    "confusion_matrix_figure",
    "difference_matrix_figure",
    "explanation_figure",
    "figure_bytes",
    "gallery_figure",
    "reliability_figure",
]
