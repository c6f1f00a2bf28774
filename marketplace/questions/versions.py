"""What a brand may know of its models: what they learnt from, how good each version was, who confirmed what."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.questions import language
from marketplace.questions.models import TriageLabel, TriageVersion
from marketplace.questions.states import LabelSource

SHOWN = 10
"""Versions shown per language, newest first."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One language: its versions (the first is in use), and how many questions were confirmed by whom."""

    lang: str
    versions: Sequence[TriageVersion]
    labels: dict[LabelSource, int]

    @property
    def confirmed(self) -> int:
        """Questions whose category somebody confirmed until now."""
        return sum(self.labels.values())


def knowledge(session: Session, brand_id: UUID) -> list[Knowledge]:
    """What is known in each language."""
    return [_of(session, brand_id, lang) for lang in language.LANGUAGES]


def _of(session: Session, brand_id: UUID, lang: str) -> Knowledge:
    versions = session.scalars(
        select(TriageVersion)
        .where(TriageVersion.brand_id == brand_id, TriageVersion.language == lang)
        .order_by(TriageVersion.version.desc())
        .limit(SHOWN)
    ).all()
    counts = session.execute(
        select(TriageLabel.source, func.count())
        .where(TriageLabel.brand_id == brand_id, TriageLabel.language == lang)
        .group_by(TriageLabel.source)
    )
    known = dict(counts.tuples().all())
    return Knowledge(lang, versions, {source: known.get(source, 0) for source in reversed(LabelSource)})
