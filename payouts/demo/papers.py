"""The paper side of the past: who everybody is for the law, and each month's documents on the first of the next."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from stdnum import luhn

from marketplace.core.errors import Conflict
from payouts import document_work, earnings, parties
from payouts.chart import NOBODY
from payouts.demo.past import Past
from payouts.demo.world import Member, World
from payouts.models import Earning
from payouts.sealing import first_of_next
from payouts.states import EarningState, PartyKind

_WITHOUT_MANDATE = 13
"""Every so many experts have not accepted the mandate yet: the operator sees who, and they see it themselves."""
_STREETS = ("rue des Lices", "quai de la Fosse", "rue du Bac", "avenue Jean-Jaurès", "rue Sainte-Catherine",
            "place du Marché", "chemin des Vignes", "rue Nationale")  # fmt: skip
_CITIES = (("35000", "Rennes"), ("44000", "Nantes"), ("69003", "Lyon"), ("31000", "Toulouse"), ("33000", "Bordeaux"),
           ("59800", "Lille"), ("67000", "Strasbourg"), ("38000", "Grenoble"))  # fmt: skip
COMPANIES = {
    "nordet-trail": ("Nordet Trail SAS", "12 quai du Port", "56100", "Lorient"),
    "lumengrain": ("Lumen & Grain SARL", "8 rue Servient", "69003", "Lyon"),
    "maison-braisette": ("Maison Braisette SAS", "41 rue de la Monnaie", "59800", "Lille"),
}
BACK_AFTER = timedelta(days=16)
"""In each month, one older conversation is taken back then: its credit note comes out with the next documents."""


class Bookkeeper:
    """Gives details, takes one conversation back a month, and issues what is over."""

    def __init__(self, past: Past, world: World, *, seed: int):
        self._past = past
        self._world = world
        self._rng = Random(f"papers:{seed}")

    def open(self, at: datetime) -> None:
        """Legal details of the platform, the brands and the experts, and the experts' mandates."""
        with self._past.database.unit_of_work() as session:
            ours = self._company("Comptoir SAS", "27 rue du Faubourg-Saint-Antoine", "75011", "Paris", vat=False)
            parties.save(session, NOBODY, PartyKind.PLATFORM, ours, by=self._world.operator_id, now=at)
            for shop in self._world.shops:
                given = self._company(*COMPANIES[shop.demo.slug], vat=True)
                parties.save(session, shop.brand_id, PartyKind.BRAND, given, by=shop.owner_id, now=at)
            for number, member in enumerate(self._world.members):
                parties.save(
                    session, member.person_id, PartyKind.EXPERT, self._expert(number, member), by=member.person_id,
                    now=at,
                )  # fmt: skip
                if number % _WITHOUT_MANDATE != _WITHOUT_MANDATE - 1 or member.any_hours:
                    address = f"192.0.2.{1 + number}"
                    parties.accept_mandate(session, member.person_id, locale="fr", address=address, now=at)

    def issue(self, at: datetime) -> None:
        """The documents of the month that just ended."""
        month = (at - timedelta(days=5)).date().replace(day=1)
        document_work.issue_month(self._past.database, month, now=at)

    def take_one_back(self, at: datetime) -> None:
        """A brand names a broken rule in a conversation of the month before, which is documented already."""
        month = at.replace(day=1, hour=0, minute=0)
        with self._past.database.unit_of_work() as session:
            earning = session.scalar(
                select(Earning)
                .where(Earning.earned_at < month, Earning.state == EarningState.PAID, Earning.rule == "conversation")
                .order_by(Earning.earned_at.desc(), Earning.id)
                .limit(1)
                .with_for_update()
            )
            if earning is None:
                return
            try:
                earnings.take_back(session, earning, because="Led the shopper to another shop.", now=at)
            except Conflict:
                return

    def _company(self, name: str, street: str, postcode: str, city: str, *, vat: bool) -> dict[str, object]:
        siren = self._siren()
        key = (12 + 3 * (int(siren) % 97)) % 97
        return {
            "name": name, "street": street, "postcode": postcode, "city": city, "country": "FR", "siren": siren,
            "vat_status": "registered" if vat else "franchise", "vat_number": f"FR{key:02}{siren}" if vat else "",
        }  # fmt: skip

    def _expert(self, number: int, member: Member) -> dict[str, object]:
        postcode, city = _CITIES[number % len(_CITIES)]
        return {
            "name": member.persona.full_name, "street": f"{1 + number * 7 % 90} {_STREETS[number * 3 % len(_STREETS)]}",
            "postcode": postcode, "city": city, "country": "FR", "siren": self._siren() if number % 5 else "",
            "tin": f"{number % 4}{self._rng.randrange(10**12):012}", "tin_country": "FR",
            "born_on": date(1962 + number * 5 % 42, 1 + number % 12, 1 + number % 28),
        }  # fmt: skip

    def _siren(self) -> str:
        body = str(self._rng.randrange(30_000_000, 99_000_000))
        return body + str(luhn.calc_check_digit(body))


def firsts(since: datetime, until: datetime) -> list[datetime]:
    """When the documents of each month that ends in between are issued: at four on the first of the next."""
    found, month = [], first_of_next(since.date().replace(day=1))
    while (at := datetime(month.year, month.month, 1, 4, tzinfo=since.tzinfo)) < until:
        found.append(at)
        month = first_of_next(month)
    return found
