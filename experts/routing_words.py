"""The routing policy in plain words: what each setting means, in which unit it is shown, and its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date, format_decimal, gettext
from flask_babel import lazy_gettext as _l

from experts import policy as policies


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as the page shows it: stored values are divided by `scale`."""

    name: str
    label: Any
    about: Any
    unit: Any = ""
    scale: float = 1.0

    def shown(self, value: float) -> str:
        """The stored value in the unit of the page."""
        return str(format_decimal(round(value / self.scale, 6))).replace("\u202f", "\u00a0")

    @property
    def least(self) -> str:
        """The least allowed, as shown."""
        return self.shown(policies.bounds()[self.name][0])

    @property
    def greatest(self) -> str:
        """The greatest allowed, as shown."""
        return self.shown(policies.bounds()[self.name][1])

    @property
    def default(self) -> str:
        """The default, as shown."""
        return self.shown(policies.defaults()[self.name])


SECONDS, MINUTES, HOURS, PERCENT = _l("seconds"), _l("minutes"), _l("hours"), _l("per cent")

TIMES = (
    Setting(
        "offer_seconds",
        _l("Life of an offer"),
        _l("How long one person may think before the question moves on."),
        SECONDS,
    ),
    Setting(
        "first_hedge",
        _l("Second person after"),
        _l("Silence of the first after which a second is asked as well."),
        SECONDS,
    ),
    Setting("second_hedge", _l("Third person after"), _l("The same for a third."), SECONDS),
    Setting(
        "max_open", _l("Asked at a time"), _l("Most people who see the same question at once. One: one after another.")
    ),
    Setting(
        "pause_after_missed",
        _l("Pause after"),
        _l("Offers in a row left unanswered after which an expert is paused until he taps."),
    ),
    Setting(
        "widen_after",
        _l("Widen after"),
        _l("Then experts of the parent category are asked too. Language is never widened."),
        SECONDS,
    ),
    Setting(
        "live_window",
        _l("Look for somebody live for"),
        _l("Afterwards the question is kept for later, and the shopper is told."),
        SECONDS,
    ),
    Setting(
        "leave_grace",
        _l("After the shopper left"),
        _l("How much longer somebody is looked for once she has left the page."),
        SECONDS,
    ),
    Setting(
        "exclusive_seconds",
        _l("Later: the best alone"),
        _l("How long a question for later is the best expert’s alone."),
        MINUTES,
        60,
    ),
    Setting(
        "shortlist_seconds",
        _l("Later: the best few"),
        _l("How long it is then open to the best few only."),
        MINUTES,
        60,
    ),
    Setting("shortlist_size", _l("How many are the best few"), _l("Afterwards everybody who may answer sees it.")),
    Setting(
        "expires_after",
        _l("Expires after"),
        _l("A question that nobody took ends then; the shopper is told."),
        HOURS,
        3_600,
    ),
)
AGENTS_SECONDS = Setting(
    "agents_seconds",
    _l("The first ones’ head start"),
    _l("How long those who come first have the question to themselves. Nobody waits for a side that is not there."),
    SECONDS,
)
MOST_WAITING = Setting(
    "most_waiting",
    _l("Questions that may wait"),
    _l("With nobody free, so many shoppers may wait at once. Whoever comes after them is told at once."),
)
WEIGHTS = (
    Setting("fairness", _l("Fair share"), _l("How much the least paid gain over those paid far above the others.")),
    Setting(
        "fairness_emphasis", _l("Firmness of the fair share"), _l("How firmly the less paid and the idle come first.")
    ),
    Setting(
        "fairness_span",
        _l("Nothing more to gain from"),
        _l("So many times the mean hourly earnings end the advantage."),
    ),
    Setting("idle", _l("Waiting time"), _l("How much somebody long idle gains over one who has just finished.")),
    Setting("idle_scale", _l("Idle for"), _l("After this time most of it is reached."), MINUTES, 60),
    Setting("quality_emphasis", _l("Firmness of quality"), _l("How firmly a better reputation comes first.")),
    Setting(
        "quality_floor",
        _l("Quality that counts as none"),
        _l("Share of good ratings that is worth nothing."),
        PERCENT,
        0.01,
    ),
    Setting(
        "prior_quality", _l("Newcomers’ quality"), _l("Share of good ratings assumed of somebody new."), PERCENT, 0.01
    ),
    Setting(
        "prior_ratings",
        _l("Weight of that assumption"),
        _l("How many ratings it weighs: more, and one bad day matters less."),
    ),
    Setting(
        "borrowed_share", _l("Ratings of other categories"), _l("What a rating elsewhere counts here."), PERCENT, 0.01
    ),
    Setting(
        "acceptance_emphasis", _l("Firmness of acceptance"), _l("How firmly those come first who will probably accept.")
    ),
    Setting("speed_emphasis", _l("Firmness of speed"), _l("How firmly those come first who answer offers quickly.")),
    Setting(
        "away_share",
        _l("Chance to be away"),
        _l("Chance that somebody of whom nothing was seen for long is not at the desk."),
        PERCENT,
        0.01,
    ),
    Setting(
        "away_seconds",
        _l("A sign of life fades in"),
        _l("After this time what was last seen of somebody says a third of what it said at first."),
        SECONDS,
    ),
    Setting(
        "prior_accepted",
        _l("Newcomers’ accepted offers"),
        _l("Offers that a new expert is credited with having accepted."),
    ),
    Setting("prior_offered", _l("Newcomers’ offers"), _l("Offers that a new expert is credited with having got.")),
    Setting(
        "missed_factor",
        _l("After an unanswered offer"),
        _l("What each one leaves of the chance that he accepts."),
        PERCENT,
        0.01,
    ),
    Setting("speed_scale", _l("Slow means"), _l("Usual delay at which speed counts for a third only."), SECONDS),
    Setting(
        "holdout_share",
        _l("Drawn by lot"),
        _l("Share of questions sent by chance, to keep measuring what the order brings."),
        PERCENT,
        0.01,
    ),
)
NUMBERS: Mapping[str, Setting] = {each.name: each for each in (*TIMES, AGENTS_SECONDS, MOST_WAITING, *WEIGHTS)}
OTHERS: Mapping[str, Any] = {
    "agents": _l("The brand’s own agents"),
    "when_full": _l("When too many wait"),
    "when_closed": _l("Outside the hours"),
    "week": _l("Opening hours"),
    "exceptions": _l("Dated exceptions"),
    "notice_en": _l("Text in English"),
    "notice_fr": _l("Text in French"),
}
CHOICES: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "agents": (
        ("none", _l("Experts only")),
        ("before", _l("Agents first, then experts")),
        ("beside", _l("Agents and experts together")),
        ("after", _l("Experts first, then agents")),
    ),
    "when_full": (("later", _l("Kept for later, answered by e-mail")), ("help", _l("Sent to the help page"))),
    "when_closed": (("later", _l("Kept for later, answered by e-mail")), ("help", _l("Not taken: help page only"))),
}
DAYS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))


def label(name: str) -> str:
    """What a setting is called."""
    return str(NUMBERS[name].label if name in NUMBERS else OTHERS.get(name, name))


def value(name: str, stored: Any) -> str:
    """A stored value as a reader sees it."""
    if name in NUMBERS:
        setting = NUMBERS[name]
        return f"{setting.shown(stored)} {setting.unit}".strip()
    if name in CHOICES:
        return str(dict(CHOICES[name]).get(stored, stored))
    if name == "week":
        hours = [f"{DAYS[day]} {clock(starts)}–{clock(ends)}" for day, starts, ends in stored]
        return ", ".join(hours) or gettext("always open")
    if name == "exceptions":
        return ", ".join(_exception(*row) for row in stored) or gettext("none")
    return str(stored) or "–"


def _exception(day: str, starts: int | None, ends: int | None) -> str:
    hours = gettext("closed") if starts is None or ends is None else f"{clock(starts)}–{clock(ends)}"
    return f"{format_date(date.fromisoformat(day), 'short')} {hours}"


def clock(minute: int) -> str:
    """Minutes since midnight as 09:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
