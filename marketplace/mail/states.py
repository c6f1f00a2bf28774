"""States of a mail."""

from enum import StrEnum


class MailState(StrEnum):
    """queued > sent | failed (after the last attempt)."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
