"""A brand's own models: what they are taught, when they are built again, and how good they are.

The catalogue is the first teacher: each product's title, under its category. Confirmed questions (`learning.py`) are
the second. Building reads, then computes outside any transaction, then stores: no row waits for arithmetic.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from marketplace.brands.catalogue import categories_of
from marketplace.brands.events import CatalogueChanged
from marketplace.brands.models import Category
from marketplace.core.jobs import defer
from marketplace.questions import evaluation, language
from marketplace.questions.classifier import CategoryModel, Name, Row
from marketplace.questions.evaluation import HeldOut, Measured
from marketplace.questions.models import Question, TriageLabel, TriageModel, TriageVersion
from marketplace.questions.prediction import calibrated, held_out

REBUILD = "triage.rebuild"
REBUILD_STALE = "triage.rebuild_stale"
PRODUCTS_PER_CATEGORY = 100
MOST_PRODUCTS = 5_000
MOST_LABELS = 10_000
DESCRIPTION_LENGTH = 600
"""Characters of a description that are read, here and when a question is triaged."""
REBUILD_AFTER = 20
"""New labels after which the models are built again at once; fewer wait for the night."""


@dataclass(frozen=True, slots=True)
class Material:
    """What one model is taught: its categories, product texts and confirmed questions."""

    lang: str
    names: list[Name]
    products: list[Row]
    questions: list[Row]

    @property
    def rows(self) -> list[Row]:
        """Everything with a known category."""
        return [*self.products, *self.questions]


@dataclass(frozen=True, slots=True)
class Built:
    """A model ready to be stored."""

    lang: str
    data: bytes
    labels: int
    evaluation: dict[str, Any]
    products: int = 0


_PRODUCTS = text(
    """
    SELECT c.path_key, ranked.title, ranked.description FROM (
        SELECT category_id, updated_at, CASE WHEN :lang = 'fr' THEN title_fr ELSE title_en END AS title,
               left(CASE WHEN :lang = 'fr' THEN description_fr ELSE description_en END, :length) AS description,
               row_number() OVER (PARTITION BY category_id ORDER BY updated_at DESC, id DESC) AS place
        FROM product WHERE brand_id = :brand AND withdrawn_at IS NULL
    ) AS ranked JOIN category c ON c.id = ranked.category_id
    WHERE ranked.place <= :per_category ORDER BY ranked.place, c.path_key LIMIT :most
    """
)
_HAVING_PRODUCTS = text("SELECT DISTINCT category_id FROM product WHERE brand_id = :brand AND withdrawn_at IS NULL")


def names_of(session: Session, brand_id: UUID, lang: str) -> list[Name]:
    """The categories that a question may belong to: those with products or with none below them.

    Each brings its name, its synonyms and the names above it.
    """
    tree = list(categories_of(session, brand_id))
    with_products = set(session.scalars(_HAVING_PRODUCTS, {"brand": brand_id}))
    parents = {category.parent_id for category in tree}
    by_id = {category.id: category for category in tree}
    found = []
    for category in tree:
        if category.id in parents and category.id not in with_products:
            continue
        above = [each.name(lang) for each in _above(by_id, category)]
        found.append(Name(category.path_key, category.name(lang), (*map(str, category.synonyms), *above)))
    return found


def _above(by_id: dict[UUID, Category], category: Category) -> Iterable[Category]:
    parent = category.parent_id
    while parent is not None:
        yield by_id[parent]
        parent = by_id[parent].parent_id


def cold_model(session: Session, brand_id: UUID, lang: str) -> CategoryModel:
    """A model of the category names alone: quick enough to be made while a shopper waits."""
    return CategoryModel.from_names(lang, names_of(session, brand_id, lang))


def gather(session: Session, brand_id: UUID, lang: str) -> Material:
    """What the brand's model of one language can be taught now."""
    names = names_of(session, brand_id, lang)
    keys = {name.key for name in names}
    values = {
        "brand": brand_id, "lang": lang, "length": DESCRIPTION_LENGTH, "per_category": PRODUCTS_PER_CATEGORY,
        "most": MOST_PRODUCTS,
    }  # fmt: skip
    products = [("", row.title, row.description, row.path_key) for row in session.execute(_PRODUCTS, values)]
    confirmed = session.execute(
        select(Question.text, TriageLabel.title, Category.path_key)
        .join(Question, Question.id == TriageLabel.question_id)
        .join(Category, Category.id == TriageLabel.category_id)
        .where(TriageLabel.brand_id == brand_id, TriageLabel.language == lang)
        .order_by(TriageLabel.at.desc())
        .limit(MOST_LABELS)
    )
    questions = [(row.text, row.title, "", row.path_key) for row in confirmed if row.path_key in keys]
    return Material(lang, names, products, questions)


def build(material: Material) -> Built | None:
    """The model and its evaluation; None without two categories to choose from. Seconds of arithmetic."""
    if len(material.names) < 2:
        return None
    held = held_out(material.lang, material.names, material.rows)
    model = calibrated(material.lang, material.names, material.rows, held)
    figures = {what: found.as_json() for what, found in _measured(held).items() if found is not None}
    return Built(material.lang, model.to_bytes(), len(material.questions), figures, len(material.products))


def store(session: Session, brand_id: UUID, built: Built, *, now: datetime) -> None:
    """Put the model in the place of the one before, under the next version, and keep what is known of the version."""
    values = {
        "brand_id": brand_id, "language": built.lang, "version": 1, "built_at": now, "labels": built.labels,
        "data": built.data, "evaluation": built.evaluation,
    }  # fmt: skip
    made = insert(TriageModel).values(**values)
    kept = ("built_at", "labels", "data", "evaluation")
    version = session.scalar(
        made.on_conflict_do_update(
            index_elements=["brand_id", "language"],
            set_={"version": TriageModel.version + 1, **{name: made.excluded[name] for name in kept}},
        ).returning(TriageModel.version)
    )
    session.add(
        TriageVersion(
            brand_id=brand_id, language=built.lang, version=version, built_at=now, labels=built.labels,
            products=built.products, evaluation=built.evaluation,
        )
    )  # fmt: skip
    session.flush()


def is_asked_for(session: Session, brand_id: UUID) -> bool:
    """Whether the brand's models wait to be built, or are being built."""
    known = {"task": REBUILD, "lock": f"triage:{brand_id}"}
    return bool(session.scalar(_ASKED_FOR, known) or session.scalar(_BEING_BUILT, known))


def measure(session: Session, brand_id: UUID, lang: str) -> dict[str, Measured | None]:
    """How good a model built now is on confirmed `questions` and product `titles` held back from it."""
    material = gather(session, brand_id, lang)
    return _measured(held_out(lang, material.names, material.rows) if len(material.names) > 1 else [])


def _measured(held: HeldOut) -> dict[str, Measured | None]:
    """Figures for confirmed questions and for product titles, which alone have no question."""
    return {
        "questions": evaluation.measure([(model, [row for row in rows if row[0]]) for model, rows in held]),
        "titles": evaluation.measure([(model, [row for row in rows if not row[0]]) for model, rows in held]),
    }


_ASKED_FOR = text(
    "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND lock = :lock AND status = 'todo')"
)


_BEING_BUILT = text(
    "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND lock = :lock AND status = 'doing')"
)


def request_rebuild(session: Session, brand_id: UUID) -> None:
    """Have the brand's models built again, unless that is asked for already; never two at a time for one brand."""
    lock = f"triage:{brand_id}"
    if not session.scalar(_ASKED_FOR, {"task": REBUILD, "lock": lock}):
        defer(session, REBUILD, lock=lock, brand_id=str(brand_id))


def request_when_taught(session: Session, brand_id: UUID) -> None:
    """Have the models built again once enough was confirmed since the last time."""
    built_at = select(func.min(TriageModel.built_at)).where(TriageModel.brand_id == brand_id).scalar_subquery()
    fresh = select(func.count()).where(
        TriageLabel.brand_id == brand_id, TriageLabel.at > func.coalesce(built_at, text("'-infinity'::timestamptz"))
    )
    if (session.scalar(fresh) or 0) >= REBUILD_AFTER:
        request_rebuild(session, brand_id)


def on_catalogue(session: Session, event: CatalogueChanged) -> None:
    """New products and categories are learnt in the background."""
    request_rebuild(session, event.brand_id)


_STALE = text(
    """
    SELECT b.id FROM brand b CROSS JOIN unnest(CAST(:languages AS text[])) AS spoken(language)
    LEFT JOIN triage_model m ON m.brand_id = b.id AND m.language = spoken.language
    WHERE b.disabled_at IS NULL AND (
        EXISTS (SELECT 1 FROM triage_label l WHERE l.brand_id = b.id AND (m.built_at IS NULL OR l.at > m.built_at))
        OR EXISTS (
            SELECT 1 FROM product p WHERE p.brand_id = b.id AND (m.built_at IS NULL OR p.updated_at > m.built_at)))
    GROUP BY b.id ORDER BY b.id
    """
).bindparams(bindparam("languages", list(language.LANGUAGES)))


def request_stale(session: Session) -> int:
    """Have the models built again of each brand that changed or was taught something since; how many."""
    stale = list(session.scalars(_STALE))
    for brand_id in stale:
        request_rebuild(session, brand_id)
    return len(stale)
