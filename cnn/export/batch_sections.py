"""The batches of a script: other hands, images of no digit, changed digits, in a new order."""

from collections.abc import Iterator

from cnn.export.section import Plan, Section
from cnn.export.source import source_of
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import (
    AUGMENTATIONS,
    DIGITS_PER_NON_DIGIT,
    MAX_NON_DIGITS,
    Augmentation,
)
from cnn.network.layers import REJECT_CLASS, output_count

_NUMPY = frozenset({"import numpy as np"})


def batch_sections(plan: Plan) -> Iterator[Section]:
    """Yield all that happens to the digits before the network sees them."""
    values = plan.hyperparameters
    if values.augmentation == "handwriting" or values.reject_class:
        yield _made(values)
    if values.augmentation != "off":
        yield _augmented(AUGMENTATIONS[values.augmentation])
    imports = {"import math", "import keras", "import numpy as np"}
    text = (
        "In each epoch the network sees every digit once, in a new order, a batch at a time. "
        "The answers are one-hot: a 1 at the place of the right one, else 0."
    )
    if values.reject_class:
        text += f" Answer {REJECT_CLASS} is for what is no digit."
    yield Section("Put them in batches", text, _batches(values), frozenset(imports))


def _made(values: Hyperparameters) -> Section:
    """Return what makes images before the training begins."""
    wanted: dict[str, tuple[str, ...]] = {"cnn.data.mnist_file": ("Digits",)}
    texts, code = [], []
    if values.augmentation == "handwriting":
        wanted["cnn.training.handwriting_styles"] = ("restyle", "restyled_share")
        texts.append(
            "Half the world writes a 1 with a long flag or a 7 with a bar, and MNIST's writers do "
            "not: strokes are added to its digits, as other people would write them."
        )
        styles = AUGMENTATIONS["handwriting"].style_versions
        seeds = ", ".join(f"SEED + {hand}" if hand else "SEED" for hand in range(styles))
        code += [
            f"hands = [restyle(digits, seed, show_progress) for seed in ({seeds})]",
            "other_hands = np.stack(hands)",
            "shares = restyled_share(y_train)",
        ]
    if values.reject_class:
        wanted["cnn.training.non_digits"] = ("make_non_digits",)
        texts.append(
            "The network also learns to say what is no digit, from images made by code: letters "
            "that no alphabet has, scribbles, shapes, digits cut and turned, textures."
        )
        code += [
            f"count = min({MAX_NON_DIGITS:_}, len(y_train))",
            "non_digits = make_non_digits(count, digits, SEED, show_progress)",
        ]
    source = source_of(wanted)
    lines = [source.code, "", "", *_SHOW_PROGRESS, *code, "print()"]
    return Section("Make more to learn from", " ".join(texts), "\n".join(lines), source.imports)


_SHOW_PROGRESS = (
    "def show_progress():",
    '    print(".", end="", flush=True)',
    "",
    "",
    'print("Making images ", end="", flush=True)',
    "digits = Digits(x_train, y_train)",
)


def _augmented(most: Augmentation) -> Section:
    names = ["random_places", "sampled"]
    changes = "turned, slanted, stretched and shifted"
    lines = [
        "    y, x = random_places(",
        "        len(images),",
        "        chance,",
        *(
            f"        {name}={getattr(most, name):g},"
            for name in ("degrees", "shear", "zoom", "shift")
        ),
        "    )",
    ]
    if most.elastic:
        names.append("random_field")
        changes = "turned, slanted, stretched, shifted, bent and inked"
        lines += [
            f"    down, right = random_field(len(images), chance, bend={most.elastic:g})",
            "    y, x = y + down, x + right",
        ]
    lines.append("    changed = sampled(images, y, x)")
    if most.pen:
        names.append("inked")
        lines += [
            f"    share = chance.uniform({-most.pen:g}, {most.pen:g}, (len(images), 1, 1))",
            "    changed = inked(changed, share)",
        ]
    lines += _contrast(most)
    source = source_of({"cnn.export.augmentation_source": tuple(names)})
    header = [
        "chance = np.random.default_rng(SEED)",
        "",
        "",
        "def augment(images):",
        '    """Return images (n, 28, 28), each changed in its own way."""',
    ]
    text = (
        f"Each time the network sees a digit it is {changes} a little, so that there is always "
        "something new to learn from."
    )
    code = "\n".join([source.code, "", "", *header, *lines])
    return Section("Change each digit a little", text, code, source.imports | _NUMPY)


def _contrast(most: Augmentation) -> Iterator[str]:
    if most.contrast > 1:
        yield f"    gain = chance.uniform(1, {most.contrast:g}, (len(images), 1, 1))"
        yield "    changed = np.clip(127.5 + (changed - 127.5) * gain, 0, 255)"
    if most.p_identity:
        yield f"    stays = chance.random((len(images), 1, 1)) < {most.p_identity:g}"
        yield "    changed = np.where(stays, images, changed)"
    yield '    return changed.astype("float32")'


def _batches(values: Hyperparameters) -> str:
    answers = output_count(values)
    lines = [
        "class Batches(keras.utils.PyDataset):",
        '    """The training digits in batches, in a new order in each epoch."""',
        "",
        "    def __init__(self):",
        "        super().__init__()",
        "        self.order = np.arange(len(y_train))",
        "        self.shuffler = np.random.default_rng(SEED)",
        "",
        "    def __len__(self):",
        "        return math.ceil(len(y_train) / BATCH_SIZE)",
        "",
        "    def on_epoch_begin(self):",
        "        self.order = self.shuffler.permutation(len(y_train))",
        "",
        "    def __getitem__(self, index):",
        "        first = index * BATCH_SIZE",
        "        chosen = self.order[first : first + BATCH_SIZE]",
        "        images, labels = x_train[chosen], y_train[chosen]",
        *_other_hands(values),
        *_non_digits(values),
        "        return as_pixels(images), as_answers(labels)",
        "",
        "",
        "def as_pixels(images):",
        '    """Return images (n, 28, 28) in the form that the network takes, (n, 28, 28, 1)."""',
        '    return images[..., None].astype("float32")',
        "",
        "",
        "def as_answers(labels):",
        f'    """Return labels (n,) one-hot, (n, {answers})."""',
        f"    return keras.utils.to_categorical(labels, {answers})",
        "",
        "",
        "batches = Batches()",
    ]
    return "\n".join(lines)


def _other_hands(values: Hyperparameters) -> Iterator[str]:
    if values.augmentation == "handwriting":
        styles = AUGMENTATIONS["handwriting"].style_versions
        yield f"        hands = chance.integers({styles}, size=len(chosen))"
        yield "        swapped = chance.random(len(chosen)) < shares[chosen]"
        yield "        images[swapped] = other_hands[hands, chosen][swapped]"


def _non_digits(values: Hyperparameters) -> Iterator[str]:
    if values.reject_class:
        count = max(1, values.batch_size // DIGITS_PER_NON_DIGIT)
        yield f"        others = self.shuffler.integers(len(non_digits), size={count})"
        yield "        images = np.concatenate([images, non_digits[others]])"
        yield f"        labels = np.concatenate([labels, np.full({count}, {REJECT_CLASS})])"
    if values.augmentation != "off":
        yield '        images = augment(images.astype("float32"))'
