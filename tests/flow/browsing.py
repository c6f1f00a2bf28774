"""Browser windows that remember whatever went wrong in them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

WITHIN = 25_000
"""Milliseconds to wait for what must appear: generous, since a slow machine is not a fault."""
expect.set_options(timeout=WITHIN)


class Windows:
    """Opens contexts (one per person) and keeps what their consoles and requests complained about."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._pardoned: set[str] = set()
        self.faults: list[str] = []

    def open(self, **options: Any) -> Page:
        """A page in a context of its own: another person at another computer."""
        given: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
        context = self._browser.new_context(**given)
        context.set_default_timeout(WITHIN)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._note(f"script error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        self._contexts.append(context)
        return context.new_page()

    def pardon(self, words: str) -> None:
        """What holds these words is expected in this test."""
        self._pardoned.add(words)

    def close(self) -> None:
        """Close everything that was opened."""
        for context in self._contexts:
            context.close()

    def _note(self, fault: str) -> None:
        if fault not in self.faults and not any(words in fault for words in self._pardoned):
            self.faults.append(fault)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location.get("url", "")
            self._note(f"console {message.type}: {message.text} ({where})")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a page that was left lets go of what it was loading
            self._note(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"answered {response.status}: {response.request.method} {response.url}")
