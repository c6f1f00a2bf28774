"""The experts' desks in the past: who sits down, stays reachable and goes home, through the presence services."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from experts import availability, presence
from experts.models import Expert
from marketplace.demo.model import Lang
from payouts.demo.diary import Rota
from payouts.demo.world import Member, Shop

MOST_AT_WORK = 3
"""Experts of one brand and language that are at their desks at the same time."""
_BEAT = timedelta(seconds=15)


class Desk:
    """Knows whose desk is open until when, so that hours are looked at once a shift."""

    def __init__(self, rota: Rota):
        self.rota = rota
        self._open: dict[UUID, datetime] = {}
        self._beat: dict[UUID, datetime] = {}

    def sit_down(self, session: Session, shop: Shop, lang: Lang, category: str, *, now: datetime) -> list[Member]:
        """Bring to their desks those who are on shift for the shop now; who that is."""
        self._leave_late(session, now)
        here = self.rota.on_shift(shop, lang, category, now, most=MOST_AT_WORK)
        for member, until in here:
            if member.person_id not in self._open:
                expert = session.get_one(Expert, member.person_id)
                availability.review(session, expert, now=now)
                if not expert.switched_on or expert.paused_because is not None:
                    availability.switch(session, expert, on=True, now=now)
            self._open[member.person_id] = until
            self.beat(session, member.person_id, now=now)
        return [member for member, _ in here]

    def beat(self, session: Session, person_id: UUID, *, now: datetime) -> None:
        """A heartbeat, when the last one is a while ago."""
        last = self._beat.get(person_id)
        if last is None or now - last > _BEAT:
            presence.renew(session, person_id, now=now)
            self._beat[person_id] = now

    def go_home(self, session: Session, members: Iterable[Member], *, now: datetime) -> None:
        """The past is over: everybody is switched off and away."""
        self._leave_late(session, now + timedelta(days=1))
        for member in members:
            availability.switch(session, session.get_one(Expert, member.person_id), on=False, now=now)

    def _leave_late(self, session: Session, now: datetime) -> None:
        """Close the desks of those whose shift has ended; a last heartbeat keeps the stretch online whole."""
        ended = sorted((until, person) for person, until in self._open.items() if until <= now)
        for until, person_id in ended:
            presence.renew(session, person_id, now=until - _BEAT)
            del self._open[person_id]
            self._beat.pop(person_id, None)
        if ended:
            presence.lapse_due(session, now)
