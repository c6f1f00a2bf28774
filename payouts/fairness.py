"""What an expert earned counts for fairness in matching (docs/matching.md)."""

from sqlalchemy.orm import Session

from experts.offers import note_earned
from payouts.events import EarningPosted
from payouts.models import Earning


def on_earning_posted(session: Session, event: EarningPosted) -> None:
    """Remember the net amount on the day it was earned."""
    earning = session.get_one(Earning, event.earning_id)
    note_earned(session, event.person_id, minor=earning.net_minor, now=earning.earned_at)
