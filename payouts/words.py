"""Money in words: why a conversation is paid, how an amount was computed, what an account means."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.chat.conduct import rule_of
from marketplace.chat.conduct_words import TEXTS
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import money
from payouts.chart import AccountKind
from payouts.models import Earning
from payouts.states import Rule

K = AccountKind

REASONS: dict[str, Any] = {
    "qualified": _l("Qualified: you answered and the shopper wrote afterwards."),
    "not_expert": _l("Served by the brand’s own team."),
    "no_answer": _l("Not paid: there was no answer."),
    "no_reply": _l("Not paid: the shopper did not write after the first answer."),
    "misrouted": _l("Not paid: the question was not for this mission. It does not count in your ratings either."),
    "spam": _l("Not paid: the conversation was closed as spam or abuse. It does not count in your ratings either."),
    "redirected": _l("Not paid: an order or after-sales question, sent to the brand."),
    "rule_broken": _l("Not paid: the brand named a rule of conduct that was broken. You can dispute it."),
}

STATES: dict[str, Any] = {
    "pending": _l("pending"), "available": _l("available"), "paid": _l("paid"), "reversed": _l("taken back"),
    "created": _l("not paid yet"), "processing": _l("on its way"), "failed": _l("failed"), "expired": _l("expired"),
    "prepared": _l("prepared"), "approved": _l("approved"), "executing": _l("under way"), "done": _l("done"),
    "cancelled": _l("cancelled"), "submitted": _l("submitted"), "open": _l("open"), "resolved": _l("resolved"),
    "opened": _l("waits for the brand"), "answered": _l("waits for a decision"), "upheld": _l("decided for the expert"),
    "rejected": _l("decided against the expert"), "withdrawn": _l("withdrawn"),
    "asked": _l("asked"), "sent": _l("on its way"), "succeeded": _l("done"), "won": _l("won"), "lost": _l("lost"),
    "acknowledged": _l("being looked at"), "active": _l("ready"), "restricted": _l("restricted"),
    "closed": _l("closed"),
}  # fmt: skip

TOP_UPS: dict[str, Any] = {
    "checkout": _l("Card or direct debit"), "transfer": _l("Bank transfer"), "automatic": _l("Automatic"),
    "card": _l("card"), "sepa_debit": _l("SEPA direct debit"), "customer_balance": _l("bank transfer"),
    "test": _l("test payment"),
}  # fmt: skip
"""How money was added, and with which method."""

SKIPS: dict[str, Any] = {
    "below_minimum": _l("below the smallest payout; it stays available"),
    "no_account": _l("has no account at the payment provider yet"),
    "not_ready": _l("the payment provider still asks for something"),
    "held": _l("held by an operator"),
    "carried_over": _l("left for a later run: the provider’s balance does not cover it"),
    "already_in_period": _l("is in a run of this week already"),
    "changed_since_approval": _l("what is due changed after the approval"),
}

ACCOUNTS: dict[AccountKind, Any] = {
    K.STRIPE_PENDING: _l("Provider: pending"),
    K.STRIPE_AVAILABLE: _l("Provider: available"),
    K.CLEARING_REFUND: _l("Refunds under way"),
    K.BANK_PLATFORM: _l("Our bank"),
    K.EQUITY_FLOAT: _l("Own money left at the provider"),
    K.BRAND_WALLET: _l("Brand: wallet"),
    K.BRAND_HELD: _l("Brand: held for open conversations"),
    K.BRAND_RECEIVABLE: _l("Brand: owes us"),
    K.BRAND_CREDIT: _l("Brand: owes us for sales"),
    K.EXPERT_PENDING: _l("Expert: pending"),
    K.EXPERT_AVAILABLE: _l("Expert: available"),
    K.EXPERT_IN_PAYOUT: _l("Expert: in a payout"),
    K.EXPERT_RECEIVABLE: _l("Expert: owes us"),
    K.REVENUE_COMMISSION: _l("Commission"),
    K.VAT_PAYABLE: _l("VAT to pay"),
    K.EXPENSE_STRIPE_FEES: _l("Fees of the provider"),
    K.EXPENSE_BONUS: _l("Bonuses"),
    K.EXPENSE_BAD_DEBT: _l("Bad debt"),
    K.CUSTODY_SOURCE: _l("Custody: sent"),
    K.CUSTODY_EXPERT_STRIPE: _l("Custody: at the expert’s account"),
    K.CUSTODY_EXPERT_BANK: _l("Custody: in the expert’s bank"),
}

TRANSACTIONS: dict[str, Any] = {
    "top_up_paid": _l("Top-up paid"),
    "provider_fee": _l("Fee of the provider"),
    "funds_available": _l("Funds available"),
    "conversation_held": _l("Conversation began: fee held"),
    "hold_released": _l("Hold given back"),
    "conversation_earned": _l("Conversation earned"),
    "sale_earned": _l("Share of a sale earned"),
    "sale_returned": _l("Share of a sale taken back"),
    "sale_credit": _l("Lent for a sale"),
    "sale_credit_collected": _l("Lent money collected"),
    "bonus_earned": _l("Bonus earned"),
    "dispute_earned": _l("Earned by a dispute"),
    "earning_released": _l("Earning available"),
    "earning_taken_back": _l("Earning taken back"),
    "payout_reserved": _l("Payout reserved"),
    "payout_reserved_reversed": _l("Payout given back"),
    "transfer_confirmed": _l("Transfer made"),
    "transfer_returned": _l("Transfer came back"),
    "float_added": _l("Own money added"),
    "withdrawal_asked": _l("Money asked back"),
    "withdrawal_done": _l("Money paid back"),
    "withdrawal_back": _l("Repayment failed: back in the wallet"),
    "chargeback_taken": _l("Payment disputed: taken by the bank"),
    "chargeback_held": _l("Set aside for a disputed payment"),
    "chargeback_won": _l("Dispute won: money back"),
    "chargeback_freed": _l("Dispute won: free again"),
    "chargeback_lost": _l("Dispute lost"),
}

RULES: dict[Rule, Any] = {
    Rule.CONVERSATION: _l("conversation"),
    Rule.FLOOR: _l("floor"),
    Rule.SALE: _l("share of a sale"),
    Rule.SALE_RETURN: _l("sale returned"),
    Rule.BONUS_BRAND: _l("bonus from the brand"),
    Rule.BONUS_PLATFORM: _l("bonus from the platform"),
}

CHECKS: dict[str, Any] = {
    "I1": _l("Every transaction sums to zero per currency and has all its lines."),
    "I2": _l("Each stored balance is the sum of its entries; versions run without gap."),
    "I2b": _l("Each entry carries on the balance of the one before."),
    "I3": _l("The triggers that keep the ledger append-only are in place."),
    "I5": _l("Guarded accounts were never below zero."),
    "I6": _l("Entries are in the currency of their account."),
    "I7": _l("What brands have held is the sum of their open holds and disputed payments."),
    "I7b": _l("A closed conversation keeps no hold."),
    "I8": _l("Reversals never exceed what they reverse."),
    "I9": _l("Our money at the provider covers what brands and experts are owed."),
    "I10": _l("What an expert has is what he earned, by state."),
    "I11": _l("A conversation bills at most its fee."),
    "I11b": _l("Every closed conversation of a mission was judged."),
    "I12": _l("Net, commission and VAT make the gross, and are what was booked."),
    "I12b": _l("What was returned of a sale is what was taken back, and no more than it."),
    "I13": _l("A payout has one transfer of its amount, and its earnings make it."),
    "I15": _l("States and their dates agree."),
    "I16": _l("Sealed months have not grown."),
    "I17": _l("Numbers of documents run without gap, in the order of time."),
    "I18": _l("Lines of documents are what was booked, and make the totals."),
    "I19": _l("Clearing accounts have returned to zero within five days."),
    "I20": _l("Each paid top-up was credited once, with its amount."),
    "I20b": _l("Withdrawals and disputed payments are booked as they stand."),
    "I21": _l("Every owner in the books still exists."),
}

FINDINGS: dict[str, tuple[Any, Any]] = {
    "transfer_unknown": (_l("A transfer that is not ours"), _l("Find who made this transfer at the provider.")),
    "movement_unbooked": (
        _l("Money moved at the provider, and no transaction books it"),
        _l("Open it at the provider by its id; a person books what it was, or has it undone there."),
    ),
    "movement_differs": (
        _l("The provider moved another amount than we booked"),
        _l("Compare both; correct by a new transaction, never send again by hand."),
    ),
    "transaction_unmatched": (
        _l("We booked what the provider’s book does not know"),
        _l("Look the payment up at the provider; it may have been reversed or disputed."),
    ),
    "balance_differs": (
        _l("The balances differ"),
        _l("Look for movements at the provider that no transaction books."),
    ),
    "payout_unsettled": (
        _l("A payout without outcome"),
        _l("Look the transfer up at the provider by the payout’s id."),
    ),
    "books": (_l("The books break a rule"), _l("Open the ledger and check the rows named here.")),
}
"""Kind of a difference: what it is, and what to do about it."""


REQUIREMENTS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("external_account", "outbound_destination"), _l("A bank account for your payouts (IBAN)")),
    (("document",), _l("A photo of an identity paper, both sides")),
    (("dob", "date_of_birth"), _l("Your date of birth")),
    (("address",), _l("Your home address")),
    (("phone",), _l("Your phone number")),
    (("email",), _l("Your e-mail address")),
    (("first_name", "last_name", "given_name", "surname"), _l("Your name as on your papers")),
    (("id_number", "tax_id", "ssn"), _l("Your tax or national number")),
    (("tos_acceptance", "terms_of_service"), _l("Your acceptance of the provider’s terms")),
    (("business_profile", "product_description", "url", "mcc"), _l("What you do, in a sentence")),
)
"""Parts of the provider's names for what it asks for, and what that is; the first that fits counts."""


def missing_in_words(names: Iterable[str]) -> list[str]:
    """What the provider still asks for, each once; a name that nobody foresaw stays as it is."""
    found: list[str] = []
    for name in names:
        text = next((str(said) for parts, said in REQUIREMENTS if any(part in name for part in parts)), name)
        if text not in found:
            found.append(text)
    return found


ORDER_STATES: dict[str, Any] = {
    "recorded": _l("recorded"),
    "attributed": _l("attributed"),
    "unattributed": _l("nobody earns by it"),
    "refused": _l("refused"),
    "unfunded": _l("waits for money"),
}
ORDER_REASONS: dict[str, Any] = {
    "": "",
    "no_shopper": _l("The shopper is not known here: neither the page nor the server named her."),
    "nobody_helped": _l("Nobody whose mission shares in sales helped this shopper inside the window."),
    "currency": _l("The order is in another currency than the mission."),
    "credit": _l("The wallet is too low, and the limit of what may be owed for sales is reached. Add money."),
    "nothing": _l("The share of this amount is nothing."),
}

DISPUTE_STEPS: dict[str, Any] = {
    "open": _l("Opened by the expert"),
    "answer": _l("The brand holds to its decision"),
    "concede": _l("The brand gave way"),
    "uphold": _l("Decided for the expert"),
    "reject": _l("Decided against the expert"),
    "withdraw": _l("Withdrawn by the expert"),
    "expire": _l("The deadline passed: decided for the expert"),
}

_JUDGEMENTS: dict[str, Any] = {
    "spam": _l("Closed as spam or abuse"),
    "misrouted": _l("Not a question for this mission"),
    "redirected": _l("An order or after-sales question"),
    "rule_broken": _l("Rule of conduct"),
    "": _l("Taken back"),
}


def named(code: str) -> str:
    """What was held against an expert, in a few words: a rule of conduct, or a reason of `pay.Reason`."""
    rule = rule_of(code)
    return str(TEXTS[rule].name if rule is not None else _JUDGEMENTS.get(code, code))


def says(code: str) -> str:
    """The rule's sentence; empty for what is no rule of conduct."""
    rule = rule_of(code)
    return str(TEXTS[rule].says) if rule is not None else ""


def in_words(earning: Earning, *, for_brand: bool = False) -> str:
    """How the amount was computed, step by step, in the reader's language; for a brand, up to what it pays."""
    facts = earning.calculation

    def written(minor: int) -> str:
        return money(abs(minor), earning.currency)

    parts = [*_STEPS[earning.rule](earning, facts, written)]
    if facts.get("dispute"):
        parts.append(_("Earned by a dispute that was decided for the expert."))
    if for_brand:
        return " ".join(parts)
    rate = f"{facts['commission_bps'] / 100:g}"
    if earning.rule is Rule.SALE_RETURN:
        parts.append(
            _("With %(commission)s of commission given back, %(net)s less for you.",
              commission=written(earning.commission_minor + earning.vat_minor), net=written(earning.net_minor))
        )  # fmt: skip
        return " ".join(parts)
    if facts["commission_bps"]:
        parts.append(_("Less %(rate)s %% commission: %(amount)s.", rate=rate, amount=written(earning.commission_minor)))
    if earning.vat_minor:
        parts.append(_("Less VAT on the commission: %(amount)s.", amount=written(earning.vat_minor)))
    parts.append(_("You receive %(amount)s.", amount=written(earning.net_minor)))
    return " ".join(parts)


_Written = Callable[[int], str]


def _conversation(earning: Earning, facts: Mapping[str, Any], written: _Written) -> Iterator[str]:
    whole = written(facts["base_minor"])
    if earning.rule is Rule.FLOOR:
        yield _("The mission’s floor for a qualified conversation: %(amount)s.", amount=whole)
    else:
        yield _("The mission’s pay for a qualified conversation: %(amount)s.", amount=whole)
    if facts["weight"] != facts["weights"]:
        part = {"part": facts["weight"], "all": facts["weights"], "amount": written(earning.gross_minor)}
        yield _("%(part)s of the %(all)s answers: a share of %(amount)s.", **part)


def _sale(earning: Earning, facts: Mapping[str, Any], written: _Written) -> Iterator[str]:
    rate, whole = f"{facts['sale_bps'] / 100:g}", written(facts["total_minor"])
    yield _("Order %(number)s of %(total)s, placed after this help.", number=facts["order"], total=whole)
    if facts["weight"] != facts["weights"]:
        part = {"part": facts["weight"], "all": facts["weights"], "amount": written(facts["base_minor"])}
        yield _("%(part)s of the %(all)s messages that helped: a part of %(amount)s.", **part)
    base, gross = written(facts["base_minor"]), written(earning.gross_minor)
    yield _("%(rate)s %% of %(base)s: %(amount)s.", rate=rate, base=base, amount=gross)


def _returned(earning: Earning, facts: Mapping[str, Any], written: _Written) -> Iterator[str]:
    number, part, whole = facts["order"], written(earning.gross_minor), written(facts["of_minor"])
    if facts["why"] == "return":
        yield _("Order %(number)s was returned in part or whole: %(part)s of the share of %(whole)s goes back.",
                number=number, part=part, whole=whole)  # fmt: skip
    elif facts["why"] == "correction":
        yield _("The amount of order %(number)s was corrected: the share of %(whole)s is computed anew.",
                number=number, whole=whole)  # fmt: skip
    else:
        yield _("What was left of the share of order %(number)s, %(part)s, was taken back.", number=number, part=part)


def _bonus(earning: Earning, facts: Mapping[str, Any], written: _Written) -> Iterator[str]:
    giver = _("Bonus from the brand") if earning.rule is Rule.BONUS_BRAND else _("Bonus from the platform")
    yield _("%(giver)s, %(amount)s: %(reason)s", giver=giver, amount=written(earning.gross_minor),
            reason=facts["reason"])  # fmt: skip


_STEPS: dict[Rule, Callable[[Earning, Mapping[str, Any], _Written], Iterator[str]]] = {
    Rule.CONVERSATION: _conversation, Rule.FLOOR: _conversation, Rule.SALE: _sale, Rule.SALE_RETURN: _returned,
    Rule.BONUS_BRAND: _bonus, Rule.BONUS_PLATFORM: _bonus,
}  # fmt: skip
