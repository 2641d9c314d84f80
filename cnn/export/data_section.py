"""The section of a script that loads MNIST, splits it and prepares it for Keras."""

from cnn.data.mnist import SAMPLE_HELD_OUT, SPLIT_SEED
from cnn.export.plan import Plan, Section
from cnn.network.layers import CLASSES

_LOAD = """\
if path := os.environ.get("MNIST_NPZ"):
    with np.load(path) as arrays:
        images, labels = arrays["x_train"], arrays["y_train"]
        x_test, y_test = arrays["x_test"], arrays["y_test"]
else:
    (images, labels), (x_test, y_test) = keras.datasets.mnist.load_data()"""

_TAKE_SAMPLE = """
first = np.stack([np.flatnonzero(labels == digit)[:500] for digit in range(10)], axis=1)
x_test, y_test = images[first[400:].ravel()], labels[first[400:].ravel()]
images, labels = images[first[:400].ravel()], labels[first[:400].ravel()]"""

_SPLIT = """
x_train, x_validation, y_train, y_validation = train_test_split(
    images, labels, test_size={held_out}, stratify=labels, random_state={seed}
)"""

_CHOOSE = """
chosen = np.random.default_rng(SEED).permutation(len(x_train))[:{count}]
x_train, y_train = x_train[chosen], y_train[chosen]"""

_PREPARE = f"""


def prepare(images, labels):
    \"\"\"Return images of shape (n, 28, 28, 1) and one-hot labels, (n, {CLASSES}).\"\"\"
    return images[..., np.newaxis].astype("float32"), keras.utils.to_categorical(labels, {CLASSES})


x_train, y_train = prepare(x_train, y_train)
x_validation, y_validation = prepare(x_validation, y_validation)
x_test, y_test = prepare(x_test, y_test)"""


def data_section(plan: Plan) -> Section:
    """Return the section that ends with the images and one-hot labels of all three parts."""
    text = (
        "MNIST: images of 28×28 pixels from 0 (background) to 255 (ink), and their labels. Keras "
        "downloads them, unless the environment variable MNIST_NPZ names an mnist.npz. Some of the "
        "training images are held out for validation, the same share of each digit."
    )
    code, held_out = _LOAD, "len(labels) // 12"
    if plan.dataset == "sample":
        code, held_out = _LOAD + _TAKE_SAMPLE, str(SAMPLE_HELD_OUT)
        text += " The run used the first 500 images of each digit: 400 to train, 100 to test."
    code += _SPLIT.format(held_out=held_out, seed=SPLIT_SEED)
    if plan.training_images is not None:
        text += f" Of the others, {plan.training_images:,} are chosen at random."
        code += _CHOOSE.format(count=plan.training_images)
    return Section("Data", text, code + _PREPARE)
