"""Rules of conduct that a decision against an expert must name: a closed list, shown to everybody.

A forced close, or an earning taken back, takes pay away only when it names one of them. What is not listed here is no
reason. Their texts are in `conduct_words.py`.
"""

from enum import StrEnum


class ConductRule(StrEnum):
    """What a person who answers may not do. The value is what is stored, and never changes its meaning."""

    RUDE = "rude"
    FALSE_CLAIM = "false_claim"
    COPIED = "copied"
    PERSONAL_DATA = "personal_data"
    AWAY_FROM_HERE = "away_from_here"
    OWN_INTEREST = "own_interest"
    NO_HELP = "no_help"
    STAGED = "staged"


def rule_of(code: str | None) -> ConductRule | None:
    """The rule of a stored code; none for an empty one, or one that is not listed."""
    return ConductRule(code) if code in set(ConductRule) else None
