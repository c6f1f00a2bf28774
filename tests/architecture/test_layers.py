"""Edge > service > model inside every domain; services reach neither flask nor stripe, not even indirectly."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from marketplace.core.schema import ROOT

EDGES = ("routes", "socket", "cli", "webhooks", "wiring", "jobs", "forms", "pages", "verbs", "shop")
"""Modules of these names, or ending in them, are edges (`routes_ledger`, `mission_routes`)."""
KERNEL_EDGES = {"marketplace.core.web", "marketplace.core.i18n", "marketplace.core.launch", "marketplace.core.realtime"}
EDGE_MODULES = {
    "marketplace.accounts.context", "marketplace.accounts.throttle", "marketplace.mail.rendering",
    "marketplace.accounts.login", "marketplace.widget.texts", "marketplace.insights.health",
    "marketplace.chat.conduct_words", "marketplace.insights.words", "payouts.provider", "payouts.words", "payouts.work",
    "payouts.papers", "payouts.document_files", "payouts.document_work", "payouts.spreadsheets",
    "experts.routing_words",
}  # fmt: skip
OUTSIDE = ("flask", "flask_socketio", "flask_babel", "flask_login", "flask_wtf", "stripe")


def is_edge(module: str) -> bool:
    """Whether the module speaks to the outside."""
    parts = module.split(".")
    if parts[0] not in {"marketplace", "experts", "payouts"} or "demo" in parts:
        return True
    if module in KERNEL_EDGES | EDGE_MODULES or module == "payouts.stripe_gateway":
        return True
    return any(
        parts[-1] == edge or parts[-1].startswith(edge + "_") or parts[-1].endswith("_" + edge) for edge in EDGES
    )


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "marketplace",
        "experts",
        "payouts",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


def test_services_and_models_reach_neither_flask_nor_stripe(graph: grimp.ImportGraph) -> None:
    wrong = {}
    for module in graph.modules:
        if is_edge(module) or module in OUTSIDE:
            continue
        for outside in OUTSIDE:
            if outside in graph.modules:
                chain = graph.find_shortest_chain(importer=module, imported=outside)
                if chain is not None:
                    wrong[module] = " > ".join(chain)
    assert wrong == {}


def test_models_import_no_service(graph: grimp.ImportGraph) -> None:
    wrong = {}
    for module in graph.modules:
        name = module.rsplit(".", 1)[-1]
        if not name.startswith("models") or is_edge(module):
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            leaf = imported.rsplit(".", 1)[-1]
            ours = imported.split(".")[0] in {"marketplace", "experts", "payouts"}
            if (
                ours
                and not leaf.startswith("models")
                and leaf not in {"states", "chart"}
                and not imported.startswith("marketplace.core")
            ):
                wrong[module] = imported
    assert wrong == {}


def test_a_seeded_violation_is_caught(tmp_path: Path) -> None:
    """`make check` runs import-linter on the contracts of pyproject.toml: a wrong import does not pass it."""
    for name in ("marketplace", "experts", "payouts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    clean = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert clean.returncode == 0, clean.stdout
    seeded = tmp_path / "marketplace" / "questions" / "moves.py"
    seeded.write_text(seeded.read_text() + "\nfrom payouts import ledger  # noqa\n")
    caught = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert caught.returncode != 0
    assert "payouts" in caught.stdout
