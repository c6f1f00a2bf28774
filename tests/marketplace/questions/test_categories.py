"""The category: from the product, the page, then the brand's model; unsure, the shopper is asked."""

from sqlalchemy.orm import Session

from marketplace.questions import training
from marketplace.questions.model_cache import CategoryModels
from tests.factories.brands import make_brand, make_category
from tests.marketplace.questions.shop import Shop, make_shop, put
from tests.support import JobRunner


def test_a_new_shop_guesses_from_its_category_names(session: Session, jobs: JobRunner) -> None:
    shop = make_shop(session)
    question = put(session, shop, "Is it steady in wind?", title="Dome tent for two")
    assert question.category_id == shop.categories["tents"].id
    assert question.category_source == "classifier"
    assert question.triage["category"]["version"] == 0
    assert [name for _id, name, _arguments in jobs.waiting()] == [training.REBUILD]


def test_words_alone_are_never_sure_enough_not_to_ask(session: Session) -> None:
    shop = make_shop(session)
    question = put(session, shop, "Which stove boils a litre fastest?")
    assert question.category_id == shop.categories["stoves"].id
    assert 0.3 <= question.confidence <= 0.5
    assert question.triage["choose"][0] == {"category_id": str(shop.categories["stoves"].id), "name": "Stoves"}
    assert len(question.triage["choose"]) == 3
    assert question.widened


def test_words_that_say_nothing_leave_the_category_open(session: Session) -> None:
    shop = make_shop(session)
    question = put(session, shop, "How heavy is it?")
    assert question.category_id is None
    assert len(question.triage["choose"]) == 3
    assert not question.widened


def test_a_sure_guess_asks_nothing(session: Session, jobs: JobRunner) -> None:
    shop = make_shop(session, products=20)
    training.request_rebuild(session, shop.brand.id)
    jobs.run(training.REBUILD)
    question = put(session, shop, "Does the rain fly hold?", title="Model 99 two person dome tent with rain fly")
    assert question.category_id == shop.categories["tents"].id
    assert question.confidence >= 0.85
    assert "choose" not in question.triage
    assert question.triage["category"]["version"] == 1


def test_a_shop_of_one_category_asks_nothing(session: Session) -> None:
    brand = make_brand(session)
    category = make_category(session, brand, "Shoes")
    question = put(session, Shop(brand, {"shoes": category}), "Does it run large?")
    assert question.category_id == category.id
    assert "choose" not in question.triage


def test_a_shop_without_categories_has_none_to_guess(session: Session) -> None:
    question = put(session, Shop(make_brand(session), {}), "Does it run large?")
    assert (question.category_id, question.category_source) == (None, "none")


def test_a_newer_version_is_loaded_when_it_is_looked_for(session: Session) -> None:
    shop = make_shop(session, products=2)
    models = CategoryModels(check_every=0)
    assert models.find(session, shop.brand.id, "en").version == 0
    built = training.build(training.gather(session, shop.brand.id, "en"))
    assert built is not None
    for version in (1, 2):
        training.store(session, shop.brand.id, built, now=shop.brand.created_at)
        assert models.find(session, shop.brand.id, "en").version == version
    same = models.find(session, shop.brand.id, "en").model
    assert models.find(session, shop.brand.id, "en").model is same


def test_models_not_used_for_long_leave_memory_first(session: Session) -> None:
    shop = make_shop(session)
    models = CategoryModels(most_bytes=0)
    first = models.find(session, shop.brand.id, "en").model
    assert models.find(session, shop.brand.id, "en").model is first
    models.find(session, shop.brand.id, "fr")
    assert models.find(session, shop.brand.id, "en").model is not first
