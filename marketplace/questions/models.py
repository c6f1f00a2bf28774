"""Shoppers' visitors and their questions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.core.db import Base, Json, Key, Line, Prose, Short, state_column
from marketplace.questions.states import BlockState, Intent, LabelSource, QuestionState


class Visitor(Base):
    """A shopper's browser on one brand's shop. Personal data of shoppers lives here and in message texts only."""

    __tablename__ = "visitor"
    __table_args__ = (Index("uq_visitor_subject", "brand_id", "subject", unique=True),)

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """Hash of the visitor token."""
    rotated_at: Mapped[datetime | None]
    """Since when this token is the visitor's."""
    previous_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    """Hash of the token before, which other tabs may still hold."""
    previous_until: Mapped[datetime | None]
    """End of its life; none while nobody has used the new one: it may never have arrived."""
    subject: Mapped[Short | None]
    """The shop's own id of a signed-in customer (from the signed identity)."""
    proved_until: Mapped[datetime | None]
    """Of a signed customer: until when the token alone speaks for him; then the shop must sign again."""
    name: Mapped[Short] = mapped_column(default="")
    email: Mapped[Line | None]
    insults: Mapped[int] = mapped_column(default=0)
    quiet_until: Mapped[datetime | None]
    """End of the pause after an insult: nothing is taken before."""
    locale: Mapped[Short] = mapped_column(default="fr")
    consented_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class SpentProof(Base):
    """A proof of work that was accepted: it buys one visitor only. Forgotten once it would have expired."""

    __tablename__ = "spent_proof"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Question(Base):
    """A shopper's question and what is known about it."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("visitor_id", "client_id"),
        Index("ix_question_due", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("ix_question_waiting", "brand_id", "category_id", "language", "asked_at",
              postgresql_where="state IN ('waiting', 'offered')"),
        Index("ix_question_brand_asked", "brand_id", "asked_at"),
        CheckConstraint(
            "state NOT IN ('triaged','waiting','offered') OR due_at IS NOT NULL", name="never_forgotten"
        ),
        CheckConstraint("state NOT IN ('matched','answered') OR conversation_id IS NOT NULL", name="matched"),
    )  # fmt: skip

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    visitor_id: Mapped[UUID] = mapped_column(ForeignKey("visitor.id"), index=True)
    client_id: Mapped[UUID]
    text: Mapped[Prose]
    page_url: Mapped[Prose] = mapped_column(default="")
    product_id: Mapped[UUID | None] = mapped_column(ForeignKey("product.id", ondelete="SET NULL"))
    category_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id", ondelete="SET NULL"))
    category_source: Mapped[Short] = mapped_column(default="")
    """product | page | classifier | shopper | expert | none"""
    confidence: Mapped[float] = mapped_column(default=0.0)
    language: Mapped[Short] = mapped_column(default="fr")
    intent: Mapped[Intent | None] = mapped_column(state_column(Intent))
    triage: Mapped[Json] = mapped_column(default=dict)
    """What triage saw: top categories with their probabilities, words that decided, version."""
    state: Mapped[QuestionState] = mapped_column(state_column(QuestionState), default=QuestionState.ASKED)
    asked_at: Mapped[datetime]
    live_until: Mapped[datetime | None]
    """End of the live window: later the answer goes by e-mail."""
    due_at: Mapped[datetime | None] = mapped_column()
    """When the sweep must look again; each non-final state before the match has one."""
    widened: Mapped[bool] = mapped_column(default=False)
    """Whether experts of the parent category are asked too."""
    later_since: Mapped[datetime | None]
    """Since when the question is for later: its answer goes by e-mail."""
    open_to_all: Mapped[bool] = mapped_column(default=False)
    """Whether every eligible expert may take it."""
    answer_by: Mapped[datetime | None]
    """The dated promise made to a shopper who left an e-mail."""
    conversation_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class VisitorBlock(Base):
    """A shopper whom somebody who answered did not want to serve any more; the brand reviews each."""

    __tablename__ = "visitor_block"
    __table_args__ = (
        Index("uq_visitor_block_open", "visitor_id", unique=True, postgresql_where="state <> 'lifted'"),
        Index("ix_visitor_block_brand", "brand_id", "state", "made_at"),
        CheckConstraint("(state = 'in_force') = (decided_at IS NULL)", name="decided"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    visitor_id: Mapped[UUID] = mapped_column(ForeignKey("visitor.id", ondelete="CASCADE"))
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    """Who asked for it."""
    conversation_id: Mapped[UUID | None]
    """Where it happened: the evidence."""
    reason: Mapped[Prose]
    state: Mapped[BlockState] = mapped_column(state_column(BlockState), default=BlockState.IN_FORCE)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class QuestionMove(Base):
    """One transition of a question: who, when, why."""

    __tablename__ = "question_move"
    __table_args__ = (Index("ix_question_move_question", "question_id", "at"),)

    id: Mapped[Key]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    action: Mapped[Short]
    from_state: Mapped[Short]
    to_state: Mapped[Short]
    by: Mapped[Short]
    """“system”, “shopper”, or a person's id"""
    reason: Mapped[Line] = mapped_column(default="")


class TriageLabel(Base):
    """A question whose category somebody confirmed: what the brand's models learn from.

    The question's words are read from the question itself, so that erasing a shopper erases them here too.
    """

    __tablename__ = "triage_label"
    __table_args__ = (Index("ix_triage_label_brand", "brand_id", "language", "at"),)

    question_id: Mapped[UUID] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    language: Mapped[Short]
    title: Mapped[Line] = mapped_column(default="")
    """Title of the product or page that the question was asked on."""
    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"), index=True)
    source: Mapped[LabelSource] = mapped_column(state_column(LabelSource))
    at: Mapped[datetime]


class TriageModel(Base):
    """What one brand's catalogue and labels taught in one language, ready to be loaded (`CategoryModel.from_bytes`)."""

    __tablename__ = "triage_model"

    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[Short] = mapped_column(primary_key=True)
    version: Mapped[int]
    built_at: Mapped[datetime]
    labels: Mapped[int]
    """Confirmed questions that it learnt from."""
    data: Mapped[bytes] = mapped_column(LargeBinary)
    evaluation: Mapped[Json] = mapped_column(default=dict)
    """{questions | titles: {texts, top1, top3, macro_f1, coverage}}, on texts held back while it was measured."""


class TriageVersion(Base):
    """What is known of each version of a brand's model, the present one included: it stays when the model goes."""

    __tablename__ = "triage_version"
    __table_args__ = (UniqueConstraint("brand_id", "language", "version"),)

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    language: Mapped[Short]
    version: Mapped[int]
    built_at: Mapped[datetime]
    labels: Mapped[int]
    """Confirmed questions that it learnt from."""
    products: Mapped[int]
    """Product texts that it learnt from."""
    evaluation: Mapped[Json] = mapped_column(default=dict)
