"""Which payment provider serves: Stripe when there is a key, its stand-in otherwise."""

from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from pydantic import SecretStr

from marketplace.core.settings import Settings
from marketplace.core.web import CONTENT_POLICY, Platform
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


PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com")
"""Where forms of ours may lead to: browsers hold a form's redirect against the page's policy."""
_LEAVING = frozenset({"brand_wallet", "brand_top_ups", "expert_money"})


def may_leave(response: Response) -> Response:
    """Let the forms of pages about money lead to the provider's pages, and those of no other page."""
    if request.blueprint in _LEAVING:
        settings: Settings = current_app.extensions["comptoir"].settings
        base = settings.stripe_api_base
        pages = " ".join(PAGES if base is None else (*PAGES, "{0.scheme}://{0.netloc}".format(urlsplit(base))))
        policy = CONTENT_POLICY.format(ancestors="'none'", images=g.get("image_origins", ""))
        allowed = policy.replace("form-action 'self'", f"form-action 'self' {pages}")
        response.headers.setdefault("Content-Security-Policy", allowed)
    return response


def _secrets(*kept: SecretStr | None) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in kept if secret is not None)
