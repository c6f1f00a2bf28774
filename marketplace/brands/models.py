"""Brands, their sites, catalogue and missions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Computed, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.brands.states import ImportState, MissionState, Role, SaleSplit
from marketplace.core.db import Base, Currency, Json, JsonList, Key, Line, Minor, Prose, Short, state_column


class Brand(Base):
    """A shop that asks enthusiasts to answer in its name. `key` is public (in the embed); `secret` signs identities."""

    __tablename__ = "brand"

    id: Mapped[Key]
    slug: Mapped[Short] = mapped_column(unique=True)
    name: Mapped[Short]
    key: Mapped[Short] = mapped_column(unique=True)
    secret: Mapped[Short]
    secret_before: Mapped[Short | None]
    """The secret that a new one has replaced: its signatures are good for another day."""
    secret_changed_at: Mapped[datetime | None]
    signed_identity_only: Mapped[bool] = mapped_column(default=False)
    """Whether only customers whom the shop vouches for may ask."""
    widget: Mapped[Json] = mapped_column(default=dict)
    """How the widget looks and speaks: {position, launcher_fr, launcher_en, welcome_fr, welcome_en}"""
    accent: Mapped[Short] = mapped_column(default="#0b4a5b")
    help_url: Mapped[Line] = mapped_column(default="")
    help_email: Mapped[Line] = mapped_column(default="")
    locale: Mapped[Short] = mapped_column(default="fr")
    time_zone: Mapped[Short] = mapped_column(default="Europe/Paris")
    currency: Mapped[Currency] = mapped_column(default="EUR")
    takes_later: Mapped[bool] = mapped_column(default=True)
    """Whether questions may wait for an answer by e-mail when nobody is free."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Member(Base):
    """Somebody of a brand's team."""

    __tablename__ = "brand_member"

    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(state_column(Role))
    created_at: Mapped[datetime]


class Invitation(Base):
    """Somebody asked by mail to join a brand's team."""

    __tablename__ = "brand_invitation"
    __table_args__ = (Index("ix_brand_invitation_brand", "brand_id", "email"),)

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    email: Mapped[Line]
    role: Mapped[Role] = mapped_column(state_column(Role))
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Site(Base):
    """An origin that may carry the brand's widget, such as https://shop.example."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("brand_id", "origin"),)

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    origin: Mapped[Line] = mapped_column(index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When the widget was last loaded from there."""


class Category(Base):
    """A node of the brand's own category tree. `path_key` joins the keys from the root with “/”."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("brand_id", "path_key"),)

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"), index=True)
    path_key: Mapped[Line]
    name_en: Mapped[Short]
    name_fr: Mapped[Short]
    synonyms: Mapped[JsonList] = mapped_column(default=list)

    def name(self, locale: str) -> str:
        """The name in the reader's language."""
        return self.name_fr if locale == "fr" else self.name_en


class Product(Base):
    """A product of the catalogue. Texts exist in French and English; an import may bring one of them for both."""

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("brand_id", "external_id"),
        Index("ix_product_search_fr", "search_fr", postgresql_using="gin"),
        Index("ix_product_search_en", "search_en", postgresql_using="gin"),
        Index("ix_product_brand_url", "brand_id", "url"),
        Index("ix_product_brand_gtin", "brand_id", "gtin"),
        CheckConstraint("price_minor >= 0", name="price"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"))
    category_id: Mapped[UUID] = mapped_column(ForeignKey("category.id"), index=True)
    external_id: Mapped[Short]
    gtin: Mapped[Short | None]
    url: Mapped[Line]
    """Path and query of the product page, without the origin."""
    title_en: Mapped[Line]
    title_fr: Mapped[Line]
    description_en: Mapped[Prose]
    description_fr: Mapped[Prose]
    price_minor: Mapped[Minor]
    currency: Mapped[Currency]
    image_url: Mapped[Line] = mapped_column(default="")
    attributes: Mapped[JsonList] = mapped_column(default=list)
    """[{label_en, label_fr, value_en, value_fr}]"""
    withdrawn_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    search_fr: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('french', title_fr || ' ' || description_fr)", persisted=True),
        deferred=True,
    )
    search_en: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("to_tsvector('english', title_en || ' ' || description_en)", persisted=True),
        deferred=True,
    )

    def title(self, locale: str) -> str:
        """The title in the reader's language."""
        return self.title_fr if locale == "fr" else self.title_en


class CatalogueImport(Base):
    """One uploaded catalogue file, imported by a job with progress and a report line by line."""

    __tablename__ = "catalogue_import"

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), index=True)
    by_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    file_name: Mapped[Line]
    stored_as: Mapped[Short]
    state: Mapped[ImportState] = mapped_column(state_column(ImportState), default=ImportState.QUEUED)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    errors: Mapped[JsonList] = mapped_column(default=list)
    """[{line, field, message, values}]"""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Mission(Base):
    """A brand's call for experts: categories, languages, pay, dates, seats, rules."""

    __tablename__ = "mission"
    __table_args__ = (
        UniqueConstraint("brand_id", "slug"),
        CheckConstraint("pay_minor >= 0 AND floor_minor >= 0", name="pay"),
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission"),
        CheckConstraint("sale_bps BETWEEN 0 AND 5000", name="sale"),
        CheckConstraint("return_days BETWEEN 0 AND 120", name="returns"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
    )

    id: Mapped[Key]
    brand_id: Mapped[UUID] = mapped_column(ForeignKey("brand.id", ondelete="CASCADE"), index=True)
    slug: Mapped[Short]
    state: Mapped[MissionState] = mapped_column(state_column(MissionState), default=MissionState.DRAFT)
    title_en: Mapped[Short]
    title_fr: Mapped[Short]
    description_en: Mapped[Prose]
    description_fr: Mapped[Prose]
    rules_en: Mapped[Prose] = mapped_column(default="")
    rules_fr: Mapped[Prose] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(2)))
    pay_minor: Mapped[Minor]
    """Paid for each qualified conversation, before commission."""
    floor_minor: Mapped[Minor] = mapped_column(default=0)
    """Least that a qualified conversation earns at its end, before commission. The share of a sale comes on top."""
    sale_bps: Mapped[int] = mapped_column(default=0)
    """Share of an attributed order, in basis points."""
    attribution_hours: Mapped[int] = mapped_column(default=48)
    """How long after helping a shopper her order counts."""
    sale_split: Mapped[SaleSplit] = mapped_column(state_column(SaleSplit), default=SaleSplit.LAST_HELPER)
    return_days: Mapped[int] = mapped_column(default=14)
    """How long after the order its share stays pending, because the shopper may return it."""
    currency: Mapped[Currency]
    commission_bps: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    seats: Mapped[int]
    created_at: Mapped[datetime]

    def title(self, locale: str) -> str:
        """The title in the reader's language."""
        return self.title_fr if locale == "fr" else self.title_en

    def text(self, part: str, locale: str) -> str:
        """`part` (“description” or “rules”) in the reader's language."""
        return str(getattr(self, f"{part}_{'fr' if locale == 'fr' else 'en'}"))


class MissionCategory(Base):
    """A category that the mission covers, with all below it."""

    __tablename__ = "mission_category"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("mission.id", ondelete="CASCADE"), primary_key=True)
    category_id: Mapped[UUID] = mapped_column(
        ForeignKey("category.id", ondelete="CASCADE"), primary_key=True, index=True
    )


__all__ = [
    "Brand",
    "CatalogueImport",
    "Category",
    "Invitation",
    "Member",
    "Mission",
    "MissionCategory",
    "Product",
    "Site",
]
