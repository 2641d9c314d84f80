import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from cnn.data.split import SPLIT_SEED, held_out, split


def uneven(seed):
    generator = np.random.default_rng(seed)
    return generator.integers(0, 10, generator.integers(200, 3_000)).astype(np.uint8)


@pytest.mark.parametrize("labels", [np.arange(4_000) % 10, *map(uneven, range(20))])
def test_the_split_is_scikit_learns(labels):
    count = held_out(len(labels))
    theirs = train_test_split(
        np.arange(len(labels)), test_size=count, random_state=SPLIT_SEED, stratify=labels
    )
    for mine, expected in zip(split(labels, count), theirs, strict=True):
        np.testing.assert_array_equal(mine, expected)


def test_digits_that_are_missing_are_no_obstacle():
    train, validation = split(np.repeat([2, 5, 9], [40, 60, 50]).astype(np.uint8), 15)
    assert sorted([*train, *validation]) == list(range(150))
    assert len(validation) == 15
