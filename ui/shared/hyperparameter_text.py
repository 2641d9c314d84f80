"""What the knobs are called, and what they do, in a beginner's words."""

LABELS = {
    "layers": "Convolution layers",
    "pool_after": "Pool after layer",
    "kernel_size": "Kernel size",
    "padding": "Edges",
    "activation": "Activation",
    "batch_normalization": "Batch normalization",
    "global_average_pooling": "Global average pooling",
    "dense_units": "Dense units",
    "dropout": "Dropout",
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate",
    "schedule": "Learning rate over time",
    "batch_size": "Batch size",
    "epochs": "Epochs",
    "early_stopping": "Early stopping",
    "weight_decay": "Weight decay",
    "label_smoothing": "Label smoothing",
    "training_images": "Training images",
    "augmentation": "Augmentation",
    "non_digits": "Learn what is no digit",
    "scale_pixels": "Scale pixels to 0–1",
    "seed": "Seed",
}

HELP = {
    "preset": "A set of values to start from. **Article** is a well-known tutorial's network, "
    "**fast** learns in seconds, **accurate** reads best.",
    "layers": "How many convolution layers look at the image, one after the other. Early ones "
    "find edges, later ones whole shapes.",
    "filters": "How many different patterns this layer looks for. Each gives one feature map.",
    "pool_after": "Halve the feature maps by keeping the largest of each 2×2 pixels: faster, and "
    "less fussy about where a stroke is.",
    "kernel_size": "Each filter looks at a square of this many pixels a side.",
    "padding": "Without padding a convolution cannot center on the outermost pixels, so the image "
    "shrinks a little with each layer.",
    "activation": "What happens to each number after a layer. ReLU keeps what is positive and "
    "drops the rest.",
    "batch_normalization": "Keeps the numbers in each layer in a steady range, so that deep "
    "networks learn faster.",
    "global_average_pooling": "Averages each feature map to one number instead of handing on every "
    "pixel: far fewer parameters.",
    "dense_units": "An extra fully connected layer before the ten answers. 0 leaves it out.",
    "dropout": "Switches off this share of the last numbers at random while learning, so that the "
    "network does not lean on a few of them.",
    "optimizer": "The rule that turns errors into new weights. Adam suits almost everything.",
    "learning_rate": "How large each step of learning is. Too small is slow; too large never "
    "settles, or explodes.",
    "schedule": "Keep the rate, or let it rise to its peak and fall to nothing (one cycle), which "
    "often learns faster and ends better.",
    "batch_size": "Images looked at before the weights change once. Large batches are faster for "
    "each image, but change the weights less often.",
    "epochs": "How many times all training images are seen.",
    "early_stopping": "Stop when the validation loss has not improved for this many epochs, and "
    "keep the best weights. 0 trains all epochs.",
    "weight_decay": "Pulls weights gently toward zero, against learning by heart.",
    "label_smoothing": "Asks the network to be a little less than 100 % sure, against "
    "overconfidence.",
    "training_images": "Fewer images train faster and show how much data matters.",
    "augmentation": "Turns, slants, stretches and shifts the training images at random, so that "
    "the network reads other hands too. **Other hands** also bends them, and adds the flags, "
    "bars and tails that people elsewhere write.",
    "non_digits": "Scribbles, letter-like strokes and pictures, made by code, are mixed in with an "
    "eleventh answer: not a digit.",
    "scale_pixels": "Divide the pixel values 0–255 by 255 inside the network. Small numbers are "
    "easier to learn from; the tutorial does not do it.",
    "seed": "The same seed gives the same starting weights and the same order of images.",
}

WORDS: dict[tuple[str, object], str] = {
    ("padding", "valid"): "No padding: shrink",
    ("padding", "same"): "Padding: keep the size",
    ("activation", "relu"): "ReLU",
    ("activation", "leaky_relu"): "Leaky ReLU",
    ("activation", "elu"): "ELU",
    ("activation", "gelu"): "GELU",
    ("activation", "silu"): "SiLU",
    ("activation", "tanh"): "Tanh",
    ("activation", "sigmoid"): "Sigmoid",
    ("optimizer", "adam"): "Adam",
    ("optimizer", "sgd"): "SGD with momentum",
    ("optimizer", "rmsprop"): "RMSprop",
    ("schedule", "constant"): "Constant",
    ("schedule", "one_cycle"): "One cycle",
    ("augmentation", "off"): "Off",
    ("augmentation", "light"): "Light",
    ("augmentation", "strong"): "Strong",
    ("augmentation", "hands"): "Other hands",
    ("dense_units", 0): "none",
    ("dropout", 0): "off",
    ("weight_decay", 0): "off",
    ("label_smoothing", 0): "off",
}
