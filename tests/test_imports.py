"""Who may import whom: read from the source, and seen in a process that visits every page."""

import ast
import json
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
    "training": (*FOUNDATION, "drawing.pen"),
    "launching": FOUNDATION,
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


def sources():
    """Return the app's modules by their dotted names, with their source."""
    files = [*PROJECT.glob("streamlit_app.py")]
    for package in ("cnn", "ui", "pages"):
        files += (PROJECT / package).rglob("*.py")
    names = {}
    for file in sorted(files):
        parts = file.relative_to(PROJECT).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = file.read_text()
    return names


def imported(module, source, is_package=False):
    """Return every dotted name that a module imports anywhere, late imports included."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                up = parts[: len(parts) - node.level + is_package]
                base = ".".join([*up, *filter(None, [base])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def within(name, *packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


IMPORTS = {
    module: imported(module, source, (PROJECT / module.replace(".", "/")).is_dir())
    for module, source in sources().items()
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


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import keras.layers as layers", {"keras.layers"}),
        ("def late():\n    from cnn import training", {"cnn", "cnn.training"}),
        ("from ..training.fit import train", {"cnn.training.fit", "cnn.training.fit.train"}),
        ("from . import local", {"cnn.launching", "cnn.launching.local"}),
        ("try:\n    import a, b.c\nfinally:\n    pass", {"a", "b.c"}),
    ],
)
def test_an_import_is_found_wherever_and_however_it_is_written(source, expected):
    assert imported("cnn.launching.local", source) == expected
    package = imported("cnn.launching", source, is_package=True)
    assert package == expected


def test_every_module_of_the_app_is_read():
    assert {"streamlit_app", "pages.train", "ui.shared.curves", "cnn", "cnn.training.fit"} <= set(
        IMPORTS
    )
    assert {module.partition(".")[0] for module in IMPORTS} == set(APP)


def test_cnn_knows_no_screen():
    assert offenses(["cnn"], lambda _, name: within(name, "streamlit", "altair")) == set()


def test_tensorflow_lives_in_cnn_training_only():
    def is_tensorflow(module, name):
        return within(name, "tensorflow", "keras", "tf2onnx") and not within(module, "cnn.training")

    assert offenses(APP, is_tensorflow) == set()
    assert offenses(["cnn.training"], lambda _, name: within(name, "keras"))  # so it is found


def test_every_package_of_cnn_has_its_place_in_the_table():
    inside = {module.split(".")[1] for module in IMPORTS if module.startswith("cnn.")}
    assert inside - set(ALLOWED) == {"__main__"}


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_of_cnn_imports_what_stands_below_it_alone(package):
    allowed = [f"cnn.{one}" for one in (package, *ALLOWED[package])]

    def is_other(_, name):
        return within(name, *APP) and name != "cnn" and not within(name, *allowed)

    assert offenses([f"cnn.{package}"], is_other) == set()


def test_pages_hold_no_machine_learning():
    assert offenses(["pages"], lambda _, name: within(name, *MACHINE_LEARNING)) == set()


def test_imports_go_in_one_direction():
    below = {"streamlit_app": ("ui",), "pages": ("ui", "cnn"), "ui": ("ui", "cnn"), "cnn": ("cnn",)}
    for room, allowed in below.items():
        wrong = offenses(
            [room],
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
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

canvas = ModuleType("streamlit_drawable_canvas")
stroke = {"type": "path", "path": [["M", 150, 60], ["L", 150, 150], ["L", 150, 240]]}
canvas.st_canvas = lambda **options: SimpleNamespace(json_data={"objects": [stroke]})
sys.modules["streamlit_drawable_canvas"] = canvas

from streamlit.testing.v1 import AppTest

from cnn import launching

launching.warm = lambda *_, **__: None  # no process is to be started
visited = {}
for path in sorted(Path("pages").glob("*.py")):
    page = AppTest.from_file(path.resolve(), default_timeout=60).run()
    html = " ".join(element.proto.body for element in page.get("html"))
    visited[path.stem] = {
        "problems": [problem.message for problem in page.exception],
        "has_answered": 'data-testid="answer"' in html,
    }
loaded = [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras")]
print(json.dumps({"visited": visited, "loaded": loaded, "onnx": "onnxruntime" in sys.modules}))
"""


def test_visiting_every_page_and_reading_a_digit_loads_no_tensorflow(tiny_mnist, runs_dir):
    command = [sys.executable, "-c", VISIT_EVERY_PAGE]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["loaded"] == []
    assert set(seen["visited"]) == {path.stem for path in (PROJECT / "pages").glob("*.py")}
    assert {name: page["problems"] for name, page in seen["visited"].items()} == {
        name: [] for name in seen["visited"]
    }
    assert seen["visited"]["draw"]["has_answered"]
    assert seen["onnx"]
    assert list(runs_dir.glob("*/status.json")) == []
