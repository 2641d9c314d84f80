"""Modules that the first page does not need and the next click does, imported meanwhile."""

import importlib
import threading
from functools import cache

_MODULES = ("altair", "pandas", "onnxruntime", "sklearn.model_selection")


@cache
def start() -> None:
    """Import them once, in the background."""
    threading.Thread(target=_import_all, name="preload", daemon=True).start()


def _import_all() -> None:
    for module in _MODULES:
        importlib.import_module(module)
