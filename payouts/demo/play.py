"""One question of the past, played by shopper and experts through the services, from asking to rating."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import dispatch, offers
from experts.models import Offer
from marketplace.brands.models import Brand
from marketplace.chat import conversations, messages
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind, CloseReason
from marketplace.core.actors import Actor
from marketplace.demo.dialogues import Dialogue, dialogue, support_question
from marketplace.demo.model import DemoProduct
from marketplace.questions.asking import ask, leave_email
from marketplace.questions.models import Question, Visitor
from marketplace.questions.states import QuestionState
from marketplace.questions.triage import Page
from marketplace.questions.visitors import new_visitor
from marketplace.ratings.rating import rate
from payouts.demo import topics
from payouts.demo.desk import Desk
from payouts.demo.diary import Ask, stars_of
from payouts.demo.past import Past
from payouts.demo.shopping import Shopping
from payouts.demo.world import Member, World

RATED_SHARE = 0.55
LEAVES_EMAIL = 0.85
COMES_BACK = 0.82
"""Share of shoppers who, mailed an answer, come back to write a word."""
SILENT_SHARE = 0.05
"""Share of shoppers who never react to the answer: such a conversation earns nothing."""
_QUICKEST, _SLOWEST = 4.0, 41.0
"""Bounds of how long somebody thinks about an offer, in seconds; offers live a little longer."""
TOPICS = {
    "size": "size", "use": "use", "compare": "choice", "care": "care", "compat": "compatibility", "start": "choice",
}  # fmt: skip
"""The workbench's topic for each topic of the content."""
_UNTIL_EXPIRED = timedelta(days=3, seconds=5)


class Play:
    """Plays questions; what cannot be settled at once is put into the diary by `add`."""

    def __init__(
        self, past: Past, world: World, desk: Desk,
        add: Callable[[datetime, Callable[[Session, datetime], datetime]], None],
    ):  # fmt: skip
        self._past = past
        self._members = {member.person_id: member for member in world.members}
        self.desk = desk
        self._add = add
        self._shopping = Shopping(add)

    def asked(self, session: Session, what: Ask, *, at: datetime) -> datetime:
        """A shopper asks; when it was over, as far as it could be settled at once."""
        rng = Random(what.seed)
        demo = what.shop.demo
        product = demo.products[min(int(rng.paretovariate(0.7)) * 3 % 83, len(demo.products) - 1)]
        script = dialogue(Random(what.seed), demo, product, what.lang)
        words = support_question(rng, what.lang) if what.about_order else script.question
        self.desk.sit_down(session, what.shop, what.lang, product.category, now=at)
        brand = session.get_one(Brand, what.shop.brand_id)
        visitor, _token = new_visitor(session, brand, locale=what.lang, now=at - timedelta(seconds=90))
        address = _address(self._past, demo.slug, product)
        page = Page(url=address, product_id=product.external_id, lang=what.lang)
        page = topics.page(what.seed, address.removesuffix(product.path), page)
        question = ask(
            session, brand=brand, visitor=visitor, client_id=_uuid(rng), text=words, page=page, locale=what.lang, now=at
        )
        if question.state is QuestionState.REDIRECTED:
            return at
        topics.chosen(session, question, product, seed=what.seed, now=at)
        now, conversation = self._find_somebody(session, question, rng, at)
        if conversation is None:
            return self._wait(session, question, what, product, rng, now)
        return self._converse(session, conversation, what, product, rng, now)

    def _find_somebody(
        self, session: Session, question: Question, rng: Random, now: datetime
    ) -> tuple[datetime, Conversation | None]:
        """Let the clock of the question run while experts think; (time, conversation or none when it is for later)."""
        reactions: dict[UUID, tuple[datetime, str]] = {}
        later = question.later_since is not None
        for _ in range(30):
            waiting = offers.open_offers(session, question.id)
            for offer in waiting:
                if offer.id not in reactions:
                    reactions[offer.id] = self._think(offer, rng)
            ready = [(reactions[offer.id][0], n, offer) for n, offer in enumerate(waiting)]
            due = question.due_at or now
            if ready and min(ready)[0] <= max(due, now):
                at, _n, offer = min(ready)
                now = max(now, at)
                conversation = self._answer(session, question, offer, reactions[offer.id][1], now)
                if conversation is not None:
                    return now, conversation
                continue
            if (question.later_since is not None) != later or question.state is QuestionState.EXPIRED:
                return now, None
            if not waiting and later:
                return now, None
            now = max(now + timedelta(seconds=1), due)
            dispatch.advance(session, question, now=now)
        return now, None

    def _think(self, offer: Offer, rng: Random) -> tuple[datetime, str]:
        persona = self._members[offer.person_id].persona
        seconds = min(max(rng.lognormvariate(0, 0.5) * persona.reply_seconds * 0.4, _QUICKEST), _SLOWEST)
        drawn = rng.random()
        if drawn < persona.acceptance:
            return offer.made_at + timedelta(seconds=seconds), "accept"
        if drawn < persona.acceptance + (1 - persona.acceptance) * 0.6:
            return offer.made_at + timedelta(seconds=seconds), "decline"
        return offer.expires_at + timedelta(days=9), "ignore"

    def _answer(
        self, session: Session, question: Question, offer: Offer, what: str, now: datetime
    ) -> Conversation | None:
        actor = self._members[offer.person_id].actor
        self.desk.beat(session, offer.person_id, now=now)
        if what == "accept":
            return offers.accept(session, actor, offer.id, now=now)
        reason = "busy" if question.language == "en" else "occupé"
        offers.decline(session, actor, offer.id, reason=reason, now=now)
        dispatch.advance(session, question, now=now)
        return None

    def _wait(
        self, session: Session, question: Question, what: Ask, product: DemoProduct, rng: Random, now: datetime
    ) -> datetime:
        """Nobody was there: the shopper may leave an address, and somebody who comes later answers."""
        if question.state is QuestionState.EXPIRED:
            return now
        left = rng.random() < LEAVES_EMAIL
        if left:
            email = f"shopper{what.seed % 99_991}@mail.example"
            leave_email(session, question, email=email, now=now + timedelta(seconds=20))
        self._schedule(question, what, product, rng, now, hopeful=left)
        return now

    def _schedule(
        self, question: Question, what: Ask, product: DemoProduct, rng: Random, now: datetime, *, hopeful: bool
    ) -> None:
        """Note when somebody suitable next sits down, or when the question expires."""
        question_id, end = question.id, question.asked_at + _UNTIL_EXPIRED
        again = self.desk.rota.next_shift(
            what.shop, what.lang, product.category, now + timedelta(minutes=10), end - now
        )
        if again is None or not hopeful:
            self._add(end, lambda s, at: self._expire(s, question_id, at))
        else:
            self._add(again, lambda s, at: self._later(s, question_id, what, product, rng, at))

    def _later(
        self, session: Session, question_id: UUID, what: Ask, product: DemoProduct, rng: Random, at: datetime
    ) -> datetime:
        """Somebody came to the desk: the waiting question is offered and answered by mail."""
        question = session.get_one(Question, question_id)
        self.desk.sit_down(session, what.shop, what.lang, product.category, now=at)
        dispatch.advance(session, question, now=at)
        now, conversation = self._find_somebody(session, question, rng, at)
        if conversation is not None:
            return self._converse(session, conversation, what, product, rng, now)
        if question.state is not QuestionState.EXPIRED:
            self._schedule(question, what, product, rng, now + timedelta(hours=1), hopeful=True)
        return now

    def _expire(self, session: Session, question_id: UUID, at: datetime) -> datetime:
        """Three days are over: the question ends."""
        question = session.get_one(Question, question_id)
        if question.ended_at is None and question.conversation_id is None:
            dispatch.advance(session, question, now=at)
        return at

    def _converse(
        self, session: Session, conversation: Conversation, what: Ask, product: DemoProduct, rng: Random, now: datetime
    ) -> datetime:
        """The messages, the end and the rating; when it was over."""
        serving = session.scalars(
            select(Offer.person_id).where(Offer.question_id == conversation.question_id, Offer.state == "accepted")
        ).one()
        member = self._members[serving]
        stars = stars_of(rng, member.persona.quality)
        script = dialogue(Random(what.seed), what.shop.demo, product, what.lang, stars=stars)
        shopper = Actor(visitor_id=conversation.visitor_id, brand_id=conversation.brand_id)
        silent = rng.random() < (1 - COMES_BACK if conversation.by_mail else SILENT_SHARE)
        for turn in script.turns:
            by_shopper = turn.author == "shopper"
            if by_shopper and silent:
                continue
            pause = turn.delay_seconds * (40 if by_shopper and conversation.by_mail else 1)
            now += timedelta(seconds=pause)
            messages.post(
                session, shopper if by_shopper else member.actor, conversation_id=conversation.id, client_id=_uuid(rng),
                content=messages.Content(text=turn.text), now=now,
            )  # fmt: skip
        topics.corrected(session, conversation.question_id, product, by=member.person_id, now=now)
        return self._end(session, conversation.id, member, script, product, silent, rng, now)

    def _end(
        self, session: Session, conversation_id: UUID, member: Member, script: Dialogue, product: DemoProduct,
        silent: bool, rng: Random, now: datetime,
    ) -> datetime:  # fmt: skip
        conversation = session.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
        now += timedelta(minutes=15) if silent else timedelta(seconds=rng.randint(8, 90))
        self.desk.beat(session, member.person_id, now=now)
        misrouted = rng.random() < 0.015
        reason = CloseReason.MISROUTED if misrouted else CloseReason.SILENT if silent else CloseReason.SOLVED
        by_expert = silent or misrouted or rng.random() < 0.8
        conversations.close(
            session, conversation, reason=reason, by=AuthorKind.EXPERT if by_expert else AuthorKind.SHOPPER,
            person_id=member.person_id if by_expert else None,
            topic=TOPICS[script.topic] if by_expert else None, now=now,
        )  # fmt: skip
        if not silent and not misrouted:
            self._shopping.after(conversation, product, now)
        if silent or rng.random() >= RATED_SHARE:
            return now
        moment = now + timedelta(seconds=rng.randint(5, 60))
        rate(
            session, conversation, stars=script.stars, solved=script.solved, comment=script.comment or None,
            nps=min(10, script.stars * 2 + rng.randint(-1, 1)) if rng.random() < 0.4 else None, now=moment,
        )  # fmt: skip
        session.get_one(Visitor, conversation.visitor_id).seen_at = moment
        return moment


def _uuid(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def _address(past: Past, slug: str, product: DemoProduct) -> str:
    return f"{past.settings.shop_url.rstrip('/')}/{slug}{product.path}"
