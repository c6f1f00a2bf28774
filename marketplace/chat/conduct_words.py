"""The rules of conduct in the reader's language."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.chat.conduct import ConductRule


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in the reader's language: its name, and what it forbids in one sentence."""

    name: Any
    says: Any


TEXTS: dict[ConductRule, RuleText] = {
    ConductRule.RUDE: RuleText(
        _l("Insult or contempt"), _l("Whoever answers does not insult, threaten or mock, whatever the shopper wrote.")
    ),
    ConductRule.FALSE_CLAIM: RuleText(
        _l("Knowingly false statement"),
        _l("Nothing is said of a product that one knows to be wrong. An honest mistake is not a breach."),
    ),
    ConductRule.COPIED: RuleText(
        _l("Answer that is not one’s own"),
        _l("An answer is not copied from somebody else, nor left to a machine and passed off as experience."),
    ),
    ConductRule.PERSONAL_DATA: RuleText(
        _l("Personal data asked for"),
        _l("Nobody asks a shopper for an address, a telephone number, payment details or a password."),
    ),
    ConductRule.AWAY_FROM_HERE: RuleText(
        _l("Deal away from the shop"),
        _l("The shopper is not drawn to another shop, another service or a private channel."),
    ),
    ConductRule.OWN_INTEREST: RuleText(
        _l("Undisclosed interest"),
        _l("Who gains from a recommendation in another way than this pay says so, or passes."),
    ),
    ConductRule.NO_HELP: RuleText(
        _l("Empty answer"),
        _l("A conversation is answered in earnest: greetings, filler and links without a word are no answer."),
    ),
    ConductRule.STAGED: RuleText(
        _l("Staged conversation"),
        _l("Nobody asks himself, has friends ask, or orders and returns, in order to be paid for it."),
    ),
}
"""Each rule in words, in the order in which they are offered."""
