"""Whether somebody can answer now, later or not at all, and the promise that goes with it (S1)."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from marketplace.brands.models import Brand
from marketplace.questions.promise import usual_wait


@dataclass(frozen=True, slots=True)
class Availability:
    """live: somebody is free; later: questions are kept and answered by e-mail; closed: neither."""

    state: str
    promise_seconds: int | None
    experts: int

    def as_json(self) -> dict[str, Any]:
        """As the loader and the panel read it."""
        return {
            "state": self.state, "promise_seconds": self.promise_seconds, "wait": _wait(self.promise_seconds),
            "experts": self.experts,
        }  # fmt: skip


def availability(session: Session, brand: Brand, *, now: datetime) -> Availability:
    """What the launcher may say at this moment."""
    if brand.disabled_at is not None:
        return Availability("closed", None, 0)
    stance: str = session.info["stance"](session, brand.id, now=now)
    if stance != "live":
        return Availability(stance, None, 0)
    free: int = session.info["free_experts"](session, brand.id)
    if free:
        return Availability("live", usual_wait(session, brand.id, now=now), free)
    return Availability("later" if brand.takes_later else "closed", None, 0)


def _wait(seconds: int | None) -> str | None:
    """A usual wait in units that all languages share, rounded up: “40 s”, “3 min”."""
    if seconds is None:
        return None
    return f"{math.ceil(seconds / 5) * 5}\u00a0s" if seconds < 60 else f"{math.ceil(seconds / 60)}\u00a0min"
