"""The one script of the embed: the built loader and the brand's settings in one response."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketplace.core.errors import Unavailable


class LoaderScript:
    """Reads the built bundle (again when it changes) and binds a configuration to it."""

    def __init__(self, dist: Path):
        self._dist = dist
        self._read_at: float | None = None
        self._code = ""

    def with_config(self, config: Mapping[str, Any]) -> str:
        """The script as a shop loads it. Raises `Unavailable` when the assets were not built."""
        return f"(function(__comptoir_config){{{self._bundle()}\n}})({_script_json(config)});"

    def _bundle(self) -> str:
        manifest = self._dist / "manifest.json"
        if not manifest.exists():
            raise Unavailable("The widget has not been built yet.")
        changed = manifest.stat().st_mtime
        if self._read_at != changed:
            name = json.loads(manifest.read_text())["ts/loader.js"]
            self._code = (self._dist / name).read_text()
            self._read_at = changed
        return self._code


def _script_json(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
