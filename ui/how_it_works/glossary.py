"""The terms of machine learning that the steps use, each explained for a beginner."""

# By the step that uses them first.
GLOSSARY: dict[str, dict[str, str]] = {
    "Load": {
        "Neural network": "a model made of thousands of numbers. Training adjusts them until its "
        "output is right.",
        "Keras": "the Python library used here to build and train neural networks.",
        "Training set": "the images that the network learns from.",
        "Test set": "images that it never sees during training. They measure what it has learned.",
        "Validation set": "images held out from the training set, to check the network during "
        "training.",
        "Overfitting": "fitting the training set so closely that other images are classified "
        "worse.",
        "Prediction": "the digit that the network finds most probable for an image.",
        "Label": "the true digit of an image, noted by a person.",
        "Shape": "the size of an array: (60000, 28, 28) is 60,000 images of 28 by 28 numbers.",
    },
    "Look": {
        "Pixel": "one dot of an image, a number: 0 is background, 255 is full ink.",
    },
    "Prepare": {
        "Scaling": "dividing all pixels by the same number, so that they are small.",
        "Reshape": "the same numbers in an array of another shape; −1 is inferred from the rest.",
        "One-hot": "a label as ten numbers: a 1 at the digit's index, and 0 everywhere else.",
    },
    "Layers": {
        "Layer": "one stage of the computation. Its output is the input of the next layer.",
        "Weight": "a learned number that an input is multiplied by.",
        "Bias": "a learned number that is added to the sum.",
        "Kernel": "a small square of weights, 3 by 3 in the tutorial.",
        "Filter": "detects one pattern, such as an edge. It has one kernel for each map of the "
        "layer before, and computes one feature map.",
        "Feature map": "the output of a filter: large where its pattern is found.",
        "Convolution": "moving filters over the whole image, and multiplying and adding up at each "
        "position.",
        "Parameters": "all numbers that the network learns: its weights and biases.",
        "Probability": "how likely something is, from 0 (impossible) to 1, or 100% (certain).",
    },
    "Compile": {
        "Loss": "one number for how wrong the predictions are. 0 would be perfect.",
        "Cross-entropy": "this loss: −ln of the probability that the true digit got.",
        "Optimizer": "the algorithm that updates the parameters to make the loss smaller.",
        "Adam": "an optimizer that works well almost everywhere.",
        "Learning rate": "the step size of each update.",
        "Accuracy": "the share of images whose prediction is correct.",
        "Metrics": "numbers reported to people; training minimizes the loss alone.",
    },
    "Fit": {
        "Batch": "the images, here 32, that are processed before each update of the parameters.",
        "Epoch": "one pass through all training images. With overfitting, the training loss falls "
        "from epoch to epoch while the validation loss rises.",
    },
    "Test": {
        "Seed": "the start of the random numbers. The same seed gives the same network again.",
    },
    "Argmax": {
        "Argmax": "the index of the largest number, counted from 0.",
        "Axis": "the dimension of an array to work along: axis=1 goes along each row.",
    },
}
# Those that only a step's code uses; they are shown under it.
CODE_GLOSSARY: dict[str, dict[str, str]] = {
    "Layers": {
        "Activation": "the function applied to each output of a layer.",
        "ReLU": "the most common activation: max(x, 0). Negative numbers become 0.",
        "Flatten": "arranging all numbers of the feature maps in one row.",
        "Dense": "a layer in which every output has a weight for every input: fully connected.",
        "Softmax": "turns ten scores into ten probabilities that add up to 1.",
    },
}

# Layers that only some networks have, by their class in Keras: explained where they are shown.
# Pooling always is, as step 7 mentions it.
POOLING = "MaxPooling2D"
LAYER_GLOSSARY = {
    "Rescaling": ("Rescaling", "scales the pixels: it divides each by 255."),
    "BatchNormalization": (
        "Batch normalization",
        "normalizes each feature map to a similar range, which stabilizes training.",
    ),
    POOLING: (
        "Pooling",
        "keeps only the largest of each 2 by 2 pixels (MaxPooling2D), so that a feature map gets "
        "half as wide and high.",
    ),
    "GlobalAveragePooling2D": ("Average pooling", "keeps one number of each map: its mean."),
    "Dropout": ("Dropout", "sets a random share of the numbers to 0 during training."),
}


def layer_glossary_html(kinds: set[str]) -> str:
    """Return what the layers of these kinds do, except those of the tutorial's network."""
    shown = kinds | {POOLING}
    return glossary_html(dict(pair for kind, pair in LAYER_GLOSSARY.items() if kind in shown))


def glossary_html(meanings: dict[str, str]) -> str:
    """Return terms with their meanings, in as many columns as there is room for."""
    items = "".join(
        f'<div role="listitem"><b>{term}</b>: {meaning}</div>' for term, meaning in meanings.items()
    )
    return f'<div class="glossary" role="list" aria-label="New terms">{items}</div>'
