"""Lighthouse of a shop's product page with the widget and without it, side by side.

    .venv/bin/python -m bench.lighthouse http://shop.localhost:5001/nordet/p/tent-2

The demo must be running. `npx` brings Lighthouse 12; throttling is applied, not simulated: on loopback the simulation
charges an async script to the page. Without: the loader's address is blocked in the browser, all else is the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
from typing import Any

LIGHTHOUSE = "lighthouse@12.8.2"
CHROME = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "LCP ms": "largest-contentful-paint", "TBT ms": "total-blocking-time", "CLS": "cumulative-layout-shift",
    "FCP ms": "first-contentful-paint",
}  # fmt: skip


def visit(url: str, *, blocked: str | None) -> dict[str, float]:
    """One visit: scores from 0 to 100, times in milliseconds."""
    command = [
        "npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", "--throttling-method=devtools",
        f"--chrome-flags={CHROME}",
    ]  # fmt: skip
    if blocked:
        command.append(f"--blocked-url-patterns={blocked}")
    environment = os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    scores = {name: 100 * float(report["categories"][name]["score"] or 0) for name in CATEGORIES}
    return scores | {name: float(report["audits"][audit]["numericValue"]) for name, audit in AUDITS.items()}


def main() -> None:
    """Visit in turns and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--visits", type=int, default=3)
    options = parser.parse_args()
    visits: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    for _ in range(options.visits):
        visits["without"].append(visit(options.url, blocked="*/w/v1/*"))
        visits["with"].append(visit(options.url, blocked=None))
    names = [*CATEGORIES, *AUDITS]
    print("| widget | " + " | ".join(names) + " |\n" + "| --- " * (len(names) + 1) + "|")
    for name, rows in visits.items():
        medians = [statistics.median(row[each] for row in rows) for each in names]
        print(f"| {name} | " + " | ".join(f"{value:.3g}" if value < 1 else f"{value:.0f}" for value in medians) + " |")


if __name__ == "__main__":
    main()
