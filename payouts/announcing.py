"""What a conversation earned, told to the screens of those who served it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.chat.events import ConversationClosed
from marketplace.chat.wire import person_room
from marketplace.core.events import send
from payouts.models import Assessment, Earning


def on_conversation_closed(session: Session, event: ConversationClosed) -> None:
    """Each sees gross, commission and net in minor units, and why it pays or does not (a code of `pay.Reason`)."""
    rows = session.execute(
        select(Assessment, Earning)
        .outerjoin(Earning, Earning.segment_id == Assessment.segment_id)
        .where(Assessment.conversation_id == event.conversation_id)
    )
    for assessment, earning in rows:
        payload = {
            "conversation_id": str(event.conversation_id), "qualified": assessment.qualified,
            "reason": assessment.reason, "gross_minor": earning.gross_minor if earning else 0,
            "commission_minor": earning.commission_minor if earning else 0,
            "net_minor": earning.net_minor if earning else 0, "currency": earning.currency if earning else "EUR",
        }  # fmt: skip
        send(session, "earned", payload, room=person_room(assessment.person_id), namespace="/expert")
