"""Real workers killed by SIGKILL at each step of a run, one after another: each expert is paid exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

from marketplace.core.db import Database
from payouts.states import RunState
from tests.payouts.conftest import stripe_of
from tests.payouts.test_transfers import make_scene
from tests.stripe_server.server import StripeServer

WORKER = """
import os, signal, sys
from datetime import timedelta
from uuid import UUID
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
import marketplace.brands.models, payouts.connect, payouts.earnings
from payouts import runs, transfers
from payouts.stripe_gateway import StripeGateway

url, base, run_id, step, hours = sys.argv[1:]
name, _, when = step.partition(" ")
place = runs if name == "finish" else transfers
real = getattr(place, name)

def killed(*a, **k):
    if when == "after":
        real(*a, **k)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, name, killed)
gateway = StripeGateway("sk_test_loopback", base=base, retries=0)
clock = lambda: utcnow() + timedelta(hours=int(hours))
transfers.execute(Database(url, info={"story": {}}), gateway, UUID(run_id), clock=clock)
"""
STEPS = ("_lease after", "_claim after", "_settle", "record after", "_settle after", "finish after")
"""The reservation, not yet committed; committed; sent; recorded, not yet committed; committed; the run ended."""


def test_killed_at_each_step_in_turn_a_run_pays_each_expert_exactly_once(
    own_database: Database, stripe_server: StripeServer
) -> None:
    scene = make_scene(own_database, stripe_of(stripe_server), experts=3)
    command = [sys.executable, "-c", WORKER, own_database.url, stripe_server.url, str(scene.run_id)]
    for hours, step in enumerate(STEPS):
        ended = subprocess.run([*command, step, str(hours)], check=False, env={**os.environ, "PYTHONPATH": "."})
        assert ended.returncode == -signal.SIGKILL, step
        assert len(scene.provider.sent()) <= len(scene.accounts)
    assert scene.state() is RunState.EXECUTING
    assert scene.execute(later=timedelta(hours=len(STEPS)))
    scene.assert_paid_exactly_once()
