"""The digits of a script: loaded, held out, chosen."""

from collections.abc import Iterator

from cnn.data.mnist import SAMPLE_HELD_OUT
from cnn.export.section import Plan, Section
from cnn.export.source import source_of

LOAD = """\
def load_mnist():
    path = os.environ.get("MNIST_NPZ")
    if not path:
        return keras.datasets.mnist.load_data()
    with np.load(path) as arrays:
        train = arrays["x_train"], arrays["y_train"]
        return train, (arrays["x_test"], arrays["y_test"])


(images, labels), (test_images, test_labels) = load_mnist()"""

TAKE_SAMPLE = """
first = np.stack([np.flatnonzero(labels == digit)[:500] for digit in range(10)], axis=1)
to_learn, to_test = first[:400].ravel(), first[400:].ravel()
test_images, test_labels = images[to_test], labels[to_test]
images, labels = images[to_learn], labels[to_learn]"""

TAKE = """
x_train, y_train = images[train], labels[train]
x_validation, y_validation = images[validation], labels[validation]"""


def data_sections(plan: Plan) -> Iterator[Section]:
    """Yield how the digits that train, validate and test come about."""
    yield _choices(plan)
    text = (
        "Images of 28×28 pixels from 0, paper, to 255, ink, and the digit that each shows. Keras "
        "downloads them, unless the environment variable MNIST_NPZ names an mnist.npz."
    )
    if plan.dataset == "sample":
        yield Section("Load the digits", f"{text} {_of_the_sample()}", LOAD + TAKE_SAMPLE, _LOADERS)
    else:
        yield Section("Load the digits", text, LOAD, _LOADERS)
    yield _hold_out(plan)


def _choices(plan: Plan) -> Section:
    values = plan.hyperparameters
    code = [
        f"SEED = {values.seed}",
        f"BATCH_SIZE = {values.batch_size}",
        f"LEARNING_RATE = {values.learning_rate!r}",
        f"EPOCHS = {values.epochs}",
    ]
    text = "What is quickly changed, to see what comes of it. Another seed is another chance."
    return Section("Choose", text, "\n".join(code))


_LOADERS = frozenset({"import os", "import keras", "import numpy as np"})


def _of_the_sample() -> str:
    return (
        "The run was trained without the whole of MNIST, on the first 500 images of each digit: "
        "400 to learn from, 100 to be tested by."
    )


def _hold_out(plan: Plan) -> Section:
    source = source_of({"cnn.data.split": ("split", "held_out")})
    count = f"{SAMPLE_HELD_OUT}" if plan.dataset == "sample" else "held_out(len(labels))"
    if plan.dataset == "sample":
        source = source_of({"cnn.data.split": ("split",)})
    code = f"{source.code}\n\n\ntrain, validation = split(labels, {count})"
    text = (
        "Some digits are not trained on: they validate, so that each epoch can be judged by images "
        "that the network has not learned. The test digits wait until the end."
    )
    if plan.chosen_images is not None:
        text += f" Of the others, {plan.chosen_images:,} are drawn to learn from."
        code += "\norder = np.random.default_rng(SEED).permutation(len(train))"
        code += f"\ntrain = train[order[:{plan.chosen_images}]]"
    return Section("Hold some digits out", text, code + TAKE, source.imports)
