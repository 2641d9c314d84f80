"""Named hyperparameters to start from."""

from cnn.hyperparameters import Hyperparameters

# The tutorial's own figure, which every result is compared with.
TUTORIAL_TEST_ACCURACY = 0.9706
TUTORIAL_TEST_IMAGES = 10_000

PRESETS: dict[str, Hyperparameters] = {
    "article": Hyperparameters(),
    "fast": Hyperparameters(
        filters=(8, 16),
        kernel_size=5,
        pool_after=(1, 2),
        learning_rate=0.02,
        schedule="one_cycle",
        batch_size=128,
        epochs=1,
        scale_pixels=True,
    ),
    "accurate": Hyperparameters(
        filters=(16, 28, 36, 44, 44),
        padding="same",
        pool_after=(1, 3, 5),
        batch_normalization=True,
        learning_rate=0.01,
        schedule="one_cycle",
        batch_size=128,
        epochs=36,
        augmentation="handwriting",
        reject_class=True,
        scale_pixels=True,
    ),
}


def label_of(name: str) -> str:
    """Return what pages call a preset, or another kind of run: "Tutorial", "Fast", "Custom"."""
    return "Tutorial" if name == "article" else name.capitalize()


def preset_name(hyperparameters: Hyperparameters) -> str:
    """Return the name of the preset with exactly these values, else "custom"."""
    return next((name for name, values in PRESETS.items() if values == hyperparameters), "custom")
