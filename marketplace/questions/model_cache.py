"""The brands' models that this process has in memory; the database holds the truth, by version."""

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.questions.classifier import CategoryModel
from marketplace.questions.models import TriageModel
from marketplace.questions.training import cold_model, request_rebuild

COLD = 0
"""The version of a model made of category names while none was stored."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model, its version, and when (seconds, monotonic) the version was last compared with the stored one."""

    model: CategoryModel
    version: int
    checked: float


class CategoryModels:
    """At most `most_bytes` of models, those not used for the longest time going first."""

    def __init__(self, *, check_every: float = 30.0, most_bytes: int = 24_000_000):
        self._check_every = check_every
        self._most_bytes = most_bytes
        self._loaded: OrderedDict[tuple[UUID, str], Loaded] = OrderedDict()

    def find(self, session: Session, brand_id: UUID, lang: str) -> Loaded:
        """The brand's model: the stored one; until there is one, a cold one, and a stored one is asked for."""
        key = (brand_id, lang)
        known = self._loaded.get(key)
        now = time.monotonic()
        if known is None or now - known.checked >= self._check_every:
            known = self._refreshed(session, brand_id, lang, known, now)
            self._loaded[key] = known
            self._shrink()
        self._loaded.move_to_end(key)
        return known

    def forget(self, brand_id: UUID) -> None:
        """Look again at the next question: the brand's models have changed."""
        for key in [key for key in self._loaded if key[0] == brand_id]:
            del self._loaded[key]

    def _refreshed(
        self, session: Session, brand_id: UUID, lang: str, known: Loaded | None, now: float
    ) -> Loaded:  # fmt: skip
        stored = (TriageModel.brand_id == brand_id, TriageModel.language == lang)
        version = session.scalar(select(TriageModel.version).where(*stored))
        if version is None:
            model = cold_model(session, brand_id, lang)
            if len(model.keys) > 1:
                request_rebuild(session, brand_id)
            return Loaded(model, COLD, now)
        if known is not None and known.version == version:
            return replace(known, checked=now)
        row = session.execute(select(TriageModel.version, TriageModel.data).where(*stored)).one()
        return Loaded(CategoryModel.from_bytes(row.data), row.version, now)

    def _shrink(self) -> None:
        while len(self._loaded) > 1 and sum(each.model.memory() for each in self._loaded.values()) > self._most_bytes:
            self._loaded.popitem(last=False)
