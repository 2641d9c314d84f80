"""Small networks for tests of what is true of any."""

from hypothesis import strategies as st

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS, PADDINGS
from cnn.network.layers import layer_table


@st.composite
def networks(draw):
    """Hyperparameters of small networks, whose layers fit into each other or not."""
    filters = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    return Hyperparameters(
        filters=filters,
        kernel_size=draw(st.integers(1, 7)),
        padding=draw(st.sampled_from(list(PADDINGS))),
        strides=draw(st.lists(st.integers(1, 3), max_size=len(filters))),
        pool_after=sorted(draw(st.sets(st.integers(1, len(filters))))),
        batch_normalization=draw(st.booleans()),
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        dropout=draw(st.sampled_from((0, 0.5))),
        dense_units=draw(st.sampled_from((0, 1, 7))),
        global_average_pooling=draw(st.booleans()),
        scale_pixels=draw(st.booleans()),
    )


def fits(hyperparameters):
    """Whether the layers fit into each other."""
    try:
        return bool(layer_table(hyperparameters))
    except ValueError:
        return False
