"""A brand's models: taught by its catalogue and by confirmed questions, built in the background, versioned."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.brands import catalogue
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.questions import training
from marketplace.questions.classifier import CategoryModel
from marketplace.questions.learning import correct_category
from marketplace.questions.models import TriageModel
from marketplace.questions.training import REBUILD, REBUILD_AFTER
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_category
from tests.marketplace.questions.shop import make_shop, put
from tests.support import JobRunner


def rebuilds(jobs: JobRunner) -> int:
    return sum(name == REBUILD for _id, name, _arguments in jobs.waiting())


def test_only_categories_that_products_or_nothing_lie_in_are_guessed(session: Session) -> None:
    shop = make_shop(session)
    names = training.names_of(session, shop.brand.id, "en")
    assert {name.key for name in names} == {category.path_key for category in shop.categories.values()}
    tents = next(name for name in names if name.key == shop.key("tents"))
    assert tents.texts == ("Camping",)


def test_the_catalogue_teaches_the_model_and_measures_it(session: Session) -> None:
    shop = make_shop(session, products=20)
    built = training.build(training.gather(session, shop.brand.id, "en"))
    assert built is not None
    assert built.evaluation["titles"]["texts"] == 80
    assert built.evaluation["titles"]["top1"] > 0.95
    assert "questions" not in built.evaluation
    model = CategoryModel.from_bytes(built.data)
    found = model.predict("en", "Does it stand a storm?", "Three person tent with poles")
    assert found.ranked[0][0] == shop.key("tents")


def test_one_category_leaves_nothing_to_build(session: Session) -> None:
    brand = make_brand(session)
    make_category(session, brand, "Shoes")
    assert training.build(training.gather(session, brand.id, "en")) is None


def test_an_import_has_the_models_built_once_in_the_background(database: Database, jobs: JobRunner) -> None:
    with database.unit_of_work() as session:
        brand = make_brand(session)
        rows = [
            {"id": f"{kind}{number}", "url": f"/{kind}/{number}", "title_en": f"{kind} {number}", "price": "9.90",
             "category_path_en": kind}
            for kind in ("Tents", "Stoves") for number in range(3)
        ]  # fmt: skip
        for _ in range(2):
            catalogue.import_rows(session, brand, rows, now=utcnow())
    assert rebuilds(jobs) == 1
    for version in (1, 2):
        jobs.run(REBUILD)
        with database.unit_of_work() as session:
            stored = session.scalars(select(TriageModel).where(TriageModel.brand_id == brand.id)).all()
            assert sorted((model.language, model.version) for model in stored) == [("en", version), ("fr", version)]
            training.request_rebuild(session, brand.id)


def test_enough_corrections_have_the_models_built_again_at_once(session: Session, jobs: JobRunner) -> None:
    shop = make_shop(session)
    training.request_rebuild(session, shop.brand.id)
    jobs.run(REBUILD)
    expert = make_person(session)
    for number in range(REBUILD_AFTER):
        assert rebuilds(jobs) == 0
        question = put(session, shop, f"Will these spikes hold on ice, number {number}?")
        correct_category(session, question, shop.categories["shoes"].id, by=expert.id, now=utcnow())
    assert rebuilds(jobs) == 1
    jobs.run(REBUILD)
    model = session.scalars(select(TriageModel).where(TriageModel.language == "en")).one()
    assert model.labels == REBUILD_AFTER
    session.info["category_models"].forget(shop.brand.id)
    assert put(session, shop, "Do spikes hold on ice?").category_id == shop.categories["shoes"].id


def test_at_night_brands_that_learnt_nothing_new_are_left_alone(session: Session, jobs: JobRunner) -> None:
    shop = make_shop(session, products=1)
    assert training.request_stale(session) == 1
    jobs.run(REBUILD)
    assert training.request_stale(session) == 0
    question = put(session, shop, "Which lugs for mud?")
    correct_category(session, question, shop.categories["shoes"].id, by=make_person(session).id, now=utcnow())
    assert training.request_stale(session) == 1
