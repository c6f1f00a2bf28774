"""Who was found, and why this person (S3): facts only, each one computed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from experts import reputation
from experts.models import Expert
from marketplace.accounts.models import Person
from marketplace.brands.models import Category
from marketplace.chat.wire import authors, avatar_url
from marketplace.questions.models import Question


def introduce(session: Session, expert: Expert, question: Question, *, now: datetime) -> dict[str, Any]:
    """What the shopper sees of the expert: {name, avatar_url, headline, rating: {mean, count, category} | none}."""
    person = session.get_one(Person, expert.person_id)
    language = question.language
    category = session.get(Category, question.category_id) if question.category_id else None
    standing = reputation.of(session, expert.person_id, category.id if category else None, now=now)
    rating = None
    if standing.is_published:
        rating = {
            "mean": round(standing.mean, 1), "count": standing.count,
            "category": category.name(language) if category else None,
        }  # fmt: skip
    return {
        "id": str(person.id), "name": person.name.split(" ")[0], "avatar_url": avatar_url(person.avatar),
        "headline": (expert.headline_fr if language == "fr" else expert.headline_en) or expert.headline_en,
        "rating": rating,
    }  # fmt: skip


def introduce_agent(session: Session, person_id: UUID) -> dict[str, Any]:
    """The same of somebody who answers as one of the brand's own team: a name and a face, no reputation."""
    named = authors(session, {person_id}).get(person_id, {})
    return {**named, "headline": "", "rating": None, "agent": True}
