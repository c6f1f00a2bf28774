"""What experts add to a transfer: who could take over, and how the shopper is told who does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from experts.introductions import introduce, introduce_agent
from experts.models import Expert
from marketplace.chat.colleagues import Colleague
from marketplace.chat.models import Conversation
from marketplace.chat.states import AuthorKind
from marketplace.chat.wire import avatar_url
from marketplace.questions.models import Question

MOST = 100
"""Most colleagues that are listed."""

_COLLEAGUES = text("""
    SELECT p.id, p.name, p.avatar,
           bool_or(EXISTS (SELECT 1 FROM expert_pool x
                    WHERE x.person_id = n.person_id AND x.enrolment_id = n.id AND x.language = :language)) AS free,
           array_agg(ec.category_id) AS categories
      FROM enrolment n
      JOIN expert e ON e.person_id = n.person_id AND :language = ANY(e.languages)
      JOIN person p ON p.id = n.person_id AND p.disabled_at IS NULL
      JOIN enrolment_category ec ON ec.enrolment_id = n.id AND ec.certified_at IS NOT NULL
     WHERE n.brand_id = :brand AND (CAST(:mission AS uuid) IS NULL OR n.mission_id = :mission) AND n.state = 'active'
     GROUP BY p.id ORDER BY free DESC, p.name LIMIT :most
""")


def colleagues(session: Session, conversation: Conversation) -> Sequence[Colleague]:
    """The experts of the conversation's mission (of a brand's agent: of all its missions), free ones first."""
    given = {
        "language": conversation.language, "brand": conversation.brand_id, "mission": conversation.mission_id,
        "most": MOST,
    }  # fmt: skip
    return [
        Colleague(row.id, row.name.split(" ")[0], avatar_url(row.avatar), row.free, frozenset(row.categories))
        for row in session.execute(_COLLEAGUES, given)
    ]


def introduction(
    session: Session, conversation: Conversation, person_id: UUID, kind: AuthorKind, now: datetime
) -> dict[str, Any]:
    """What the shopper reads of who takes over."""
    expert = session.get(Expert, person_id) if kind is AuthorKind.EXPERT else None
    if expert is None:
        return introduce_agent(session, person_id)
    question = session.get_one(Question, conversation.question_id)
    return introduce(session, expert, question, now=now)
