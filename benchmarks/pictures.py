"""Accuracy on pictures of digits: clean ones with any pen, photos of paper, MNIST's own.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.pictures strokes.jsonl.gz

The file holds a line of JSON for each digit: {"label": "7", "strokes": [[[x, y], …], …]}.
"""

import io
import json
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from cnn.data import mnist
from cnn.drawing.pen import Stroke, image_from_strokes
from cnn.drawing.picture import image_from_picture
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.recognition import open_lines
from cnn.runs import store

DIGITS, PHOTO_DIGITS, SEED = 1500, 500, 28
CANVAS, PAPER = 280, 800  # pixels a side
PENS = (4, 10, 18, 30)
Lines = list[np.ndarray]
Pixels = np.ndarray


def draw(lines: Lines, side: int, pen: float, paper: float, ink: float) -> Pixels:
    """Return lines as a gray picture with smooth edges, (side, side) float."""
    fine = 3
    image = Image.new("L", (side * fine, side * fine), 0)
    pencil, radius = ImageDraw.Draw(image), pen * fine / 2
    for line in lines:
        points = [(float(x) * fine, float(y) * fine) for x, y in line]
        pencil.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    share = np.asarray(image.reduce(fine), float) / 255
    return paper + (ink - paper) * share


def placed(lines: Lines, generator: np.random.Generator, low: float, high: float) -> Lines:
    """Return lines turned and put anywhere on the paper, low to high pixels large."""
    corners = np.concatenate(lines)
    middle, extent = (corners.max(0) + corners.min(0)) / 2, np.ptp(corners, axis=0).max() + 1
    size, angle = generator.uniform(low, high), np.radians(generator.uniform(-6, 6))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn[0, 1] += generator.uniform(-0.08, 0.08)  # seen from the side
    center = generator.uniform(size / 2 + 60, PAPER - size / 2 - 60, 2)
    return [(line - middle) / extent * size @ turn.T + center for line in lines]


def photo(lines: Lines, generator: np.random.Generator, pen: tuple[float, float]) -> Pixels:
    """Return a photo of a digit on paper: uneven light, a shadow's edge, grain, blur, JPEG."""
    ink, paper = generator.uniform(30, 95), generator.uniform(200, 240)
    on_paper = placed(lines, generator, 140, 420)
    return taken(draw(on_paper, PAPER, generator.uniform(*pen), paper, ink), generator)


def taken(scene: Pixels, generator: np.random.Generator) -> Pixels:
    """Return what a camera makes of a scene, (height, width, 3) uint8."""
    y, x = np.indices(scene.shape) / scene.shape[0] - 0.5
    direction = generator.uniform(0, 2 * np.pi)
    along = np.cos(direction) * x + np.sin(direction) * y
    light = 1 + generator.uniform(-0.35, 0.35) * along - generator.uniform(0, 0.5) * (x**2 + y**2)
    edge = generator.uniform(-0.4, 0.4) + 0.2 * generator.uniform(-1, 1) * x
    softness = generator.uniform(0.005, 0.05)
    light *= 1 - generator.uniform(0, 0.45) / (1 + np.exp(-(along - edge) / softness))
    seen = ndimage.gaussian_filter(scene * light, generator.uniform(0.4, 1.1))
    grain = ndimage.gaussian_filter(generator.normal(0, 6, scene.shape), 1.5)
    seen = seen + grain + generator.normal(0, generator.uniform(2, 7), scene.shape)
    color = np.array([1.0, 0.97, generator.uniform(0.82, 1.0)])
    image = Image.fromarray(np.clip(seen[..., None] * color, 0, 255).astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "jpeg", quality=int(generator.integers(55, 92)))
    return np.asarray(Image.open(file))


def ballpoint(lines: Lines, generator: np.random.Generator) -> Pixels:
    return photo(lines, generator, (3, 4))


def marker(lines: Lines, generator: np.random.Generator) -> Pixels:
    return photo(lines, generator, (10, 30))


def chalk(lines: Lines, generator: np.random.Generator) -> Pixels:
    on_board = placed(lines, generator, 140, 420)
    scene = draw(on_board, PAPER, generator.uniform(6, 12), generator.uniform(40, 80), 210)
    return taken(scene, generator)


def ruled(lines: Lines, generator: np.random.Generator, squared: bool = False) -> Pixels:
    """Return a photo of ruled or squared paper."""
    step, tilt = generator.uniform(28, 60), generator.uniform(-0.05, 0.05)
    on_paper = placed(lines, generator, 140, 420)
    scene = draw(on_paper, PAPER, generator.uniform(3, 6), 225, generator.uniform(30, 80))
    y, x = np.indices(scene.shape, float)
    across = [y + tilt * x] + ([x - tilt * y] if squared else [])
    for places in across:
        line = np.clip(1.3 - np.abs((places + 7) % step - step / 2), 0, 1)
        scene = np.minimum(scene, 225 - generator.uniform(20, 55) * line)
    return taken(scene, generator)


def squared(lines: Lines, generator: np.random.Generator) -> Pixels:
    return ruled(lines, generator, squared=True)


def on_table(lines: Lines, generator: np.random.Generator) -> Pixels:
    """Return a photo in which the paper ends and a dark table begins."""
    on_paper = placed(lines, generator, 140, 420)
    scene = draw(on_paper, PAPER, generator.uniform(3, 8), 225, generator.uniform(30, 80))
    y, x = np.indices(scene.shape, float)
    depth, tilt = generator.uniform(5, 55), generator.uniform(-0.04, 0.04)
    table = generator.uniform(40, 150)
    scene[x + tilt * (y - PAPER / 2) < depth] = table
    if generator.random() < 0.5:
        scene[PAPER - y + tilt * (x - PAPER / 2) < depth] = table
    return taken(scene, generator)


PHOTOS: dict[str, Callable[[Lines, np.random.Generator], Pixels]] = {
    "ballpoint": ballpoint,
    "marker": marker,
    "chalk on a board": chalk,
    "ruled paper": ruled,
    "squared paper": squared,
    "paper on a table": on_table,
}


def read_file(path: str) -> tuple[list[Lines], np.ndarray]:
    """Return some of the digits as lines (n, 2), with their labels."""
    lines = [json.loads(line) for line in open_lines(path)]
    chosen = np.random.default_rng(SEED).permutation(len(lines))[:DIGITS]
    digits = [[np.array(line, float) for line in lines[index]["strokes"]] for index in chosen]
    return digits, np.array([int(lines[index]["label"]) for index in chosen])


def show(classifier: Classifier, what: str, pictures: Iterable[Pixels], labels: np.ndarray) -> None:
    """Predict pictures as a visitor's and print the accuracy, and how long one takes."""
    images, seconds, refused = [], [], 0
    for picture in pictures:
        began = time.perf_counter()
        try:
            images.append(image_from_picture(picture))
        except ValueError:
            images.append(np.zeros((28, 28), np.uint8))
            refused += 1
        seconds.append(time.perf_counter() - began)
    share = accuracy(classifier, np.stack(images), labels)
    print(
        f"{what:24} {share:7.2%}  refused {refused:3}  {1000 * median(seconds):5.1f} ms", flush=True
    )


def accuracy(classifier: Classifier, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of correct predictions."""
    return float((classifier.predictor.probabilities(images).argmax(1) == labels).mean())


def show_mnist(classifier: Classifier) -> None:
    """Print the accuracy on MNIST's validation digits as they are, and as pictures."""
    images, labels = mnist.load().validation
    print(f"{'MNIST as it is':24} {accuracy(classifier, images, labels):7.2%}")
    show(classifier, "MNIST as pictures", images, labels)
    show(classifier, "MNIST inverted", 255 - images, labels)
    large = (np.asarray(Image.fromarray(one).resize((280, 280))) for one in images)
    show(classifier, "MNIST ten times as large", large, labels)


def main() -> None:
    """Print the accuracy of each kind of picture."""
    digits, labels = read_file(sys.argv[1])
    classifier = load_classifier(store.open_run(store.BUILT_IN, store.runs_folder()))
    strokes: list[list[Stroke]] = [[line.tolist() for line in digit] for digit in digits]
    drawn = np.stack([image_from_strokes(one) for one in strokes])
    print(f"{'strokes':24} {accuracy(classifier, drawn, labels):7.2%}  of {len(labels):,} digits")
    for pen in PENS:
        clean = (np.rint(draw(one, CANVAS, pen, 255, 0)).astype(np.uint8) for one in digits)
        show(classifier, f"clean, pen of {pen}", clean, labels)
    for name, take in PHOTOS.items():
        generator = np.random.default_rng(SEED)
        photos = (take(one, generator) for one in digits[:PHOTO_DIGITS])
        show(classifier, name, photos, labels[:PHOTO_DIGITS])
    show_mnist(classifier)


if __name__ == "__main__":
    main()
