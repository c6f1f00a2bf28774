"""How the demonstration's brands route their questions: two versions each, an agent, a rehearsal that was played."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from experts import agents, rehearsals, routing
from experts.errors import TooLittleHistory
from experts.jobs_rehearsal import play
from experts.policy import parse
from marketplace.accounts.models import Person
from marketplace.brands.models import Brand
from payouts.demo.past import Past
from payouts.demo.world import Shop, World

_NOTICES = {
    "nordet-trail": (
        "Our enthusiasts are out running. Leave your address, and they write back by tomorrow.",
        "Nos passionnés sont partis courir. Laissez votre adresse : ils vous écrivent d’ici demain.",
    ),
    "lumengrain": (
        "Nobody is at the counter right now; your answer comes by e-mail.",
        "Personne au comptoir pour l’instant ; la réponse vous parvient par e-mail.",
    ),
    "maison-braisette": (
        "The kitchen is closed for a moment. We answer by e-mail within a day.",
        "La cuisine est fermée un instant. Nous répondons par e-mail sous un jour.",
    ),
}
_CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "nordet-trail": ({"most_waiting": 25, "first_hedge": 12}, "Saturday mornings: shoppers waited too long."),
    "lumengrain": ({"agents": "beside", "most_waiting": 30}, "Harriet takes questions herself."),
    "maison-braisette": ({"offer_seconds": 40, "fairness": 4}, "Newcomers should get their share sooner."),
}
REHEARSED, PERIOD = "nordet-trail", 30
_TRIED = {"first_hedge": 6, "second_hedge": 14, "max_open": 4}


def tell(session: Session, world: World, *, now: datetime) -> None:
    """Words for shoppers from the beginning, and one change a few weeks ago."""
    for shop in world.shops:
        brand = session.get_one(Brand, shop.brand_id, with_for_update=True)
        in_english, in_french = _NOTICES[shop.demo.slug]
        words: dict[str, Any] = {"notice_en": in_english, "notice_fr": in_french}
        _adopt(session, brand, shop, words, "Words of our own for busy moments.", now - timedelta(days=60))
        changes, reason = _CHANGES[shop.demo.slug]
        _adopt(session, brand, shop, {**words, **changes}, reason, now - timedelta(days=5))
        owner = session.get_one(Person, shop.owner_id)
        agents.take_seat(session, brand, owner, languages=["en", "fr"], capacity=2, now=now)


def _adopt(
    session: Session, brand: Brand, shop: Shop, settings: dict[str, Any], reason: str, now: datetime
) -> None:  # fmt: skip
    routing.adopt(session, brand, parse(settings), by=shop.owner_id, reason=reason, now=now)


def rehearse(past: Past, world: World, *, now: datetime) -> None:
    """One brand tried a quicker second offer on its last month; nothing where there is too little past."""
    shop = next(each for each in world.shops if each.demo.slug == REHEARSED)
    try:
        with past.database.unit_of_work() as session:
            brand = session.get_one(Brand, shop.brand_id, with_for_update=True)
            tried = {**routing.current(session, brand.id).policy.as_json(), **_TRIED}
            key = rehearsals.begin(session, brand, parse(tried), days=PERIOD, by=shop.owner_id, now=now).id
    except TooLittleHistory:
        return
    past.diary.asked.clear()  # played here and now
    play(past.database, key)
