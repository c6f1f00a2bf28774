"""Composition of this domain's edges."""

from functools import partial

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform
from payouts import (
    cli,
    hooks,
    queries_decisions,
    routes_bonuses,
    routes_brand,
    routes_disputes,
    routes_exceptions,
    routes_expert,
    routes_ledger,
    routes_orders,
    routes_runs,
    routes_test_payments,
    routes_top_ups,
    wallet,
    webhooks,
    withdrawals,
    words,
    work,
)  # fmt: skip
from payouts.models import Finding, PayoutRun
from payouts.provider import make_gateway, may_leave
from payouts.states import DisputeState, FindingState, RunState

DOORS = (
    routes_expert.door, routes_brand.door, routes_top_ups.door, routes_ledger.door, routes_exceptions.door,
    routes_runs.door, routes_test_payments.door, routes_orders.door, routes_disputes.expert, routes_disputes.brand,
    routes_disputes.operator, routes_bonuses.brand, routes_bonuses.operator, webhooks.door,
)  # fmt: skip


def register(app: Flask) -> None:
    """Install the domain's doors, jobs, sweeps and commands."""
    parts: Platform = app.extensions["comptoir"]
    provider = app.extensions["gateway"] = make_gateway(parts)
    for door in DOORS:
        app.register_blueprint(door)
    app.after_request(may_leave)
    parts.sweeps.append(work.release)
    app.jinja_env.globals.update(named_decision=words.named)
    parts.jobs.add(Task(work.EXECUTE, run=partial(work.execute, parts, provider)))
    parts.jobs.add(Task(hooks.PROCESS, run=partial(work.process_hook, parts, provider)))
    parts.jobs.add(Task("payouts.resume", run=partial(work.resume, parts), cron="* * * * *"))
    parts.jobs.add(Task("payouts.decide_late", run=partial(work.decide_late, parts), cron="*/5 * * * *"))
    parts.jobs.add(Task("payouts.prepare_week", run=partial(work.prepare_week, parts), cron="0 5 * * 1"))
    parts.jobs.add(Task("payouts.begin_approved", run=partial(work.begin_approved, parts, provider), cron="0 8 * * 2"))
    parts.jobs.add(Task("payouts.statements", run=partial(work.send_statements, parts), cron="30 5 * * 1"))
    parts.jobs.add(Task("payouts.accounts", run=partial(work.check_accounts, parts, provider), cron="0 3 * * *"))
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
        NavItem("expert", _l("Decisions"), "expert_decisions.index", "scale", 14, "", _to_dispute),
        NavItem("brand", _l("Orders"), "brand_orders.index", "shopping-bag", order=52, group=money),
        NavItem("brand", _l("Bonuses"), "brand_bonuses.index", "trophy", order=54, group=money),
        NavItem("brand", _l("Disputes"), "brand_disputes.index", "scale", 56, money, _to_answer),
        NavItem("operator", _l("Disputes"), "operator_disputes.index", "scale", 55, money, _to_decide),
        NavItem("operator", _l("Bonuses"), "operator_bonuses.index", "trophy", order=56, group=money),
        NavItem("operator", _l("Ledger"), "operator_ledger.index", "scale", order=52, group=money),
        NavItem("operator", _l("Exceptions"), "operator_exceptions.index", "triangle-alert", 54, money, _open_findings),
    ]


def _to_approve(session: Session, _actor: Actor) -> int:
    return session.scalar(select(func.count()).where(PayoutRun.state == RunState.PREPARED)) or 0


def _to_dispute(session: Session, actor: Actor) -> int:
    me = actor.person_id
    return queries_decisions.count_disputable(session, me, now=utcnow()) if me is not None else 0


def _to_answer(session: Session, actor: Actor) -> int:
    mine = next(iter(actor.brands), None)
    return queries_decisions.count_disputes(session, DisputeState.OPENED, mine) if mine is not None else 0


def _to_decide(session: Session, _actor: Actor) -> int:
    return queries_decisions.count_disputes(session, DisputeState.ANSWERED)


def _open_findings(session: Session, _actor: Actor) -> int:
    return session.scalar(select(func.count()).where(Finding.state != FindingState.RESOLVED)) or 0
