"""The ten steps of the tutorial: text, new terms, and what each shows for the chosen run."""

from collections.abc import Callable
from typing import NamedTuple

from cnn.runs.store import Run
from ui.how_it_works.data_results import show_counts, show_examples, show_preparation
from ui.how_it_works.network_results import show_layers
from ui.how_it_works.prediction_results import (
    show_argmax,
    show_labeled_images,
    show_probabilities,
)
from ui.how_it_works.training_results import show_fit, show_loss, show_test
from ui.shared import navigation


class Page(NamedTuple):
    """A page to continue on."""

    path: str
    label: str
    icon: str


_BROWSE = Page(navigation.PREDICTIONS, "Browse the test digits", ":material/grid_view:")
_TRAIN = Page(navigation.TRAIN, "Try other values", ":material/tune:")
_DRAW = Page(navigation.DRAW, "Draw a digit yourself", ":material/draw:")


class Step(NamedTuple):
    """One step of the tutorial."""

    name: str
    """In the menu, and in the tutorial's script."""
    title: str
    text: str
    show: Callable[[Run], None]
    """Shows the result; raises ValueError, with a sentence, where the run has nothing to show."""
    pages: tuple[Page, ...] = ()
    heading: str = "With the chosen network"
    """Of the result."""


STEPS = (
    Step(
        "Load",
        "Load the data",
        "The ten steps of this page follow a **tutorial**: a well-known introduction to neural "
        "networks, whose network is the preset **Tutorial** on the Train page.\n\n"
        "MNIST is a famous dataset of 70,000 handwritten digits. A **neural network** is to "
        "classify them. It learns from the **training set**; the **test set** is put aside for "
        "the end. One line of **Keras** loads both: images are called x, their **labels** y.",
        show_counts,
        heading="The size of each set",
    ),
    Step(
        "Look",
        "Look at examples",
        "Always look at your data first. Each image is 28 by 28 **pixels**: for the computer it is "
        "an array of numbers.",
        show_examples,
        (_BROWSE,),
        heading="The first twenty",
    ),
    Step(
        "Prepare",
        "Scale and one-hot encode",
        "Keras expects a fourth dimension in the shape of the images, the color channels: 1, as "
        "they are gray. Networks learn better from small numbers, so pixels are usually **scaled** "
        "to 0–1; the tutorial uses them unscaled, and step 7 shows what that costs. Each label "
        "becomes ten numbers, **one-hot**, since the network will have ten outputs.",
        show_preparation,
        heading="Before and after",
    ),
    Step(
        "Layers",
        "Stack the layers",
        "The image goes through one **layer** after the other. The first **convolution** moves "
        "16 **filters** over it, each detecting its own pattern, and computes 16 **feature maps**. "
        "The second moves 8 filters over those. Then everything is flattened to one row, and the "
        "last layer outputs ten **probabilities**: Conv2D(16) → Conv2D(8) → Flatten → "
        "Dense(10).\n\n"
        "Counting the **parameters**: the image is one map, so each of the first 16 filters has "
        "one **kernel** of 3·3 weights and a bias: 16 × (3·3·1 + 1) = 160. Each of the next 8 "
        "filters has a kernel for each of the 16 maps: 8 × (3·3·16 + 1) = 1,160. Each of the ten "
        "outputs has a weight for each number of the row: 10 × (24·24·8 + 1) = 46,090. The total "
        "is 47,410.",
        show_layers,
        (_TRAIN,),
    ),
    Step(
        "Compile",
        "Compile",
        "Training needs three choices: how to measure the error (the **loss**), how to reduce it "
        "(the **optimizer**), and what to report on the way (the **metrics**). The default "
        "**learning rate** of **Adam** is 0.001.",
        show_loss,
        (_TRAIN,),
    ),
    Step(
        "Fit",
        "Fit",
        "Now the network is trained. It predicts a **batch** of 32 images, compares its output "
        "with the labels, and updates all its parameters a little. After one pass through all "
        "training images, one **epoch**, the validation set is evaluated. The tutorial uses its "
        "test set for that. Here 5,000 training images are held out instead, so that the test "
        "stays unbiased.",
        show_fit,
        (_TRAIN,),
    ),
    Step(
        "Test",
        "97.06%, and how to do better",
        "The tutorial reports a test accuracy of 97.06%; 97.15% is what this app measured for the "
        "same network, the mean of three **seeds**.\n\n"
        "Two small changes improve it. **Scaled pixels** gain more than a percentage point: with "
        "inputs up to 255 the sums are huge, and each update overshoots; with 0–1 the loss "
        "converges better. **Pooling** after both convolutions gains nearly half a percentage "
        "point with a fourteenth of the parameters. Both together reach less than scaled pixels "
        "alone here.",
        show_test,
        (_BROWSE,),
    ),
    Step(
        "Predict",
        "Predict the first three test digits",
        "The trained network gets three images that it has never seen. For each it outputs ten "
        "probabilities, one for each digit from 0 to 9.",
        show_probabilities,
        (_BROWSE,),
    ),
    Step(
        "Argmax",
        "Take the largest",
        "The prediction is the digit with the largest of the ten probabilities: **argmax** returns "
        "its index.",
        show_argmax,
        (_DRAW,),
    ),
    Step(
        "Picture",
        "The labeled images",
        "At last the images are shown again, each with its prediction. That is all: numbers in, "
        "multiply and add, the largest out.",
        show_labeled_images,
        (_DRAW, _BROWSE),
    ),
)
