"""The digits that the lesson speaks of: those that the chosen run was trained and tested on."""

import streamlit as st

from cnn.data import mnist
from cnn.data.mnist import DatasetName, Digits
from cnn.inference.predictor import Predictor, load_predictor
from cnn.runs.store import Run
from ui.shared.data_source import show_data_source


def dataset_of(run: Run) -> DatasetName:
    """Return which digits to show: the run's own, or the sample where MNIST is not here."""
    has_mnist = mnist.find_source()[0].name == "mnist"
    return "mnist" if has_mnist and run.status().dataset != "sample" else "sample"


def digits_of(run: Run) -> Digits:
    """Return the test digits to show, the network's own if they are on this computer."""
    return mnist.load_test(dataset_of(run))


def predictor_of(run: Run) -> Predictor:
    """Return the run's network.

    Raises:
        ValueError: it has none yet, or it is damaged.
    """
    return load_predictor(run.model_path)


def explain_sample(run: Run) -> None:
    """Say so where the digits are the sample's, and why."""
    if dataset_of(run) == "mnist":
        return
    if run.status().dataset == "sample":
        st.info(
            "This network has learned from the 5,000 digits that come with the app, so it is "
            "shown with them.",
            icon=":material/database:",
        )
        return
    st.info(
        "The whole of MNIST is not on this computer yet: these are the 5,000 digits that come "
        "with the app. The network may have seen them while it learned.",
        icon=":material/database:",
    )
    show_data_source()
