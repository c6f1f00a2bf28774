"""Connected accounts (v2 core and v1 controller), their links, and what onboarding changes."""

from tests.stripe_server import events
from tests.stripe_server.books import PLATFORM_ID, new_id, page
from tests.stripe_server.wire import ApiError, Call, Json, invalid, missing
from tests.stripe_server.world import Capability, Connected, World, change, handles

LINK_SECONDS = 300
CAPABILITY_UPDATED = "v2.core.account[configuration.recipient].capability_status_updated"
REQUIREMENTS_UPDATED = "v2.core.account[requirements].updated"
EEA = frozenset(
    ("at", "be", "bg", "cy", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hr", "hu", "ie", "is", "it", "li")
) | {"lt", "lu", "lv", "mt", "nl", "no", "pl", "pt", "ro", "se", "si", "sk"}


def as_v1(account: Connected) -> Json:
    """The v1 shape of an account."""
    ready = account.transfers == "active"
    return {
        "id": account.id,
        "object": "account",
        "business_type": "individual",
        "capabilities": {"transfers": "active" if ready else "inactive"},
        "charges_enabled": False,
        "controller": {
            "fees": {"payer": "application"},
            "is_controller": True,
            "losses": {"payments": "application"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "express"},
            "type": "application",
        },
        "country": account.country.upper(),
        "created": account.created,
        "default_currency": account.currency,
        "details_submitted": account.details_submitted,
        "email": account.email,
        "metadata": account.metadata,
        "payouts_enabled": ready,
        "requirements": {
            "currently_due": account.requirements,
            "disabled_reason": None if ready else "requirements.past_due",
            "errors": [],
            "eventually_due": account.requirements,
            "past_due": account.requirements,
            "pending_verification": [],
        },
        "type": "none",
    }


def as_v2(account: Connected, include: list[str]) -> Json:
    """The v2 shape; parts not named in ``include`` are null, as in the real API."""
    details = {"code": "requirements_past_due", "resolution": "provide_info"}
    transfers = {
        "status": account.transfers,
        "status_details": [] if account.transfers == "active" else [details],
    }
    parts: Json = {
        "configuration.recipient": {
            "applied": True,
            "capabilities": {"stripe_balance": {"stripe_transfers": transfers}},
        },
        "requirements": {"entries": [_entry(name) for name in account.requirements]},
        "identity": {"country": account.country, "entity_type": "individual"},
        "defaults": {
            "currency": account.currency,
            "responsibilities": {
                "fees_collector": "application",
                "losses_collector": "application",
            },
        },
    }
    shown = {name: part for name, part in parts.items() if name in include}
    recipient = shown.get("configuration.recipient")
    return {
        "id": account.id,
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": account.closed,
        "configuration": {"recipient": recipient} if recipient else None,
        "contact_email": account.email,
        "created": events.iso(account.created),
        "dashboard": "express",
        "defaults": shown.get("defaults"),
        "display_name": account.name,
        "identity": shown.get("identity"),
        "livemode": False,
        "metadata": account.metadata,
        "requirements": shown.get("requirements"),
    }


def _entry(name: str) -> Json:
    return {
        "awaiting_action_from": "user",
        "description": name,
        "errors": [],
        "minimum_deadline": {"status": "past_due", "time": None},
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def open_account(world: World, **fields: str | Json) -> Connected:
    """A new account that still has to be onboarded; raises for a country outside the EEA."""
    country = str(fields["country"]).lower()
    if country not in EEA:
        raise invalid(f"Country '{country}' is not supported.", "country", "country_unsupported")
    metadata = fields["metadata"]
    account = Connected(
        id=new_id("acct"),
        email=str(fields["email"]),
        name=str(fields["name"]),
        country=country,
        currency=str(fields["currency"]),
        created=world.books.now(),
        metadata=dict(metadata) if isinstance(metadata, dict) else {},
    )
    world.accounts[account.id] = account
    return account


def set_capability(world: World, account: Connected, status: Capability, requirements: list[str]) -> None:
    """Change whether transfers reach the account, and tell both kinds of endpoints."""
    account.transfers, account.requirements = status, requirements
    account.details_submitted = account.details_submitted or status == "active"
    world.emit("account.updated", as_v1(account), account.id)
    capability = {
        "id": "transfers",
        "object": "capability",
        "account": account.id,
        "requested": True,
        "status": "active" if status == "active" else "inactive",
    }
    world.emit("capability.updated", capability, account.id)
    updated = {"updated_capability": "stripe_balance.stripe_transfers"}
    world.emit_thin(CAPABILITY_UPDATED, account.id, updated)
    world.emit_thin(REQUIREMENTS_UPDATED, account.id, {})


@handles("post", "/v2/core/accounts")
def create_v2(world: World, call: Call) -> Json:
    identity = call.params.get("identity", {})
    if "country" not in identity:
        raise invalid("identity.country is required.", "identity.country", "parameter_missing")
    responsibilities = call.params.get("defaults", {}).get("responsibilities", {})
    if "recipient" in call.params.get("configuration", {}) and not responsibilities:
        raise invalid(
            "defaults.responsibilities is required.",
            "defaults.responsibilities",
            "parameter_missing",
        )
    account = open_account(
        world,
        email=call.params.get("contact_email", ""),
        name=call.params.get("display_name", ""),
        country=identity["country"],
        currency=call.params.get("defaults", {}).get("currency", "eur"),
        metadata=call.params.get("metadata", {}),
    )
    world.emit_thin("v2.core.account.created", account.id, {})
    return as_v2(account, call.params.get("include", []))


@handles("get", "/v2/core/accounts/{}")
def retrieve_v2(world: World, call: Call) -> Json:
    return as_v2(_known(world, call.arguments[0]), call.params.get("include", []))


@handles("post", "/v2/core/accounts/{}")
def update_v2(world: World, call: Call) -> Json:
    account = world.connected(call.arguments[0])
    _edit(account, call.params, email="contact_email", name="display_name")
    world.emit_thin("v2.core.account.updated", account.id, {})
    return as_v2(account, call.params.get("include", []))


@handles("post", "/v2/core/accounts/{}/close")
def close_v2(world: World, call: Call) -> Json:
    account = world.connected(call.arguments[0])
    account.closed = True
    world.emit_thin("v2.core.account.closed", account.id, {})
    return as_v2(account, [])


@handles("get", "/v2/core/accounts")
def list_v2(world: World, call: Call) -> Json:
    data = [as_v2(account, []) for account in reversed(world.accounts.values())]
    return {
        "data": data[: call.params.get("limit", 20)],
        "next_page_url": None,
        "previous_page_url": None,
    }


@handles("post", "/v1/accounts")
def create_v1(world: World, call: Call) -> Json:
    if "type" in call.params and "controller" in call.params:
        raise invalid("You may not provide both `type` and `controller`.", "type")
    if "controller" not in call.params:
        raise invalid("Missing required param: controller.", "controller", "parameter_missing")
    account = open_account(
        world,
        email=call.params.get("email", ""),
        name=call.params.get("email", ""),
        country=call.params.get("country", "fr"),
        currency=call.params.get("default_currency", "eur"),
        metadata=call.params.get("metadata", {}),
    )
    return as_v1(account)


@handles("get", "/v1/accounts/{}")
def retrieve_v1(world: World, call: Call) -> Json:
    return as_v1(_known(world, call.arguments[0]))


@handles("post", "/v1/accounts/{}")
def update_v1(world: World, call: Call) -> Json:
    account = world.connected(call.arguments[0])
    _edit(account, call.params, email="email", name="email")
    world.emit("account.updated", as_v1(account), account.id)
    return as_v1(account)


@handles("delete", "/v1/accounts/{}")
def delete_v1(world: World, call: Call) -> Json:
    account = world.connected(call.arguments[0])
    if any(world.books.accounts[account.id].available.values()):
        raise ApiError("The account still has a balance.", code="account_has_balance")
    account.closed = True
    return {"id": account.id, "object": "account", "deleted": True}


@handles("get", "/v1/accounts")
def list_v1(world: World, call: Call) -> Json:
    rows = [as_v1(account) for account in world.accounts.values()]
    return page(rows, call.params, "/v1/accounts")


@handles("get", "/v1/account")
def retrieve_platform(world: World, call: Call) -> Json:
    if call.account:
        return as_v1(world.connected(call.account))
    return {
        "id": PLATFORM_ID,
        "object": "account",
        "charges_enabled": True,
        "country": "FR",
        "default_currency": "eur",
        "payouts_enabled": True,
        "type": "standard",
    }


@handles("post", "/v2/core/account_links")
def link_v2(world: World, call: Call) -> Json:
    use_case = call.params["use_case"]
    detail = use_case.get(use_case["type"])
    if not detail:
        raise invalid("Missing details of the use case.", "use_case", "parameter_missing")
    link = _link(world, call.params["account"], detail)
    return {
        "object": "v2.core.account_link",
        "account": link["account"],
        "created": events.iso(link["created"]),
        "expires_at": events.iso(link["expires_at"]),
        "livemode": False,
        "url": link["url"],
        "use_case": use_case,
    }


@handles("post", "/v1/account_links")
def link_v1(world: World, call: Call) -> Json:
    link = _link(world, call.params["account"], call.params)
    shown = {name: link[name] for name in ("created", "expires_at", "url")}
    return {"object": "account_link", **shown}


@handles("post", "/v1/accounts/{}/login_links")
def login_link(world: World, call: Call) -> Json:
    account = world.connected(call.arguments[0])
    if not account.details_submitted:
        raise ApiError("Cannot create a login link for an account that is not onboarded.")
    url = f"{world.base_url}/dashboard/{account.id}"
    return {"object": "login_link", "created": world.books.now(), "url": url}


def _link(world: World, account: str, detail: Json) -> Json:
    world.connected(account, "account")
    if not detail.get("refresh_url"):
        raise invalid("Missing required param: refresh_url.", "refresh_url", "parameter_missing")
    token = new_id("link")
    now = world.books.now()
    world.links[token] = {
        "account": account,
        "created": now,
        "expires_at": now + LINK_SECONDS,
        "refresh_url": detail["refresh_url"],
        "return_url": detail.get("return_url", detail["refresh_url"]),
        "url": f"{world.base_url}/onboarding/{token}",
    }
    return world.links[token]


def _known(world: World, identifier: str) -> Connected:
    if identifier not in world.accounts:
        raise missing("account", identifier)
    return world.accounts[identifier]


def _edit(account: Connected, params: Json, *, email: str, name: str) -> None:
    account.email = params.get(email, account.email)
    account.name = params.get(name, account.name)
    account.metadata = change({"metadata": account.metadata}, params)["metadata"]
