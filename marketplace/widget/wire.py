"""What travels at the shopper's door beside the conversation."""

from typing import Required, TypedDict

from marketplace.questions.wire import OpenThread


class Welcome(TypedDict, total=False):
    """The first words of the server."""

    open: Required[list[OpenThread]]
    token: str
    """A new visitor token, to be kept by the client."""
