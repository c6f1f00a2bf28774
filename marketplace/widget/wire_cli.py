"""The scripts' types of what travels, written from the server's own: `python -m marketplace.widget.wire_cli`.

The file is committed, so that scripts build without Python; a test fails while it is stale.
"""

import ast
import inspect
import textwrap
import types
import typing
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from marketplace.chat import canned, notes, wire
from marketplace.chat import socket as chat
from marketplace.chat.states import AuthorKind, CloseReason, ConversationState, EventKind, NoteKind
from marketplace.core.schema import ROOT
from marketplace.questions import wire as questions
from marketplace.questions.states import QuestionState
from marketplace.widget import verbs
from marketplace.widget import wire as widget

TARGET = ROOT / "static" / "ts" / "lib" / "wire.gen.ts"
HEAD = """/**
 * What travels between clients and the platform, over the socket or plain HTTP. Times are ISO 8601 in UTC.
 * Written by `python -m marketplace.widget.wire_cli`; change the Python types, not this file.
 */
"""
TRAVELS: tuple[type, ...] = (
    AuthorKind, CloseReason, ConversationState, EventKind, NoteKind, QuestionState,
    questions.Promised, questions.Choice, questions.Reputed, questions.ExpertCard, questions.QuestionNews,
    questions.OpenThread,
    wire.Named, wire.Author, wire.ProductCard, wire.Picture, wire.EventData, wire.NumberedEvent, wire.ReadMark,
    wire.Marks, wire.Synced, wire.Stored,
    notes.NoteRow, canned.Ready,
    widget.Welcome,
    chat.MessageIn, chat.SyncIn, chat.ConversationIn, chat.ReadIn, chat.Survey, chat.CloseIn,
    verbs.ProductHint, verbs.AskIn, verbs.EmailIn, verbs.ChooseIn, verbs.RateIn, verbs.TranscriptIn,
)  # fmt: skip
"""Every named type that the file holds, in its order."""

_PLAIN: dict[Any, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", UUID: "string",
    datetime: "string", Any: "unknown", object: "unknown",
}  # fmt: skip


def as_typescript(kinds: Iterable[type] = TRAVELS) -> str:
    """The whole file. Raises `TypeError` for a type that has no counterpart."""
    return HEAD + "".join(f"\n{_declaration(kind)}\n" for kind in kinds)


def _declaration(kind: type) -> str:
    note = _comment(inspect.getdoc(kind) or "", "")
    if issubclass(kind, StrEnum):
        return f"{note}export type {kind.__name__} = {' | '.join(_quoted(member.value) for member in kind)};"
    notes = _notes(kind)
    lines = [
        f"{_comment(notes.get(name, ''), '  ')}  {name}{'' if required else '?'}: {type_};"
        for name, type_, required in _fields(kind)
    ]
    base = _base(kind)
    extends = f" extends {base.__name__}" if base else ""
    return f"{note}export interface {kind.__name__}{extends} {{\n" + "\n".join(lines) + "\n}"


def _fields(kind: type) -> Iterator[tuple[str, str, bool]]:
    if issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield name, _type(field.annotation), field.is_required()
        return
    assert typing.is_typeddict(kind), kind
    base = _base(kind)
    above = typing.get_type_hints(base) if base else {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        if name in above:
            continue
        yield name, _type(hint), name in kind.__required_keys__  # type: ignore[attr-defined]


def _type(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin in {typing.Required, typing.NotRequired, typing.Annotated}:
        return _type(inner[0])
    if origin in {typing.Union, types.UnionType}:
        return " | ".join(_type(each) for each in inner)
    if origin is typing.Literal:
        return " | ".join(_quoted(each) for each in inner)
    if origin in {list, tuple}:
        each = _type(inner[0])
        return f"({each})[]" if "|" in each else f"{each}[]"
    if origin is dict:
        return f"Record<string, {_type(inner[1])}>"
    if isinstance(hint, type) and hint in TRAVELS:
        return hint.__name__
    raise TypeError(f"{hint!r} does not travel: name it in TRAVELS")


def _quoted(text: str) -> str:
    return f'"{text}"'


def _comment(text: str, indent: str) -> str:
    lines = text.split("\n")
    if not text:
        return ""
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _base(kind: type) -> type | None:
    """The named type that a type extends."""
    return next((each for each in getattr(kind, "__orig_bases__", ()) if each in TRAVELS), None)


def _notes(kind: type) -> dict[str, str]:
    """The sentence that stands below a field, by field."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for field, note in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            and isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant)
        ):  # fmt: skip
            found[field.target.id] = inspect.cleandoc(str(note.value.value))
    return found


def write(target: Path = TARGET) -> None:
    """Write the file."""
    target.write_text(as_typescript())


if __name__ == "__main__":
    write()
