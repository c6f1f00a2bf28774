"""How a brand's widget looks and speaks, and the secret by which the shop vouches for its customers."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from marketplace.brands.models import Brand
from marketplace.core.errors import Invalid
from marketplace.core.locales import LOCALES

LONGEST = {"launcher": 40, "welcome": 80}
"""Characters of each text that a brand may word itself, by what it is."""
POSITIONS = ("right", "left")


def change(brand: Brand, *, accent: str, position: str, texts: Mapping[str, str]) -> None:
    """Keep colour, corner and texts; `texts` by “launcher_fr”, “welcome_en” ... and empty for our own words.

    Raises `Invalid`.
    """
    if position not in POSITIONS:
        raise Invalid("Choose a corner.", field="position")
    digits = accent.strip().lower().lstrip("#")
    if len(digits) != 6 or any(each not in "0123456789abcdef" for each in digits):
        raise Invalid("A colour is written like #0b4a5b.", field="accent")
    kept: dict[str, str] = {"position": position}
    for what, most in LONGEST.items():
        for locale in LOCALES:
            name = f"{what}_{locale}"
            words = " ".join(texts.get(name, "").split())
            if len(words) > most:
                raise Invalid("This is too long: at most %(most)s characters.", field=name, most=most)
            if words:
                kept[name] = words
    brand.accent, brand.widget = f"#{digits}", kept


def text_of(brand: Brand, what: Literal["launcher", "welcome"], locale: str) -> str | None:
    """The brand's own words, or none where ours stand."""
    return brand.widget.get(f"{what}_{locale}")


def position_of(brand: Brand) -> str:
    """The corner of the launcher: right or left."""
    return str(brand.widget.get("position", "right"))


def renew_secret(brand: Brand, *, now: datetime) -> str:
    """A new secret, to be shown once. The one before signs for another day, so that the shop can change over."""
    brand.secret_before, brand.secret_changed_at = brand.secret, now
    brand.secret = secrets.token_urlsafe(32)
    return brand.secret
