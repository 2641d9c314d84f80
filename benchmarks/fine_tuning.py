"""What a network learns from my digits and what it forgets: unusual shapes, drawn by code.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.fine_tuning
"""

import tempfile
from pathlib import Path

import numpy as np

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import fine_tuned_runs, saved_digit
from cnn.fine_tuning.saved_digit import SavedDigit, as_digits
from cnn.inference.classifier import load_classifier
from cnn.runs import store
from tests.app_server import end_workers
from tests.awaiting import until

# Label and strokes on a 300×300 pad. The built-in network misreads most of them.
SHAPES: dict[str, tuple[int, list[list[tuple[int, int]]]]] = {
    "4 like a lightning bolt": (4, [[(200, 40), (80, 170), (210, 160), (120, 290)]]),
    "mirrored 3": (
        3,
        [
            [
                (230, 70),
                (160, 40),
                (90, 80),
                (100, 140),
                (180, 160),
                (90, 180),
                (80, 250),
                (230, 270),
            ]
        ],
    ),
    "1 with a box": (
        1,
        [[(150, 40), (150, 290)], [(110, 40), (190, 40), (190, 100), (110, 100), (110, 40)]],
    ),
    "crossed 0": (
        0,
        [
            [(150, 40), (80, 100), (70, 200), (150, 290), (230, 220), (225, 100), (150, 40)],
            [(60, 290), (240, 40)],
            [(60, 40), (240, 290)],
        ],
    ),
}
COUNTS = (1, 10)  # saved drawings of one shape
OTHERS = 100  # drawings of the same shape that the network does not learn


def drawings(shape: str, count: int, seed: int) -> list[SavedDigit]:
    """Return drawings of one shape, each sheared, scaled and moved a little."""
    label, strokes = SHAPES[shape]
    generator = np.random.default_rng(seed)
    saved = []
    for _ in range(count):
        (slant, turn), zoom = generator.normal(0, 0.1, 2), np.exp(generator.normal(0, 0.12, 2))
        matrix = np.array([[zoom[0], slant], [turn, zoom[1]]])
        points = [np.array(stroke) - 150 for stroke in strokes]
        moved = [150 + one @ matrix.T + generator.normal(0, 5, one.shape) for one in points]
        saved.append(saved_digit.from_drawing(Drawing(strokes=tuple(map(_stroke, moved))), label))
    return saved


def _stroke(points: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in points)


def fine_tune(name: str, saved: list[SavedDigit], others: list[SavedDigit], folder: Path) -> None:
    """Fine-tune the built-in network on drawings, and print accuracies before and after."""
    parent = store.open_run(store.BUILT_IN, folder)
    run = fine_tuned_runs.start_fine_tuning(parent, saved, folder)
    until(lambda: run.status().over, "the training", 600)
    status, before, after = run.status(), load_classifier(parent), load_classifier(run)
    shares = [
        classifier.accuracy(as_digits(digits))
        for digits in (saved, others)
        for classifier in (before, after)
    ]
    saved_before, saved_after, others_before, others_after = shares
    print(
        f"{name:20} {len(saved):3} saved: {saved_before:4.0%} → {saved_after:4.0%}, "
        f"others {others_before:4.0%} → {others_after:4.0%}, "
        f"MNIST {parent.status().test_accuracy:.2%} → {status.test_accuracy:.2%}, "
        f"{status.seconds:.0f} s",
        flush=True,
    )


def main() -> None:
    """Fine-tune on each shape alone, then on all at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for shape in SHAPES:
            for count in COUNTS:
                fine_tune(shape, drawings(shape, count, 1), drawings(shape, OTHERS, 2), folder)
        saved = [digit for shape in SHAPES for digit in drawings(shape, COUNTS[-1], 1)]
        others = [digit for shape in SHAPES for digit in drawings(shape, OTHERS, 2)]
        fine_tune("all of them", saved, others, folder)
        end_workers(folder)


if __name__ == "__main__":
    main()
