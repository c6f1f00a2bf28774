"""Small and plain: files under 400 lines, functions under 50, a kernel under 1,000 lines of code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.core.schema import ROOT

PACKAGES = ("marketplace", "experts", "payouts", "bench", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
LARGEST_KERNEL = 1_000


def sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


@pytest.mark.parametrize("kind", ["py", "ts", "tsx", "css", "html"])
def test_no_file_is_longer_than_400_lines(kind: str) -> None:
    files = list(sources()) if kind == "py" else [
        path for folder in ("static", "templates") for path in (ROOT / folder).rglob(f"*.{kind}")
        if "node_modules" not in path.parts and "dist" not in path.parts
    ]  # fmt: skip
    too_long = {str(p.relative_to(ROOT)): n for p in files if (n := p.read_text().count("\n")) > LONGEST_FILE}
    assert too_long == {}


def test_no_function_is_longer_than_50_lines() -> None:
    too_long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    too_long[f"{path.relative_to(ROOT)}:{node.name}"] = length
    assert too_long == {}


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank ones, comments or docstrings."""
    source = path.read_text()
    documentation: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documentation.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        1
        for number, line in enumerate(source.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#") and number not in documentation
    )


def test_the_kernel_stays_under_a_thousand_lines_of_code() -> None:
    assert sum(map(code_lines, (ROOT / "marketplace" / "core").glob("*.py"))) <= LARGEST_KERNEL


def test_packages_are_introduced_by_a_docstring_and_nothing_else() -> None:
    for package in ("marketplace", "experts", "payouts"):
        for path in (ROOT / package).rglob("__init__.py"):
            body = ast.parse(path.read_text()).body
            assert len(body) == 1, path
            assert ast.get_docstring(ast.parse(path.read_text())), path
