"""Which payment provider serves: Stripe when there is a key, its stand-in otherwise."""

from flask import current_app
from pydantic import SecretStr

from marketplace.core.web import Platform
from payouts.gateway import Gateway
from payouts.stripe_gateway import StripeGateway
from payouts.twin import Twin


def make_gateway(parts: Platform) -> Gateway:
    """The provider of this application."""
    settings = parts.settings
    if settings.stripe_secret_key is None:
        return Twin(lambda: parts.database, settings.public_url)
    return StripeGateway(
        settings.stripe_secret_key.get_secret_value(), base=settings.stripe_api_base,
        secrets=_secrets(settings.stripe_webhook_secret, settings.stripe_webhook_secret_previous),
        thin_secrets=_secrets(settings.stripe_thin_webhook_secret, settings.stripe_thin_webhook_secret_previous),
    )  # fmt: skip


def gateway() -> Gateway:
    """The running application's provider."""
    found: Gateway = current_app.extensions["gateway"]
    return found


def _secrets(*kept: SecretStr | None) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in kept if secret is not None)
