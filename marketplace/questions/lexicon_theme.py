"""What a theme of retail is made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Names by which categories are recognised; nouns by language; makers, the same in both languages."""

    names: str
    en: str
    fr: str
    makers: str = ""
