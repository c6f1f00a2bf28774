"""The brand's catalogue: its products, and files that bring them."""

import csv
import io
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.brands import catalogue, imports, queries
from marketplace.brands.access import access_brand, access_import, access_product, current_brand, may
from marketplace.brands.forms import UploadForm
from marketplace.brands.models import Category
from marketplace.brands.states import ImportState, Role
from marketplace.core.actors import Audience
from marketplace.core.clock import utcnow
from marketplace.core.i18n import locale_code
from marketplace.core.web import Door, actor, platform, refusals, status_of, transaction

door = Door("brand_catalogue", __name__, audience=Audience.BRAND, url_prefix="/brand/catalogue")
PAGE = 50
_FINISHED = {ImportState.DONE, ImportState.FAILED}


@door.get("")
def index() -> ResponseReturnValue:
    """Products on sale, by words, id or GTIN, and by category with all below."""
    search, category = request.args.get("q", "").strip(), request.args.get("category", type=UUID)
    after = request.args.get("after", type=UUID)
    with transaction() as session:
        brand = current_brand(session, actor())
        found = queries.find_products(
            session, brand.id, search=search, category_id=category, locale=locale_code(), after=after, limit=PAGE + 1
        )
        tree = catalogue.categories_of(session, brand.id)
        total = queries.count_products(session, brand.id)
    following = (
        url_for(".index", q=search or None, category=category, after=found[PAGE - 1].id) if len(found) > PAGE else None
    )
    return render_template(
        "brands/catalogue.html", brand=brand, products=found[:PAGE], total=total, search=search, category=category,
        tree=tree, names={node.id: node.name(locale_code()) for node in tree}, next_url=following, indent=indent,
    )  # fmt: skip


def indent(category: Category) -> str:
    """The name with one dash per level above it, for lists."""
    return "– " * category.path_key.count("/") + category.name(locale_code())


@door.get("/<uuid:product_id>")
def product(product_id: UUID) -> ResponseReturnValue:
    """One product as experts and the matching see it."""
    with transaction() as session:
        found = access_product(session, actor(), product_id)
        brand = access_brand(session, actor(), found.brand_id)
        path = list(reversed(catalogue.ancestors(session, found.category_id)))
    return render_template("brands/product.html", brand=brand, product=found, path=path)


@door.route("/import", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """A CSV file; it is checked at once and imported in the background."""
    form = UploadForm()
    if form.validate_on_submit():
        with refusals(form):
            with transaction() as session:
                brand = current_brand(session, actor(), at_least=Role.MANAGER)
                made = imports.begin(
                    session, brand, platform().storage, file_name=form.file.data.filename or "",
                    content=form.file.data.read(), by=actor().person_id, now=utcnow(),
                )  # fmt: skip
            return redirect(url_for(".progress", import_id=made.id))
    with transaction() as session:
        brand = current_brand(session, actor())
        earlier = imports.imports_of(session, brand.id)
    return render_template(
        "brands/import.html", brand=brand, form=form, imports=earlier, header=",".join(catalogue.HEADER),
        can_edit=may(actor(), brand.id, Role.MANAGER),
    ), status_of(form)  # fmt: skip


@door.get("/import/<uuid:import_id>")
def progress(import_id: UUID) -> ResponseReturnValue:
    """How far it is; asked again each second while it runs."""
    with transaction() as session:
        found = access_import(session, actor(), import_id)
        brand = access_brand(session, actor(), found.brand_id)
    page = "brands/_progress.html" if request.headers.get("HX-Request") else "brands/progress.html"
    return render_template(
        page, brand=brand, upload=found, finished=found.state in _FINISHED,
        shown=[{**error, "text": _say(error["message"], error["values"])} for error in found.errors[:100]],
    )  # fmt: skip


@door.get("/import/<uuid:import_id>/errors.csv")
def errors(import_id: UUID) -> ResponseReturnValue:
    """The lines that were left out, with the reason, in the form of an import: correct and send again."""
    with transaction() as session:
        found = access_import(session, actor(), import_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*catalogue.HEADER, "line", "column", "reason"])
    for line, column, message, values, cells in imports.error_lines(found, platform().storage.get(found.stored_as)):
        writer.writerow([*map(_plain, cells), line, column, _say(message, values)])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="lines-left-out.csv"'
    return response


@door.get("/import/example.csv")
def example() -> ResponseReturnValue:
    """A file to begin with."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(catalogue.HEADER)
    writer.writerow(
        ["SHOE-1", "2000000000015", "https://www.example.com/p/shoe-1", "Ridge trail shoe", "Chaussure de trail Crête",
         "Light, for rocky ground.", "Légère, pour terrain rocheux.", "129.00", "EUR", "Shoes > Trail shoes",
         "Chaussures > Chaussures de trail", "https://www.example.com/img/shoe-1.jpg",
         '[{"label_en": "Weight", "label_fr": "Poids", "value_en": "270 g", "value_fr": "270 g"}]']
    )  # fmt: skip
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    return response


def _say(message: str, values: object) -> str:
    return str(_(message, **values) if isinstance(values, dict) and values else _(message))


def _plain(cell: str) -> str:
    """The cell so that a spreadsheet does not take it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
