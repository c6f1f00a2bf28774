"""What a shopper can do, the same over sockets and over HTTP: arrive, ask, leave an address, rate."""

import time
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.brands.registry import find_by_key, is_allowed_origin
from marketplace.chat.access import access_conversation
from marketplace.chat.limits import Buckets
from marketplace.chat.models import Conversation
from marketplace.chat.socket import ConversationIn
from marketplace.core.actors import Actor
from marketplace.core.clock import utcnow
from marketplace.core.errors import Forbidden, NotFound
from marketplace.core.realtime import Payload
from marketplace.core.web import Platform
from marketplace.questions import visitors
from marketplace.questions.access import access_question
from marketplace.questions.asking import ask, leave_email
from marketplace.questions.conduct import cool_down, is_insult, note_insult
from marketplace.questions.learning import choose_category
from marketplace.questions.models import Question, Visitor
from marketplace.questions.triage import Page
from marketplace.questions.wire import OpenThread
from marketplace.ratings.rating import rate
from marketplace.widget.joining import take_along
from marketplace.widget.own_data import erase, mail_transcript
from marketplace.widget.pressure import Pressure
from marketplace.widget.threads import open_threads, standing_promise, thread
from marketplace.widget.wire import Welcome

LET_IN_SECONDS = 30.0
"""A site taken off the list is refused at most so much later, as with the loader that pages keep as long."""


class WrongOrigin(Forbidden):
    """The page that carries the widget is not one of the brand's sites."""

    code = "wrong_origin"
    message = "This site is not allowed to show this widget. Add its address under “Sites”."


class UnknownKey(NotFound):
    """No brand has this key."""

    code = "unknown_key"
    message = "No shop has this key."


def _cut(most: int) -> AfterValidator:
    """A page may say more than is of use: the rest is left out, the question is not refused for it."""
    return AfterValidator(lambda text: text[:most])


Hint = Annotated[str, _cut(300)]
LongHint = Annotated[str, _cut(2_000)]


class ProductHint(Payload):
    """What the shop's page says of the product; all optional."""

    id: Hint = ""
    gtin: Hint = ""
    url: LongHint = ""
    title: Hint = ""
    description: LongHint = ""
    category: Hint = ""


class AskIn(Payload):
    """A question named by its client."""

    client_id: UUID
    text: str
    page_url: LongHint = ""
    product: ProductHint | str | None = None
    locale: str | None = Field(None, max_length=20)

    def page(self, locale: str) -> Page:
        """The page's facts; a product given as a plain text is the shop's own id."""
        hint = ProductHint(id=self.product[:120]) if isinstance(self.product, str) else self.product or ProductHint()
        return Page(
            url=self.page_url, canonical=hint.url, product_id=hint.id, gtin=hint.gtin, title=hint.title,
            description=hint.description, category=hint.category, lang=locale,
        )  # fmt: skip


class EmailIn(Payload):
    """Where to send the answer."""

    question_id: UUID
    email: str = Field(max_length=300)


class ChooseIn(Payload):
    """Which of the likely categories the question is about; null for none of them."""

    question_id: UUID
    category_id: UUID | None = None


class TranscriptIn(Payload):
    """A copy of the conversation, to the address that was left or to another."""

    conversation_id: UUID
    email: str | None = Field(None, max_length=300)


class RateIn(Payload):
    """One click of a rating."""

    conversation_id: UUID
    stars: int
    solved: bool | None = None
    nps: int | None = None
    comment: str | None = Field(None, max_length=10_000)


class ShopperVerbs:
    """The shopper's verbs. Each opens its own transaction."""

    def __init__(self, parts: Platform):
        self._database = parts.database_now
        self._public_url = parts.settings.public_url.rstrip("/")
        self._let_in: dict[tuple[str, str | None, str | None], float] = {}
        self._storage = parts.storage
        self._copies = Buckets(per_minute=0.2, burst=3)
        secret = parts.settings.secret_key.get_secret_value()
        self._pressure = Pressure(secret, calm=parts.settings.messages_per_minute)

    def arrive(
        self, *, key: str, token: str | None, signed: str | None, locale: str | None, proof: str | None = None
    ) -> tuple[Actor, str, Welcome]:
        """Who connects, in which language, and the welcome: a new token when there was none, and what is under way."""
        with self._database().unit_of_work() as session:
            now = utcnow()
            brand = open_brand(session, key)
            language = (locale or brand.locale)[:2]
            language = language if language in {"fr", "en"} else "en"
            known = visitors.find_visitor(session, brand, token, now=now) if token and not signed else None
            fresh: str | None
            if signed:
                visitor, fresh = _customer(session, brand, token, signed, locale=language, now=now)
            elif brand.signed_identity_only and (known is None or known.subject is None):
                raise visitors.IdentityNeeded
            elif known is not None and token:
                visitor, fresh = known, visitors.rotate(session, known, token, now=now)
            else:
                self._pressure.admit(session, brand.id, proof, now=now)
                visitor, fresh = visitors.new_visitor(session, brand, locale=language, now=now)
            visitor.seen_at = now
            welcome: Welcome = {"open": open_threads(session, visitor, now=now)}
            if fresh is not None:
                welcome["token"] = fresh
            return Actor(visitor_id=visitor.id, brand_id=brand.id), language, welcome

    def challenge(self, key: str) -> dict[str, str]:
        """What a newcomer must solve while many come at once."""
        with self._database().unit_of_work() as session:
            return {"challenge": self._pressure.challenge(session, open_brand(session, key).id, now=utcnow())}

    def check_origin(self, *, key: str, origin: str | None, host: str | None) -> None:
        """Let in pages of the brand's sites and our own panel. Raises `WrongOrigin`.

        Some programs add an `Origin` of their own to the one they were told; the server joins them with a
        comma, and each must be allowed. Browsers send one. What was let in is let in for half a minute more without
        a look: after a restart everybody comes at once.
        """
        if self._let_in.get((key, origin, host), 0.0) > time.monotonic():
            return
        named = [each.strip() for each in (origin or "").split(",")]
        with self._database().unit_of_work() as session:
            brand = open_brand(session, key)
            for each in named:
                own = bool(each) and (each == self._public_url or urlsplit(each).netloc == host)
                if not own and not (each and is_allowed_origin(session, brand.id, each)):
                    raise WrongOrigin
        if len(self._let_in) > 10_000:
            self._let_in.clear()
        self._let_in[key, origin, host] = time.monotonic() + LET_IN_SECONDS

    def ask(self, actor: Actor, asked: AskIn, *, locale: str) -> OpenThread:
        """Store the question; triage and the first offer happen in the same transaction."""

        self._mind_manners(actor, asked)

        def work(session: Session) -> OpenThread:
            now = utcnow()
            visitor = _visitor_of(session, actor)
            spoken = (asked.locale or locale)[:2]
            question = ask(
                session, brand=session.get_one(Brand, visitor.brand_id), visitor=visitor, client_id=asked.client_id,
                text=asked.text, page=asked.page(spoken), locale=spoken if spoken in {"fr", "en"} else locale, now=now,
            )  # fmt: skip
            return _standing(session, visitor, question, now=now)

        try:
            return self._database().run(work)
        except IntegrityError:  # the same question came twice at once: now the first is there to be found
            return self._database().run(work)

    def _mind_manners(self, actor: Actor, asked: AskIn) -> None:
        """An insult is no question; whoever pauses asks nothing. Raises `CoolDown`."""
        with self._database().unit_of_work() as session:  # kept although the question is refused
            now, visitor = utcnow(), _visitor_of(session, actor)
            refusal = cool_down(visitor, now=now)
            if refusal is None and is_insult(asked.text):
                refusal = note_insult(visitor, now=now)
        if refusal is not None:
            raise refusal

    def leave_email(self, actor: Actor, given: EmailIn) -> OpenThread:
        """Keep an address for the answer; the dated promise comes back."""
        with self._database().unit_of_work() as session:
            now = utcnow()
            question = access_question(session, actor, given.question_id, lock=True)
            leave_email(session, question, email=given.email, now=now)
            session.flush()
            return _standing(session, _visitor_of(session, actor), question, now=now)

    def choose(self, actor: Actor, given: ChooseIn) -> OpenThread:
        """Say what the question is about; those who know that are asked at once."""

        def work(session: Session) -> OpenThread:
            now = utcnow()
            question = access_question(session, actor, given.question_id, lock=True)
            choose_category(session, question, given.category_id, now=now)
            session.flush()
            return _standing(session, _visitor_of(session, actor), question, now=now)

        return self._database().run(work)

    def rate(self, actor: Actor, given: RateIn) -> dict[str, Any]:
        """Save one click of a rating."""
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, given.conversation_id, lock=True)
            rating = rate(
                session, conversation, stars=given.stars, solved=given.solved, nps=given.nps, comment=given.comment,
                now=utcnow(),
            )  # fmt: skip
            return {"stars": rating.stars}

    def transcript(self, actor: Actor, wish: TranscriptIn) -> dict[str, Any]:
        """Mail a copy; to few addresses and at most a few at once, so that nobody is written to by strangers."""
        self._copies.take(wish.conversation_id)
        with self._database().unit_of_work() as session:
            conversation = access_conversation(session, actor, wish.conversation_id, lock=True)
            return {"email": mail_transcript(session, conversation, email=wish.email, now=utcnow())}

    def erase(self, actor: Actor, about: ConversationIn) -> dict[str, Any]:
        """Take everything personal out of a conversation."""

        def work(session: Session) -> dict[str, Any]:
            conversation = access_conversation(session, actor, about.conversation_id, lock=True)
            erase(session, self._storage, conversation, now=utcnow())
            return {}

        return self._database().run(work)

    def state(self, actor: Actor, token: str | None = None) -> Welcome:
        """What the shopper has under way. With the `token` she came by, a new one when that has served its day."""
        with self._database().unit_of_work() as session:
            visitor, now = _visitor_of(session, actor), utcnow()
            fresh = visitors.rotate(session, visitor, token, now=now) if token else None
            welcome: Welcome = {"open": open_threads(session, visitor, now=now)}
            return {**welcome, "token": fresh} if fresh else welcome


def _customer(
    session: Session, brand: Brand, token: str | None, signed: str, *, locale: str, now: datetime
) -> tuple[Visitor, str | None]:
    """Whom the shop vouches for, with what she had under way before she signed in."""
    try:
        known = visitors.find_visitor(session, brand, token, now=now) if token else None
    except visitors.IdentityNeeded:
        known = None  # the token of a customer who signed long ago: the signature at hand counts
    anonymous = known if known is not None and known.subject is None else None
    try:
        visitor, fresh = visitors.identify(session, brand, signed, locale=locale, now=now, known=anonymous)
    except visitors.BadIdentity:
        if known is None or anonymous is not None or token is None:
            raise
        return known, visitors.rotate(session, known, token, now=now)  # a page outlives the signature it came with
    if anonymous is not None and anonymous.id != visitor.id:
        take_along(session, anonymous, visitor, now=now)
    return visitor, fresh


def _standing(session: Session, visitor: Visitor, question: Question, *, now: datetime) -> OpenThread:
    conversation = session.get(Conversation, question.conversation_id) if question.conversation_id else None
    answer = thread(session, visitor, question, conversation, now=now)
    answer["promise"] = standing_promise(session, question, now=now)
    return answer


def open_brand(session: Session, key: str) -> Brand:
    """The brand of a widget key. Raises `UnknownKey`, also for a brand that is closed."""
    brand = find_by_key(session, key)
    if brand is None or brand.disabled_at is not None:
        raise UnknownKey
    return brand


def _visitor_of(session: Session, actor: Actor) -> Visitor:
    if actor.visitor_id is None:
        raise Forbidden
    return session.get_one(Visitor, actor.visitor_id)
