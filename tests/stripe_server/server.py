"""The server on 127.0.0.1: HTTP around the API, the hosted pages and the control doors.

Control doors: ``GET /_books``, ``POST /_faults`` (arm ``{"kind": ...}`` or turn a switch
``{"do": "restrict", "account": ...}``), ``DELETE /_faults``, ``POST /_reset``.
"""

import json
import logging
import socket
import threading
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from tests.stripe_server import checkout, switches
from tests.stripe_server.api import Api, Seen, request_id
from tests.stripe_server.events import Courier, Endpoint, Transport
from tests.stripe_server.faults import Fault, Faults, Kind
from tests.stripe_server.wire import Answer, ApiError, Json, Request
from tests.stripe_server.world import World

log = logging.getLogger(__name__)
TEST_KEY = "sk_test_loopback"


class StripeServer:
    """The whole server. Use as a context manager, or ``start`` and ``stop``.

    ``port`` 0 takes a free one. All methods may be called from any thread.
    """

    def __init__(self, port: int = 0) -> None:
        self.webhooks = Courier()
        self.faults = Faults()
        self._http = _HTTPServer(("127.0.0.1", port), _Handler)
        self._http.owner = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread: threading.Thread | None = None
        self.reset()

    def start(self) -> "StripeServer":
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self.webhooks.stop()

    def __enter__(self) -> "StripeServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def reset(self) -> None:
        """Forget everything: objects, books, faults, keys, webhooks."""
        self.faults.clear()
        self.webhooks.reset()
        self.world = World(self.webhooks)
        self.world.base_url = self.url
        self.api = Api(self.world, self.faults)

    def client(self, *, retries: int = 0, key: str = TEST_KEY) -> stripe.StripeClient:
        """The real library, pointed here."""
        return stripe.StripeClient(
            key,
            stripe_version=stripe.api_version,
            max_network_retries=retries,
            base_addresses={"api": self.url},
        )

    def listen(self, url: str, *secrets: str, thin: bool = False, transport: Transport | None = None) -> None:
        """Add a webhook endpoint; ``transport`` replaces HTTP for all (a Flask test client)."""
        self.webhooks.endpoints.append(Endpoint(url, secrets, thin))
        if transport is not None:
            self.webhooks.transport = transport

    def arm(self, kind: Kind, **details: Any) -> None:
        """Arm a fault: see ``faults.Fault`` for the details."""
        self.faults.arm(Fault(kind, **details))

    def turn(self, switch: str, **arguments: Any) -> Json:
        """Turn a switch: see ``switches.SWITCHES``. Raises ApiError when it cannot be turned."""
        with self.world.books.lock:
            return switches.turn(self.world, switch, arguments)

    def books(self) -> Json:
        """The books: balances and sums by kind, and every transfer in order."""
        shown = ("id", "amount", "amount_reversed", "currency", "destination", "transfer_group")
        with self.world.books.lock:
            transfers = [
                {name: t[name] for name in shown} | {"metadata": dict(t["metadata"])}
                for t in self.world.shelf.all("transfer")
            ]
            return {**self.world.books.totals(), "transfers": transfers}

    def seen(self, verb: str, path: str) -> list[Seen]:
        """Calls answered so far for a verb and a path prefix."""
        return [s for s in list(self.api.seen) if s.verb == verb and s.path.startswith(path)]


class _HTTPServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: StripeServer

    def handle_error(self, request: object, client_address: object) -> None:
        log.debug("connection %s from %s ended early", request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer: with unbuffered writes Nagle and delayed ACK cost 40 ms a call.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _HTTPServer

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body)
        try:
            if path.startswith("/v"):
                self._json(self.server.owner.api.answer(request))
            elif path.startswith("/_"):
                self._json(_control(self.server.owner, request))
            else:
                self._hosted(request)
        except ApiError as error:
            self._json(error.answer())
        except Exception as bug:
            log.exception("%s %s", self.command, path)
            self._json(ApiError(f"Bug here: {bug!r}", status=500, type="api_error").answer())

    def _hosted(self, request: Request) -> None:
        world = self.server.owner.world
        with world.books.lock:
            if request.method == "POST":
                target = checkout.hosted_answer(world, request.path, request.body.decode())
                self._send(303, b"", {"Location": target})
            else:
                page = checkout.hosted_page(world, request.path).encode()
                self._send(200, page, {"Content-Type": "text/html; charset=utf-8"})

    def _json(self, answer: Answer | None) -> None:
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        headers = {"Content-Type": "application/json", "Request-Id": request_id()}
        self._send(answer.status, json.dumps(answer.body).encode(), {**headers, **answer.headers})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _control(server: StripeServer, request: Request) -> Answer:
    match request.method, request.path:
        case "GET", "/_books":
            return Answer(200, server.books())
        case "GET", "/_calls":
            return Answer(200, {"calls": [asdict(seen) for seen in list(server.api.seen)]})
        case "DELETE", "/_faults":
            server.faults.clear()
            return Answer(200, {})
        case "POST", "/_faults":
            return Answer(200, _fault(server, _object(request.body)))
        case "POST", "/_reset":
            endpoints = server.webhooks.endpoints
            server.reset()
            server.webhooks.endpoints = endpoints
            return Answer(200, {})
    raise ApiError("No such door.", status=404)


def _object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError as broken:
        raise ApiError("Send a JSON object.") from broken
    if not isinstance(parsed, dict):
        raise ApiError("Send a JSON object.")
    return parsed


def _fault(server: StripeServer, wanted: dict[str, Any]) -> Json:
    if "do" in wanted:
        name = str(wanted.pop("do"))
        return server.turn(name, **wanted)
    try:
        server.faults.arm(Fault(**wanted))
    except (TypeError, ValueError) as wrong:
        raise ApiError(str(wrong)) from wrong
    return {"armed": wanted}
