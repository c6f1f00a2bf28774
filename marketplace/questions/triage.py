"""(2) Triaged: language, intent, product and category, from the page first and the words second."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from marketplace.brands import catalogue
from marketplace.brands.models import Brand, Product
from marketplace.core.events import publish
from marketplace.questions import intent, language
from marketplace.questions.categories import guess_category
from marketplace.questions.events import QuestionAsked, QuestionTriaged
from marketplace.questions.models import Question
from marketplace.questions.moves import move, tell_shopper
from marketplace.questions.states import Intent, QuestionAction
from marketplace.questions.wire import Redirection

LIVE_WINDOW = timedelta(seconds=180)
"""How long somebody is looked for while the shopper watches; afterwards the answer comes later."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the embed knows of the page: embed arguments, JSON-LD and the canonical address, whichever there are."""

    url: str = ""
    canonical: str = ""
    product_id: str = ""
    gtin: str = ""
    title: str = ""
    description: str = ""
    category: str = ""
    lang: str = ""

    def as_json(self) -> dict[str, str]:
        """The parts that are not empty."""
        return {key: value for key, value in asdict(self).items() if value}


def on_asked(session: Session, event: QuestionAsked) -> None:
    """Triage as soon as a question is asked."""
    question = session.get_one(Question, event.question_id)
    triage(session, question, now=question.asked_at)


def triage(session: Session, question: Question, *, now: datetime) -> None:
    """Learn what the question is about and send it on: to matching, or to the brand's help."""
    brand = session.get_one(Brand, question.brand_id)
    page = Page(**question.triage.get("page", {}))
    prior = page.lang[:2] if page.lang[:2] in language.LANGUAGES else question.language
    spoken = language.detect(question.text, prior=prior)
    question.language = spoken.lang
    found = intent.recognise(question.text, spoken.lang)
    question.intent = found.intent
    product = find_product(session, brand, page)
    question.product_id = product.id if product else None
    seen: dict[str, Any] = {
        "page": page.as_json(), "language": {"lang": spoken.lang, "p": round(spoken.p, 3)},
        "intent": {"is": found.intent.value, "because": list(found.because)},
    }  # fmt: skip
    if found.intent is Intent.ADVICE:
        guess = guess_category(session, brand, question, page, product)
        question.category_id, question.category_source = guess.category_id, guess.source
        question.confidence = guess.p
        seen["category"] = guess.as_json()
        if len(guess.choices) > 1:
            seen["choose"] = [{"category_id": str(each), "name": name} for each, name in guess.choices]
            question.widened = guess.category_id is not None
    question.triage = seen
    if found.intent is Intent.ADVICE:
        question.live_until = now + LIVE_WINDOW
        move(session, question, QuestionAction.TRIAGE, by="system", now=now, due_at=now)
        session.flush()
        publish(session, QuestionTriaged(question.id))
        return
    reason = "order_question" if found.intent is Intent.ORDER else "abuse"
    move(session, question, QuestionAction.REDIRECT, by="system", now=now, reason=reason)
    tell_shopper(session, question, **redirection(brand, question))


def redirection(brand: Brand, question: Question) -> Redirection:
    """What the shopper is told when the question is not for an enthusiast."""
    return {"reason": question.intent.value if question.intent else "", "help_url": brand.help_url,
            "help_email": brand.help_email}  # fmt: skip


def find_product(session: Session, brand: Brand, page: Page) -> Product | None:
    """Embed arguments before JSON-LD before the canonical address before the address."""
    for hint in (
        {"external_id": page.product_id}, {"gtin": page.gtin}, {"url": page.canonical}, {"url": page.url},
    ):  # fmt: skip
        if any(hint.values()):
            product = catalogue.find_product(session, brand.id, **hint)
            if product is not None:
                return product
    return None
