import pytest
from hypothesis import event, given, settings

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from tests.networks import fits, networks


@settings(max_examples=25)
@given(networks().filter(fits))
def test_the_layer_table_is_what_keras_builds(hyperparameters):
    from cnn.training.model import build_network

    table = layer_table(hyperparameters)
    network = build_network(hyperparameters)
    assert [
        (layer.name, type(layer).__name__, layer.output.shape[1:], layer.count_params())
        for layer in network.layers[1:]
    ] == [(layer.name, layer.kind, layer.output_shape, layer.parameters) for layer in table]
    assert total_parameters(table) == network.count_params()
    event(f"{len(table)} layers")


def first_layer_that_keras_refuses(hyperparameters):
    """Build convolutions and poolings one by one with Keras alone, without the table."""
    from keras import Input, layers

    outputs = Input((28, 28, 1))
    for number, filters in enumerate(hyperparameters.filters, start=1):
        size, padding = hyperparameters.kernel_size, hyperparameters.padding
        strides = dict(enumerate(hyperparameters.strides, start=1)).get(number, 1)
        try:
            outputs = layers.Conv2D(filters, size, strides, padding)(outputs)
        except ValueError:
            return f"before convolution {number}, which needs {size}×{size} pixels."
        if number in hyperparameters.pool_after:
            try:
                outputs = layers.MaxPooling2D()(outputs)
            except ValueError:
                return f"before the pooling after convolution {number}, which needs 2×2 pixels."
    return None


@settings(max_examples=60)
@given(networks())
def test_layers_are_refused_by_name_exactly_where_keras_cannot_build_them(hyperparameters):
    refused = first_layer_that_keras_refuses(hyperparameters)
    event("refused" if refused else "built")
    if refused is None:
        layer_table(hyperparameters)
    else:
        with pytest.raises(ValueError, match=r"^The feature maps have shrunk to ") as error:
            layer_table(hyperparameters)
        assert f"{refused} Remove a layer or a pooling, use a smaller kernel" in str(error.value)


def test_more_than_five_million_parameters_are_refused():
    large = Hyperparameters(filters=[128], dense_units=1024)
    sentence = (
        r"would have 88\.6 million parameters, and the limit is 5 million\. Use fewer filters"
    )
    with pytest.raises(ValueError, match=sentence):
        layer_table(large)


def test_multiply_adds_are_weights_times_places():
    first, second, _, output = layer_table(Hyperparameters(strides=(1, 2)))
    assert first.multiply_adds == 3 * 3 * 1 * 16 * 26 * 26
    assert second.multiply_adds == 3 * 3 * 16 * 8 * 12 * 12
    assert output.multiply_adds == 12 * 12 * 8 * 10
