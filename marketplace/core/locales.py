"""The languages that Comptoir speaks."""

LOCALES = ("en", "fr")
DEFAULT_ZONE = "Europe/Paris"
