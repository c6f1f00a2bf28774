"""Commands about brands. The group may be shared by later domains."""

import click
from flask.cli import AppGroup

from marketplace.accounts import tokens
from marketplace.brands import registry
from marketplace.core.clock import utcnow
from marketplace.core.web import transaction

brand_group = AppGroup("brand", help="Brands.")


@brand_group.command("token")
@click.argument("slug")
@click.option("--label", default="command line", help="What the token is for.")
def brand_token(slug: str, label: str) -> None:
    """Print a new token with which a program acts for the brand SLUG."""
    with transaction() as session:
        brand = registry.find_by_slug(session, slug)
        if brand is None:
            raise click.ClickException(f"No brand has the short name {slug}.")
        click.echo(tokens.issue(session, brand_id=brand.id, label=label, now=utcnow()))
