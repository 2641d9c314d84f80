"""The ten steps of the tutorial: what each is called, its text and its new words."""

from typing import NamedTuple


class Step(NamedTuple):
    """One step of the tutorial."""

    name: str
    """In the menu, and in the tutorial's script."""
    title: str
    text: str
    words: tuple[str, ...] = ()
    """Words of the field that come up here for the first time."""
    code_words: tuple[str, ...] = ()
    """Those that the code alone brings up; they stand under it."""


STEPS = (
    Step(
        "Load",
        "Load the data",
        "The ten steps of this page follow a **tutorial**: a well-known first one for neural "
        "networks, whose network is the preset **Tutorial** on the Train page.\n\n"
        "MNIST is a famous collection of 70,000 handwritten digits. A **neural network** is to "
        "learn to read them. It learns from the **training digits**; the **test digits** are "
        "put aside for the end. One line of **Keras** fetches them all: pictures are called x, "
        "their **labels** y.",
        (
            "Neural network",
            "Keras",
            "Training digits",
            "Test digits",
            "Validation",
            "Label",
            "Shape",
        ),
    ),
    Step(
        "Look",
        "Look at examples",
        "Always look at your data first. Each picture is 28 by 28 **pixels**, and for the computer "
        "it is nothing but a table of numbers.",
        ("Pixel",),
    ),
    Step(
        "Prepare",
        "Scale and one-hot",
        "Keras wants one more number in the shape of the pictures: 1, as they are gray and not "
        "colored. Networks learn better from small numbers, so most people **scale** the pixels "
        "to 0–1; the tutorial leaves them as they are, and step 7 shows what that costs. Each "
        "label becomes ten numbers, **one-hot**, since the network will have ten answers.",
        ("Scaling", "Reshape", "One-hot"),
    ),
    Step(
        "Layers",
        "Stack the layers",
        "The picture goes through one **layer** after the other. The first **convolution** moves "
        "16 **filters** over it, each looking for its own pattern, and makes 16 **feature maps**. "
        "The second moves 8 filters over those. Then everything is written in a row, and the last "
        "layer gives ten **probabilities**. In short: Conv2D(16) → Conv2D(8) → Flatten → "
        "Dense(10).\n\n"
        "Counting the **parameters**: the picture is one map, so each of the first 16 filters has "
        "one **kernel** of 3·3 weights and a bias: 16 × (3·3·1 + 1) = 160. Each of the next 8 "
        "filters has a kernel for each of the 16 maps: 8 × (3·3·16 + 1) = 1,160. Each of the ten "
        "answers has a weight for each number of the row: 10 × (24·24·8 + 1) = 46,090. Together "
        "47,410.",
        (
            "Layer",
            "Weight",
            "Bias",
            "Kernel",
            "Filter",
            "Feature map",
            "Convolution",
            "Parameters",
            "Probability",
        ),
        ("Activation", "ReLU", "Flatten", "Dense", "Softmax"),
    ),
    Step(
        "Compile",
        "Compile",
        "Before it can learn, the network must be told three things: how wrong an answer is (the "
        "**loss**), how to get better (the **optimizer**), and what to show people on the way "
        "(the **metrics**). **Adam** learns with a **learning rate** of 0.001 where nothing "
        "else is said.",
        (
            "Loss",
            "Cross-entropy",
            "Optimizer",
            "Adam",
            "Learning rate",
            "Accuracy",
            "Metrics",
        ),
    ),
    Step(
        "Fit",
        "Fit",
        "Now it learns. It looks at a **batch** of 32 pictures, compares its answers with the "
        "labels, and changes all its parameters a little. When it has seen all training digits, "
        "one **epoch** is over; then it is checked by validation. The tutorial validates with its "
        "test digits. Here 5,000 training digits are held back for it, so that the test stays "
        "fair.",
        ("Batch", "Epoch", "Overfitting"),
    ),
    Step(
        "Test",
        "97.06 %, and how to do better",
        "The tutorial reports 97.06 % of the test digits read right; 97.15 % is what this app "
        "measured for the same network, the mean of three **seeds**.\n\n"
        "Two small changes improve on it. **Scaled pixels** gain over a point: with numbers up to "
        "255 the sums get huge, and each step of learning is a jump; with 0–1 it settles better. "
        "**Pooling** after both convolutions gains nearly half a point with a fourteenth of the "
        "parameters. Both together stay below scaled pixels alone here.",
        ("Seed",),
    ),
    Step(
        "Predict",
        "Predict the first three test digits",
        "The trained network is shown three digits that it has never seen. For each it gives ten "
        "probabilities, one for each digit from 0 to 9.",
        ("Predict",),
    ),
    Step(
        "Argmax",
        "Take the largest",
        "Ten numbers are not yet an answer. The answer is the digit with the largest of them: "
        "**argmax** says at which place it stands.",
        ("Argmax", "Axis"),
    ),
    Step(
        "Picture",
        "The labeled picture",
        "At last the pictures are shown again, each with the answer of the network. That is all: "
        "numbers in, multiply and add, the largest out.",
    ),
)
