"""An invisible proof of work for newcomers under pressure (S9): off while it is quiet, harder the more come at once.

A shopper's browser spends a fraction of a second before her first question; a machine that makes thousands of
visitors spends it thousands of times. Whoever is known already is asked for nothing. Challenges are signed, not
stored; a proof buys one visitor.
"""

import hashlib
import hmac
import math
import time
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.core.clock import new_id
from marketplace.core.errors import Unavailable
from marketplace.questions.models import SpentProof, Visitor

EASIEST, HARDEST = 10, 17
"""Leading zero bits: about 0.05 s, and 4 s, of a phone."""
GOOD_FOR = timedelta(minutes=2)
_COUNTED_FOR = 1.0


class ProofNeeded(Unavailable):
    """Many newcomers at once: the client solves a challenge and comes again."""

    code = "proof_needed"
    message = "Many people are coming in at once. One moment, then try again."


class Pressure:
    """Counts a brand's newcomers of the last minute. Up to `calm` of them nobody works; each doubling adds a bit."""

    def __init__(self, secret: str, *, calm: int):
        self._secret = secret.encode()
        self._calm = calm
        self._counts: dict[UUID, tuple[float, int]] = {}

    def bits(self, session: Session, brand_id: UUID, *, now: datetime) -> int:
        """How hard a newcomer of the brand must work now; 0 is not at all."""
        newcomers = self._newcomers(session, brand_id, now=now)
        if newcomers < self._calm:
            return 0
        return min(HARDEST, EASIEST + int(math.log2(newcomers / self._calm)))

    def challenge(self, session: Session, brand_id: UUID, *, now: datetime) -> str:
        """“id.brand.bits.expiry.signature”, to be solved by a nonce."""
        bits = max(EASIEST, self.bits(session, brand_id, now=now))
        body = f"{new_id().hex}.{brand_id.hex}.{bits}.{int((now + GOOD_FOR).timestamp())}"
        return f"{body}.{self._sign(body)}"

    def admit(self, session: Session, brand_id: UUID, proof: str | None, *, now: datetime) -> None:
        """Let a newcomer in, or raise `ProofNeeded`. `proof` is “challenge:nonce”; an accepted one is spent."""
        needed = self.bits(session, brand_id, now=now)
        if needed == 0:
            return
        challenge, _, nonce = (proof or "").rpartition(":")
        parts = challenge.split(".")
        signed = len(parts) == 5 and hmac.compare_digest(self._sign(challenge.rpartition(".")[0]), parts[4])
        if not signed or len(nonce) > 20:
            raise ProofNeeded
        if parts[1] != brand_id.hex or int(parts[3]) < now.timestamp():
            raise ProofNeeded
        if not is_solved(challenge, nonce, int(parts[2])):
            raise ProofNeeded
        spent = insert(SpentProof).values(id=UUID(parts[0]), expires_at=now + GOOD_FOR).on_conflict_do_nothing()
        if session.execute(spent.returning(SpentProof.id)).one_or_none() is None:
            raise ProofNeeded

    def _newcomers(self, session: Session, brand_id: UUID, *, now: datetime) -> int:
        known = self._counts.get(brand_id)
        if known is not None and time.monotonic() - known[0] < _COUNTED_FOR:
            return known[1]
        since = now - timedelta(minutes=1)
        query = select(func.count()).where(Visitor.brand_id == brand_id, Visitor.created_at > since)
        count = session.scalar(query) or 0
        self._counts[brand_id] = (time.monotonic(), count)
        return count

    def _sign(self, body: str) -> str:
        return hmac.new(self._secret, b"newcomer:" + body.encode(), hashlib.sha256).hexdigest()[:32]


def is_solved(challenge: str, nonce: str, bits: int) -> bool:
    """Whether SHA-256 of “challenge:nonce” begins with `bits` zero bits."""
    digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - bits) == 0


def forget_spent(session: Session, *, now: datetime) -> None:
    """Proofs that would have expired by now need not be remembered."""
    session.execute(delete(SpentProof).where(SpentProof.expires_at < now))
