"""One API call from bytes to answer: key, limiter, validation, idempotency, execution, faults."""

import json
import threading
import time
from dataclasses import dataclass
from typing import cast

from tests.stripe_server import (  # noqa: F401 - the handlers register themselves
    accounts,
    checkout,
    event_log,
    payments,
    transfers,
    validator,
)
from tests.stripe_server.books import new_id
from tests.stripe_server.faults import Fault, Faults
from tests.stripe_server.wire import Answer, ApiError, Call, Json, Request
from tests.stripe_server.world import HANDLERS, World, expand, public

LONGEST_KEY = 255


@dataclass(frozen=True)
class Remembered:
    """What an idempotency key stands for; ``answer`` is None while the first call runs."""

    fingerprint: str
    answer: Answer | None


@dataclass(frozen=True)
class Seen:
    """One call as it was answered; ``status`` is 0 when the connection was dropped."""

    verb: str
    path: str
    key: str
    status: int


class Api:
    """The API over one world. Calls may come from many threads."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.seen: list[Seen] = []
        self._remembered: dict[tuple[str, str], Remembered] = {}
        self._memory = threading.Lock()

    def forget_keys(self) -> None:
        """Prune every idempotency key, as after 24 hours."""
        with self._memory:
            self._remembered.clear()

    def running(self) -> int:
        """How many calls hold a key and have not answered yet."""
        with self._memory:
            return sum(known.answer is None for known in self._remembered.values())

    def answer(self, request: Request) -> Answer | None:
        """The answer, or None when the connection is to be dropped without one."""
        verb = request.method.lower()
        answer = self._guarded(verb, request)
        status = answer.status if answer is not None else 0
        key = request.headers.get("idempotency-key", "")
        self.seen.append(Seen(verb, request.path, key, status))
        return answer

    def _guarded(self, verb: str, request: Request) -> Answer | None:
        try:
            _authenticate(request)
            fault = self.faults.strike(verb, request.path)
            if fault is not None and fault.kind == "drop_before":
                return None
            _refuse(fault)
            answer = self._once(verb, request, fault)
        except ApiError as error:
            return error.answer()
        return None if fault is not None and fault.kind == "drop_after" else answer

    def _once(self, verb: str, request: Request, fault: Fault | None) -> Answer:
        """Execute, or repeat the first result of the same idempotency key."""
        template, arguments = validator.route(verb, request.path)
        params = validator.parameters(request, template)
        account = request.headers.get("stripe-account", "")
        call = Call(request.path, arguments, params, account)
        key = request.headers.get("idempotency-key", "") if verb == "post" else ""
        if not key:
            return self._execute(verb, template, call, fault)[0]
        if len(key) > LONGEST_KEY:
            raise ApiError("Idempotency keys have at most 255 characters.", executed=False)
        fingerprint = f"{verb} {request.path} {json.dumps(params, sort_keys=True)}"
        known = self._begin((account, key), fingerprint)
        if known is not None:
            return Answer(known.status, known.body, {"Idempotent-Replayed": "true"})
        kept: Answer | None = None
        try:
            answer, executed = self._execute(verb, template, call, fault)
            # API v2 retries failed work to completion: only successes are kept.
            if executed and (answer.status < 400 or not template.startswith("/v2/")):
                kept = answer
        finally:
            self._end((account, key), fingerprint, kept)
        return answer

    def _begin(self, key: tuple[str, str], fingerprint: str) -> Answer | None:
        with self._memory:
            known = self._remembered.get(key)
            if known is None:
                self._remembered[key] = Remembered(fingerprint, None)
                return None
        if known.fingerprint != fingerprint:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                type="idempotency_error",
            )
        if known.answer is None:
            raise ApiError(
                "There is currently another in-progress request using this idempotency key.",
                status=409,
                code="idempotency_key_in_use",
            )
        return known.answer

    def _end(self, key: tuple[str, str], fingerprint: str, answer: Answer | None) -> None:
        with self._memory:
            if answer is None:
                self._remembered.pop(key, None)
            else:
                self._remembered[key] = Remembered(fingerprint, answer)

    def _execute(self, verb: str, template: str, call: Call, fault: Fault | None) -> tuple[Answer, bool]:
        """(answer, whether execution started and the result is to be remembered)."""
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault is not None and fault.kind == "stored_500":
            if fault.effect:
                self._perform(verb, template, call)
            error = ApiError("An unknown error occurred.", status=500, type="api_error")
            return error.answer(), True
        try:
            return Answer(200, self._perform(verb, template, call)), True
        except ApiError as error:
            return error.answer(), error.executed

    def _perform(self, verb: str, template: str, call: Call) -> Json:
        handler = HANDLERS.get((verb, template))
        if handler is None:
            raise ApiError(
                f"This server does not serve {verb.upper()} {template}.",
                status=501,
                code="not_served_here",
                executed=False,
            )
        with self.world.books.lock:
            _known_account(self.world, call.account)
            thing = handler(self.world, call)
            shown = expand(self.world, thing, call.params.get("expand") or [])
            return cast(Json, public(shown))


def _authenticate(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key.startswith(("sk_test_", "rk_test_")):
        raise ApiError("Invalid API Key provided.", status=401, code="api_key_invalid")


def _known_account(world: World, account: str) -> None:
    if account and (account not in world.accounts or world.accounts[account].closed):
        raise ApiError(
            f"The provided key does not have access to account '{account}' (or that account does not exist).",
            status=403,
            code="account_invalid",
            executed=False,
        )


def _refuse(fault: Fault | None) -> None:
    """Raise the refusals that come before the idempotency layer and are never remembered."""
    kind = fault.kind if fault is not None else None
    if kind == "rate_limit":
        raise ApiError("Too many requests.", status=429, code="rate_limit")
    if kind == "lock_timeout":
        raise ApiError("This object cannot be accessed right now.", status=429, code="lock_timeout")
    if kind == "key_in_use":
        raise ApiError("Another request uses this key.", status=409, code="idempotency_key_in_use")


def request_id() -> str:
    return new_id("req")
