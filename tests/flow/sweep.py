"""Looks at a page as several readers would: wide and narrow, light and dark, in French and in English."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Page

from marketplace.core.schema import ROOT

CATALOGUE = ROOT / "marketplace" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
OF_ITS_OWN_LANGUAGE = "/c/"
"""A conversation's private page speaks as the conversation does."""
INLINE = re.compile(r"<[a-z][^<>]*?\s(style|on[a-z]+)\s*=\s*[\"']", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
HOLE = re.compile(r"%\(\w+\)[sd]|\{\w+\}")

TOO_WIDE = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= innerWidth) return [];
  const inScroller = (e) => { for (let p = e.parentElement; p && p !== page; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== "visible" && p !== document.body) return true; return false; };
  const out = (e) => e.getBoundingClientRect().right > innerWidth + 1 && !inScroller(e);
  return [...document.body.querySelectorAll("*")].filter(out).slice(0, 3)
   .map((e) => e.tagName.toLowerCase() + "." + e.className);
}"""

WORDS = """() => {
  const found = new Set();
  const own = document.documentElement.lang;
  const add = (text) => text && text.split("\\n").forEach((line) => line.trim() && found.add(line.trim()));
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const host = n.parentElement;
    if (host.closest("script,style,template,noscript,textarea,pre,code")) continue;
    if (host.closest("[lang]").lang !== own) continue;
    add(n.textContent.replace(/\\s+/g, " "));
  }
  for (const e of document.querySelectorAll("[aria-label],[placeholder],[title],[alt]"))
    if (e.closest("[lang]").lang === own)
    for (const name of ["aria-label", "placeholder", "title", "alt"]) add(e.getAttribute(name));
  return [...found];
}"""

SETTLE = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const each of document.getAnimations()) { try { each.finish(); } catch { /* endless ones go on */ } }
  requestAnimationFrame(done);
})))"""
"""A change of theme passes through transitions; colours are judged after them."""


@dataclass(slots=True)
class Catalogue:
    """Whole sentences and patterns of each language that do not exist in the other."""

    english: set[str] = field(default_factory=set)
    french: set[str] = field(default_factory=set)
    patterns: dict[str, list[re.Pattern[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = CATALOGUE) -> Catalogue:
        """From the French catalogue; messages of one word say nothing, since names and loans look alike."""
        found = cls(patterns={"en": [], "fr": []})
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
                strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
                found._add("en", ids, strings)
                found._add("fr", strings, ids)
        return found

    def _add(self, language: str, texts: Any, others: Any) -> None:
        for each in texts:
            if not each or each in others or len(HOLE.sub("", each).split()) < 2:
                continue
            if not HOLE.search(each):
                (self.english if language == "en" else self.french).add(_plain(each))
            elif len(re.findall(r"[^\W\d_]{2,}", HOLE.sub("", each))) >= 3:
                parts = [re.escape(_plain(part)) for part in HOLE.split(each)]
                self.patterns[language].append(re.compile(r".{1,80}?".join(parts)))

    def foreign(self, words: list[str], language: str) -> list[str]:
        """Which of a page's texts are of the other language."""
        other = "fr" if language == "en" else "en"
        own, whole = (self.english, self.french) if language == "en" else (self.french, self.english)
        texts = [_plain(each) for each in words]
        return [
            each for each in texts
            if each not in own
            and (each in whole or any(p.fullmatch(each) for p in self.patterns[other]))
            and not any(p.fullmatch(each) for p in self.patterns[language])
        ]  # fmt: skip


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words.replace("\u00a0", " ").replace("\u202f", " ")).strip()


class Sweep:
    """Collects what is wrong with the pages it looks at, instead of stopping at the first."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url
        self._axe = Axe()
        self._catalogue = Catalogue.read()
        self.faults: list[str] = []

    def look(self, path: str, language: str) -> None:
        """English: structure, both themes, both widths. French: both widths. In both, the language itself."""
        if not self._go(path, WIDE if language == "en" else NARROW):
            return
        self._check_width(path, language)
        self._check_language(path, language)
        if language == "en":
            self._check_axe(path, "light", {"resultTypes": ["violations"]})
            self._page.set_viewport_size(NARROW)  # type: ignore[arg-type]
            self._page.emulate_media(color_scheme="dark")
            self._page.evaluate(SETTLE)
            self._check_width(path, language)
            rules = ["color-contrast", "target-size"]
            self._check_axe(path, "dark", {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": rules}})
            self._page.emulate_media(color_scheme="light")
        else:
            self._page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            self._check_width(path, language)

    def _go(self, path: str, size: dict[str, int]) -> bool:
        self._page.set_viewport_size(size)  # type: ignore[arg-type]
        answer = self._page.goto(self._url + path)
        assert answer is not None, path
        if answer.status >= 400 and path != "/no-such-page":
            self.faults.append(f"{path}: answered {answer.status}")
            return False
        if "text/html" not in (answer.headers.get("content-type") or ""):
            return False
        source = answer.text()
        for match in INLINE.finditer(source):
            self.faults.append(f"{path}: inline {match.group(1)}: {match.group(0)[:120]}")
        for match in SCRIPT.finditer(source):
            if "src=" not in match.group(1) and "json" not in match.group(1):
                self.faults.append(f"{path}: inline script: {match.group(0)}")
        return True

    def _check_width(self, path: str, language: str) -> None:
        wide = self._page.evaluate(TOO_WIDE)
        if wide:
            size = self._page.viewport_size
            assert size is not None
            self.faults.append(f"{path} ({language}, {size['width']} px): scrolls sideways because of {wide}")

    def _check_language(self, path: str, language: str) -> None:
        said = self._page.evaluate("document.documentElement.lang")
        if path.startswith(OF_ITS_OWN_LANGUAGE):
            language = said
        if said != language:
            self.faults.append(f"{path}: is in {said}, asked for {language}")
            return
        for words in self._catalogue.foreign(self._page.evaluate(WORDS), language):
            self.faults.append(f"{path} ({language}): left in the other language: {words[:160]}")

    def _check_axe(self, path: str, theme: str, options: dict[str, Any]) -> None:
        for violation in self._axe.run(self._page, options=options).response["violations"]:
            nodes = [f"{node['html'][:110]} {node['failureSummary'][:170]!r}" for node in violation["nodes"][:2]]
            self.faults.append(f"{path} ({theme}): {violation['id']}: {' | '.join(nodes)}")
