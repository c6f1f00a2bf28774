"""How often somebody may try: counted per account and per address, in Redis when there is one."""

import time
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import ngettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse

from marketplace.accounts.errors import TooManyTries
from marketplace.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Rule:
    """What is counted: `per_key` for one account, `per_address` for one client address."""

    name: str
    per_key: RateLimitItem
    per_address: RateLimitItem


SIGN_IN = Rule("sign_in", parse("5 per 15 minutes"), parse("40 per 15 minutes"))
"""Failed tries only."""
MAIL = Rule("mail", parse("4 per hour"), parse("30 per hour"))
"""Mails that a stranger can make us send: confirmations, resets."""


def init_throttle(app: Flask, settings: Settings) -> None:
    """Install the counters."""
    app.extensions["throttle"] = Limiter(
        get_remote_address, app=app, storage_uri=settings.redis_url or "memory://", strategy="moving-window",
        in_memory_fallback_enabled=bool(settings.redis_url), default_limits=[],
    )  # fmt: skip


def check(rule: Rule, key: str) -> None:
    """Raises `TooManyTries`, with the seconds left, when a limit is used up; counts nothing."""
    limiter: Limiter = current_app.extensions["throttle"]
    for item, identifiers in _counted(rule, key):
        if not limiter.limiter.test(item, *identifiers):
            reset = limiter.limiter.get_window_stats(item, *identifiers).reset_time
            seconds = max(1.0, reset - time.time())
            minutes = max(1, round(seconds / 60 + 0.49))
            raise TooManyTries(retry_after=seconds, wait=ngettext("%(num)d minute", "%(num)d minutes", minutes))


def count(rule: Rule, key: str) -> None:
    """Count one try against the account and the address."""
    limiter: Limiter = current_app.extensions["throttle"]
    for item, identifiers in _counted(rule, key):
        limiter.limiter.hit(item, *identifiers)


def forget(rule: Rule, key: str) -> None:
    """The account proved itself: its count starts anew; the address's goes on."""
    limiter: Limiter = current_app.extensions["throttle"]
    item, identifiers = _counted(rule, key)[0]
    limiter.limiter.clear(item, *identifiers)


def _counted(rule: Rule, key: str) -> tuple[tuple[RateLimitItem, tuple[str, str, str]], ...]:
    address = request.remote_addr or "unknown"
    return (
        (rule.per_key, (rule.name, "key", key.strip().lower())),
        (rule.per_address, (rule.name, "address", address)),
    )
