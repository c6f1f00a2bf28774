"""What the law wants printed, from when to when. New law is a new row; documents keep the words of their day."""

from dataclasses import dataclass
from datetime import date

MANDATE_VERSION = "2026-09"
CONTEST_DAYS = 8
STANDARD_VAT_BPS = {"FR": 2_000, "BE": 2_100, "DE": 1_900, "ES": 2_100, "IT": 2_200, "LU": 1_700, "NL": 2_100}
"""Standard rates by country of the supplier."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A text and the days on which it is right (`until` included; none: still)."""

    code: str
    since: date
    until: date | None
    fr: str
    en: str
    exemption: str = ""
    """Code of the reason why no VAT is charged (VATEX list of EN 16931)."""

    def text(self, locale: str) -> str:
        """In the document's language."""
        return self.fr if locale == "fr" else self.en


_ALWAYS = date(2000, 1, 1)
TABLE: tuple[Mention, ...] = (
    Mention(
        "franchise", _ALWAYS, date(2026, 8, 31), "TVA non applicable, article 293 B du CGI.",
        "VAT not applicable, article 293 B of the French tax code (CGI).", "VATEX-FR-FRANCHISE",
    ),
    Mention(
        "franchise", date(2026, 9, 1), None,
        "TVA non applicable, franchise en base, articles L. 223-1 et suivants du CIBS.",
        "VAT not applicable, small-business scheme, articles L. 223-1 ff. of the French CIBS.", "VATEX-FR-FRANCHISE",
    ),
    Mention(
        "franchise_abroad", _ALWAYS, None,
        "TVA non applicable, régime des petites entreprises (directive 2006/112/CE, articles 281 à 292).",
        "VAT exempt, small-business scheme of the supplier’s country (Directive 2006/112/EC, articles 281 to 292).",
        "VATEX-EU-132",
    ),
    Mention(
        "reverse_charge", _ALWAYS, None, "Autoliquidation (directive 2006/112/CE, art. 196).",
        "Reverse charge (Directive 2006/112/EC, article 196).", "VATEX-EU-AE",
    ),
    Mention("self_billed", _ALWAYS, None, "Autofacturation.", "Self-billing."),
    Mention(
        "third_party", _ALWAYS, None, "Facture établie par {issuer} au nom et pour le compte de {supplier}.",
        "Issued by {issuer} in the name and on behalf of {supplier}.",
    ),
    Mention(
        "mandate", _ALWAYS, None,
        "Mandat de facturation {version} accepté le {accepted}. Contestation possible jusqu’au {until}.",
        "Invoicing mandate {version} accepted on {accepted}. May be contested until {until}.",
    ),
    Mention(
        "services", _ALWAYS, None, "Nature de l’opération : prestation de services.", "Nature of the supply: services."
    ),
    Mention(
        "paid", _ALWAYS, None, "Acquittée : réglée par compensation sur {account}.",
        "Paid: settled against {account}.",
    ),
    Mention("discount", _ALWAYS, None, "Pas d’escompte pour paiement anticipé.", "No discount for early payment."),
    Mention(
        "late_payment", _ALWAYS, None,
        "Pénalités de retard : trois fois le taux d’intérêt légal (article L. 441-10 du code de commerce).",
        "Late payment: three times the French legal interest rate (article L. 441-10 of the commercial code).",
    ),
    Mention(
        "recovery_fee", _ALWAYS, None,
        "Indemnité forfaitaire pour frais de recouvrement : 40 € (article D. 441-5 du code de commerce).",
        "Fixed compensation for recovery costs: €40 (article D. 441-5 of the commercial code).",
    ),
)  # fmt: skip

WALLET = {"fr": "le portefeuille prépayé du client", "en": "the customer’s prepaid wallet"}
EARNINGS = {"fr": "les gains de l’expert", "en": "the expert’s earnings"}

MANDATE = {
    "fr": (
        "Je donne mandat à {platform} d’établir et d’émettre, en mon nom et pour mon compte, les factures de mes "
        "réponses aux clients des marques, ainsi que celles de mes primes. Elles sont numérotées dans une série qui"
        " m’est propre. Je reste responsable de mes obligations en matière de facturation et de TVA et je signale "
        "tout changement de ma situation. Je dispose de {days} jours après l’émission de chaque facture pour la "
        "contester ; passé ce délai, elle est acceptée. Je reçois un double de chaque facture dans mon espace. Je "
        "peux mettre fin à ce mandat à tout moment, pour les factures à venir."
    ),
    "en": (
        "I give {platform} the mandate to draw up and issue, in my name and on my behalf, the invoices for my "
        "answers to the brands’ shoppers, and those for my bonuses. They are numbered in a series of my own. I "
        "remain responsible for my obligations on invoicing and VAT, and tell of any change. I have {days} days "
        "after the issue of each invoice to contest it; after that it is accepted. I find a copy of each invoice in"
        " my account. I can end this mandate at any time, for invoices to come."
    ),
}


def mention(code: str, on: date) -> Mention:
    """The row in force. Raises `LookupError` when the table has none."""
    for row in TABLE:
        if row.code == code and row.since <= on and (row.until is None or on <= row.until):
            return row
    raise LookupError(f"no mention {code} on {on}")
