"""Labels: a shopper's choice, an expert's correction, a good end; the most telling one stays."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from marketplace.core.clock import utcnow
from marketplace.core.errors import Invalid
from marketplace.questions.learning import NothingToChoose, choose_category, correct_category, on_closed
from marketplace.questions.models import Question, TriageLabel
from marketplace.questions.moves import choices, move
from marketplace.questions.states import LabelSource, QuestionAction
from tests.factories.accounts import make_person
from tests.factories.brands import make_brand, make_category
from tests.factories.payouts import About
from tests.marketplace.questions.shop import Shop, make_shop, put


@pytest.fixture
def shop(session: Session) -> Shop:
    return make_shop(session)


def label_of(session: Session, question: Question) -> TriageLabel | None:
    return session.get(TriageLabel, question.id)


def test_a_choice_settles_the_category_and_is_learnt(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    other = next(each for each in choices(question) if each["category_id"] != str(question.category_id))
    chosen = next(category for category in shop.categories.values() if str(category.id) == other["category_id"])
    for _ in range(2):  # the network repeats
        choose_category(session, question, chosen.id, now=utcnow())
    assert (question.category_id, question.category_source, question.widened) == (chosen.id, "shopper", False)
    assert choices(question) == []
    label = label_of(session, question)
    assert label is not None
    assert (label.category_id, label.source, label.language) == (chosen.id, LabelSource.CHIP, "en")


def test_none_of_them_opens_the_question_to_all_of_the_brands_experts(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    choose_category(session, question, None, now=utcnow())
    assert (question.category_id, question.category_source) == (None, "shopper")
    assert choices(question) == []
    assert label_of(session, question) is None


def test_a_category_that_was_not_proposed_is_refused(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    with pytest.raises(Invalid):
        choose_category(session, question, uuid4(), now=utcnow())


def test_a_second_choice_is_refused(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    choose_category(session, question, shop.categories["stoves"].id, now=utcnow())
    with pytest.raises(NothingToChoose):
        choose_category(session, question, None, now=utcnow())


def test_an_expert_is_believed_before_the_shopper(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    expert = make_person(session)
    choose_category(session, question, shop.categories["stoves"].id, now=utcnow())
    correct_category(session, question, shop.categories["watches"].id, by=expert.id, now=utcnow())
    label = label_of(session, question)
    assert label is not None
    assert (label.category_id, label.source) == (shop.categories["watches"].id, LabelSource.EXPERT)
    assert (question.category_id, question.category_source) == (shop.categories["watches"].id, "expert")


def test_a_category_of_another_brand_is_refused(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    foreign = make_category(session, make_brand(session), "Pets")
    with pytest.raises(Invalid):
        correct_category(session, question, foreign.id, by=uuid4(), now=utcnow())


def answered(session: Session, question: Question, *, reason: str) -> None:
    """Somebody served the question until its conversation was closed for `reason`."""
    question.conversation_id = uuid4()
    for action in (QuestionAction.OFFER, QuestionAction.MATCH, QuestionAction.ANSWER):
        move(session, question, action, by="test", now=utcnow(), reason=reason)
    on_closed(session, About(question.conversation_id))


@pytest.mark.parametrize("reason", ["solved", "left", "silent"])
def test_a_category_that_stood_until_a_good_end_is_learnt(session: Session, shop: Shop, reason: str) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?", title="Jet stove")
    answered(session, question, reason=reason)
    label = label_of(session, question)
    assert label is not None
    assert (label.category_id, label.source, label.title) == (question.category_id, LabelSource.CLOSED, "Jet stove")


@pytest.mark.parametrize("reason", ["misrouted", "abusive", "forced"])
def test_a_bad_end_says_nothing_of_the_category(session: Session, shop: Shop, reason: str) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    answered(session, question, reason=reason)
    assert label_of(session, question) is None


def test_silence_does_not_outweigh_what_the_shopper_chose(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    choose_category(session, question, shop.categories["stoves"].id, now=utcnow())
    answered(session, question, reason="solved")
    label = label_of(session, question)
    assert label is not None
    assert label.source is LabelSource.CHIP


def test_nothing_is_to_choose_once_somebody_answers(session: Session, shop: Shop) -> None:
    question = put(session, shop, "Which stove boils a litre fastest?")
    first = choices(question)[0]["category_id"]
    answered(session, question, reason="solved")
    assert choices(question) == []
    with pytest.raises(NothingToChoose):
        choose_category(session, question, UUID(first), now=utcnow())
