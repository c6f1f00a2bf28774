"""What was issued or accepted stays as it was; numbers are given one after another."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FROZEN = ("document", "document_line", "document_file", "mandate")
STATEMENTS = (
    """
    CREATE FUNCTION document_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'what was issued stays: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', HINT = 'issue a credit note that names the original';
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION document_refuse()
        """
        for table in FROZEN
    ),
    """
    CREATE TRIGGER document_series_stays BEFORE DELETE OR TRUNCATE ON document_series
        FOR EACH STATEMENT EXECUTE FUNCTION document_refuse()
    """,
    # A series only ever gives the next number, at a time not before the last one.
    """
    CREATE FUNCTION document_series_next() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.last <> OLD.last + 1 OR NEW.last_at < OLD.last_at
            OR (NEW.id, NEW.owner_id, NEW.year, NEW.prefix) <> (OLD.id, OLD.owner_id, OLD.year, OLD.prefix) THEN
            RAISE EXCEPTION 'series % gives the next number only', OLD.prefix USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER document_series_counts BEFORE UPDATE ON document_series
        FOR EACH ROW EXECUTE FUNCTION document_series_next()
    """,
    # At the commit, each number that was given is on a document.
    """
    CREATE FUNCTION document_series_used() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM document WHERE series_id = NEW.id AND sequence = NEW.last) THEN
            RAISE EXCEPTION 'number % of series % is on no document', NEW.last, NEW.prefix
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER document_series_is_used AFTER UPDATE ON document_series
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION document_series_used()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
