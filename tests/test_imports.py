"""Who may import whom: read from the source, and seen in a process that visits every page."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
APP = ("cnn", "ui", "pages", "streamlit_app")
FOUNDATION = ("hyperparameters", "presets", "data", "network", "runs")
# What each module and package of cnn may import of the others.
ALLOWED = {
    "hyperparameters": ("network.choices", "data.problems"),
    "presets": ("hyperparameters",),
    "data": ("hyperparameters",),
    "network": ("hyperparameters",),
    "runs": ("hyperparameters", "presets", "data", "network"),
    "training": (*FOUNDATION, "drawing.pen", "sweeps"),
    "launching": FOUNDATION,
    "sweeps": (*FOUNDATION, "launching"),
    "drawing": ("hyperparameters", "data.problems"),
    "inference": (*FOUNDATION, "drawing"),
    "evaluation": (*FOUNDATION, "inference"),
    "explanation": (*FOUNDATION, "inference"),
    "fine_tuning": (*FOUNDATION, "drawing", "inference", "launching"),
    "export": FOUNDATION,
    "plots": (*FOUNDATION, "evaluation", "explanation"),
    "lesson": (*FOUNDATION, "explanation"),
}
MACHINE_LEARNING = ("tensorflow", "keras", "onnxruntime", "onnx", "tf2onnx", "sklearn", "scipy")


def imported(source):
    """Return every dotted name that a module imports anywhere, late imports included."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "Imports are absolute."
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


FILES = [PROJECT / "streamlit_app.py"]
FILES += [file for package in ("cnn", "ui", "pages") for file in (PROJECT / package).rglob("*.py")]
IMPORTS = {
    ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): imported(
        file.read_text()
    )
    for file in sorted(FILES)
}


def offenses(importers, forbidden):
    """Return who of the importers imports what they must not."""
    return {
        (module, name)
        for module, names in IMPORTS.items()
        if within(module, *importers)
        for name in names
        if forbidden(module, name)
    }


def test_imports_are_found_wherever_and_however_they_are_written():
    source = "try:\n    import a, b.c as d\nfinally:\n    def late():\n        from e import f"
    assert imported(source) == {"a", "b.c", "e", "e.f"}
    assert {"streamlit_app", "pages.train", "ui.shared.curves", "cnn", "cnn.training.fit"} <= set(
        IMPORTS
    )


def test_cnn_imports_nothing_of_the_screen():
    assert offenses(["cnn"], lambda _, name: within(name, "streamlit", "altair")) == set()


def test_tensorflow_is_imported_in_cnn_training_alone():
    def is_tensorflow(module, name):
        return within(name, "tensorflow", "keras", "tf2onnx") and not within(module, "cnn.training")

    assert offenses(APP, is_tensorflow) == set()
    assert offenses(["cnn.training"], lambda _, name: within(name, "keras"))  # so it is found


def test_ray_is_imported_by_the_driver_of_a_cluster_alone():
    importers = {module for module, _ in offenses(APP, lambda _, name: within(name, "ray"))}
    assert importers == {"cnn.launching.ray_driver"}


def test_every_package_of_cnn_has_its_place_in_the_table():
    inside = {module.split(".")[1] for module in IMPORTS if module.startswith("cnn.")}
    assert inside - set(ALLOWED) == {"__main__", "commands"}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_of_cnn_imports_what_the_table_allows_alone(package):
    allowed = [f"cnn.{one}" for one in (package, *ALLOWED[package])]

    def is_other(_, name):
        return within(name, *APP) and name != "cnn" and not within(name, *allowed)

    assert offenses([f"cnn.{package}"], is_other) == set()


def test_pages_hold_no_machine_learning():
    assert offenses(["pages"], lambda _, name: within(name, *MACHINE_LEARNING)) == set()


def test_imports_go_in_one_direction():
    below = {"streamlit_app": ("ui",), "pages": ("ui", "cnn"), "ui": ("ui", "cnn"), "cnn": ("cnn",)}
    for package, allowed in below.items():
        wrong = offenses(
            [package],
            lambda _, name, allowed=allowed: within(name, *APP) and not within(name, *allowed),
        )
        assert wrong == set()


PAGE_PACKAGES = sorted(
    {name.split(".")[1] for name in IMPORTS if name.count(".") > 1 and within(name, "ui")}
)


@pytest.mark.parametrize("package", PAGE_PACKAGES)
def test_no_pages_package_imports_anothers(package):
    def is_anothers(_, name):
        return (
            within(name, "ui") and name != "ui" and not within(name, f"ui.{package}", "ui.shared")
        )

    assert {"train", "draw", "shared"} <= set(PAGE_PACKAGES)
    assert offenses([f"ui.{package}"], is_anothers) == set()


VISIT_EVERY_PAGE = """
import sys
from pathlib import Path

from cnn import launching
from tests.pages import FOLDER, open_page

launching.warm = lambda *_, **__: None  # no process is to be started
for path in sorted(FOLDER.glob("*.py")):
    page = open_page(path.stem)
    assert not page.exception, (path, page.exception)
assert "onnxruntime" in sys.modules
loaded = {name.partition(".")[0] for name in list(sys.modules)}
assert not {"tensorflow", "keras", "optuna", "ray"} & loaded
"""


def test_visiting_every_page_loads_no_tensorflow(tiny_mnist, runs_dir):
    command = [sys.executable, "-c", VISIT_EVERY_PAGE]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert list(runs_dir.glob("*/status.json")) == []
