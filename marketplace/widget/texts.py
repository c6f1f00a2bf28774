"""The loader's texts in all languages, from one template beside the script's sources."""

import json
from functools import lru_cache

from flask import render_template
from flask_babel import force_locale

from marketplace.core.locales import LOCALES


@lru_cache(maxsize=1)
def loader_texts() -> dict[str, dict[str, str]]:
    """{locale: {English source: text}}"""
    texts: dict[str, dict[str, str]] = {}
    for locale in LOCALES:
        with force_locale(locale):
            texts[locale] = json.loads(render_template("widget/_loader_texts.html"))
    return texts
