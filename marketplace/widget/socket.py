"""`/shopper`: the shopper's namespace, protocol of docs/protocol.md."""

from collections.abc import Mapping
from typing import Any

from marketplace.chat.socket import ConversationIn, ConversationVerbs
from marketplace.core.actors import Audience
from marketplace.core.errors import Invalid
from marketplace.core.realtime import Connection, Nothing, SocketDoor, SocketEvent
from marketplace.questions.moves import visitor_room
from marketplace.widget.verbs import AskIn, ChooseIn, EmailIn, RateIn, ShopperVerbs, TranscriptIn


def shopper_door(shoppers: ShopperVerbs, conversations: ConversationVerbs) -> SocketDoor:
    """The namespace, open to visitors of a brand's sites."""

    def identify(sid: str, environ: Mapping[str, Any], auth: Mapping[str, Any]) -> Connection:
        key = auth.get("key")
        if not isinstance(key, str) or not key:
            raise Invalid("Connect with the widget's key.", field="key")
        shoppers.check_origin(key=key, origin=environ.get("HTTP_ORIGIN"), host=environ.get("HTTP_HOST"))
        actor, locale, welcome = shoppers.arrive(
            key=key,
            token=_text(auth.get("token")),
            signed=_text(auth.get("jwt")),
            locale=_text(auth.get("locale")),
            proof=_text(auth.get("proof")),
        )
        connection = Connection(sid, actor, locale)
        connection.memory["welcome"] = welcome
        return connection

    own = (
        SocketEvent("ask", AskIn, lambda c, p: shoppers.ask(c.actor, p, locale=c.locale)),
        SocketEvent("choose", ChooseIn, lambda c, p: shoppers.choose(c.actor, p)),
        SocketEvent("leave_email", EmailIn, lambda c, p: shoppers.leave_email(c.actor, p)),
        SocketEvent("rate", RateIn, lambda c, p: shoppers.rate(c.actor, p)),
        SocketEvent("transcript", TranscriptIn, lambda c, p: shoppers.transcript(c.actor, p)),
        SocketEvent("erase", ConversationIn, lambda c, p: shoppers.erase(c.actor, p)),
        SocketEvent("state", Nothing, lambda c, _p: shoppers.state(c.actor)),
        SocketEvent("heartbeat", Nothing, lambda _c, _p: {}),
    )
    return SocketDoor(
        name="/shopper",
        audience=Audience.SHOPPER,
        identify=identify,
        events=(*own, *conversations.events()),
        rooms=lambda connection: (visitor_room(connection.actor.visitor_id),) if connection.actor.visitor_id else (),
        welcome=lambda connection: connection.memory.pop("welcome", None),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
