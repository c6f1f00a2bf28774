"""The database itself keeps the ledger: append-only, and every transaction sums to zero per currency."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', HINT = 'book a transaction that reverses it';
    END $$
    """,
    """
    CREATE TRIGGER ledger_transaction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_account_stays BEFORE DELETE OR TRUNCATE ON ledger_account
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_account_identity BEFORE UPDATE OF id, kind, owner_type, owner_id, currency, side, min_balance
        ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
    """,
    # At the commit, each transaction made in it has all its lines and sums to zero per currency.
    """
    CREATE FUNCTION ledger_check_sum() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT coalesce(sum(n), 0) <> NEW.lines OR bool_or(total <> 0) FROM (
            SELECT count(*) AS n, sum(amount) AS total FROM ledger_entry WHERE transaction_id = NEW.id GROUP BY currency
        ) AS by_currency) THEN
            RAISE EXCEPTION 'ledger transaction % does not balance', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON ledger_transaction
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_sum()
    """,
    # Entries come with their transaction: none to one that is absent (hence no foreign key, which would cost twice as
    # much) or that was committed before. Neither is ever deleted.
    """
    CREATE FUNCTION ledger_refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM added LEFT JOIN ledger_transaction AS t ON t.id = added.transaction_id
            WHERE t.made_in IS DISTINCT FROM pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'no open ledger transaction: entries come with theirs' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER ledger_entry_in_time AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
