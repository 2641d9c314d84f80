"""The words of the field, each explained in a beginner's words."""

MEANINGS = {
    # 1 Load
    "Neural network": "a long calculation with thousands of numbers that can be adjusted. "
    "Learning means adjusting them until the answers come out right.",
    "Keras": "the Python library that builds neural networks and trains them.",
    "Training digits": "the pictures that the network learns from.",
    "Test digits": "pictures that it never sees while it learns. They show what it has learnt.",
    "Validation": "a check on the way, with pictures held back from the training digits.",
    "Label": "the digit that is really written in a picture. A person has noted it.",
    "Shape": "how large a table of numbers is: (60000, 28, 28) is 60,000 pictures of 28 rows and "
    "28 columns.",
    # 2 Look
    "Pixel": "one dot of a picture, a number: 0 is empty paper, 255 is full ink.",
    # 3 Prepare
    "Scaling": "dividing all pixels by the same number, so that they get small.",
    "One-hot": "a label as ten numbers: a 1 at the digit's place, and 0 everywhere else.",
    # 4 Layers
    "Layer": "one stage of the calculation. What it gives is what the next layer gets.",
    "Filter": "a small square of numbers that looks for one pattern, such as an edge.",
    "Convolution": "moving a filter over the whole picture, and multiplying and adding up at "
    "each place.",
    "Kernel": "the square of numbers of a filter, 3 by 3 in the tutorial.",
    "Weight": "a number that the network multiplies with, and learns.",
    "Bias": "a number that is added to the sum, and learnt too.",
    "Activation": "what happens to each number at the end of a layer.",
    "ReLU": "the most common activation: keeps what is positive, and turns the rest into 0.",
    "Feature map": "the picture that a filter makes: strong where it has found its pattern.",
    "Flatten": "writing all numbers of the feature maps in one long row.",
    "Dense": "a layer in which every answer looks at all numbers, with a weight for each.",
    "Probability": "how likely something is, from 0 (never) to 1, or 100 % (certain).",
    "Softmax": "turns ten scores into ten probabilities that add up to 1.",
    "Parameters": "all the numbers that the network learns: its weights and biases.",
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
    "Pooling": "keeping only the largest of each 2 by 2 pixels, so that a feature map gets half "
    "as wide and high.",
    "Seed": "the number that chance starts from. The same seed gives the same network again.",
    # 8 Predict
    "Predict": "asking a trained network. It learns nothing from it.",
    # 9 Argmax
    "Argmax": "the place of the largest number, counted from 0.",
}


_STYLE = """<style>
.words {display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
  gap: .6rem 2rem; padding: .9rem 1.1rem; border-radius: .6rem; font-size: .875rem;
  line-height: 1.4; background: light-dark(#f3f4fa, #1c1f2e)}
</style>"""


def words_html(words: tuple[str, ...]) -> str:
    """Return words with their meanings, in as many columns as there is room for."""
    items = "".join(f'<div role="listitem"><b>{word}</b>: {MEANINGS[word]}</div>' for word in words)
    return f'{_STYLE}<div class="words" role="list" aria-label="New words">{items}</div>'
