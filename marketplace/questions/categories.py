"""Which of the brand's categories a question belongs to, and how sure that is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Category, Product
from marketplace.questions.classifier import CategoryModel, Prediction
from marketplace.questions.evaluation import SURE
from marketplace.questions.model_cache import CategoryModels
from marketplace.questions.models import Question
from marketplace.questions.training import DESCRIPTION_LENGTH

if TYPE_CHECKING:
    from marketplace.questions.triage import Page

WORDS_ALONE = 0.5
"""A question without product or page is right half as often as one with a title (.34 against .68, docs/triage.md)."""
GUESS_FROM = 0.3
"""Below this the first category is hardly better than the others, and experts of all categories are asked."""
CHOICES = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """The category, where it came from (product, page, classifier, none) and the probability that it is right.

    `top`: (path key, share) of the likeliest; `choices`: what the shopper may be asked, when unsure.
    """

    category_id: UUID | None
    source: str
    p: float
    top: tuple[tuple[str, float], ...] = ()
    choices: tuple[tuple[UUID, str], ...] = ()
    version: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As stored with the question."""
        seen = {"source": self.source, "p": round(self.p, 3), "top": [[key, round(p, 3)] for key, p in self.top]}
        return seen if self.version is None else {**seen, "version": self.version}


def guess_category(session: Session, brand: Brand, question: Question, page: "Page", product: Product | None) -> Guess:
    """The product's category; else the page's own words for it; else what the brand's model says of the texts."""
    if product is not None:
        return Guess(product.category_id, "product", 1.0)
    named = _by_page_category(session, brand, page.category)
    if named is not None:
        return Guess(named, "page", 0.95)
    return _by_model(session, brand, question, page)


_BY_NAME = text(
    """
    SELECT id FROM category WHERE brand_id = :brand AND (
        path_key = :name OR lower(name_fr) = :name OR lower(name_en) = :name OR synonyms ? :name)
    ORDER BY length(path_key) DESC LIMIT 1
    """
)


def _by_page_category(session: Session, brand: Brand, name: str) -> UUID | None:
    leaf = name.replace("›", ">").rsplit(">", 1)[-1].strip().lower()
    if not leaf:
        return None
    found: UUID | None = session.scalar(_BY_NAME, {"brand": brand.id, "name": leaf})
    return found


def _by_model(session: Session, brand: Brand, question: Question, page: "Page") -> Guess:
    models: CategoryModels = session.info["category_models"]
    loaded = models.find(session, brand.id, question.language)
    found = loaded.model.predict(
        question.language, question.text, page.title, page.description[:DESCRIPTION_LENGTH]
    )  # fmt: skip
    likeliest = dict(found.ranked[: 2 * CHOICES])  # some may have left the catalogue since the model was built
    rows = session.scalars(select(Category).where(Category.brand_id == brand.id, Category.path_key.in_(likeliest)))
    known = {category.path_key: category for category in rows}
    best = [known[key] for key in likeliest if key in known][:CHOICES]
    if not best:
        return Guess(None, "none", 0.0, version=loaded.version)
    p = _trusted(loaded.model, found, question.text, page) if len(found.ranked) > 1 else 1.0
    top = tuple((category.path_key, likeliest[category.path_key]) for category in best)
    choices = tuple((category.id, category.name(question.language)) for category in best) if p < SURE else ()
    if p < GUESS_FROM:
        return Guess(None, "none", p, top, choices, loaded.version)
    return Guess(best[0].id, "classifier", p, top, choices, loaded.version)


def _trusted(model: CategoryModel, found: Prediction, asked: str, page: "Page") -> float:
    """The model's confidence, as far as the texts can bear it."""
    if not model.knows(f"{asked} {page.title} {page.description[:DESCRIPTION_LENGTH]}"):
        return 0.0
    return found.p if page.title or page.description else found.p * WORDS_ALONE
