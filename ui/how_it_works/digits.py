"""The digits and the network of the chosen run."""

import streamlit as st

from cnn.data import mnist
from cnn.data.mnist import DatasetName, Digits
from cnn.runs.store import Run
from ui.shared.data_source import show_data_source


def dataset_of(run: Run) -> DatasetName:
    """Return which digits to show: the run's own, or the sample where MNIST is missing."""
    has_mnist = mnist.find_source()[0].name == "mnist"
    return "mnist" if has_mnist and run.status().dataset != "sample" else "sample"


def test_digits(run: Run) -> Digits:
    """Return the test digits to show."""
    return mnist.load_test(dataset_of(run))


def explain_sample(run: Run) -> None:
    """Say so, and why, where the digits are the sample's."""
    if dataset_of(run) == "mnist":
        return
    is_own = run.status().dataset == "sample"
    own = "This network was trained on the 5,000 digits that come with the app: they are shown."
    other = "The whole of MNIST is not on this computer yet: these are the 5,000 digits that come "
    other += "with the app. The network may have been trained on them."
    st.info(own if is_own else other, icon=":material/database:")
    if not is_own:
        show_data_source()
