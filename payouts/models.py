"""Every table of this domain."""

import marketplace.orders.models  # noqa: F401 - earnings refer to orders
from payouts.models_disputes import Dispute, DisputeMove
from payouts.models_documents import (
    Document,
    DocumentContest,
    DocumentFile,
    DocumentLine,
    DocumentSeries,
    LegalParty,
    Mandate,
)
from payouts.models_earnings import Assessment, Earning, Hold
from payouts.models_ledger import LedgerAccount, LedgerEntry, LedgerSeal, LedgerTransaction
from payouts.models_provider import Comparison, Finding, Hook, ProviderMovement, TwinObject
from payouts.models_runs import Payee, Payout, PayoutRun
from payouts.models_wallet import Chargeback, TopUp, WalletSettings, Withdrawal

__all__ = [
    "Assessment",
    "Chargeback",
    "Comparison",
    "Dispute",
    "DisputeMove",
    "Document",
    "DocumentContest",
    "DocumentFile",
    "DocumentLine",
    "DocumentSeries",
    "Earning",
    "Finding",
    "Hold",
    "Hook",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerSeal",
    "LedgerTransaction",
    "LegalParty",
    "Mandate",
    "Payee",
    "Payout",
    "PayoutRun",
    "ProviderMovement",
    "TopUp",
    "TwinObject",
    "WalletSettings",
    "Withdrawal",
]
