"""The How it works page's content: the tutorial's code and accuracies, digits, one convolution."""
