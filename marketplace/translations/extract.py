"""Babel's Python extractor, and beside `_()` the sentences of refusals: class messages and texts of raised errors."""

import ast
from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[int, str | None, Any, list[str]]


def python(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Everything that a person may read in a Python file."""
    yield from extract_python(source, keywords, comment_tags, options)
    source.seek(0)
    for node in ast.walk(ast.parse(source.read())):
        for line, text in _sentences(node):
            yield line, None, text, []


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.ClassDef):
        for statement in node.body:
            named = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
            if named and statement.targets[0].id == "message" and _is_text(statement.value):  # type: ignore[union-attr,attr-defined]
                yield statement.lineno, statement.value.value  # type: ignore[attr-defined]
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
        first = node.exc.args[0]
        name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
        if _is_text(first) and not name.endswith(("Error", "Exit")):
            yield node.lineno, first.value  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
