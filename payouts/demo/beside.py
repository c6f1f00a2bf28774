"""What lies on desks today: ready replies, and conversations that were put off, noted on and handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.orm import Session

from experts import availability, consulting, offers, presence
from experts.models import Expert
from marketplace.brands.models import Brand
from marketplace.chat import canned, messages, notes, snoozing, transfers
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind
from marketplace.core.actors import Actor
from marketplace.core.clock import new_id
from marketplace.demo.model import Lang
from marketplace.questions.asking import ask
from marketplace.questions.triage import Page
from marketplace.questions.visitors import new_visitor
from payouts.demo.past import Past
from payouts.demo.world import Member, Shop, World, demo_experts

BEGAN = timedelta(minutes=50)
"""How long ago these conversations began."""

_OWN: dict[Lang, tuple[tuple[str, str], ...]] = {
    "fr": (
        ("bonjour", "Bonjour {name} ! Je regarde ce que je peux vous dire de {product}."),
        ("pointure", "Quelle pointure portez-vous d’habitude, et dans quelle marque ?"),
        ("merci", "Avec plaisir, bonnes sorties ! Si une autre question vient à l’usage, je suis là."),
    ),
    "en": (
        ("hello", "Hello {name}! Let me see what I can tell you about {product}."),
        ("size", "Which size do you usually wear, and in which brand?"),
        ("thanks", "My pleasure, enjoy it! Should another question come up, I am here."),
    ),
}
_BRAND: dict[Lang, tuple[tuple[str, str], ...]] = {
    "fr": (
        ("stock", "Pour les stocks et les délais, l’équipe de {brand} a la réponse à jour : je lui passe la main."),
        ("qui", "Je suis un passionné indépendant, payé par {brand} pour mes conseils, pas pour une vente."),
    ),
    "en": (
        ("stock", "For stock and delivery the team of {brand} knows best: I hand over to them."),
        ("who", "I am an independent enthusiast, paid by {brand} for advice, not for a sale."),
    ),
}


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation of now, and who is in it."""

    conversation: Conversation
    shopper: Actor
    expert: Actor


def tell(session: Session, past: Past, world: World, *, seed: int, now: datetime) -> None:
    """Lay it all out, brand by brand; everybody is switched off again afterwards."""
    rng = Random(f"{seed}:beside")
    for shop in world.shops:
        first, second = _pair(world, shop)  # the first keeps a place free, for whoever tries the demonstration
        for lang in ("fr", "en"):
            _replies(session, shop, (first, second), lang, now=now - timedelta(days=30))
        _put_off(session, past, shop, first, rng, now=now)
        _handed_over(session, past, shop, first, second, rng, now=now)


def _pair(world: World, shop: Shop) -> tuple[Member, Member]:
    wanted = demo_experts(shop.demo.slug)
    first, second = (next(each for each in world.members if each.persona == persona) for persona in wanted[:2])
    return first, second


def _replies(session: Session, shop: Shop, people: tuple[Member, ...], lang: Lang, *, now: datetime) -> None:
    for shortcut, words in _BRAND[lang]:
        canned.save(session, brand_id=shop.brand_id, shortcut=shortcut, language=lang, text=words, now=now)
    for member in people:
        for shortcut, words in _OWN[lang]:
            canned.save(session, person_id=member.person_id, shortcut=shortcut, language=lang, text=words, now=now)


def _put_off(session: Session, past: Past, shop: Shop, member: Member, rng: Random, *, now: datetime) -> None:
    """The shopper measures something and comes back tomorrow."""
    talk = _begin(session, past, shop, member, "Est-ce que ça taille grand ? J’hésite.", rng, at=now - BEGAN)
    at = now - BEGAN + timedelta(minutes=3)
    _say(session, talk.expert, talk, "Cela dépend de vos mesures : pouvez-vous me les donner ?", at=at)
    _say(session, talk.shopper, talk, "Je mesure ce soir et je reviens demain.", at=at + timedelta(minutes=1))
    words = "Hésite entre deux tailles, mesure ce soir. Usage : sorties longues."
    notes.add(session, talk.conversation, person_id=member.person_id, text=words, now=at + timedelta(minutes=2))
    session.refresh(talk.conversation)
    until = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    snoozing.snooze(session, talk.conversation, until=until, by_id=member.person_id, now=at + timedelta(minutes=3))


def _handed_over(
    session: Session, past: Past, shop: Shop, member: Member, successor: Member, rng: Random, *, now: datetime
) -> None:
    """Asked a colleague first, then handed over to her."""
    at = now - BEGAN / 2
    talk = _begin(session, past, shop, member, "Quel modèle pour débuter, sans trop dépenser ?", rng, at=at)
    _say(session, talk.expert, talk, "Bonjour ! Pour quel usage, et à quelle fréquence ?", at=at + timedelta(minutes=2))
    _say(session, talk.shopper, talk, "Une fois par semaine, surtout l’été.", at=at + timedelta(minutes=3))
    session.refresh(talk.conversation)
    given = {"by_id": member.person_id, "now": at + timedelta(minutes=4)}
    question = "Quelqu’un a-t-il essayé les deux modèles d’entrée de gamme ?"
    consulting.ask(session, talk.conversation, text=question, **given)  # type: ignore[arg-type]
    _sit(session, successor, now=at + timedelta(minutes=6))
    transfers.hand_over(
        session, talk.conversation, to_id=successor.person_id, kind=AuthorKind.EXPERT, by_id=member.person_id,
        comment="Débute, une sortie par semaine l’été, budget serré. Je dois partir.", now=at + timedelta(minutes=6),
    )  # fmt: skip
    _leave(session, successor, now=at + timedelta(minutes=6, seconds=30))


def _begin(
    session: Session, past: Past, shop: Shop, member: Member, words: str, rng: Random, *, at: datetime
) -> _Talk:  # fmt: skip
    """A shopper asks while this expert alone is at his desk; he takes it."""
    _sit(session, member, now=at)
    products = [each for each in shop.demo.products if each.category in member.covers]
    product = rng.choice(products or list(shop.demo.products))
    brand = session.get_one(Brand, shop.brand_id)
    visitor, _token = new_visitor(session, brand, locale="fr", now=at)
    address = f"{past.settings.shop_url.rstrip('/')}/{shop.demo.slug}{product.path}"
    page = Page(url=address, product_id=product.external_id, lang="fr")
    question = ask(
        session, brand=brand, visitor=visitor, client_id=new_id(), text=words, page=page, locale="fr", now=at
    )
    offer = offers.open_offers(session, question.id)[0]
    conversation = offers.accept(session, member.actor, offer.id, now=at + timedelta(seconds=20))
    _leave(session, member, now=at + timedelta(seconds=30))
    shopper = Actor(visitor_id=visitor.id, brand_id=shop.brand_id)
    return _Talk(conversation, shopper, member.actor)


def _say(session: Session, who: Actor, talk: _Talk, words: str, *, at: datetime) -> None:
    content = messages.Content(words)
    messages.post(session, who, conversation_id=talk.conversation.id, client_id=new_id(), content=content, now=at)


def _sit(session: Session, member: Member, *, now: datetime) -> None:
    presence.renew(session, member.person_id, now=now)
    expert = session.get_one(Expert, member.person_id)
    availability.review(session, expert, now=now)
    availability.switch(session, expert, on=True, now=now)


def _leave(session: Session, member: Member, *, now: datetime) -> None:
    availability.switch(session, _expert(session, member.person_id), on=False, now=now)
    presence.leave(session, member.person_id, now=now)


def _expert(session: Session, person_id: UUID) -> Expert:
    return session.get_one(Expert, person_id, populate_existing=True)
