"""Steps 5 to 7: the loss of a prediction, the training curves, and the test accuracy."""

import math

import streamlit as st

from cnn.evaluation.predictions import MIN_PROBABILITY
from cnn.inference.predictor import load_predictor
from cnn.lesson.tutorial import VARIANTS, Variant
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import TUTORIAL_TEST_ACCURACY
from cnn.runs.status import State, Status
from cnn.runs.store import Run
from ui.how_it_works.digits import test_digits
from ui.how_it_works.network_results import show_differences
from ui.shared import hyperparameter_form, navigation, run_predictions
from ui.shared.number_text import a_digit, counted, percent, points, probability

_EXAMPLES = (0.99, 0.5, 0.1, 0.01)
_HEADER = "| Network | Parameters | Accuracy | With three seeds |\n| --- | ---: | ---: | ---: |\n"


def show_loss(run: Run) -> None:
    """Show the loss of the chosen network's prediction for the first test digit."""
    st.markdown("##### The loss of a prediction")
    rows = [f"| {percent(one, 0)} | {-math.log(one):.2f} |" for one in _EXAMPLES]
    header = "| Probability of the true digit | Loss |\n| ---: | ---: |\n"
    st.markdown(header + "\n".join(rows))
    show_differences(run, "Compile")
    digits = test_digits(run)
    label = int(digits.labels[0])
    share = float(load_predictor(run.model_path).probabilities(digits.images[:1])[0, label])
    st.markdown(
        f"The first test digit is {a_digit(label)}. The chosen network gives it a probability of "
        f"**{probability(share)}**, so the loss is **{loss_text(share)}**."
    )


def loss_text(share: float) -> str:
    """Return the loss if the true digit gets this probability, 0 to 1."""
    loss = -math.log(max(share, float(MIN_PROBABILITY)))
    return f"{loss:.4f}" if loss >= 0.0001 else "less than 0.0001"


def show_fit(run: Run) -> None:
    """Show the chosen network's training curves."""
    status, chosen, metrics = run.status(), run.hyperparameters, run.metrics()
    images = status.training_images or chosen.training_images
    batches = -(-images // chosen.batch_size)
    epochs = "its one epoch" if chosen.epochs == 1 else f"each of {chosen.epochs} epochs"
    plan = "" if status.state is State.FINISHED else "As planned: "
    st.markdown(
        f"{plan}{images:,} images in batches of {chosen.batch_size}: **{batches:,} updates** of "
        f"its parameters in {epochs}."
    )
    if metrics.training:
        from ui.shared.curves import show_curves  # altair and pandas: a second

        show_curves(metrics, chosen.epochs)
    if progress := progress_text(
        status, len(metrics.epochs), chosen.epochs, bool(metrics.training)
    ):
        st.caption(progress)
    show_differences(run, "Fit")


def progress_text(status: Status, done: int, epochs: int, has_curves: bool) -> str:
    """Say how far a training has come, or whether there is more to come."""
    if status.state is State.QUEUED:
        return "It is queued. Its curves appear while it trains."
    if not status.over:
        return "It is still training. The Train page updates the curves while it runs."
    if not has_curves:
        when = "during its first epoch" if status.started else "before it began"
        return f"There are no curves: it ended {when}."
    if done == epochs:
        return ""
    return f"It stopped after {done} of {counted(epochs, 'complete epoch')}."


def show_test(run: Run) -> None:
    """Show the accuracy of the tutorial, of the chosen network, and of three variants."""
    accuracy = run.status().test_accuracy
    change = None if accuracy is None else points(accuracy - TUTORIAL_TEST_ACCURACY)
    with st.grid(2, min_column_width=150):
        st.metric("Tutorial", percent(TUTORIAL_TEST_ACCURACY, 2), border=True, height="stretch")
        st.metric("Chosen network", percent(accuracy, 2), change, border=True, height="stretch")
    st.markdown("##### Measured with this app")
    st.markdown(_HEADER + "\n".join(map(_row, VARIANTS)))
    st.caption("Train one of them yourself: the form is filled in for you.")
    with st.container(horizontal=True):
        for variant in VARIANTS:
            if st.button(variant.name, icon=":material/model_training:"):
                hyperparameter_form.set_values(variant.hyperparameters)
                st.switch_page(navigation.TRAIN)
    predictions = run_predictions.predictions_of(run)
    st.markdown(f"The chosen network: {run_predictions.summary(run, predictions)}.")


def _row(variant: Variant) -> str:
    parameters = total_parameters(layer_table(variant.hyperparameters))
    low, high = min(variant.accuracies), max(variant.accuracies)
    return (
        f"| {variant.name} | {parameters:,} | **{percent(variant.mean)}** | "
        f"{low * 100:.1f}–{percent(high)} |"
    )
