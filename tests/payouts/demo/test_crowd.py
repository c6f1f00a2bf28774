"""A crowd is described line by line, and can be offered questions without ever having opened a workbench."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from app import create_app
from marketplace.accounts.actors import actor_of_token
from marketplace.core.clock import utcnow
from marketplace.core.settings import Settings
from marketplace.core.web import Platform
from payouts.demo.announcement import announce
from payouts.demo.crowd import crowd


def test_a_crowd_is_free_holds_tokens_and_works_for_brands_with_money(
    make_database: Callable[[], str], tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None, environment="test", database_url=make_database(), secret_key="x" * 40, var_dir=tmp_path
    )
    app = create_app(settings)
    lines = list(crowd(app, brands=2, experts=9, now=utcnow()))
    brands, experts = [line for line in lines if "key" in line], [line for line in lines if "token" in line]
    assert [len(brands), len(experts), len(lines)] == [2, 9, 11]
    assert set(brands[0]) == {"brand", "key", "origin", "products"}
    assert set(experts[0]) == {"expert", "email", "token", "brand", "categories", "languages", "capacity"}
    sold = {product["category"] for product in brands[0]["products"]}
    assert sold == {category for expert in experts[::2] for category in expert["categories"]}
    parts: Platform = app.extensions["comptoir"]
    with parts.database.unit_of_work() as session:
        actor = actor_of_token(session, experts[0]["token"], now=utcnow())
        assert actor is not None
        assert (str(actor.person_id), actor.is_expert) == (experts[0]["expert"], True)
        assert session.scalar(text("SELECT count(DISTINCT person_id) FROM expert_pool")) == 9
        paid = session.scalar(text("SELECT min(balance) FROM ledger_account WHERE kind = 'brand.wallet'"))
        assert paid >= 10_000_000
    parts.database.engine.dispose()


def test_what_is_printed_at_the_start_names_addresses_accounts_and_steps() -> None:
    settings = Settings(_env_file=None, environment="test", secret_key="x" * 40, port=7001, shop_port=7002)
    printed = announce(settings)
    for expected in (
        "http://chat.localhost:7001/expert", "http://shop.localhost:7002/nordet-trail/p/", "demo-comptoir",
        "operator@comptoir.example", "owner@lumengrain.example", "  5. ",
    ):  # fmt: skip
        assert expected in printed
