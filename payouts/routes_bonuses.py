"""Bonuses that brands and the platform give."""

from decimal import Decimal
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from marketplace.accounts.models import Person
from marketplace.brands.access import current_brand, may
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import gettext as _
from marketplace.core.money import Money, exponent
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction
from payouts import bonuses
from payouts import queries_decisions as queries
from payouts.forms_decisions import BonusForm, PlatformBonusForm

brand = Door("brand_bonuses", __name__, audience=Audience.BRAND, url_prefix="/brand/bonuses")
operator = Door("operator_bonuses", __name__, audience=Audience.OPERATOR, url_prefix="/operator/bonuses")
PAGE = 25


@brand.route("", methods=["GET", "POST"], endpoint="index")
def by_brand() -> ResponseReturnValue:
    """Bonuses of this brand, and a form for another."""
    form = BonusForm()
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        mine = current_brand(session, actor())
        form.person_id.choices = [(key, name) for key, name in queries.enrolled_of(session, mine.id)]
        rows = queries.bonuses_of(session, mine.id, page=page, size=PAGE)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                own = current_brand(session, actor(), at_least=Role.OWNER)
                bonuses.give_by_brand(
                    session, id=UUID(form.id.data), brand_id=own.id, person_id=form.person_id.data,
                    amount=_amount(form.amount.data, own.currency), reason=form.reason.data, by=actor().person_id,
                    commission_bps=platform().settings.commission_bps, now=utcnow(),
                )  # fmt: skip
            flash(_("The bonus is given, and the expert sees why."), "success")
            return redirect(url_for(".index"))
    if request.method == "GET":
        form.id.data = str(uuid4())
    rate = platform().settings.commission_bps
    return render_template(
        "payouts/bonuses.html", rows=rows[:PAGE], form=form, can_edit=may(actor(), mine.id, Role.OWNER),
        currency=mine.currency, own=None, commission_bps=rate,
        previous_url=url_for(".index", page=page - 1) if page > 1 else None,
        next_url=url_for(".index", page=page + 1) if len(rows) > PAGE else None,
    ), status_of(form)  # fmt: skip


@operator.route("", methods=["GET", "POST"], endpoint="index")
def by_platform() -> ResponseReturnValue:
    """Bonuses of the platform, what it may spend on them, and a form for another."""
    form = PlatformBonusForm()
    page = max(1, request.args.get("page", 1, type=int))
    with transaction() as session:
        rows = queries.bonuses_of(session, None, page=page, size=PAGE)
        own = bonuses.own_money(session, "EUR")
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                email = form.email.data.strip().lower()
                person_id = session.scalar(select(Person.id).where(Person.email == email))
                if person_id is None:
                    raise bonuses.NotOurExpert("Nobody has this address.", field="email")
                bonuses.give_by_platform(
                    session, id=UUID(form.id.data), person_id=person_id, amount=_amount(form.amount.data, "EUR"),
                    reason=form.reason.data, by=actor().person_id, now=utcnow(),
                )  # fmt: skip
            flash(_("The bonus is given, and the expert sees why."), "success")
            return redirect(url_for(".index"))
    if request.method == "GET":
        form.id.data = str(uuid4())
    return render_template(
        "payouts/bonuses.html", rows=rows[:PAGE], form=form, can_edit=True, currency="EUR", own=own, commission_bps=0,
        previous_url=url_for(".index", page=page - 1) if page > 1 else None,
        next_url=url_for(".index", page=page + 1) if len(rows) > PAGE else None,
    ), status_of(form)  # fmt: skip


def _amount(given: Decimal, currency: str) -> Money:
    return Money(int(given.scaleb(exponent(currency)).to_integral_value()), currency)
