"""The brand's home, its beginnings, its sites and settings."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.accounts.access import access_person
from marketplace.accounts.login import BRAND_KEY
from marketplace.brands import queries, registry
from marketplace.brands.access import access_site, current_brand, may
from marketplace.brands.forms import BrandForm, SettingsForm, SiteForm
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction

door = Door("brand", __name__, audience=Audience.BRAND, url_prefix="/brand")
start = Door("brand_start", __name__, audience=Audience.SIGNED_IN)


@door.get("")
def home() -> ResponseReturnValue:
    """Until the first question can come: the steps that remain. Afterwards: where to go."""
    with transaction() as session:
        brand = current_brand(session, actor())
        progress = queries.progress_of(session, brand.id)
    return render_template("brands/home.html", brand=brand, progress=progress)


@start.route("/brand/new", methods=["GET", "POST"])
def new_brand() -> ResponseReturnValue:
    """A brand of one's own, with its first site."""
    form = BrandForm()
    if form.validate_on_submit():
        brand: Brand | None = None
        with refusals(form):
            brand = _create(form)
        if brand is not None:
            browser[BRAND_KEY] = str(brand.id)
            flash(_("%(name)s is ready. Three steps to the first question.", name=brand.name), "success")
            return redirect(url_for("brand.home"))
    return render_template("brands/new.html", form=form), status_of(form)


def _create(form: BrandForm) -> Brand:
    now = utcnow()
    with transaction() as session:
        key = actor().person_id
        assert key is not None, "the door lets only people in"
        brand = registry.create_brand(
            session, name=form.name.data, owner=access_person(session, actor(), key), locale=locale_code(),
            currency=form.currency.data, help_url=form.help_url.data or "", now=now,
        )  # fmt: skip
        registry.add_site(session, brand, origin=form.origin.data, now=now)
    return brand


@door.route("/sites", methods=["GET", "POST"])
def sites() -> ResponseReturnValue:
    """Allowed origins, the snippet to copy, what a strict CSP must allow."""
    form = SiteForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.MANAGER)
                registry.add_site(session, brand, origin=form.origin.data, now=utcnow())
            flash(_("The site is allowed."), "success")
            return redirect(url_for(".sites"))
    return _sites_page(form)


def _sites_page(form: SiteForm) -> ResponseReturnValue:
    with transaction() as session:
        brand = current_brand(session, actor())
        listed = registry.sites_of(session, brand.id)
    origin = platform().settings.public_url.rstrip("/")
    page = "brands/_sites_list.html" if request.headers.get("HX-Request") else "brands/sites.html"
    return render_template(
        page, brand=brand, sites=listed, form=form, can_edit=may(actor(), brand.id, Role.MANAGER),
        snippet=f'<script async src="{origin}/w/v1/{brand.key}.js"></script>',
        policy=f"script-src {origin};\nframe-src {origin};",
    ), status_of(form)  # fmt: skip


@door.post("/sites/<uuid:site_id>/remove")
def remove_site(site_id: UUID) -> ResponseReturnValue:
    """The widget opens there no more."""
    with transaction() as session:
        registry.remove_site(session, access_site(session, actor(), site_id, lock=True, at_least=Role.MANAGER))
    flash(_("The site is removed."), "success")
    return redirect(url_for(".sites"))


@door.route("/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    """Name, colour, where order questions go."""
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.MANAGER)
    form = SettingsForm(obj=brand)
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                registry.change_brand(
                    session, current_brand(session, actor(), at_least=Role.MANAGER, lock=True), name=form.name.data,
                    accent=form.accent.data, help_url=form.help_url.data or "",
                    help_email=form.help_email.data or "", takes_later=form.takes_later.data,
                )  # fmt: skip
            flash(_("The settings are saved."), "success")
            return redirect(url_for(".settings"))
    return render_template("brands/settings.html", brand=brand, form=form), status_of(form)
