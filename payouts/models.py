"""Every table of this domain."""

from payouts.models_earnings import Assessment, Earning, Hold, TopUp, WalletSettings
from payouts.models_ledger import LedgerAccount, LedgerEntry, LedgerSeal, LedgerTransaction
from payouts.models_provider import Finding, Hook, TwinObject
from payouts.models_runs import Payee, Payout, PayoutRun

__all__ = [
    "Assessment",
    "Earning",
    "Finding",
    "Hold",
    "Hook",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerSeal",
    "LedgerTransaction",
    "Payee",
    "Payout",
    "PayoutRun",
    "TopUp",
    "TwinObject",
    "WalletSettings",
]
