"""The brand's page of its widget: colour, corner, texts, and the identities that the shop signs."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.brands.access import current_brand, may
from marketplace.brands.models import Brand
from marketplace.brands.states import Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction
from marketplace.widget import appearance
from marketplace.widget.colours import contrast_of, readable_accent
from marketplace.widget.forms import AppearanceForm, IdentityForm

door = Door("brand_widget", __name__, audience=Audience.BRAND, url_prefix="/brand/widget")

PYTHON = """import time, jwt  # PyJWT

user_jwt = jwt.encode(
    {"sub": customer.id, "name": customer.first_name, "aud": "%(key)s", "exp": int(time.time()) + 300},
    COMPTOIR_SECRET, algorithm="HS256",
)"""
PHP = """use Firebase\\JWT\\JWT;

$userJwt = JWT::encode(
    ['sub' => $customer->id, 'name' => $customer->firstName, 'aud' => '%(key)s', 'exp' => time() + 300],
    $comptoirSecret, 'HS256'
);"""
PAGE = """comptoir("update", {user_jwt: "..."});  // on each page of a signed-in customer
comptoir("shutdown");                    // when he signs out"""


@door.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Colour, corner and texts."""
    with transaction() as session:
        brand = current_brand(session, actor())
    form = AppearanceForm(data={"accent": brand.accent, **brand.widget})
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                changed = current_brand(session, actor(), at_least=Role.MANAGER, lock=True)
                appearance.change(
                    changed, accent=form.accent.data, position=form.position.data,
                    texts={name: form[name].data or "" for name in form.data if name.startswith(("launch", "welc"))},
                )  # fmt: skip
            flash(_("The widget is changed; shops see it within half a minute."), "success")
            return redirect(url_for(".index"))
    return _page(brand, form, secret=""), status_of(form)


@door.post("/identity")
def identity() -> ResponseReturnValue:
    """Turn “signed only” on or off."""
    form = IdentityForm()
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.OWNER, lock=True)
        brand.signed_identity_only = bool(form.validate() and form.only.data)
    if brand.signed_identity_only:
        flash(_("From now on only customers whom your shop vouches for may ask."), "success")
    else:
        flash(_("Everybody may ask again."), "success")
    return redirect(url_for(".index", _anchor="identity"))


@door.post("/secret")
def secret() -> ResponseReturnValue:
    """A new secret, shown this once."""
    with transaction() as session:
        brand = current_brand(session, actor(), at_least=Role.OWNER, lock=True)
        fresh = appearance.renew_secret(brand, now=utcnow())
    return _page(brand, AppearanceForm(formdata=None, data={"accent": brand.accent, **brand.widget}), secret=fresh)


def _page(brand: Brand, form: AppearanceForm, *, secret: str) -> str:
    shown, text = readable_accent(brand.accent)
    samples = [(name, sample % {"key": brand.key}) for name, sample in (("Python", PYTHON), ("PHP", PHP))]
    identity_form = IdentityForm(formdata=None, data={"only": brand.signed_identity_only})
    return render_template(
        "widget/brand.html", brand=brand, form=form, secret=secret, shown=shown, on_shown=text,
        ratio=contrast_of(shown, text), identity_form=identity_form,
        samples=samples, in_page=PAGE,
        can_edit=may(actor(), brand.id, Role.MANAGER), is_owner=may(actor(), brand.id, Role.OWNER),
        origin=platform().settings.public_url.rstrip("/"),
    )  # fmt: skip
