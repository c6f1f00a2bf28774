"""Composition of this domain's edges."""

from functools import partial

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.actors import Actor
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from payouts import (
    cli,
    hooks,
    routes_brand,
    routes_exceptions,
    routes_expert,
    routes_ledger,
    routes_runs,
    routes_test_payments,
    routes_top_ups,
    wallet,
    webhooks,
    withdrawals,
    work,
)  # fmt: skip
from payouts.models import Finding, PayoutRun
from payouts.provider import make_gateway, may_leave
from payouts.states import FindingState, RunState

DOORS = (
    routes_expert.door, routes_brand.door, routes_top_ups.door, routes_ledger.door, routes_exceptions.door,
    routes_runs.door, routes_test_payments.door, webhooks.door,
)  # fmt: skip


def register(app: Flask) -> None:
    """Install the domain's doors, jobs, sweeps and commands."""
    parts: Platform = app.extensions["comptoir"]
    provider = app.extensions["gateway"] = make_gateway(parts)
    for door in DOORS:
        app.register_blueprint(door)
    app.after_request(may_leave)
    parts.sweeps.append(work.release)
    parts.jobs.add(Task(work.EXECUTE, run=partial(work.execute, parts, provider)))
    parts.jobs.add(Task(hooks.PROCESS, run=partial(work.process_hook, parts, provider)))
    parts.jobs.add(Task("payouts.resume", run=partial(work.resume, parts), cron="* * * * *"))
    parts.jobs.add(Task("payouts.prepare_week", run=partial(work.prepare_week, parts), cron="0 5 * * 1"))
    parts.jobs.add(Task("payouts.begin_approved", run=partial(work.begin_approved, parts, provider), cron="0 8 * * 2"))
    parts.jobs.add(Task("payouts.statements", run=partial(work.send_statements, parts), cron="30 5 * * 1"))
    parts.jobs.add(Task("payouts.reconcile", run=partial(work.reconcile, parts, provider), cron="30 3 * * *"))
    parts.jobs.add(Task(wallet.FILL, run=partial(work.fill, parts, provider)))
    parts.jobs.add(Task(withdrawals.SEND, run=partial(work.withdraw, parts, provider)))
    parts.jobs.add(Task("payouts.fill_all", run=partial(work.fill_all, parts, provider), cron="* * * * *"))
    app.cli.add_command(cli.ledger_group)
    app.cli.add_command(cli.payouts_group)
    _add_menu(parts)


def _add_menu(parts: Platform) -> None:
    money = _l("Money")
    parts.nav += [
        NavItem("expert", _l("Earnings"), "expert_money.earnings", "coins", order=12),
        NavItem("expert", _l("Payment account"), "expert_money.account", "banknote", order=72, group=money),
        NavItem("brand", _l("Wallet"), "brand_wallet.index", "wallet", order=50, group=money),
        NavItem("operator", _l("Payout runs"), "operator_runs.index", "hand-coins", 50, money, _to_approve),
        NavItem("operator", _l("Ledger"), "operator_ledger.index", "scale", order=52, group=money),
        NavItem("operator", _l("Exceptions"), "operator_exceptions.index", "triangle-alert", 54, money, _open_findings),
    ]


def _to_approve(session: Session, _actor: Actor) -> int:
    return session.scalar(select(func.count()).where(PayoutRun.state == RunState.PREPARED)) or 0


def _open_findings(session: Session, _actor: Actor) -> int:
    return session.scalar(select(func.count()).where(Finding.state != FindingState.RESOLVED)) or 0
