"""A shop that is not ours: three brands on an origin of their own, carrying nothing of ours but the public snippet.

It works without the platform: pages come from the content, the widget's key from the database when it answers.
"""

import json
import mimetypes
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from marketplace.brands.models import Brand
from marketplace.core.db import Database
from marketplace.core.settings import Settings
from marketplace.demo.catalogue import demo_brand, demo_brands, read_content, text
from marketplace.demo.dialogues import price_text
from marketplace.demo.model import DemoBrand, DemoCategory, DemoProduct, Lang, Text
from marketplace.demo.pictures import product_svg

KEY_SECONDS = 10.0
"""How long a widget key, or its absence, is remembered."""
PICKS = 8


class Keys:
    """The public widget keys of the brands, asked from the database at most every ten seconds."""

    def __init__(self, database: Callable[[], Database]):
        self._database = database
        self._known: dict[str, tuple[float, str | None]] = {}

    def of(self, slug: str) -> str | None:
        """The brand's key; none while the platform does not know the brand, or does not answer."""
        asked, key = self._known.get(slug, (0.0, None))
        if time.monotonic() - asked > KEY_SECONDS or not asked:
            key = self._ask(slug)
            self._known[slug] = (time.monotonic(), key)
        return key

    def _ask(self, slug: str) -> str | None:
        try:
            with self._database().unit_of_work() as session:
                return session.scalar(select(Brand.key).where(Brand.slug == slug, Brand.disabled_at.is_(None)))
        except SQLAlchemyError:
            return None


def create_shop(settings: Settings, database: Callable[[], Database], *, root: Path) -> Flask:
    """The shop as an application of its own. `root` holds the folders `templates/demo` and `static/dist`."""
    shop = Flask(__name__, static_folder=None, template_folder=str(root / "templates" / "demo"))
    keys = Keys(database)
    dist = root / "static" / "dist"
    shop.jinja_env.globals.update(
        say=lambda name: _texts()[name][g.lang], price=lambda product: price_text(product, g.lang),
        shop_style=lambda: f"/assets/{_built(dist, 'css/shop.css')}", public_url=settings.public_url.rstrip("/"),
        picture=lambda brand, product: f"/{brand.slug}/img/{product.external_id}.svg",
        page=lambda brand, product: f"/{brand.slug}{product.path}", key_of=keys.of,
    )  # fmt: skip
    shop.before_request(_choose_language)
    shop.after_request(lambda response: _secure(response, settings))
    shop.register_error_handler(404, lambda _error: (render_template("missing.html", brand=None), 404))
    _add_pages(shop)
    _add_files(shop, dist)
    shop.jinja_env.globals["shop_url"] = settings.shop_url.rstrip("/")
    return shop


def _add_pages(shop: Flask) -> None:
    shop.add_url_rule("/", view_func=index)
    shop.add_url_rule("/<slug>/", view_func=front)
    shop.add_url_rule("/<slug>/c/<key>", view_func=department)
    shop.add_url_rule("/<slug>/p/<name>", view_func=product_page)
    shop.add_url_rule("/<slug>/basket", view_func=basket)
    shop.add_url_rule("/<slug>/order", view_func=place_order, methods=["POST"])
    shop.add_url_rule("/<slug>/thanks", view_func=thanks)


def _add_files(shop: Flask, dist: Path) -> None:
    def asset(name: str) -> ResponseReturnValue:
        path = (dist / name).resolve()
        if not path.is_relative_to(dist.resolve()) or not path.is_file():
            abort(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return _kept(Response(path.read_bytes(), mimetype=kind))

    shop.add_url_rule("/assets/<path:name>", view_func=asset)
    shop.add_url_rule("/order.js", view_func=order_script)
    shop.add_url_rule("/<slug>/img/<name>.svg", view_func=drawing)


def index() -> ResponseReturnValue:
    """The street of three shops."""
    return render_template("index.html", brands=demo_brands(), brand=None)


def front(slug: str) -> ResponseReturnValue:
    """A brand's first page: its departments and a few products."""
    brand = _brand(slug)
    picks = Random(slug).sample(brand.products, PICKS)
    return render_template("front.html", brand=brand, picks=picks, roots=_children(brand, None))


def department(slug: str, key: str) -> ResponseReturnValue:
    """The products of a category and of all below it."""
    brand = _brand(slug)
    category = next((c for c in brand.categories if c.key == key), None)
    if category is None:
        abort(404)
    leaves = brand.leaves_under(key)
    return render_template(
        "department.html", brand=brand, category=category, below=_children(brand, key), trail=_trail(brand, key)[:-1],
        products=[product for product in brand.products if product.category in leaves],
    )  # fmt: skip


def product_page(slug: str, name: str) -> ResponseReturnValue:
    """A product: what the widget is about."""
    brand = _brand(slug)
    product = next((p for p in brand.products if p.path == f"/p/{name}"), None)
    if product is None:
        abort(404)
    similar = [p for p in brand.products if p.category == product.category and p is not product][:4]
    return render_template(
        "product.html", brand=brand, product=product, similar=similar, trail=_trail(brand, product.category),
        facts=json_ld(brand, product, g.lang, shop_url=request.url_root.rstrip("/")),
    )  # fmt: skip


def basket(slug: str) -> ResponseReturnValue:
    """One product about to be ordered."""
    brand = _brand(slug)
    return render_template("basket.html", brand=brand, product=_wanted(brand, request.args.get("product", "")))


def place_order(slug: str) -> ResponseReturnValue:
    """Invent an order number and say thank you."""
    brand = _brand(slug)
    product = _wanted(brand, request.form.get("product", ""))
    number = f"W{Random().randrange(100_000, 999_999)}"
    return redirect(url_for("thanks", slug=slug, order=number, product=product.external_id), 303)


def thanks(slug: str) -> ResponseReturnValue:
    """The order is placed; the shop's own script tells the embed."""
    brand = _brand(slug)
    product = _wanted(brand, request.args.get("product", ""))
    number = request.args.get("order", "")[:20]
    order = {
        "id": number, "total_minor": product.price_minor, "currency": brand.currency,
        "lines": [{"id": product.external_id, "quantity": 1, "total_minor": product.price_minor}],
    }  # fmt: skip
    g.own_script = True
    return render_template("thanks.html", brand=brand, product=product, number=number, order=json.dumps(order))


def drawing(slug: str, name: str) -> ResponseReturnValue:
    """A product's picture."""
    brand = _brand(slug)
    return _kept(Response(product_svg(brand, _wanted(brand, name)), mimetype="image/svg+xml"))


def order_script() -> ResponseReturnValue:
    """The shop's own script."""
    source = files("marketplace.demo") / "content" / "order.js"
    return _kept(Response(source.read_text(encoding="utf-8"), mimetype="text/javascript"))


def json_ld(brand: DemoBrand, product: DemoProduct, lang: Lang, *, shop_url: str) -> str:
    """The product as schema.org JSON-LD, safe inside a script element."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Product", "name": product.title[lang],
        "description": product.description[lang], "sku": product.external_id, "gtin13": product.gtin,
        "image": f"{shop_url}/{brand.slug}/img/{product.external_id}.svg",
        "brand": {"@type": "Brand", "name": brand.name},
        "category": brand.category_path(product.category, lang),
        "offers": {
            "@type": "Offer", "price": f"{Decimal(product.price_minor) / 100:.2f}", "priceCurrency": brand.currency,
            "availability": f"https://schema.org/{'InStock' if product.stock else 'OutOfStock'}",
        },
    }  # fmt: skip
    return json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _texts() -> dict[str, Text]:
    return {name: text(pair) for name, pair in read_content("shop").items()}


def _choose_language() -> None:
    wished = request.args.get("lang") or request.cookies.get("lang") or ""
    slug = (request.view_args or {}).get("slug", "")
    own = next((brand.locale for brand in demo_brands() if brand.slug == slug), None)
    best = wished if wished in {"fr", "en"} else own or request.accept_languages.best_match(["fr", "en"]) or "fr"
    g.lang = best


def _secure(response: Response, settings: Settings) -> Response:
    """A strict policy, as careful shops have it: scripts and frames of the platform alone, Trusted Types."""
    platform = settings.public_url.rstrip("/")
    scripts = f"'self' {platform}" if g.get("own_script") else platform
    response.headers["Content-Security-Policy"] = (
        f"script-src {scripts}; frame-src {platform}; object-src 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.args.get("lang") in {"fr", "en"}:
        response.set_cookie("lang", request.args["lang"], max_age=86_400 * 90, samesite="Lax")
    return response


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _built(dist: Path, name: str) -> str:
    manifest = dist / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    return names.get(name, name)


def _brand(slug: str) -> DemoBrand:
    try:
        return demo_brand(slug)
    except KeyError:
        abort(404)


def _wanted(brand: DemoBrand, external_id: str) -> DemoProduct:
    found = next((product for product in brand.products if product.external_id == external_id), None)
    if found is None:
        abort(404)
    return found


def _children(brand: DemoBrand, parent: str | None) -> list[DemoCategory]:
    return [category for category in brand.categories if category.parent == parent]


def _trail(brand: DemoBrand, key: str) -> list[DemoCategory]:
    """From the root down to the category."""
    by_key = {category.key: category for category in brand.categories}
    trail = [by_key[key]]
    while (parent := trail[0].parent) is not None:
        trail.insert(0, by_key[parent])
    return trail
