"""The doors to money. An expert sees his own, a brand its own, operators all; strangers find nothing there."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands.access import access_brand
from marketplace.brands.states import Role
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from payouts.models import (
    Assessment,
    Dispute,
    Document,
    DocumentContest,
    Earning,
    Finding,
    LedgerAccount,
    LedgerTransaction,
    Payee,
    PayoutRun,
    TopUp,
)


def access_earning(session: Session, actor: Actor, earning_id: UUID, *, lock: bool = False) -> Earning:
    """An earning, for who earned it and operators. Raises `NotFound`."""
    earning = session.get(Earning, earning_id, with_for_update=lock)
    if earning is None or not (actor.is_operator or earning.person_id == actor.person_id):
        raise NotFound
    return earning


def access_top_up(session: Session, actor: Actor, top_up_id: UUID, *, lock: bool = False) -> TopUp:
    """A top-up, for the brand's owners and operators. Raises `NotFound`, `Forbidden`."""
    top_up = session.get(TopUp, top_up_id, with_for_update=lock)
    if top_up is None:
        raise NotFound
    access_brand(session, actor, top_up.brand_id, at_least=Role.OWNER)
    return top_up


def access_payee(session: Session, actor: Actor, account_id: str) -> Payee:
    """An expert's account at the provider, for himself and operators. Raises `NotFound`."""
    payee = session.scalar(select(Payee).where(Payee.account_id == account_id))
    if payee is None or not (actor.is_operator or payee.person_id == actor.person_id):
        raise NotFound
    return payee


def access_run(session: Session, actor: Actor, run_id: UUID, *, lock: bool = False) -> PayoutRun:
    """A payout run, for operators. Raises `NotFound`."""
    run = session.get(PayoutRun, run_id, with_for_update=lock) if actor.is_operator or actor.is_system else None
    if run is None:
        raise NotFound
    return run


def access_account(session: Session, actor: Actor, account_id: UUID) -> LedgerAccount:
    """An account of the ledger, for operators. Raises `NotFound`."""
    account = session.get(LedgerAccount, account_id) if actor.is_operator else None
    if account is None:
        raise NotFound
    return account


def access_transaction(session: Session, actor: Actor, transaction_id: UUID) -> LedgerTransaction:
    """A transaction of the ledger, for operators. Raises `NotFound`."""
    transaction = session.get(LedgerTransaction, transaction_id) if actor.is_operator else None
    if transaction is None:
        raise NotFound
    return transaction


def access_finding(session: Session, actor: Actor, finding_id: UUID, *, lock: bool = False) -> Finding:
    """A difference found by reconciliation, for operators. Raises `NotFound`."""
    finding = session.get(Finding, finding_id, with_for_update=lock) if actor.is_operator else None
    if finding is None:
        raise NotFound
    return finding


def access_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """An invoice, for the expert, the brand that was billed, and operators. Raises `NotFound`."""
    document = session.get(Document, document_id)
    if document is None:
        raise NotFound
    if actor.is_operator or (actor.person_id is not None and document.person_id == actor.person_id):
        return document
    if document.brand_id is None:
        raise NotFound
    access_brand(session, actor, document.brand_id)
    return document


def access_own_document(session: Session, actor: Actor, document_id: UUID) -> Document:
    """A document of the expert who acts, whatever else he may see. Raises `NotFound`."""
    document = session.get(Document, document_id)
    if document is None or actor.person_id is None or document.person_id != actor.person_id:
        raise NotFound
    return document


def access_contest(session: Session, actor: Actor, document_id: UUID) -> DocumentContest:
    """What an expert contested, for operators. Raises `NotFound`."""
    contested = session.get(DocumentContest, document_id, with_for_update=True) if actor.is_operator else None
    if contested is None:
        raise NotFound
    return contested


def access_brand_earning(session: Session, actor: Actor, earning_id: UUID, *, lock: bool = False) -> Earning:
    """An earning that a brand pays, for its managers and operators. Raises `NotFound`, `Forbidden`."""
    earning = session.get(Earning, earning_id, with_for_update=lock)
    if earning is None or earning.brand_id is None:
        raise NotFound
    access_brand(session, actor, earning.brand_id, at_least=Role.MANAGER)
    return earning


def access_own_assessment(session: Session, actor: Actor, segment_id: UUID) -> Assessment:
    """Why a segment is paid or not, for who served it. Raises `NotFound`."""
    assessment = session.get(Assessment, segment_id)
    if assessment is None or actor.person_id is None or assessment.person_id != actor.person_id:
        raise NotFound
    return assessment


def access_dispute(session: Session, actor: Actor, dispute_id: UUID, *, lock: bool = False) -> Dispute:
    """A dispute, for the expert who opened it, operators, and the brand's managers. Raises `NotFound`, `Forbidden`."""
    dispute = session.get(Dispute, dispute_id, with_for_update=lock)
    if dispute is None:
        raise NotFound
    if not (actor.is_operator or (actor.person_id is not None and dispute.person_id == actor.person_id)):
        access_brand(session, actor, dispute.brand_id, at_least=Role.MANAGER)
    return dispute
