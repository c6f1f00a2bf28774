"""Applying for a mission: profile, categories and words on one page; what is half written waits in the browser."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from experts import applications, profiles
from experts.forms import ApplyForm
from experts.models import Enrolment, Expert
from marketplace.accounts.access import access_person
from marketplace.accounts.models import Person
from marketplace.brands.catalogue import descendants_ids
from marketplace.brands.models import Category
from marketplace.brands.queries import Call, find_call
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.errors import NotFound
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, refusals, status_of, transaction

door = Door("apply", __name__, audience=Audience.SIGNED_IN, url_prefix="/missions")
DRAFTS = "applications"
MOST_DRAFTS = 2
"""Drafts kept in one browser: the cookie that holds them is small."""


@door.route("/<brand>/<slug>/apply", methods=["GET", "POST"])
def show(brand: str, slug: str) -> ResponseReturnValue:
    """The application; sent once per mission, saved for later as often as one likes."""
    now = utcnow()
    with transaction() as session:
        call = _call(session, brand, slug)
        person = access_person(session, actor(), _own_id())
        expert = profiles.find(session, person.id)
        known = session.scalar(
            select(Enrolment).where(Enrolment.mission_id == call.mission.id, Enrolment.person_id == person.id)
        )
        form = ApplyForm(data=_filled(call, person, expert))
        form.offer_categories(_choices(session, call))
        is_open = applications.is_open(session, call.mission, now)
    if form.is_submitted() and form.later.data:
        _keep(str(call.mission.id), form.draft())
        flash(_("Saved on this device. Come back to this page to go on."), "success")
        return redirect(url_for(".show", brand=brand, slug=slug))
    if known is None and is_open and form.validate_on_submit():
        with refusals(form):
            _send(call, form)
            _keep(str(call.mission.id), None)
            flash(_("Your application is sent. The brand’s answer comes by e-mail."), "success")
            return redirect(url_for("expert_missions.index"))
    return render_template(
        "experts/apply.html", call=call, form=form, known=known, is_open=is_open, expert=expert,
    ), status_of(form)  # fmt: skip


def _send(call: Call, form: ApplyForm) -> None:
    with transaction() as session:
        person = access_person(session, actor(), _own_id(), lock=True)
        expert = profiles.find(session, person.id)
        if expert is None:
            expert = profiles.become_expert(session, person, now=utcnow(), **form.profile())
        else:
            profiles.change_profile(session, expert, now=utcnow(), **form.profile())
        applications.apply(
            session, expert, call.mission, category_ids=form.category_ids.data or [],
            motivation=form.motivation.data or "", now=utcnow(),
        )  # fmt: skip


def _call(session: Session, brand: str, slug: str) -> Call:
    call = find_call(session, brand, slug)
    if call is None:
        raise NotFound
    return call


def _own_id() -> UUID:
    key = actor().person_id
    assert key is not None, "the door lets only people in"
    return key


def _choices(session: Session, call: Call) -> list[tuple[UUID, str]]:
    """The mission's categories and all below them, in the order of the tree."""
    reachable = descendants_ids(session, [category.id for category in call.categories])
    found = session.scalars(select(Category).where(Category.id.in_(reachable)).order_by(Category.path_key))
    return [(category.id, category.name(locale_code())) for category in found]


def _filled(call: Call, person: Person, expert: Expert | None) -> dict[str, Any]:
    """What is known already: the profile, then the draft of this browser."""
    known: dict[str, Any] = {
        "public_name": person.name.split(" ")[0][:40], "languages": [locale_code()], "country": "FR",
        "time_zone": person.time_zone, "category_ids": [category.id for category in call.categories],
    }  # fmt: skip
    if expert is not None:
        fields = ("public_name", "languages", "country", "headline_en", "headline_fr", "bio")
        known.update({name: getattr(expert, name) for name in fields})
    draft = browser.get(DRAFTS, {}).get(str(call.mission.id))
    if draft is not None:
        known.update(draft, category_ids=[UUID(key) for key in draft["category_ids"]])
    return known


def _keep(mission: str, draft: dict[str, Any] | None) -> None:
    drafts: dict[str, Any] = dict(browser.get(DRAFTS, {}))
    drafts.pop(mission, None)
    if draft is not None:
        drafts = {**dict(list(drafts.items())[-(MOST_DRAFTS - 1) :]), mission: draft}
    browser[DRAFTS] = drafts
