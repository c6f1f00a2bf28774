"""What pages weigh when they are built: gzip bytes, as the notes of the design promise them."""

import gzip
import json
import re

import pytest

from marketplace.core.schema import ROOT

DIST = ROOT / "static" / "dist"
KB = 1_024


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    path = DIST / "manifest.json"
    if not path.exists():
        pytest.skip("the scripts and styles are not built: make assets")
    names: dict[str, str] = json.loads(path.read_text())
    return names


def weight(manifest: dict[str, str], *names: str) -> int:
    """Bytes of these built files on the wire. Fonts travel as they are."""
    return sum(
        len(content) if name.endswith(".woff2") else len(gzip.compress(content, 9))
        for name in names for content in [(DIST / manifest[name]).read_bytes()]
    )  # fmt: skip


def test_the_loader_weighs_at_most_4_kb(manifest: dict[str, str]) -> None:
    assert weight(manifest, "ts/loader.js") <= 4 * KB


def test_the_first_opening_of_the_panel_weighs_at_most_35_kb(manifest: dict[str, str]) -> None:
    texts = (ROOT / "templates" / "widget" / "_panel_texts.html").read_bytes()
    page = len(gzip.compress(re.sub(rb"\{\{.*?\}\}", b"", texts), 9)) * 2  # each text stands there twice
    files = weight(manifest, "ts/loader.js", "ts/panel.js", "css/panel.css", "img/panel-icons.svg")
    assert files + page <= 35 * KB


@pytest.mark.parametrize(
    ("scripts", "most"),
    [(("ts/site.js", "ts/htmx.js"), 60), (("ts/site.js", "ts/htmx.js", "ts/workbench.js"), 90)],
    ids=["pages", "workbench"],
)
def test_the_scripts_of_our_pages_stay_small(manifest: dict[str, str], scripts: tuple[str, ...], most: int) -> None:
    assert weight(manifest, *scripts) <= most * KB


def test_styles_and_fonts_stay_small(manifest: dict[str, str]) -> None:
    for styles in (("css/app.css",), ("css/app.css", "css/public.css"), ("css/app.css", "css/workbench.css")):
        assert weight(manifest, *styles) <= 15 * KB, styles
    always = [name for name in manifest if name.endswith(".woff2") and "-ext-" not in name]
    assert weight(manifest, *always) <= 65 * KB  # the extended letters are fetched by pages that show one
