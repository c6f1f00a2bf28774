"""Jobs commit or vanish with the change that asked for them."""

import pytest
from sqlalchemy import text

from marketplace.core.db import Database
from marketplace.core.jobs import defer
from tests.support import JobRunner


class Undone(Exception):
    """The change is taken back."""


def test_a_committed_change_leaves_its_job(database: Database, jobs: JobRunner) -> None:
    with database.unit_of_work() as session:
        defer(session, "mail.deliver", mail_id="1")
    assert [(name, arguments) for _, name, arguments in jobs.waiting()] == [("mail.deliver", {"mail_id": "1"})]


def test_a_rolled_back_change_leaves_no_job(database: Database, jobs: JobRunner) -> None:
    def change() -> None:
        with database.unit_of_work() as session:
            session.execute(text("SELECT 1"))
            defer(session, "mail.deliver", mail_id="1")
            raise Undone

    with pytest.raises(Undone):
        change()
    assert jobs.waiting() == []


def test_what_was_to_follow_a_commit_does_not_follow_a_rollback(database: Database) -> None:
    from marketplace.core.db import after_commit

    told: list[str] = []

    def change(fails: bool) -> None:
        with database.unit_of_work() as session:
            after_commit(session, lambda: told.append("done"))
            if fails:
                raise Undone

    with pytest.raises(Undone):
        change(fails=True)
    assert told == []
    change(fails=False)
    assert told == ["done"]
