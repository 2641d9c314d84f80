"""A part of this project's source that stands alone: some names, and all that they need."""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]


class Source(NamedTuple):
    """Code that runs without this project."""

    imports: frozenset[str]
    """Lines such as `import numpy as np` and `from typing import Any`: one name a line."""
    code: str


class _Statement(NamedTuple):
    names: frozenset[str]
    needs: frozenset[str]
    text: str
    is_definition: bool


class _Module(NamedTuple):
    statements: tuple[_Statement, ...]
    imports: dict[str, tuple[str, str]]
    """A name here → the module it comes from and its name there, "" for the module itself."""


def source_of(wanted: dict[str, tuple[str, ...]]) -> Source:
    """Return the source of some names with everything of this project that they use.

    Nothing is imported: the modules may need what the reader of their source does not.

    Args:
        wanted: a module such as "cnn.data.split" → names in it.

    Raises:
        ValueError: one name means two things, so the parts don't fit together.
    """
    imports: set[str] = set()
    picked: dict[str, set[str]] = {}
    for module, names in wanted.items():
        for name in names:
            _pick(module, name, picked, imports)
    statements = list(_picked_statements(picked))
    _check_names(statements)
    return Source(frozenset(imports), _joined(statements))


def _pick(module: str, name: str, picked: dict[str, set[str]], imports: set[str]) -> None:
    """Add a name to those picked, after everything that it needs."""
    origin = _read(module).imports.get(name)
    if origin is not None:
        if origin[0].startswith("cnn"):
            _pick(*origin, picked, imports)
        else:
            imports.add(_import_line(name, *origin))
        return
    if name in picked.get(module, ()):
        return
    for statement in _read(module).statements:
        if name in statement.names:
            picked.setdefault(module, set()).update(statement.names)
            for need in sorted(statement.needs):
                _pick(module, need, picked, imports)


def _import_line(name: str, module: str, original: str) -> str:
    line = f"from {module} import {original}" if original else f"import {module}"
    return line if name in (original, module) else f"{line} as {name}"


def _picked_statements(picked: dict[str, set[str]]) -> Iterator[_Statement]:
    """Yield the statements in the order in which Python would run them."""
    ordered: list[str] = []
    for module in picked:
        _order(module, picked, ordered)
    for module in ordered:
        yield from (one for one in _read(module).statements if one.names & picked[module])


def _order(module: str, picked: dict[str, set[str]], ordered: list[str]) -> None:
    for origin, _ in _read(module).imports.values():
        if origin.startswith("cnn"):
            _order(origin, picked, ordered)
    if module in picked and module not in ordered:
        ordered.append(module)


def _check_names(statements: Iterable[_Statement]) -> None:
    meanings: dict[str, str] = {}
    for statement in statements:
        for name in statement.names:
            if meanings.setdefault(name, statement.text) != statement.text:
                raise ValueError(f"{name} means two things in what a script needs.")


def _joined(statements: Iterable[_Statement]) -> str:
    lines, before = "", None
    for statement in dict.fromkeys(statements):  # an alias may stand in two modules
        near = before is not None and not (before.is_definition or statement.is_definition)
        lines += ("" if before is None else "\n" if near else "\n\n\n") + statement.text
        before = statement
    return lines


@lru_cache(maxsize=32)
def _read(module: str) -> _Module:
    path = PROJECT / Path(*module.split("."))
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    body, lines = ast.parse(text).body, text.splitlines()
    imports = dict(entry for node in body for entry in _imported(node))
    known = {name for node in body for name in _defined(node)} | set(imports)
    statements = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        if names := _defined(node):
            _leave_out_registration(node)
            needs = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} & known
            is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
            code = _text(node, after, lines)
            statements.append(_Statement(names, frozenset(needs), code, is_definition))
    return _Module(tuple(statements), imports)


def _defined(node: ast.stmt) -> frozenset[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return frozenset({node.name})
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    found = (one for target in targets for one in ast.walk(target))
    return frozenset(one.id for one in found if isinstance(one, ast.Name))


def _imported(node: ast.stmt) -> Iterator[tuple[str, tuple[str, str]]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name, (alias.name, "")
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, (node.module or "", alias.name)


def _leave_out_registration(node: ast.stmt) -> None:
    """Take away the decorator that registers a class for this project's own files."""
    if isinstance(node, ast.ClassDef):
        node.decorator_list = [
            one for one in node.decorator_list if "register_keras" not in ast.unparse(one)
        ]


def _text(node: ast.stmt, after: ast.stmt | None, lines: list[str]) -> str:
    """Return a statement's lines with the comments above it and the description below it."""
    decorators = getattr(node, "decorator_list", ())
    first = min(one.lineno for one in (node, *decorators)) - 1
    last = node.end_lineno or node.lineno
    while first and lines[first - 1].startswith("#"):
        first -= 1
    is_described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    if after is not None and is_described and not isinstance(node, ast.FunctionDef | ast.ClassDef):
        last = after.end_lineno or last
    return "\n".join(lines[first:last])
