"""The words of the field, each explained in a beginner's words."""

MEANINGS = {
    # 1 Load
    "Neural network": "a long calculation with thousands of numbers that can be adjusted. "
    "Learning means adjusting them until the answers come out right.",
    "Keras": "the Python library that builds neural networks and trains them.",
    "Training digits": "the pictures that the network learns from.",
    "Test digits": "pictures that it never sees while it learns. They show what it has learned.",
    "Validation": "a check on the way, with pictures held back from the training digits.",
    "Label": "the digit that is really written in a picture. A person has noted it.",
    "Shape": "how large a table of numbers is: (60000, 28, 28) is 60,000 pictures of 28 rows and "
    "28 columns.",
    # 2 Look
    "Pixel": "one dot of a picture, a number: 0 is empty paper, 255 is full ink.",
    # 3 Prepare
    "Scaling": "dividing all pixels by the same number, so that they get small.",
    "Reshape": "the same numbers, arranged in a table of another shape; −1 is worked out from the "
    "rest.",
    "One-hot": "a label as ten numbers: a 1 at the digit's place, and 0 everywhere else.",
    # 4 Layers
    "Layer": "one stage of the calculation. What it gives is what the next layer gets.",
    "Weight": "a number that the network multiplies with, and learns.",
    "Bias": "a number that is added to the sum, and learned too.",
    "Kernel": "one small square of weights, 3 by 3 in the tutorial.",
    "Filter": "looks for one pattern, such as an edge. It has one kernel for each map of the layer "
    "before, and makes one feature map.",
    "Feature map": "the picture that a filter makes: strong where it has found its pattern.",
    "Convolution": "moving filters over the whole picture, and multiplying and adding up at "
    "each place.",
    "Parameters": "all the numbers that the network learns: its weights and biases.",
    "Probability": "how likely something is, from 0 (never) to 1, or 100 % (certain).",
    "Activation": "what happens to each number at the end of a layer.",
    "ReLU": "the most common activation: keeps what is positive, and turns the rest into 0.",
    "Flatten": "writing all numbers of the feature maps in one long row.",
    "Dense": "a layer in which every answer looks at all numbers, with a weight for each.",
    "Softmax": "turns ten scores into ten probabilities that add up to 1.",
    # 5 Compile
    "Loss": "one number for how wrong the answers are. 0 would be perfect.",
    "Cross-entropy": "this loss: small where the right digit got a high probability, large where "
    "it got a low one.",
    "Optimizer": "the rule that changes the parameters so that the loss gets smaller.",
    "Adam": "an optimizer that suits almost everything.",
    "Learning rate": "how large each of its changes is.",
    "Accuracy": "the share of digits that are read right.",
    "Metrics": "figures that people look at; the network learns from the loss alone.",
    # 6 Fit
    "Batch": "some pictures, here 32, that are looked at before the parameters change once.",
    "Epoch": "one pass through all training digits.",
    "Overfitting": "learning the training digits by heart. Their loss falls, while the one of the "
    "validation rises.",
    # 7 Test
    "Seed": "the number that chance starts from. The same seed gives the same network again.",
    # 8 Predict
    "Predict": "asking a trained network. It learns nothing from it.",
    # 9 Argmax
    "Argmax": "the place of the largest number, counted from 0.",
    "Axis": "which way to go through a table: axis=1 goes along each row.",
}

# Layers that only some networks have, by their kind in Keras: explained where they are shown.
# Pooling always is, as step 7 speaks of it.
POOLING = "MaxPooling2D"
LAYER_MEANINGS = {
    "Rescaling": ("Rescaling", "scales the pixels: it divides each by 255."),
    "BatchNormalization": (
        "Batch normalization",
        "brings the numbers of each feature map to a similar size. It steadies the learning.",
    ),
    POOLING: (
        "Pooling",
        "keeps only the largest of each 2 by 2 pixels (MaxPooling2D), so that a feature map gets "
        "half as wide and high.",
    ),
    "GlobalAveragePooling2D": ("Average pooling", "keeps one number of each map: its mean."),
    "Dropout": ("Dropout", "while it learns, leaves out some numbers by chance, others each time."),
}


_STYLE = """<style>
.words {display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
  gap: .6rem 2rem; padding: .9rem 1.1rem; border-radius: .6rem; font-size: .875rem;
  line-height: 1.4; background: var(--surface)}
</style>"""


def words_html(words: tuple[str, ...]) -> str:
    """Return words with their meanings, in as many columns as there is room for."""
    return _box({word: MEANINGS[word] for word in words})


def layer_words_html(kinds: set[str]) -> str:
    """Return what the layers of these kinds do, as far as the tutorial's network has none."""
    shown = kinds | {POOLING}
    return _box(dict(pair for kind, pair in LAYER_MEANINGS.items() if kind in shown))


def _box(meanings: dict[str, str]) -> str:
    items = "".join(
        f'<div role="listitem"><b>{word}</b>: {meaning}</div>' for word, meaning in meanings.items()
    )
    return f'{_STYLE}<div class="words" role="list" aria-label="New words">{items}</div>'
