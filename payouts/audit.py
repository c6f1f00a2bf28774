"""The self-check: every invariant of the books that data can show, each as one question to the database.

Numbers (I1 ...) are those of docs/money.md. A check returns the rows that break it; an empty answer is a clean one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from payouts import sealing

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: what it says, how many rows it looks at, and which rows break it."""

    name: str
    says: str
    counted: str
    broken: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that breaks an invariant."""

    check: str
    says: str
    row: Mapping[str, Any]


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found."""

    counted: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations


_TRANSACTIONS = "SELECT count(*) FROM ledger_transaction"
_ENTRIES = "SELECT count(*) FROM ledger_entry"
_ACCOUNTS = "SELECT count(*) FROM ledger_account"
_EARNINGS = "SELECT count(*) FROM earning"
_PAYOUTS = "SELECT count(*) FROM payout"
_DISPUTES = "SELECT count(*) FROM dispute"
_LENT = "SELECT count(*) FROM ledger_transaction WHERE type = 'sale_credit'"

CHECKS = (
    Check("I1", "every transaction sums to zero per currency and has its lines", _TRANSACTIONS, """
        SELECT t.id, t.type, sum(e.amount) AS sum, count(e.*) AS lines FROM ledger_transaction t
        LEFT JOIN ledger_entry e ON e.transaction_id = t.id GROUP BY t.id, e.currency
        HAVING coalesce(sum(e.amount), 1) <> 0
        UNION ALL
        SELECT t.id, t.type, 0, count(e.*) FROM ledger_transaction t
        LEFT JOIN ledger_entry e ON e.transaction_id = t.id GROUP BY t.id HAVING count(e.*) <> t.lines"""),
    Check("I2", "each stored balance is the sum of its entries; versions run without gap", _ACCOUNTS, """
        SELECT a.id, a.kind, a.balance, a.version, e.total, e.entries FROM ledger_account a LEFT JOIN (
            SELECT account_id, sum(amount) AS total, count(*) AS entries, max(account_version) AS last
            FROM ledger_entry GROUP BY account_id) e ON e.account_id = a.id
        WHERE a.balance <> CASE a.side WHEN 'debit' THEN 1 ELSE -1 END * coalesce(e.total, 0)
           OR a.version <> coalesce(e.entries, 0) OR a.version <> coalesce(e.last, 0)"""),
    Check("I2b", "each entry carries on the balance of the one before", _ENTRIES, """
        SELECT * FROM (
            SELECT e.account_id, e.account_version, e.balance_after,
                   lag(e.balance_after, 1, 0::bigint) OVER (PARTITION BY e.account_id ORDER BY e.account_version)
                   + CASE a.side WHEN 'debit' THEN e.amount ELSE -e.amount END AS expected
            FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id) AS chained
        WHERE balance_after <> expected"""),
    Check("I3", "the triggers that keep the ledger append-only are in place", "SELECT 6", """
        SELECT wanted AS missing FROM unnest(ARRAY['ledger_transaction_append_only', 'ledger_entry_append_only',
            'ledger_account_stays', 'ledger_account_identity', 'ledger_transaction_balances', 'ledger_entry_in_time'])
            AS wanted
        WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = wanted AND tgenabled = 'O')"""),
    Check("I5", "guarded accounts were never below zero", _ENTRIES, """
        SELECT e.account_id, a.kind, e.account_version, e.balance_after FROM ledger_entry e
        JOIN ledger_account a ON a.id = e.account_id
        WHERE a.min_balance IS NOT NULL AND e.balance_after < a.min_balance"""),
    Check("I6", "entries are in the currency of their account", _ENTRIES, """
        SELECT e.account_id, e.currency, a.currency AS of_account FROM ledger_entry e
        JOIN ledger_account a ON a.id = e.account_id WHERE e.currency <> a.currency"""),
    Check("I7", "what brands have held is the sum of their open holds and disputes", "SELECT count(*) FROM hold", """
        SELECT brand_id, currency, sum(held) AS held, sum(booked) AS booked FROM (
            SELECT brand_id, currency, amount_minor AS held, 0 AS booked FROM hold WHERE state = 'held'
            UNION ALL SELECT brand_id, currency, held_minor, 0 FROM chargeback WHERE state = 'open'
            UNION ALL SELECT owner_id, currency, 0, balance FROM ledger_account WHERE kind = 'brand.held') AS both_sides
        GROUP BY brand_id, currency HAVING sum(held) <> sum(booked)"""),
    Check("I7b", "a closed conversation keeps no hold", "SELECT count(*) FROM hold", """
        SELECT h.id, h.conversation_id FROM hold h JOIN conversation c ON c.id = h.conversation_id
        WHERE h.state = 'held' AND c.state = 'closed'"""),
    Check("I8", "reversals never exceed what they reverse", _TRANSACTIONS, """
        SELECT t.reverses_id, e.account_id, sum(e.amount) AS taken, o.amount AS booked FROM ledger_transaction t
        JOIN ledger_entry e ON e.transaction_id = t.id
        JOIN ledger_entry o ON o.transaction_id = t.reverses_id AND o.account_id = e.account_id
        GROUP BY t.reverses_id, e.account_id, o.amount
        HAVING abs(sum(e.amount)) > abs(o.amount) OR sign(sum(e.amount)) = sign(o.amount)"""),
    Check("I9", "our money at the provider covers what brands and experts are owed", _ACCOUNTS, """
        SELECT currency, sum(CASE WHEN kind IN ('stripe.pending', 'stripe.available', 'clearing.refund') THEN balance
            WHEN kind IN ('brand.receivable', 'brand.credit', 'expert.receivable') THEN balance
            WHEN kind IN ('brand.wallet', 'brand.held', 'expert.pending', 'expert.available', 'expert.in_payout')
            THEN -balance ELSE 0 END) AS cover
        FROM ledger_account GROUP BY currency HAVING sum(CASE
            WHEN kind IN ('stripe.pending', 'stripe.available', 'clearing.refund') THEN balance
            WHEN kind IN ('brand.receivable', 'brand.credit', 'expert.receivable') THEN balance
            WHEN kind IN ('brand.wallet', 'brand.held', 'expert.pending', 'expert.available', 'expert.in_payout')
            THEN -balance ELSE 0 END) < 0"""),
    Check("I10", "what an expert has is what he earned, by state", _EARNINGS, """
        SELECT person_id, currency, kind, sum(earned) AS earned, sum(booked) AS booked FROM (
            SELECT e.person_id, e.currency, CASE e.state WHEN 'pending' THEN 'expert.pending'
                WHEN 'available' THEN CASE p.state WHEN 'submitted' THEN 'expert.in_payout' ELSE 'expert.available' END
                ELSE 'none' END AS kind, e.net_minor AS earned, 0 AS booked
            FROM earning e LEFT JOIN payout p ON p.id = e.payout_id
            UNION ALL SELECT person_id, currency, 'expert.in_payout', -netted_minor, 0 FROM payout
                WHERE state = 'submitted'
            UNION ALL SELECT owner_id, currency, kind, 0, balance FROM ledger_account
            WHERE kind IN ('expert.pending', 'expert.available', 'expert.in_payout')) AS both_sides
        WHERE kind <> 'none' GROUP BY person_id, currency, kind HAVING sum(earned) <> sum(booked)"""),
    Check("I11", "a conversation bills at most its fee", "SELECT count(*) FROM assessment", """
        SELECT e.conversation_id, sum(e.gross_minor) AS billed, max((e.calculation->>'base_minor')::bigint) AS fee
        FROM earning e WHERE e.rule IN ('conversation', 'floor') AND NOT e.calculation ? 'dispute'
        GROUP BY e.conversation_id
        HAVING sum(e.gross_minor) > max((e.calculation->>'base_minor')::bigint)"""),
    Check("I11b", "every closed conversation of a mission was judged", "SELECT count(*) FROM conversation", """
        SELECT c.id FROM conversation c WHERE c.state = 'closed' AND c.mission_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM assessment a WHERE a.conversation_id = c.id)"""),
    Check("I12", "net, commission and VAT make the gross, and are what was booked", _EARNINGS, """
        SELECT e.id, e.net_minor, -l.amount AS booked FROM earning e
        LEFT JOIN ledger_transaction t ON t.source_type = 'earning' AND t.source_id = e.id AND t.type IN (
            'conversation_earned', 'sale_earned', 'bonus_earned', 'dispute_earned')
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.account_id IN (
            SELECT id FROM ledger_account WHERE kind = 'expert.pending' AND owner_id = e.person_id)
        WHERE e.gross_minor <> e.net_minor + e.commission_minor + e.vat_minor
           OR e.rule <> 'sale_return' AND e.net_minor <> coalesce(-l.amount, 0)"""),
    Check("I12b", "what was returned of a sale is what was taken back, and no more than it", _EARNINGS, """
        SELECT r.id, r.gross_minor, coalesce(-l.amount, 0) AS booked FROM earning r
        LEFT JOIN ledger_transaction t
            ON t.source_type = 'earning' AND t.source_id = r.id AND t.type = 'sale_returned'
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.account_id IN (
            SELECT id FROM ledger_account WHERE kind = 'brand.wallet' AND owner_id = r.brand_id)
        WHERE r.rule = 'sale_return' AND -r.gross_minor <> coalesce(-l.amount, 0)
        UNION ALL
        SELECT e.id, e.gross_minor, sum(r.gross_minor) FROM earning e JOIN earning r ON r.returns_id = e.id
        GROUP BY e.id HAVING e.gross_minor + sum(r.gross_minor) < 0"""),
    Check("I13", "a payout has one transfer of its amount, and its earnings make it", _PAYOUTS, """
        SELECT p.id, p.state, p.amount_minor, p.netted_minor, coalesce(sum(e.net_minor), 0) AS earned FROM payout p
        LEFT JOIN earning e ON e.payout_id = p.id AND e.state <> 'reversed' WHERE p.state = 'submitted'
        GROUP BY p.id HAVING p.amount_minor + p.netted_minor <> coalesce(sum(e.net_minor), 0)
        UNION ALL
        SELECT p.id, p.state, p.amount_minor, p.netted_minor, coalesce(l.amount, 0) FROM payout p
        LEFT JOIN ledger_transaction t ON t.key = 'transfer:' || p.id
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.account_id IN (
            SELECT id FROM ledger_account WHERE kind = 'expert.in_payout' AND owner_id = p.person_id)
        WHERE p.state IN ('paid', 'reversed') AND p.amount_minor <> coalesce(l.amount, 0)"""),
    Check("I15", "states and their dates agree", _EARNINGS, """
        SELECT id, state, paid_at FROM earning WHERE (state = 'paid') <> (paid_at IS NOT NULL)
        UNION ALL SELECT id, state, paid_at FROM top_up WHERE (state = 'paid') <> (paid_at IS NOT NULL)"""),
    Check("I16", "sealed months have not grown", "SELECT count(*) FROM ledger_seal", """
        SELECT s.month, s.transactions, count(t.id) AS found FROM ledger_seal s LEFT JOIN ledger_transaction t
        ON t.event_at >= s.month::timestamp AT TIME ZONE 'UTC'
        AND t.event_at < (s.month + interval '1 month') AT TIME ZONE 'UTC'
        GROUP BY s.month, s.transactions HAVING count(t.id) <> s.transactions"""),
    Check("I17", "numbers of documents run without gap, in the order of time", "SELECT count(*) FROM document", """
        SELECT number, sequence FROM (
            SELECT number, sequence, issued_at, row_number() OVER own AS place, lag(issued_at) OVER own AS before
            FROM document WINDOW own AS (PARTITION BY series_id ORDER BY sequence)) x
        WHERE sequence <> place OR before > issued_at
        UNION ALL SELECT prefix || '-' || year, last FROM document_series s
        WHERE last <> (SELECT count(*) FROM document WHERE series_id = s.id)"""),
    Check("I18", "lines of documents are what was booked, and sum up", "SELECT count(*) FROM document_line", """
        SELECT d.number, d.total_minor AS sum FROM document d JOIN document_line l ON l.document_id = d.id
        GROUP BY d.id HAVING sum(l.total_minor) <> d.total_minor
        UNION ALL SELECT d.number, l.total_minor FROM document_line l JOIN document d ON d.id = l.document_id
        JOIN ledger_entry e ON e.transaction_id = l.transaction_id JOIN ledger_account a ON a.id = e.account_id
        GROUP BY d.number, l.document_id, l.position, l.side, l.total_minor
        HAVING coalesce(-sum(e.amount) FILTER (WHERE a.kind IN ('platform.revenue.commission', 'platform.vat_payable')
            OR (l.side = 'supply' AND a.owner_type = 'expert')), 0) <> l.total_minor"""),
    Check("I19", "clearing accounts have returned to zero within five days", _ACCOUNTS, """
        SELECT a.id, a.kind, a.balance, max(t.event_at) AS last FROM ledger_account a
        JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE a.kind LIKE 'clearing.%' AND a.balance <> 0 GROUP BY a.id
        HAVING max(t.event_at) < now() - interval '5 days'"""),
    Check("I20", "each paid top-up was credited once, with its amount", "SELECT count(*) FROM top_up", """
        SELECT p.id, p.amount_minor, coalesce(l.amount, 0) AS booked FROM top_up p
        LEFT JOIN ledger_transaction t ON t.key = 'top_up:' || p.id
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.amount > 0
        WHERE CASE p.state WHEN 'paid' THEN p.amount_minor ELSE 0 END <> coalesce(l.amount, 0)"""),
    Check("I20b", "withdrawals and disputes are booked as they stand", "SELECT count(*) FROM withdrawal", """
        SELECT w.id, w.state, w.amount_minor, coalesce(-l.amount, 0) AS booked FROM withdrawal w
        LEFT JOIN ledger_transaction t ON t.key = 'withdraw_done:' || w.id
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.amount < 0
        WHERE w.state = 'succeeded' AND w.amount_minor <> coalesce(-l.amount, 0)
           OR w.state IN ('asked', 'sent') AND l.amount IS NOT NULL
        UNION ALL
        SELECT u.id, 'paid', u.withdrawn_minor, coalesce(sum(w.amount_minor), 0) FROM top_up u
        LEFT JOIN withdrawal w ON w.top_up_id = u.id AND w.state <> 'failed'
        GROUP BY u.id HAVING u.withdrawn_minor <> coalesce(sum(w.amount_minor), 0)
        UNION ALL
        SELECT c.id, c.state, CASE c.state WHEN 'open' THEN c.amount_minor ELSE 0 END, coalesce(sum(l.amount), 0)
        FROM chargeback c LEFT JOIN ledger_transaction t ON t.source_type = 'chargeback' AND t.source_id = c.id
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.account_id IN (
            SELECT id FROM ledger_account WHERE kind = 'brand.receivable' AND owner_id = c.brand_id)
        GROUP BY c.id HAVING coalesce(sum(l.amount), 0) <> CASE c.state WHEN 'open' THEN c.amount_minor ELSE 0 END"""),
    Check("I21", "every owner in the books still exists", _ACCOUNTS, """
        SELECT a.id, a.kind, a.owner_id FROM ledger_account a WHERE a.balance <> 0
        AND (a.owner_type = 'brand' AND NOT EXISTS (SELECT FROM brand WHERE id = a.owner_id)
          OR a.owner_type = 'expert' AND NOT EXISTS (SELECT FROM person WHERE id = a.owner_id))"""),
    Check("I23", "what brands owe was lent for orders and disputes of theirs, no more than these earned", _LENT, """
        SELECT a.owner_id, a.currency, a.balance, coalesce(sum(e.amount), 0) AS lent FROM ledger_account a
        LEFT JOIN (ledger_entry e JOIN ledger_transaction t
            ON t.id = e.transaction_id AND t.type IN ('sale_credit', 'sale_credit_collected')) ON e.account_id = a.id
        WHERE a.kind = 'brand.credit' GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)
        UNION ALL
        SELECT t.source_id, a.currency, sum(e.amount), max(coalesce(o.earned, d.amount_minor, 0)) FROM ledger_account a
        JOIN ledger_entry e ON e.account_id = a.id
        JOIN ledger_transaction t ON t.id = e.transaction_id AND t.type = 'sale_credit'
        LEFT JOIN (SELECT order_id, brand_id, sum(gross_minor)::bigint AS earned FROM earning WHERE rule = 'sale'
            GROUP BY order_id, brand_id) o
            ON t.source_type = 'order' AND o.order_id = t.source_id AND o.brand_id = a.owner_id
        LEFT JOIN dispute d ON t.source_type = 'dispute' AND d.id = t.source_id AND d.brand_id = a.owner_id
        WHERE a.kind = 'brand.credit' GROUP BY t.source_id, a.currency
        HAVING sum(e.amount) > max(coalesce(o.earned, d.amount_minor, 0))"""),
    Check("I24", "each dispute decided for its expert was booked once; no other was", _DISPUTES, """
        SELECT d.id, d.state, d.amount_minor, coalesce(sum(l.amount), 0) AS booked FROM dispute d
        LEFT JOIN ledger_transaction t
            ON t.source_type = 'earning' AND t.source_id = d.outcome_id AND t.type = 'dispute_earned'
        LEFT JOIN ledger_entry l ON l.transaction_id = t.id AND l.account_id IN (
            SELECT id FROM ledger_account WHERE kind = 'brand.wallet' AND owner_id = d.brand_id)
        GROUP BY d.id HAVING coalesce(sum(l.amount), 0) <> CASE d.state WHEN 'upheld' THEN d.amount_minor ELSE 0 END
        UNION ALL
        SELECT t.id, 'unknown', 0, 0 FROM ledger_transaction t WHERE t.type = 'dispute_earned'
        AND NOT EXISTS (SELECT FROM dispute d WHERE d.outcome_id = t.source_id)"""),
)  # fmt: skip


def audit(session: Session) -> Report:
    """Ask every question; at most `MOST_SHOWN` rows of each answer are kept."""
    report = Report()
    for check in CHECKS:
        report.counted[check.name] = int(session.scalar(text(check.counted)) or 0)
        rows = session.execute(text(f"{check.broken} LIMIT {MOST_SHOWN}")).mappings()
        report.violations += [Violation(check.name, check.says, dict(row)) for row in rows]
        if check.name == "I16":
            report.violations += [Violation("I16", check.says, {"month": month}) for month in sealing.broken(session)]
    return report
