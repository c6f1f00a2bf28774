"""How states, reasons and rules are called on pages (`words` in templates)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

OUTCOME: Mapping[str, Any] = {
    "asked": lazy_gettext("For experts"),
    "answered": lazy_gettext("Answered"),
    "live": lazy_gettext("Answered live"),
    "later": lazy_gettext("Answered later"),
    "unanswered": lazy_gettext("Without an answer"),
    "open": lazy_gettext("Still open"),
    "none": lazy_gettext("Ended without an answer"),
    "redirected": lazy_gettext("Sent to the shop’s help"),
}
OUTCOME_LOOK = {"live": "ok", "later": "info", "open": "accent", "none": "hot", "redirected": ""}

STATE: Mapping[str, Any] = {
    "asked": lazy_gettext("asked"),
    "triaged": lazy_gettext("understood"),
    "waiting": lazy_gettext("waiting"),
    "offered": lazy_gettext("offered"),
    "matched": lazy_gettext("in conversation"),
    "answered": lazy_gettext("answered"),
    "redirected": lazy_gettext("sent to the shop’s help"),
    "settled": lazy_gettext("settled by a published answer"),
    "expired": lazy_gettext("expired"),
    "withdrawn": lazy_gettext("withdrawn"),
}
STATE_LOOK = {"waiting": "hot", "offered": "accent", "matched": "info", "answered": "ok", "expired": "hot"}

RUNNING: Mapping[str, Any] = {
    "open": lazy_gettext("running"),
    "snoozed": lazy_gettext("put aside"),
    "closed": lazy_gettext("ended"),
}
RATING: Mapping[str, Any] = {
    "any": lazy_gettext("With a rating"),
    "unrated": lazy_gettext("Not rated"),
    "low": lazy_gettext("One or two stars"),
    **{str(n): "★" * n for n in range(5, 0, -1)},
}
CLOSED: Mapping[str, Any] = {
    "solved": lazy_gettext("solved"),
    "left": lazy_gettext("the shopper left"),
    "silent": lazy_gettext("nobody wrote any more"),
    "misrouted": lazy_gettext("not a question for an enthusiast"),
    "abusive": lazy_gettext("abusive messages"),
    "spam": lazy_gettext("advertising or nonsense"),
    "forced": lazy_gettext("ended by the shop’s team"),
}
TOPIC: Mapping[str, Any] = {
    "choice": lazy_gettext("choice"),
    "size": lazy_gettext("size"),
    "compatibility": lazy_gettext("compatibility"),
    "use": lazy_gettext("use"),
    "care": lazy_gettext("care"),
    "other": lazy_gettext("something else"),
}
SOURCE: Mapping[str, Any] = {
    "product": lazy_gettext("from the product of the page"),
    "page": lazy_gettext("from the page’s own category"),
    "classifier": lazy_gettext("from the words of the question"),
    "shopper": lazy_gettext("chosen by the shopper"),
    "expert": lazy_gettext("corrected by the expert"),
    "none": lazy_gettext("not recognised"),
    "": lazy_gettext("not looked for"),
}
INTENT: Mapping[str, Any] = {
    "advice": lazy_gettext("advice on a product"),
    "order": lazy_gettext("an order or after-sales matter"),
    "abuse": lazy_gettext("abuse"),
}
WHY: Mapping[str, Any] = {
    **CLOSED,
    "order_question": lazy_gettext("an order or after-sales matter"),
    "abuse": lazy_gettext("abuse"),
    "busy": lazy_gettext("busy"),
    "recategorised": lazy_gettext("the category was corrected"),
    "nobody_in_time": lazy_gettext("nobody was free in time"),
    "taken": lazy_gettext("a colleague took it"),
    "withdrawn": lazy_gettext("the question was taken back"),
}
MOVE: Mapping[str, Any] = {
    "asked": lazy_gettext("The question was asked"),
    "triage": lazy_gettext("Understood"),
    "redirect": lazy_gettext("Sent to the shop’s help"),
    "settle": lazy_gettext("Settled by a published answer"),
    "wait": lazy_gettext("Waiting for somebody"),
    "offer": lazy_gettext("Being offered"),
    "match": lazy_gettext("Taken"),
    "answer": lazy_gettext("The conversation ended"),
    "return": lazy_gettext("Given back"),
    "expire": lazy_gettext("Expired"),
    "withdraw": lazy_gettext("Withdrawn"),
    "first_reply": lazy_gettext("First answer"),
    "rated": lazy_gettext("Rated"),
}
OFFER: Mapping[str, Any] = {
    "made": lazy_gettext("open"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
    "lapsed": lazy_gettext("no answer in time"),
    "withdrawn": lazy_gettext("taken back"),
}
OFFER_LOOK = {"made": "accent", "accepted": "ok", "declined": "", "lapsed": "hot", "withdrawn": ""}
EXCLUDED: Mapping[str, Any] = {
    "inactive": lazy_gettext("not active on the mission"),
    "not_enrolled": lazy_gettext("not on a mission of this shop"),
    "blocked": lazy_gettext("blocked by the shop"),
    "language": lazy_gettext("does not speak the language"),
    "category": lazy_gettext("does not answer in this category"),
    "not_certified": lazy_gettext("not yet accepted in this category"),
    "off_schedule": lazy_gettext("outside the hours of work"),
    "switched_off": lazy_gettext("switched off"),
    "not_present": lazy_gettext("workbench not open"),
    "at_capacity": lazy_gettext("as many conversations as chosen"),
    "other_open_offer": lazy_gettext("already looking at another question"),
    "already_asked": lazy_gettext("already asked about this question"),
    "paused": lazy_gettext("paused after unanswered offers"),
    "budget": lazy_gettext("the mission’s budget is spent"),
    "ranked_lower": lazy_gettext("free, but further down the order"),
}
EARNING: Mapping[str, Any] = {
    "pending": lazy_gettext("pending"),
    "available": lazy_gettext("available"),
    "paid": lazy_gettext("paid"),
    "reversed": lazy_gettext("given back"),
}
NOT_COUNTED: Mapping[str, Any] = {**CLOSED, "set_aside": lazy_gettext("set aside after a review")}
"""Why a rating does not count."""
LEVEL: Mapping[str, Any] = {
    "new": lazy_gettext("new"),
    "shown": lazy_gettext("rated"),
    "proven": lazy_gettext("proven"),
    "outstanding": lazy_gettext("outstanding"),
}
"""Levels of a reputation (`experts.reputation.LEVELS`)."""
LEVEL_LOOK = {"new": "", "shown": "info", "proven": "ok", "outstanding": "accent"}
REVIEW: Mapping[str, Any] = {
    "open": lazy_gettext("to decide"),
    "kept": lazy_gettext("rating kept"),
    "set_aside": lazy_gettext("rating set aside"),
    "dropped": lazy_gettext("no longer strange"),
}
REVIEW_LOOK = {"open": "hot", "kept": "", "set_aside": "info", "dropped": ""}
REVIEW_RULE: Mapping[str, Any] = {
    "abusive_visitor": lazy_gettext("The shopper wrote abuse around that time."),
    "far_from_history": lazy_gettext("Far below what this expert is usually given, while the conversation went well."),
    "asked": lazy_gettext("The expert asked for it."),
}
REVIEW_REASON: Mapping[str, Any] = {
    "undecided_for_expert": lazy_gettext("Nobody decided in time; silence decides for the expert who asked."),
    "undecided_rating_stays": lazy_gettext("Nobody decided in time, so the rating stays."),
}
SIGNAL: Mapping[str, Any] = {
    "solved": lazy_gettext("the shopper said that it was solved"),
    "ended_solved": lazy_gettext("the conversation ended as solved"),
    "prompt": lazy_gettext("the first answer came within two minutes"),
    "went_on": lazy_gettext("the shopper wrote on after the answer"),
}
"""What in a conversation speaks for who was rated (`ratings.outliers.signals_of`)."""
UNPAID: Mapping[str, Any] = {
    "not_expert": lazy_gettext("The shop’s own team answered."),
    "no_answer": lazy_gettext("No answer was written."),
    "no_reply": lazy_gettext("The shopper wrote nothing after the answer."),
    "misrouted": lazy_gettext("It was no question for an enthusiast."),
    "spam": lazy_gettext("It was spam."),
    "redirected": lazy_gettext("It was sent to the shop’s help."),
    "rule_broken": lazy_gettext("A rule of conduct was broken."),
}
"""Why a part of a conversation earned nothing; other reasons are told by the earning's own page."""
WEIGHT: Mapping[str, Any] = {
    "prior_accepted": lazy_gettext("Offers a new expert is credited with accepting"),
    "prior_offered": lazy_gettext("Offers a new expert is credited with receiving"),
    "acceptance_emphasis": lazy_gettext("How firmly those who will probably accept come first"),
    "missed_factor": lazy_gettext("What each unanswered offer leaves of the chance"),
    "away_share": lazy_gettext("Chance that somebody not seen for long is away"),
    "away_seconds": lazy_gettext("Seconds over which a sign of life, or silence, counts"),
    "speed_scale": lazy_gettext("Seconds over which slowness counts"),
    "speed_emphasis": lazy_gettext("How firmly the quick come first"),
    "quality_floor": lazy_gettext("Share of good ratings that is worth nothing"),
    "quality_emphasis": lazy_gettext("How firmly better ratings come first"),
    "prior_quality": lazy_gettext("Share of good ratings assumed of a new expert"),
    "prior_ratings": lazy_gettext("Ratings that this assumption weighs"),
    "borrowed_share": lazy_gettext("What a rating in another category counts"),
    "fairness": lazy_gettext("What the least paid gain"),
    "fairness_emphasis": lazy_gettext("How firmly the less paid come first"),
    "fairness_span": lazy_gettext("Times the mean pay at which nothing more is gained"),
    "idle": lazy_gettext("What the long idle gain"),
    "idle_scale": lazy_gettext("Seconds over which idleness counts"),
    "holdout_share": lazy_gettext("Share of questions drawn by lot"),
}
JOB: Mapping[str, Any] = {
    "todo": lazy_gettext("to do"),
    "doing": lazy_gettext("running"),
    "failed": lazy_gettext("failed"),
    "succeeded": lazy_gettext("done"),
    "cancelled": lazy_gettext("cancelled"),
    "aborted": lazy_gettext("stopped"),
}
JOB_LOOK = {"failed": "danger", "succeeded": "ok", "doing": "info", "todo": "accent"}
ATTENTION: Mapping[str, Any] = {
    "failed_jobs": lazy_gettext("Failed jobs"),
    "failed_mail": lazy_gettext("Mail that did not leave"),
    "overdue_questions": lazy_gettext("Questions that nobody moved on"),
}
