"""Checks a request against the schema of its endpoint and turns it into typed parameters."""

import json
import re
from functools import cache

from tests.stripe_server import schema
from tests.stripe_server.schema import (
    Anything,
    Choice,
    ListOf,
    MapOf,
    Node,
    OneOf,
    Real,
    Record,
    Text,
    Truth,
    Whole,
)
from tests.stripe_server.wire import ApiError, Json, Request, decode_form

# Removed by API 2026-09-30 with a code of its own, so that the message says what to do.
REMOVED = {"payment_method_types": "payment_method_types_no_longer_supported"}


@cache
def _patterns(verb: str) -> list[tuple[re.Pattern[str], str]]:
    templates = [template for known, template in schema.index() if known == verb]
    # A literal segment wins over a path argument: fewest arguments first.
    templates.sort(key=lambda template: template.count("{}"))
    return [(re.compile(re.escape(t).replace(r"\{\}", "([^/]+)") + r"\Z"), t) for t in templates]


def route(verb: str, path: str) -> tuple[str, tuple[str, ...]]:
    """(template, path arguments) of a path; raises ApiError 404 when there is no such URL."""
    for pattern, template in _patterns(verb):
        if match := pattern.match(path):
            return template, match.groups()
    raise ApiError(f"Unrecognized request URL ({verb.upper()}: {path}).", status=404, code="url_invalid")


def parameters(request: Request, template: str) -> Json:
    """Typed parameters of a request (form body, JSON body for v2, or query).

    Raises ApiError for an unknown, missing or badly typed one.
    """
    verb = request.method.lower()
    raw: object
    as_json = verb == "post" and template.startswith("/v2/")
    if as_json:
        raw = _json_body(request.body)
    else:
        raw = decode_form(request.body.decode() if verb == "post" else request.query)
    record = schema.endpoint(verb, template).params
    if record is None:
        if raw:
            unknown = next(iter(raw)) if isinstance(raw, dict) else ""
            raise _unknown(unknown, unknown)
        return {}
    return _record(record, raw, "", strict=as_json)


def _json_body(body: bytes) -> object:
    try:
        return json.loads(body or b"{}")
    except ValueError as broken:
        raise ApiError("Invalid JSON body.", code="invalid_json") from broken


def _unknown(key: str, name: str) -> ApiError:
    return ApiError(
        f"Received unknown parameter: {name}",
        code=REMOVED.get(key, "parameter_unknown"),
        param=name,
    )


def _record(record: Record, raw: object, name: str, *, strict: bool) -> Json:
    if not isinstance(raw, dict):
        raise ApiError("Invalid object", code="parameter_invalid_object", param=name)
    typed: Json = {}
    for key, value in raw.items():
        inner = f"{name}[{key}]" if name else key
        if key not in record.fields:
            raise _unknown(key, inner)
        typed[key] = _value(record.fields[key].node, value, inner, strict=strict)
    for key, field in record.fields.items():
        if field.required and key not in raw:
            inner = f"{name}[{key}]" if name else key
            raise ApiError(f"Missing required param: {inner}.", code="parameter_missing", param=inner)
    return typed


def _value(node: Node, raw: object, name: str, *, strict: bool) -> object:
    match node:
        case Anything():
            return raw
        case Record():
            return _record(node, raw, name, strict=strict)
        case ListOf(item=item):
            values = _items(raw, name)
            return [_value(item, v, f"{name}[{i}]", strict=strict) for i, v in enumerate(values)]
        case MapOf(value=value):
            if not isinstance(raw, dict):
                raise ApiError("Invalid object", code="parameter_invalid_object", param=name)
            return {k: _value(value, v, f"{name}[{k}]", strict=strict) for k, v in raw.items()}
        case OneOf(options=options):
            return _first_fit(options, raw, name, strict=strict)
    return _scalar(node, raw, name, strict=strict)


def _first_fit(options: tuple[Node, ...], raw: object, name: str, *, strict: bool) -> object:
    """The value under the first option that takes it.

    The error of a container is more telling than that of a scalar, so it is the one raised when
    the value is a container.
    """
    failure: ApiError | None = None
    for option in options:
        try:
            return _value(option, raw, name, strict=strict)
        except ApiError as error:
            container = isinstance(option, Record | ListOf | MapOf)
            if failure is None or container == isinstance(raw, dict | list):
                failure = error
    if failure is None:
        raise ApiError(f"Invalid value for {name}", param=name)
    raise failure


def _items(raw: object, name: str) -> list[object]:
    if isinstance(raw, list):
        return raw
    if isinstance(raw, dict) and all(key.isdigit() for key in raw):
        return [raw[key] for key in sorted(raw, key=int)]
    raise ApiError("Invalid array", code="parameter_invalid_array", param=name)


def _scalar(node: Node, raw: object, name: str, *, strict: bool) -> object:
    if isinstance(raw, dict | list):
        raise ApiError(f"Invalid string: {name}", code="parameter_invalid_string", param=name)
    match node:
        case Text():
            return _text(raw, name, strict=strict)
        case Choice(values=values):
            if str(raw) not in values:
                allowed = ", ".join(value or "''" for value in values)
                raise ApiError(
                    f"Invalid {name}: must be one of {allowed}",
                    code="parameter_invalid_choice",
                    param=name,
                )
            return raw
        case Truth():
            return _truth(raw, name)
        case Whole():
            if isinstance(raw, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(raw)):
                raise ApiError(f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name)
            return int(str(raw))
        case Real():
            if not re.fullmatch(r"[+-]?\d+(\.\d+)?", str(raw)):
                raise ApiError(f"Invalid decimal: {raw}", code="parameter_invalid", param=name)
            return str(raw)
    return raw


def _text(raw: object, name: str, *, strict: bool) -> str:
    if strict and not isinstance(raw, str):
        raise ApiError(f"Invalid string: {raw}", code="parameter_invalid_string", param=name)
    if raw == "" and not name.startswith("metadata"):
        raise ApiError(f"You passed an empty string for '{name}'.", code="parameter_invalid_empty", param=name)
    return str(raw)


def _truth(raw: object, name: str) -> bool:
    if raw is True or raw == "true":
        return True
    if raw is False or raw == "false":
        return False
    raise ApiError(f"Invalid boolean: {raw}", code="parameter_invalid_boolean", param=name)
