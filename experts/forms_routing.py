"""The routing policy as a form: every number with its bounds, the week, dated exceptions, texts."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FloatField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from experts.errors import PolicyRefused
from experts.forms import WeekForm
from experts.policy import LONGEST_NOTICE, RoutingPolicy, parse
from experts.routing_words import CHOICES, NUMBERS, OTHERS, clock

PERIODS = (7, 14, 30)
"""Days that a rehearsal may look back."""
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d)(?:\s+(\d{1,2}):(\d\d)\s*[-–]\s*(\d{1,2}):(\d\d))?$")


class NumberField(FloatField):  # type: ignore[misc]  # WTForms has no types
    """A number written with a point or a comma, in the unit that the page shows."""

    data: float | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read both ways of writing it."""
        self.data = None
        written = re.sub(r"\s", "", "".join(valuelist)).replace(",", ".")
        if not re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", written):
            raise ValueError(gettext("Write a number."))
        self.data = float(written)


class PolicyForm(WeekForm):
    """Everything of a `RoutingPolicy`, why it is changed, and the period of a rehearsal."""

    agents = RadioField(OTHERS["agents"], choices=CHOICES["agents"])
    when_full = RadioField(OTHERS["when_full"], choices=CHOICES["when_full"])
    when_closed = RadioField(OTHERS["when_closed"], choices=CHOICES["when_closed"])
    exceptions = TextAreaField(
        OTHERS["exceptions"], [Optional(), Length(max=4_000)],
        description=_l("One a line: 2026-12-25 for a day closed, 2026-12-24 09:00-13:00 for other hours."),
    )  # fmt: skip
    notice_en = TextAreaField(OTHERS["notice_en"], [Optional(), Length(max=LONGEST_NOTICE)])
    notice_fr = TextAreaField(OTHERS["notice_fr"], [Optional(), Length(max=LONGEST_NOTICE)])
    reason = StringField(
        _l("Why"), [Optional(), Length(max=300)], description=_l("Kept with the version, for your colleagues.")
    )
    days_back = RadioField(_l("Period of the rehearsal"), coerce=int, default=PERIODS[0], choices=[
        (each, _l("last %(days)s days", days=each)) for each in PERIODS
    ])  # fmt: skip

    def policy(self) -> RoutingPolicy:
        """What the form describes. Raises `PolicyRefused`, its bounds in the units of the page."""
        if self.is_half_given():
            raise PolicyRefused("Give each opening both a start and an end.", field="days")
        values: dict[str, Any] = {}
        for name, one in NUMBERS.items():
            stored = round(self[name].data * one.scale, 9)
            values[name] = int(stored) if stored == int(stored) else stored
        values |= {name: self[name].data for name in ("agents", "when_full", "when_closed")}
        values |= {name: (self[name].data or "").strip() for name in ("notice_en", "notice_fr")}
        values["week"] = [list(row) for row in self.rows()]
        values["exceptions"] = _read_exceptions(self.exceptions.data or "")
        try:
            return parse(values)
        except PolicyRefused as refusal:
            setting = NUMBERS.get(refusal.field or "")
            if setting is None or "least" not in refusal.values:
                raise
            told = {"least": setting.least, "greatest": setting.greatest}
            raise PolicyRefused(refusal.detail, field=setting.name, **told) from None


for _name, _setting in NUMBERS.items():
    setattr(PolicyForm, _name, NumberField(_setting.label))


def form_of(policy: RoutingPolicy) -> PolicyForm:
    """The form filled in with a policy."""
    flat = policy.as_json()
    week: dict[int, list[tuple[int, int]]] = {}
    for weekday, starts, ends in policy.week:
        week.setdefault(weekday, []).append((starts, ends))
    numbers = {name: round(flat[name] / setting.scale, 6) for name, setting in NUMBERS.items()}
    numbers = {name: int(shown) if shown == int(shown) else shown for name, shown in numbers.items()}
    lines = "\n".join(_line(*row) for row in flat["exceptions"])
    kept = {name: flat[name] for name in ("agents", "when_full", "when_closed", "notice_en", "notice_fr")}
    return PolicyForm(None, data={**numbers, **kept, **WeekForm.data_of(week), "exceptions": lines})


def _line(day: str, starts: int | None, ends: int | None) -> str:
    return day if starts is None or ends is None else f"{day} {clock(starts)}-{clock(ends)}"


def _read_exceptions(text: str) -> list[Sequence[Any]]:
    found: list[Sequence[Any]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        match = _LINE.match(line)
        try:
            day = date.fromisoformat(match[1]) if match else None
        except ValueError:
            day = None
        if match is None or day is None:
            raise PolicyRefused("Line %(number)s is not a day, or a day with hours.", field="exceptions", number=number)
        if match[2] is None:
            found.append((day.isoformat(), None, None))
        else:
            found.append((day.isoformat(), int(match[2]) * 60 + int(match[3]), int(match[4]) * 60 + int(match[5])))
    return found
