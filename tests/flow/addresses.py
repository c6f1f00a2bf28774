"""Every page of the platform at an address that exists, by who may look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from experts import routing
from experts.jobs_rehearsal import play
from experts.models_routing import Rehearsal
from marketplace.accounts import links, people
from marketplace.accounts.models import Person
from marketplace.brands import imports, team
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.chat.links import renew_link
from marketplace.chat.models import Conversation
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, Platform

BRAND = "nordet-trail"
OWNER = "owner@nordet-trail.example"
OPERATOR = "operator@comptoir.example"
PASSWORD = "demo-comptoir"

MACHINES = (
    "push.",
    "push_word.",
    "expert_workbench.manifest",
    "widget.",
    "widget_rest.",
    "health.",
    "chat_pictures.",
    "private.picture",
    "hooks.",
    "pictures.",
    "accounts.avatar",
    "api.",
    "orders_api.",
    "operator_mail.show_html",
)
"""Doors whose answers no person reads in a window of their own."""

OF_ONE = {
    "test_payments.checkout": Audience.BRAND,
    "test_payments.setup": Audience.BRAND,
    "test_payments.account": Audience.EXPERT,
}
"""Open to all who sign in, but each sees his own only."""

OF_BRAND = {
    "document_id": "SELECT id FROM document WHERE brand_id = :brand ORDER BY issued_at DESC LIMIT 1",
    "month": "SELECT to_char(month, 'YYYY-MM') FROM document WHERE brand_id = :brand ORDER BY month DESC LIMIT 1",
    "reply_id": "SELECT id FROM canned_reply WHERE brand_id = :brand ORDER BY id LIMIT 1",
    "checkout_id": "SELECT checkout_id FROM top_up WHERE brand_id = :brand AND checkout_id <> '' LIMIT 1",
    "mission_id": "SELECT id FROM mission WHERE brand_id = :brand ORDER BY id LIMIT 1",
    "enrolment_id": (
        "SELECT e.id FROM enrolment e JOIN mission m ON m.id = e.mission_id WHERE m.brand_id = :brand "
        "ORDER BY e.state = :wanted DESC, e.id LIMIT 1"
    ),
    "dispute_id": "SELECT id FROM dispute WHERE brand_id = :brand ORDER BY state = 'opened' DESC, opened_at LIMIT 1",
    "earning_id": "SELECT id FROM earning WHERE brand_id = :brand AND rule = 'sale' LIMIT 1",
    "import_id": "SELECT id FROM catalogue_import WHERE brand_id = :brand LIMIT 1",
    "order_id": "SELECT id FROM shop_order WHERE brand_id = :brand ORDER BY state = 'attributed' DESC LIMIT 1",
    "product_id": "SELECT id FROM product WHERE brand_id = :brand ORDER BY id LIMIT 1",
    "conversation_id": "SELECT id FROM conversation WHERE brand_id = :brand ORDER BY last_seq DESC LIMIT 1",
    "question_id": "SELECT question_id FROM conversation WHERE brand_id = :brand ORDER BY last_seq DESC LIMIT 1",
    "rehearsal_id": "SELECT id FROM rehearsal WHERE brand_id = :brand ORDER BY created_at LIMIT 1",
    "setup_id": "SELECT setup_id FROM wallet_settings WHERE brand_id = :brand",
    "review_id": "SELECT id FROM rating_review WHERE brand_id = :brand ORDER BY state = 'open' DESC, id LIMIT 1",
    "top_up_id": "SELECT id FROM top_up WHERE brand_id = :brand LIMIT 1",
}
OF_EXPERT = {
    "document_id": "SELECT id FROM document WHERE person_id = :person ORDER BY issued_at DESC LIMIT 1",
    "year": "SELECT max(extract(year FROM earned_at))::int FROM earning WHERE person_id = :person",
    "rating_id": "SELECT id FROM rating WHERE person_id = :person ORDER BY id DESC LIMIT 1",
    "conversation_id": "SELECT conversation_id FROM segment WHERE person_id = :person ORDER BY opened_at DESC LIMIT 1",
    "question_id": "SELECT question_id FROM offer WHERE person_id = :person AND decision_id IS NOT NULL LIMIT 1",
    "brand": "SELECT slug FROM brand WHERE slug <> 'nordet-trail' ORDER BY slug LIMIT 1",
    "slug": (
        "SELECT m.slug FROM mission m JOIN brand b ON b.id = m.brand_id WHERE b.slug <> 'nordet-trail' "
        "ORDER BY b.slug, m.id LIMIT 1"
    ),
    "week": "SELECT to_char(earned_at, 'IYYY-\"W\"IW') FROM earning WHERE person_id = :person ORDER BY 1 DESC LIMIT 1",
    "reply_id": "SELECT id FROM canned_reply WHERE person_id = :person ORDER BY id LIMIT 1",
    "account_id": "SELECT account_id FROM payee WHERE person_id = :person",
    "segment_id": "SELECT segment_id FROM assessment WHERE person_id = :person ORDER BY qualified, at DESC LIMIT 1",
    "earning_id": "SELECT id FROM earning WHERE person_id = :person ORDER BY reversed_at DESC NULLS LAST LIMIT 1",
    "dispute_id": "SELECT id FROM dispute WHERE person_id = :person ORDER BY opened_at DESC LIMIT 1",
    "payout_id": "SELECT id FROM payout WHERE person_id = :person LIMIT 1",
}
OF_OPERATOR = {
    "document_id": "SELECT id FROM document ORDER BY issued_at DESC LIMIT 1",
    "year": "SELECT max(extract(year FROM earned_at))::int FROM earning",
    "dispute_id": "SELECT id FROM dispute ORDER BY due_at NULLS LAST LIMIT 1",
    "review_id": "SELECT id FROM rating_review ORDER BY state = 'open' DESC, id LIMIT 1",
    "person_id": "SELECT person_id FROM segment ORDER BY opened_at DESC LIMIT 1",
    "brand_id": "SELECT id FROM brand ORDER BY id LIMIT 1",
    "mail_id": "SELECT id FROM mail WHERE body <> '' ORDER BY id DESC LIMIT 1",
    "conversation_id": "SELECT id FROM conversation ORDER BY last_seq DESC LIMIT 1",
    "question_id": "SELECT question_id FROM conversation ORDER BY last_seq DESC LIMIT 1",
    "account_id": "SELECT account_id FROM ledger_entry ORDER BY transaction_id DESC LIMIT 1",
    "transaction_id": "SELECT transaction_id FROM ledger_entry ORDER BY transaction_id DESC LIMIT 1",
    "finding_id": "SELECT id FROM finding ORDER BY id LIMIT 1",
    "run_id": "SELECT id FROM payout_run ORDER BY id DESC LIMIT 1",
}


@dataclass(frozen=True, slots=True)
class Visits:
    """Who signs in (nobody for strangers), and the paths to look at."""

    email: str
    paths: tuple[str, ...]


def visits(app: Flask, audience: Audience) -> Visits:
    """All pages of an audience, each once. Raises when a page has a parameter that nothing here explains."""
    parts: Platform = app.extensions["comptoir"]
    if audience is Audience.BRAND:
        _rehearse(parts)
    with parts.database.unit_of_work() as session:
        brand = session.scalars(select(Brand).where(Brand.slug == BRAND)).one()
        if audience is Audience.PUBLIC:
            return Visits("", tuple(_public(app, session, brand, parts)))
        if audience is Audience.BRAND:
            _import(session, brand, parts)
            known, email = OF_BRAND, OWNER
        elif audience is Audience.EXPERT:
            known, email = OF_EXPERT, _busiest_expert(session, brand)
        elif audience is Audience.OPERATOR:
            known, email = OF_OPERATOR, OPERATOR
        else:
            known, email = OF_EXPERT, _busiest_expert(session, brand)
        person = session.scalars(select(Person).where(Person.email == email)).one()
        return Visits(email, tuple(_of(app, session, audience, known, brand.id, person.id)))


def _of(
    app: Flask, session: Session, audience: Audience, known: dict[str, str], brand_id: UUID, person_id: UUID
) -> Iterator[str]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if not _is_page(app, rule.endpoint, rule.methods, rule.rule) or _audience(app, rule.endpoint) is not audience:
            continue
        values: dict[str, object] = {}
        for name in rule.arguments:
            assert name in known, f"{rule.rule}: say in {__name__} where an example of <{name}> is found"
            wanted = "applied" if "applications" in rule.rule else "active"
            given = {"brand": brand_id, "person": person_id, "wanted": wanted}
            query = known[name]
            values[name] = session.scalar(
                text(query), {key: value for key, value in given.items() if f":{key}" in query}
            )
            assert values[name] is not None, f"{rule.rule}: the demonstration has no <{name}>"
        built = rule.build(values, append_unknown=False)
        assert built is not None, rule
        yield built[1]


def _audience(app: Flask, endpoint: str) -> Audience:
    if endpoint in OF_ONE:
        return OF_ONE[endpoint]
    door = app.blueprints[endpoint.partition(".")[0]]
    assert isinstance(door, Door)
    return door.audience


def _is_page(app: Flask, endpoint: str, methods: set[str] | None, path: str) -> bool:
    is_file = path.endswith((".csv", ".js", ".pdf", ".xml"))
    return "GET" in (methods or ()) and not endpoint.startswith(MACHINES) and not is_file


def _busiest_expert(session: Session, brand: Brand) -> str:
    email = session.scalar(
        text(
            "SELECT p.email FROM segment s JOIN person p ON p.id = s.person_id JOIN conversation c "
            "ON c.id = s.conversation_id JOIN earning e ON e.segment_id = s.id WHERE c.brand_id = :brand "
            "AND p.email LIKE ANY (:known) GROUP BY p.email ORDER BY count(*) DESC, p.email LIMIT 1"
        ),
        {"brand": brand.id, "known": ["maelle.kervadec@%", "aicha.benmoussa@%"]},
    )
    assert email is not None, "no demonstration expert has earned anything"
    return str(email)


def _import(session: Session, brand: Brand, parts: Platform) -> None:
    content = (
        b"id,url,price,title_en,category_path_en\n"
        b"flow-1,/p/flow-1,10.00,A pair of laces,Laces\nflow-2,/p/flow-2,broken,No price,Laces\n"
    )
    imports.begin(session, brand, parts.storage, file_name="laces.csv", content=content, by=None, now=utcnow())


def _rehearse(parts: Platform) -> None:
    """The small demonstration has too little past for a rehearsal: its few questions are played all the same."""
    with parts.database.unit_of_work() as session:
        brand = session.scalars(select(Brand).where(Brand.slug == BRAND)).one()
        if session.scalar(select(Rehearsal.id).where(Rehearsal.brand_id == brand.id).limit(1)) is not None:
            return
        now, present = utcnow(), routing.current(session, brand.id).policy.as_json()
        made = Rehearsal(
            brand_id=brand.id, settings={**present, "first_hedge": 6}, present=present, since=now - timedelta(days=90),
            until=now, total=2, created_at=now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        key = made.id
    play(parts.database, key)


def _public(app: Flask, session: Session, brand: Brand, parts: Platform) -> Iterator[str]:
    now = utcnow()
    owner = session.scalars(select(Person).where(Person.email == OWNER)).one()
    newcomer = people.sign_up(
        session, email=f"new-{owner.id}@flow.example", name="New Comer", password="long enough to be fine", locale="en",
        time_zone="Europe/Paris", now=now,
    )  # fmt: skip
    invitation = team.invite(session, brand, email=f"agent-{owner.id}@flow.example", role=Role.AGENT, by=owner, now=now)
    talk = session.scalars(select(Conversation).where(Conversation.brand_id == brand.id).limit(1)).one()
    mission = session.scalar(text("SELECT slug FROM mission WHERE brand_id = :b ORDER BY id LIMIT 1"), {"b": brand.id})
    tokens = {
        "accounts.confirm": links.sign(
            session, "confirm", {"person": str(newcomer.id), "email": newcomer.email, "then": "/home"}
        ),
        "accounts.reset": links.sign(session, "reset", {"person": str(owner.id), "state": people._fingerprint(owner)}),
        "joining.accept": links.sign(session, "invite", {"invitation": str(invitation.id)}),
        "private.show": renew_link(talk, now=now),
    }
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if not _is_page(app, rule.endpoint, rule.methods, rule.rule):
            continue
        if _audience(app, rule.endpoint) is not Audience.PUBLIC:
            continue
        values = {"brand": BRAND, "slug": mission, "token": tokens.get(rule.endpoint)}
        missing = [name for name in rule.arguments if values.get(name) is None]
        assert not missing, f"{rule.rule}: say in {__name__} where an example of {missing} is found"
        built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
        assert built is not None, rule
        yield built[1]
    yield "/no-such-page"
