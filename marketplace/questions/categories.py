"""Which of the brand's categories a question belongs to, and how sure that is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from marketplace.brands.models import Brand, Product
from marketplace.questions.models import Question

if TYPE_CHECKING:
    from marketplace.questions.triage import Page

ASK_BELOW = 0.85
"""Below this estimated precision the shopper is asked once."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The category, where it came from (product, page, classifier, none) and the probability that it is right."""

    category_id: UUID | None
    source: str
    p: float
    top: tuple[tuple[str, float], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As stored with the question."""
        return {"source": self.source, "p": round(self.p, 3), "top": [[key, round(p, 3)] for key, p in self.top]}


def guess_category(session: Session, brand: Brand, question: Question, page: "Page", product: Product | None) -> Guess:
    """The product's category; else the page's own words for it; else the classifier over names and titles."""
    if product is not None:
        return Guess(product.category_id, "product", 1.0)
    named = _by_page_category(session, brand, page.category)
    if named is not None:
        return Guess(named, "page", 0.95)
    return _by_words(session, brand, question, page)


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


_BY_WORDS = """
    WITH asked AS (
        SELECT to_tsquery('{config}', NULLIF(array_to_string(ARRAY(
            SELECT lexeme FROM unnest(to_tsvector('{config}', :words)) WHERE length(lexeme) > 1), ' | '), '')) AS query
    ), hits AS (
        SELECT p.category_id, ts_rank(p.{column}, asked.query) AS rank
        FROM product p, asked WHERE p.brand_id = :brand AND p.withdrawn_at IS NULL AND p.{column} @@ asked.query
        UNION ALL
        SELECT c.id, 3 * ts_rank(to_tsvector('{config}', c.{name} || ' ' || translate(c.synonyms::text, '[]",', '')),
                                 asked.query)
        FROM category c, asked WHERE c.brand_id = :brand
    )
    SELECT c.id, c.path_key, sum(rank) AS weight FROM hits JOIN category c ON c.id = hits.category_id
    GROUP BY c.id HAVING sum(rank) > 0 ORDER BY weight DESC LIMIT 5
"""
_BY_WORDS_OF = {
    "fr": text(_BY_WORDS.format(config="french", column="search_fr", name="name_fr")),
    "en": text(_BY_WORDS.format(config="english", column="search_en", name="name_en")),
}


def _by_words(session: Session, brand: Brand, question: Question, page: "Page") -> Guess:
    words = f"{question.text} {page.title} {page.title} {page.description}"
    rows = session.execute(_BY_WORDS_OF[question.language], {"brand": brand.id, "words": words}).all()
    total = sum(row.weight for row in rows)
    if not total:
        return Guess(None, "none", 0.0)
    top = tuple((row.path_key, row.weight / total) for row in rows[:3])
    return Guess(rows[0].id, "classifier", top[0][1], top)
