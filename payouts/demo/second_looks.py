"""What followed some ratings of the past: replies, inverted scales that a rule found, reviews decided and under way."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Member
from marketplace.brands.states import Role
from marketplace.chat.models import Conversation
from marketplace.ratings import reviews
from marketplace.ratings.models import Rating, RatingReview
from marketplace.ratings.outliers import LEAST_HISTORY
from marketplace.ratings.rating import rate
from marketplace.ratings.replies import reply

REPLY_SHARE = 0.25
"""Share of ratings with words that their expert answers."""
LEFT_OPEN = timedelta(days=6)
"""Reviews of younger ratings wait for their decision."""
_SLIPS = 3
"""Shoppers of each brand who took one star for the best."""

_REPLIES = {
    "fr": (
        "Merci pour votre retour, et bonne utilisation !",
        "Merci ! N’hésitez pas à revenir si une question se pose à l’usage.",
        "Merci de l’avoir noté. La prochaine fois, je demanderai la taille d’emblée.",
    ),
    "en": (
        "Thank you for your words, and enjoy it!",
        "Thank you! Do write again if a question comes up in use.",
        "Thank you for saying so. Next time I will ask for the size at once.",
    ),
}
_ASKS = {
    "fr": "La note parle du délai de livraison, sur lequel je n’ai aucune prise ; mon conseil a été suivi.",
    "en": "The rating is about a late delivery, which I have no hand in; my advice was followed.",
}
_PRAISE = {
    "fr": "Les mots du client sont élogieux : il a pris une étoile pour la meilleure note.",
    "en": "The shopper’s words are full of praise: one star was taken for the best.",
}
_KEPT = {
    "fr": "La conversation montre que la question est restée sans réponse : la note reste.",
    "en": "The conversation shows that the question was left without an answer: the rating stays.",
}


def tell(session: Session, *, seed: int, now: datetime) -> None:
    """Tell it, brand by brand, at the times at which it happened."""
    rng = Random(f"{seed}:second looks")
    for brand_id in session.scalars(select(Brand.id).order_by(Brand.slug)).all():
        found = _rated(session, brand_id)
        _reply(session, found, rng)
        _slip(session, found, rng, now)
        _ask(session, found, now)


def _rated(session: Session, brand_id: UUID) -> list[tuple[Rating, Conversation]]:
    rows = session.execute(
        select(Rating, Conversation)
        .join(Conversation, Conversation.id == Rating.conversation_id)
        .where(Rating.brand_id == brand_id, Rating.counts)
        .order_by(Rating.rated_at)
    )
    return [(rating, conversation) for rating, conversation in rows]


def _reply(session: Session, found: list[tuple[Rating, Conversation]], rng: Random) -> None:
    for rating, conversation in found:
        if rating.comment and rng.random() < REPLY_SHARE:
            words = rng.choice(_REPLIES[_lang(conversation)])
            at = rating.rated_at + timedelta(hours=rng.randint(1, 20))
            reply(session, rating, text=words, by=rating.person_id, now=at)


def _slip(session: Session, found: list[tuple[Rating, Conversation]], rng: Random, now: datetime) -> None:
    """A few who were glad click again, on the wrong end of the scale; the older of these reviews are decided."""
    known = Counter(rating.person_id for rating, _conversation in found)
    glad = [
        (rating, conversation) for rating, conversation in found
        if rating.stars == 5 and rating.solved and known[rating.person_id] > LEAST_HISTORY
    ]  # fmt: skip
    for rating, conversation in rng.sample(glad[len(glad) // 2 : -1], min(_SLIPS, len(glad) // 3)) + glad[-1:]:
        at = rating.rated_at + timedelta(seconds=40)
        rating.rated_at = at
        rate(session, conversation, stars=1, comment=rating.comment or None, now=at)
        review = reviews.of(session, rating.id)
        if review is not None and at < now - LEFT_OPEN:
            _decide(session, review, _PRAISE[_lang(conversation)], set_aside=True)


def _ask(session: Session, found: list[tuple[Rating, Conversation]], now: datetime) -> None:
    """The experts of the poorest rating of these days and of the poorest before ask for a second look."""
    free = [pair for pair in found if pair[0].counts and reviews.of(session, pair[0].id) is None]
    recent = [pair for pair in free if pair[0].rated_at > now - LEFT_OPEN]
    older = [pair for pair in free if pair[0].rated_at <= now - LEFT_OPEN]
    for group in (recent, older):
        if group:
            rating, conversation = min(group, key=lambda pair: (pair[0].stars, -pair[0].rated_at.timestamp()))
            at = min(rating.rated_at + timedelta(hours=5), now)
            review = reviews.ask(session, rating, words=_ASKS[_lang(conversation)], now=at)
            if group is older:
                _decide(session, review, _KEPT[_lang(conversation)], set_aside=False)


def _decide(session: Session, review: RatingReview, reason: str, *, set_aside: bool) -> None:
    owner = session.scalars(
        select(Member.person_id).where(Member.brand_id == review.brand_id, Member.role == Role.OWNER).limit(1)
    ).one()
    at = review.opened_at + timedelta(days=2)
    reviews.decide(session, review, set_aside=set_aside, reason=reason, by=owner, now=at)


def _lang(conversation: Conversation) -> str:
    return "fr" if conversation.language == "fr" else "en"
