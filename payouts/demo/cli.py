"""`flask demo`: fill, crowd and enliven a development platform."""

import json
import sys

import click
from flask import current_app
from flask.cli import AppGroup

from marketplace.core.clock import utcnow
from marketplace.core.web import platform
from payouts.demo import crowd, live, seed

demo = AppGroup("demo", help="Fill a development platform with a demonstration.")


@demo.command("seed")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a brand already.")
@click.option("--seed", "number", type=int, default=seed.SEED, show_default=True)
@click.option("--small", is_flag=True, help="A handful of questions instead of three months of traffic.")
def seed_command(if_empty: bool, number: int, small: bool) -> None:
    """Three brands, forty experts and three months of questions."""
    empty = seed.is_empty(platform().database)
    if not empty:
        if if_empty:
            return
        raise click.ClickException("There are brands already. Seed an empty database.")
    click.echo("Telling the demonstration's past (about a minute) ...")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    questions = seed.FEW_QUESTIONS if small else seed.QUESTIONS
    seed.seed(app, number=number, questions=questions, now=utcnow(), progress=_say)
    click.echo("Done.")


@demo.command("crowd")
@click.option("--brands", type=click.IntRange(1, 100), default=1, show_default=True)
@click.option("--experts", type=click.IntRange(0, 100_000), default=100, show_default=True)
def crowd_command(brands: int, experts: int) -> None:
    """Brands and available experts for load drivers, described as JSON lines."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for line in crowd.crowd(app, brands=brands, experts=experts, now=utcnow()):
        click.echo(json.dumps(line, ensure_ascii=False))


@demo.command("live")
@click.option("--rate", type=click.FloatRange(0.1, 600), default=6.0, show_default=True, help="Questions a minute.")
@click.option("--minutes", type=float, default=None, help="When to end; without it, Ctrl-C does.")
def live_command(rate: float, minutes: float | None) -> None:
    """Simulated shoppers and experts on the running platform, through its sockets."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        live.run(app, rate=rate, minutes=minutes, say=_say)
    except live.NothingToEnlivenError as error:
        raise click.ClickException(str(error)) from error


def _say(line: str) -> None:
    click.echo(f"  {line}")
    sys.stdout.flush()
