"""Parameters of the calls that the product makes, and a few steps that many tests need."""

from typing import Any

from tests.stripe_server.server import StripeServer

RECIPIENT: dict[str, Any] = {
    "contact_email": "lea@example.org",
    "display_name": "Léa",
    "dashboard": "express",
    "identity": {"country": "fr", "entity_type": "individual"},
    "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
    "defaults": {
        "currency": "eur",
        "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
    },
    "metadata": {"expert_id": "e1"},
    "include": ["configuration.recipient", "requirements"],
}
CONTROLLER: dict[str, Any] = {
    "country": "FR",
    "email": "lea@example.org",
    "controller": {
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    },
    "capabilities": {"transfers": {"requested": True}},
    "business_type": "individual",
}
SESSION: dict[str, Any] = {
    "mode": "payment",
    "client_reference_id": "t1",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "eur", "unit_amount": 50_000, "product_data": {"name": "Wallet top-up"}},
        }
    ],
    "payment_intent_data": {"metadata": {"topup_id": "t1"}, "transfer_group": "brand_1"},
    "allowed_payment_method_types": ["card", "sepa_debit"],
    "success_url": "http://127.0.0.1/ok?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1/no",
}
BANK_TRANSFER: dict[str, Any] = {
    "amount": 80_000,
    "currency": "eur",
    "confirm": True,
    "payment_method_data": {"type": "customer_balance"},
    "payment_method_options": {
        "customer_balance": {
            "funding_type": "bank_transfer",
            "bank_transfer": {"type": "eu_bank_transfer", "eu_bank_transfer": {"country": "FR"}},
        }
    },
}


def onboarding(account: str) -> dict[str, Any]:
    """Parameters of a v2 onboarding link."""
    pages = {"refresh_url": "http://127.0.0.1/again", "return_url": "http://127.0.0.1/back"}
    return {"account": account, "use_case": {"type": "account_onboarding", "account_onboarding": pages}}


def transfer(account: str, **changes: Any) -> dict[str, Any]:
    """Parameters of a transfer of 10.00 EUR."""
    return {
        "amount": 1_000,
        "currency": "eur",
        "destination": account,
        "transfer_group": "run_1",
        "metadata": {"payout_item_id": "p1", "run_id": "1"},
        **changes,
    }


def expert(server: StripeServer) -> str:
    """The id of an onboarded connected account."""
    client: Any = server.client()
    account = str(client.v2.core.accounts.create(RECIPIENT).id)
    server.turn("onboard", account=account)
    return account


def charge(server: StripeServer, **changes: Any) -> Any:
    """A paid Checkout session; answers its payment intent."""
    client: Any = server.client()
    session = client.v1.checkout.sessions.create({**SESSION, **changes})
    paid = server.turn("pay_session", identifier=session.id)
    return client.v1.payment_intents.retrieve(paid["payment_intent"])
