"""Reading events back: v1 snapshots and v2 thin events."""

from tests.stripe_server.books import page
from tests.stripe_server.wire import Call, Json
from tests.stripe_server.world import World, handles


@handles("get", "/v1/events")
def list_events(world: World, call: Call) -> Json:
    """Newest first; ``delivery_success`` false gives those not (yet) delivered."""
    kinds = set(call.params.get("types", [])) | {call.params.get("type")} - {None}
    delivered = call.params.get("delivery_success")
    rows = [
        event
        for event in world.shelf.all("event", call.account)
        if (not kinds or event["type"] in kinds) and delivered in (None, event.get("_delivered", False))
    ]
    return page(rows, call.params, "/v1/events")


@handles("get", "/v1/events/{}")
def retrieve_event(world: World, call: Call) -> Json:
    return world.own("event", call)


@handles("get", "/v2/core/events/{}")
def retrieve_thin_event(world: World, call: Call) -> Json:
    return world.own("v2.core.event", call)


@handles("get", "/v2/core/events")
def list_thin_events(world: World, call: Call) -> Json:
    about = call.params.get("object_id")
    rows = [
        event for event in reversed(world.shelf.all("v2.core.event")) if about in (None, event["related_object"]["id"])
    ]
    return {
        "data": rows[: call.params.get("limit", 20)],
        "next_page_url": None,
        "previous_page_url": None,
    }
