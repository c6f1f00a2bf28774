"""Money in words: why a conversation is paid, how an amount was computed, what an account means."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import money
from payouts.chart import AccountKind
from payouts.models import Earning

K = AccountKind

REASONS: dict[str, Any] = {
    "qualified": _l("Qualified: you answered and the shopper wrote afterwards."),
    "not_expert": _l("Served by the brand’s own team."),
    "no_answer": _l("Not paid: there was no answer."),
    "no_reply": _l("Not paid: the shopper did not write after the first answer."),
    "misrouted": _l("Not paid: the question was not for this mission. It does not count in your ratings either."),
    "spam": _l("Not paid: the conversation was closed as abusive. It does not count in your ratings either."),
    "redirected": _l("Not paid: an order or after-sales question, sent to the brand."),
    "rule_broken": _l("Not paid: the brand named a rule that was broken. You can appeal."),
}

STATES: dict[str, Any] = {
    "pending": _l("pending"), "available": _l("available"), "paid": _l("paid"), "reversed": _l("taken back"),
    "created": _l("not paid yet"), "processing": _l("on its way"), "failed": _l("failed"), "expired": _l("expired"),
    "prepared": _l("prepared"), "approved": _l("approved"), "executing": _l("under way"), "done": _l("done"),
    "cancelled": _l("cancelled"), "submitted": _l("submitted"), "open": _l("open"), "resolved": _l("resolved"),
    "active": _l("ready"), "restricted": _l("restricted"), "closed": _l("closed"),
}  # fmt: skip

SKIPS: dict[str, Any] = {
    "below_minimum": _l("below the smallest payout; it stays available"),
    "no_account": _l("has no account at the payment provider yet"),
    "not_ready": _l("the payment provider still asks for something"),
    "held": _l("held by an operator"),
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
    "earning_released": _l("Earning available"),
    "earning_taken_back": _l("Earning taken back"),
    "payout_reserved": _l("Payout reserved"),
    "payout_reserved_reversed": _l("Payout given back"),
    "transfer_confirmed": _l("Transfer made"),
    "float_added": _l("Own money added"),
}


def in_words(earning: Earning) -> str:
    """How the net amount was computed, step by step, in the reader's language."""

    def written(minor: int) -> str:
        return money(minor, earning.currency)

    facts = earning.calculation
    whole = written(facts["base_minor"])
    if facts["floor_minor"] > facts["pay_minor"]:
        base = _("The mission’s floor for a qualified conversation: %(amount)s.", amount=whole)
    else:
        base = _("The mission’s pay for a qualified conversation: %(amount)s.", amount=whole)
    parts = [base]
    if facts["weight"] != facts["weights"]:
        parts.append(
            ngettext(
                "You wrote %(num)d of %(all)d answers, so your share is %(amount)s.",
                "You wrote %(num)d of %(all)d answers, so your share is %(amount)s.",
                facts["weight"], all=facts["weights"], amount=written(earning.gross_minor),
            )
        )  # fmt: skip
    rate = f"{facts['commission_bps'] / 100:g}"
    parts.append(_("Less %(rate)s %% commission: %(amount)s.", rate=rate, amount=written(earning.commission_minor)))
    if earning.vat_minor:
        parts.append(_("Less VAT on the commission: %(amount)s.", amount=written(earning.vat_minor)))
    parts.append(_("You receive %(amount)s.", amount=written(earning.net_minor)))
    return " ".join(parts)
