"""Commands about experts, beside those of accounts in the same group."""

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from experts import pool
from experts.models import Expert
from marketplace.accounts.cli import expert_group
from marketplace.core.clock import utcnow
from marketplace.core.web import transaction

BATCH = 500


def register(app: Flask) -> None:
    """Make the commands known; the group is shared, so that it is added once whoever comes first."""
    expert_group.add_command(refresh_pool)
    app.cli.add_command(expert_group)


@click.command("refresh-pool")
@with_appcontext
def refresh_pool() -> None:
    """Make the pool of free experts anew from the facts, for instance after a restore."""
    with transaction() as session:
        people = list(session.scalars(select(Expert.person_id).order_by(Expert.person_id)))
    came = 0
    for start in range(0, len(people), BATCH):
        with transaction() as session:
            came += len(pool.refresh_many(session, people[start : start + BATCH], now=utcnow()))
    click.echo(f"{len(people)} experts looked at, {came} came into the pool.")
