"""Commands about people. `expert_group` is shared with the experts' own commands."""

import secrets

import click
from flask.cli import AppGroup

from marketplace.accounts import people, tokens
from marketplace.core.clock import utcnow
from marketplace.core.errors import DomainError
from marketplace.core.web import transaction

operator_group = AppGroup("operator", help="People who run the platform.")
expert_group = AppGroup("expert", help="People who answer.")


@operator_group.command("create")
@click.argument("email")
@click.option("--name", default="Operator", help="Shown to others.")
@click.option("--password", default=None, help="Generated and printed when not given.")
def create_operator(email: str, name: str, password: str | None) -> None:
    """Make EMAIL an operator: a new account, or the role for a known one."""
    made = password or secrets.token_urlsafe(12)
    try:
        with transaction() as session:
            known = people.find_by_email(session, email)
            if known is not None:
                known.is_operator = True
                click.echo(f"{known.email} is an operator now.")
                return
            person = people.create_person(
                session, email=email, name=name, password=made, now=utcnow(), confirmed=True, is_operator=True
            )
            click.echo(f"{person.email} {made}" if password is None else person.email)
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@expert_group.command("token")
@click.argument("email")
@click.option("--label", default="command line", help="What the token is for.")
def person_token(email: str, label: str) -> None:
    """Print a new token with which a program acts for the person EMAIL."""
    with transaction() as session:
        person = people.find_by_email(session, email)
        if person is None:
            raise click.ClickException(f"Nobody has the address {email}.")
        click.echo(tokens.issue(session, person_id=person.id, label=label, now=utcnow()))
