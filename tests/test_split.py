import numpy as np
import pytest

from cnn.data.split import held_out, split


def test_each_class_has_its_share_of_validation_and_the_split_is_always_the_same():
    labels = np.repeat(np.arange(10), 600).astype(np.uint8)
    train, validation = split(labels, held_out(len(labels)))
    assert len(validation) == 500
    np.testing.assert_array_equal(np.bincount(labels[validation]), [50] * 10)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(6_000))
    assert (np.diff(train) < 0).any()  # shuffled
    # as in all runs so far: another split would mix their validation and training digits
    assert train[:5].tolist() == [4773, 421, 3850, 3101, 5366]
    assert validation[:5].tolist() == [1796, 2772, 5202, 441, 4285]


@pytest.mark.parametrize("counts", [[40, 60, 50], [40, 109, 1]])
def test_classes_without_a_digit_or_with_a_single_one_are_no_obstacle(counts):
    train, validation = split(np.repeat([2, 5, 9], counts).astype(np.uint8), 15)
    assert sorted([*train, *validation]) == list(range(150))
    assert len(validation) == 15
