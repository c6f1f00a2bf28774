"""The platform as people start it, in a process of its own, and a shop that trusts nobody on another origin."""

from __future__ import annotations

import html
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from marketplace.core.schema import ROOT

STARTS_WITHIN = 40
"""Seconds."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Site:
    """The web process with its worker on a database of their own. `url` is what browsers use."""

    def __init__(self, database_url: str, folder: Path) -> None:
        port = free_port()
        self.url = f"http://chat.localhost:{port}"
        self.environment = {
            "DATABASE_URL": database_url, "VAR_DIR": str(folder / "var"), "PORT": str(port),
            "SHOP_PORT": str(free_port()), "PUBLIC_URL": self.url, "COMPTOIR_DEMO": "0", "ENVIRONMENT": "development",
            "SECRET_KEY": "the-secret-of-a-site-that-lives-for-one-test-run", "LOG_LEVEL": "WARNING", "REDIS_URL": "",
            "STRIPE_SECRET_KEY": "", "SMTP_URL": "",
        }  # fmt: skip
        self._log = folder / "site.log"
        self._address = f"http://127.0.0.1:{port}/healthz"
        self._process: subprocess.Popen[bytes] | None = None

    def flask(self, *words: str) -> None:
        """Run one of the platform's programs on the same database. Raises when it fails."""
        command = [sys.executable, "-m", "flask", "--app", "app", *words]
        done = subprocess.run(command, cwd=ROOT, env=self._env(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"flask {' '.join(words)}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"

    def start(self) -> None:
        """Returns once the platform answers; raises with its last words when it does not."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=self._env(), stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"the platform did not start:\n{self._log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Ask it to stop, as Ctrl-C does; the worker goes with it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=5)

    def said(self) -> str:
        """What it logged: warnings and errors."""
        return self._log.read_text()

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._address, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


PAGE = """<!doctype html><html lang="{locale}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="icon" href="data:,"><link rel="canonical" href="{url}">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product", "name": "{title}"}}</script>
</head><body><main><h1>{title}</h1><p>In stock.</p></main>
<script async src="{platform}/w/v1/{key}.js"></script></body></html>"""


class HostileShop:
    """Pages of somebody else's shop under a strict policy: `/<widget key>/p/<product>?lang=en`."""

    def __init__(self, platform_url: str) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(platform_url))
        self.origin = f"http://shop.localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()


def _handler(platform_url: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        policy: ClassVar[str] = (
            f"default-src 'none'; script-src {platform_url}; frame-src {platform_url}; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
        )

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            words = path.strip("/").split("/")
            if len(words) != 3:
                self.send_error(404)
                return
            body = PAGE.format(
                locale="fr" if "lang=fr" in query else "en", title=html.escape(words[2].replace("-", " ").title()),
                url=html.escape(path), platform=platform_url, key=html.escape(words[0]),
            ).encode()  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", self.policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Requests of tests are not worth a line."""

    return Handler
