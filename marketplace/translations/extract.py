"""Babel's Python extractor, and beside `_()` the sentences of refusals: class messages and texts of raised errors."""

import ast
from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

Found = tuple[int, Any, Any, Any]


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
            if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
                continue
            named = statement.targets[0]
            if isinstance(named, ast.Name) and named.id == "message" and isinstance(statement.value.value, str):
                yield statement.lineno, statement.value.value
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
        first = node.exc.args[0]
        name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
        if _is_text(first) and not name.endswith(("Error", "Exit")):
            yield node.lineno, first.value  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    """A sentence, not a code such as resource_missing."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
