"""A question's path as one line of time: what was understood, decided, offered, said, rated and earned, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from experts.paths import Asked, Choice, Path
from marketplace.accounts.models import Person
from marketplace.brands.models import Category

_SHOWN_MOVES = {"redirect", "settle", "wait", "return", "expire", "withdraw"}
"""Moves that say something on their own; the others are told by the decision, the offer or the conversation."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the line. `about` is what its kind is about: a choice, a moment, a part served, or a name.

    Kinds: asked, understood, chosen, corrected, decided, moved, served, first_reply, ended, rated, earned.
    """

    at: datetime
    kind: str
    about: Any = None
    asked: tuple[Asked, ...] = ()


_ORDER = ("asked", "understood", "chosen", "corrected", "decided", "moved", "served", "first_reply", "ended", "rated",
          "earned")  # fmt: skip
"""What comes first of two things of the same instant."""


def steps(session: Session, path: Path, *, locale: str) -> list[Step]:
    """The steps of a path, oldest first."""
    found = [*_understood(session, path, locale), *_decided(path), *_talked(path)]
    found += [Step(one.at, "moved", one) for one in path.moments if one.kind in _SHOWN_MOVES]
    return sorted(found, key=lambda step: (step.at, _ORDER.index(step.kind)))


def short(path: Path) -> dict[str, Any]:
    """The path in figures, for its summary: who could be asked, who was, who took it, and how fast."""
    last: Choice | None = path.choices[-1] if path.choices else None
    taken = next((each for each in path.asked if each.offer.state.value == "accepted"), None)
    talk = path.conversation
    first = (talk.first_reply_at - path.question.asked_at).total_seconds() if talk and talk.first_reply_at else None
    return {
        "candidates": len(last.candidates) if last else 0,
        "excluded": sum(each.count for each in last.excluded) if last else 0,
        "reasons": last.excluded if last else (), "by_lot": last is not None and last.decision.rule == "random_even",
        "offers": len(path.asked), "taken": taken, "first_reply": first,
    }  # fmt: skip


def _understood(session: Session, path: Path, locale: str) -> Iterator[Step]:
    question = path.question
    yield Step(question.asked_at, "asked")
    if "intent" in question.triage:
        yield Step(question.asked_at, "understood")
    for kind in ("chosen", "corrected"):
        told = question.triage.get(kind)
        if told is None:
            continue
        category = session.get(Category, UUID(told["category_id"])) if told["category_id"] else None
        person = session.get(Person, UUID(told["by"])) if told.get("by") else None
        about = {"category": category.name(locale) if category else "", "who": person.name if person else ""}
        yield Step(datetime.fromisoformat(told["at"]), kind, about)


def _decided(path: Path) -> Iterator[Step]:
    told = set()
    for choice in path.choices:
        asked = tuple(each for each in path.asked if each.offer.decision_id == choice.decision.id)
        told |= {each.offer.id for each in asked}
        yield Step(choice.decision.at, "decided", choice, asked)
    rest = tuple(each for each in path.asked if each.offer.id not in told)
    if rest:
        yield Step(rest[0].offer.made_at, "decided", None, rest)


def _talked(path: Path) -> Iterator[Step]:
    talk = path.conversation
    if talk is None:
        return
    for each in path.served:
        yield Step(each.segment.opened_at, "served", each)
        if each.rating is not None:
            yield Step(each.rating.rated_at, "rated", each)
    if talk.first_reply_at is not None:
        yield Step(talk.first_reply_at, "first_reply")
    if talk.closed_at is not None:
        yield Step(talk.closed_at, "ended", talk)
        yield Step(talk.closed_at, "earned", path.earned)
