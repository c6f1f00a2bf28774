"""`flask ledger` and `flask payouts`: the same services, from a shell."""

import json
from datetime import datetime
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.web import platform, transaction
from payouts import audit, document_work, runs, sealing, transfers, work
from payouts.models import PayoutRun
from payouts.provider import gateway

ledger_group = AppGroup("ledger", help="The books.")
payouts_group = AppGroup("payouts", help="Payout runs.")


@ledger_group.command("audit")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def audit_command(as_json: bool) -> None:
    """Check every invariant of the books; exit 1 when one is broken."""
    with transaction() as session:
        report = audit.audit(session)
    if as_json:
        rows = [
            {"check": v.check, "says": v.says, "row": {k: str(x) for k, x in v.row.items()}} for v in report.violations
        ]
        click.echo(json.dumps({"clean": report.is_clean, "checked": report.counted, "violations": rows}))
    else:
        for check in audit.CHECKS:
            broken = [v for v in report.violations if v.check == check.name]
            click.echo(
                f"{check.name:5} {report.counted[check.name]:>9}  {'BROKEN' if broken else 'ok':6}  {check.says}"
            )
            for violation in broken:
                click.echo(f"      {dict(violation.row)}")
        click.echo("clean" if report.is_clean else f"{len(report.violations)} violations")
    if not report.is_clean:
        raise SystemExit(1)


@ledger_group.command("seal")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
def seal_command(month: datetime) -> None:
    """Close a month, such as 2026-10: nothing can be dated in it any more."""
    try:
        with transaction() as session:
            sealed = sealing.seal(session, month.date(), now=utcnow())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{sealed.month:%Y-%m} {sealed.transactions} transactions {sealed.digest.hex()}")


@payouts_group.command("prepare")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--extra", is_flag=True, help="Another batch in the same week.")
def prepare_command(currency: str, extra: bool) -> None:
    """Build this week's run and print its id."""
    minimum = platform().settings.payout_minimum_minor
    with transaction() as session:
        run = runs.prepare(session, currency=currency, minimum_minor=minimum, by=None, now=utcnow(), extra=extra)
    click.echo(f"{run.id} {run.period} {run.currency} {run.state} {run.payouts} payouts {run.total_minor} minor units")


@payouts_group.command("approve")
@click.argument("run_id", type=click.UUID)
@click.option("--by", "email", required=True, help="E-mail of the operator who approves.")
def approve_command(run_id: UUID, email: str) -> None:
    """Approve a run; above the limit a second operator must too."""
    with transaction() as session:
        operator = session.scalar(select(Person).where(Person.email == email.lower(), Person.is_operator))
        if operator is None:
            raise click.ClickException("There is no operator with this address.")
        run = session.get_one(PayoutRun, run_id, with_for_update=True)
        limit = platform().settings.payout_second_approval_minor
        runs.approve(session, run, by=operator.id, limit_minor=limit, now=utcnow())
    click.echo(run.state.value)


@payouts_group.command("execute")
@click.argument("run_id", type=click.UUID)
def execute_command(run_id: UUID) -> None:
    """Execute an approved run here and now; may be killed and started again at any time."""
    carried = work.begin(platform(), gateway(), run_id)
    if carried:
        click.echo(f"{carried} carried over: the provider's balance does not cover them")
    done = transfers.execute(platform().database, gateway(), run_id)
    with transaction() as session:
        counts = runs.progress(session, run_id)
    click.echo(", ".join(f"{number} {state.value}" for state, number in counts.items()))
    if not done:
        raise SystemExit("Some outcomes are not known yet: run this again in a minute.")


@payouts_group.command("reconcile")
def reconcile_command() -> None:
    """Compare conversations, ledger and provider; exit 1 when they differ."""
    found = work.compare(platform(), gateway(), by=None)
    for difference in found:
        click.echo(f"{difference.name} {json.dumps(difference.details, default=str)}")
    click.echo("clean" if not found else f"{len(found)} differences")
    if found:
        raise SystemExit(1)


@payouts_group.command("documents")
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="Such as 2026-10.")
def documents_command(month: datetime) -> None:
    """Issue what a month still lacks: invoices and credit notes. Safe to run again."""
    try:
        outcome = document_work.issue_month(platform().database, month.date(), now=utcnow())
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for document in outcome.issued:
        click.echo(f"{document.number} {document.kind.value} {document.total_minor} {document.currency}")
    for reason, owner_id in outcome.blocked:
        click.echo(f"waits: {reason} of {owner_id}")
    click.echo(f"{len(outcome.issued)} issued, {len(outcome.blocked)} wait")
