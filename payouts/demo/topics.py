"""Questions of the past that were asked on no product page: the shopper says what they are about, or the expert."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.catalogue import find_product
from marketplace.demo.model import DemoProduct
from marketplace.questions.learning import choose_category, correct_category
from marketplace.questions.models import Question
from marketplace.questions.moves import choices
from marketplace.questions.triage import Page

ELSEWHERE = 0.08
"""Share of questions asked on the shop's front page."""
CHOOSES = 0.7
"""Share of shoppers who tap one of the categories that they are shown."""


def page(seed: int, front: str, at_product: Page) -> Page:
    """Where the question is asked: on the product's page, or on the shop's front."""
    if Random(f"{seed}:page").random() < ELSEWHERE:
        return Page(url=front, lang=at_product.lang)
    return at_product


def chosen(session: Session, question: Question, product: DemoProduct, *, seed: int, now: datetime) -> None:
    """The shopper may tap the category that was meant, or none of those shown."""
    shown = {UUID(each["category_id"]) for each in choices(question)}
    if shown and Random(f"{seed}:choice").random() < CHOOSES:
        meant = _category(session, question, product)
        choose_category(session, question, meant if meant in shown else None, now=now + timedelta(seconds=4))


def corrected(session: Session, question_id: UUID, product: DemoProduct, *, by: UUID, now: datetime) -> None:
    """Who serves the question says what it is about, where triage did not find it."""
    question = session.scalars(select(Question).where(Question.id == question_id).with_for_update()).one()
    meant = _category(session, question, product)
    if question.product_id is None and meant is not None and question.category_id != meant:
        correct_category(session, question, meant, by=by, now=now)


def _category(session: Session, question: Question, product: DemoProduct) -> UUID | None:
    found = find_product(session, question.brand_id, external_id=product.external_id)
    return found.category_id if found else None
