"""What travels: parsed calls, answers, Stripe-like errors, nested form bodies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One HTTP request as received. ``headers`` keys are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; ``headers`` are added to the usual ones."""

    status: int
    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A validated API call: who asks, path arguments in order, typed parameters.

    ``account`` is the connected account named by ``Stripe-Account``, or "" for the platform.
    """

    path: str
    arguments: tuple[str, ...]
    params: Json
    account: str


class ApiError(Exception):
    """A refusal in Stripe's words. Shape of the body: ``{"error": {type, code, message, param}}``.

    ``executed`` is False for refusals that come before the work starts (bad parameters): those are
    not remembered under an idempotency key, all others are.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        extra: Json | None = None,
        executed: bool = True,
    ) -> None:
        super().__init__(message)
        self.executed = executed
        self.status = status
        self.error: Json = {"type": type, "message": message}
        if code is not None:
            self.error["code"] = code
        if param is not None:
            self.error["param"] = param
        self.error.update(extra or {})

    def answer(self) -> Answer:
        return Answer(self.status, {"error": self.error})


def invalid(message: str, param: str, code: str = "parameter_invalid") -> ApiError:
    """A well-formed parameter with an impossible value."""
    return ApiError(message, code=code, param=param, executed=False)


def missing(kind: str, identifier: str, param: str = "id") -> ApiError:
    """The error for an identifier that nobody knows."""
    return ApiError(
        f"No such {kind}: '{identifier}'",
        status=404 if param == "id" else 400,
        code="resource_missing",
        param=param,
    )


def decode_form(text: str) -> Json:
    """Decode ``a[b][0]=x`` into nested dictionaries; lists stay dictionaries keyed "0", "1", ...

    Raises ApiError when one name is used both as a value and as a container.
    """
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, *rest = _keys(name)
        _place(tree, [head, *rest], value, name)
    return tree


def _keys(name: str) -> list[str]:
    head, bracket, tail = name.partition("[")
    if not bracket:
        return [head]
    return [head, *tail.removesuffix("]").split("][")]


def _place(tree: Json, keys: Iterable[str], value: str, name: str) -> None:
    *parents, last = keys
    node = tree
    for key in parents:
        inner = node.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ApiError(f"Invalid parameters: {name}", param=name)
        node = inner
    node[last or str(len(node))] = value
