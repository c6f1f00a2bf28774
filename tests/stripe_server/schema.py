"""Parameter schemas read from the source of the installed ``stripe`` package.

Every generated service method says ``self._request(verb, path, params=params)`` and annotates
``params`` with a TypedDict of ``stripe.params``. Both are read with ``ast``, never executed, and
only for the endpoints asked for.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

SERVICE_CALL = re.compile(r'self\._request\(\s*"(get|post|delete)",\s*"(/v[12]/[^"]+)"')
WRAPPERS = ("NotRequired", "Required", "Optional")


@dataclass(frozen=True)
class Anything:
    """A value that the package does not describe further."""


@dataclass(frozen=True)
class Text:
    """A string."""


@dataclass(frozen=True)
class Whole:
    """An integer."""


@dataclass(frozen=True)
class Real:
    """A float or a decimal."""


@dataclass(frozen=True)
class Truth:
    """true or false."""


@dataclass(frozen=True)
class Choice:
    """One of the named values. ``Literal[...] | str`` is read as the Literal."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class ListOf:
    item: "Node"


@dataclass(frozen=True)
class MapOf:
    """Free keys (metadata, per-currency settings)."""

    value: "Node"


@dataclass(frozen=True)
class OneOf:
    options: tuple["Node", ...]


@dataclass(frozen=True)
class Field:
    node: "Node"
    required: bool


@dataclass(frozen=True)
class Record:
    """A TypedDict, read when first looked at (some refer to themselves)."""

    module: "Source"
    name: str

    @cached_property
    def fields(self) -> dict[str, Field]:
        return self.module.fields_of(self.name)


Node = Anything | Text | Whole | Real | Truth | Choice | ListOf | MapOf | OneOf | Record

SIMPLE: dict[str, Node] = {
    "str": Text(),
    "int": Whole(),
    "float": Real(),
    "Decimal": Real(),
    "bool": Truth(),
    "Any": Anything(),
    "object": Anything(),
}


class Source:
    """One module of the package, parsed."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}

    @cached_property
    def imported(self) -> dict[str, str]:
        """Name -> module it comes from, also under ``if TYPE_CHECKING``."""
        return {
            alias.asname or alias.name: node.module
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }

    @cached_property
    def functional(self) -> dict[str, ast.Dict]:
        """``_Base = TypedDict("_Base", {...})``, used for fields that are Python keywords."""
        return {
            node.targets[0].id: node.value.args[1]
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Call)
            and len(node.value.args) == 2
            and isinstance(node.value.args[1], ast.Dict)
        }

    def fields_of(self, name: str) -> dict[str, Field]:
        """Fields of a TypedDict; RequestOptions is no parameter and is left out."""
        fields: dict[str, Field] = {}
        definition = self.classes[name]
        for base in definition.bases:
            if isinstance(base, ast.Name) and base.id in self.functional:
                table = self.functional[base.id]
                for key, value in zip(table.keys, table.values, strict=True):
                    if isinstance(key, ast.Constant):
                        fields[str(key.value)] = self._field(value)
            elif isinstance(base, ast.Name) and base.id in self.classes:
                fields.update(self.fields_of(base.id))
        for statement in definition.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                fields[statement.target.id] = self._field(statement.annotation)
        return fields

    def _field(self, annotation: ast.expr) -> Field:
        optional = isinstance(annotation, ast.Subscript) and _name(annotation) == "NotRequired"
        return Field(node=self.node(annotation), required=not optional)

    def node(self, annotation: ast.expr) -> Node:
        """The schema of one annotation."""
        match annotation:
            case ast.Constant(value=str(text)):
                return self.node(ast.parse(text, mode="eval").body)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return _union([self.node(left), self.node(right)])
            case ast.Subscript():
                return self._generic(_name(annotation), annotation.slice)
            case ast.Name(id=name):
                return self._named(name)
        return Anything()

    def _generic(self, name: str, inside: ast.expr) -> Node:
        arguments = inside.elts if isinstance(inside, ast.Tuple) else [inside]
        if name in WRAPPERS:
            return self.node(inside)
        if name == "Literal":
            return Choice(tuple(str(a.value) for a in arguments if isinstance(a, ast.Constant)))
        if name in ("List", "Sequence"):
            return ListOf(self.node(inside))
        if name in ("Dict", "Mapping", "UntypedStripeObject"):
            return MapOf(self.node(arguments[-1]))
        if name == "Union":
            return _union([self.node(argument) for argument in arguments])
        return Anything()

    def _named(self, name: str) -> Node:
        if name in SIMPLE:
            return SIMPLE[name]
        if name in self.classes:
            return Record(self, name)
        module = self.imported.get(name, "")
        if module.startswith("stripe.") and name in source(module).classes:
            return Record(source(module), name)
        return Anything()


def _name(node: ast.Subscript) -> str:
    return node.value.id if isinstance(node.value, ast.Name) else ""


def _union(nodes: list[Node]) -> Node:
    flat: list[Node] = []
    for node in nodes:
        for option in node.options if isinstance(node, OneOf) else (node,):
            if option not in flat:
                flat.append(option)
    # Open enums are annotated ``Literal[...] | str``: the named values are the contract. A bare
    # ``Literal['']`` only means that the value can be unset, so there the string stays.
    if any(isinstance(option, Choice) and any(option.values) for option in flat):
        flat = [option for option in flat if not isinstance(option, Text)]
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat))


@dataclass(frozen=True)
class Endpoint:
    """One call of the API. ``template`` has ``{}`` for each path argument."""

    verb: str
    template: str
    params: Record | None


@cache
def package_root() -> Path:
    """Folder of the installed ``stripe`` package.

    Raises RuntimeError when it is not installed.
    """
    spec = find_spec("stripe")
    if spec is None or spec.origin is None:
        raise RuntimeError("the stripe package is not installed")
    return Path(spec.origin).parent


@cache
def source(module: str) -> Source:
    return Source(package_root().parent.joinpath(*module.split(".")).with_suffix(".py"))


@cache
def index() -> dict[tuple[str, str], tuple[Path, str]]:
    """(verb, template with ``{}``) -> (service file, template as written there)."""
    found: dict[tuple[str, str], tuple[Path, str]] = {}
    for path in sorted(package_root().rglob("_*_service.py")):
        for verb, template in SERVICE_CALL.findall(path.read_text(encoding="utf-8")):
            found[verb, re.sub(r"\{\w+\}", "{}", template)] = (path, template)
    return found


@cache
def endpoint(verb: str, template: str) -> Endpoint:
    """The endpoint with its schema; raises KeyError when the package has no such call."""
    path, written = index()[verb, template]
    module = Source(path)
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef) and _requests(function, verb, written):
            return Endpoint(verb, template, _params_of(module, function))
    raise KeyError((verb, template))


def _requests(function: ast.FunctionDef, verb: str, template: str) -> bool:
    constants = {n.value for n in ast.walk(function) if isinstance(n, ast.Constant)}
    return verb in constants and template in constants


def _params_of(module: Source, function: ast.FunctionDef) -> Record | None:
    for argument in function.args.args:
        if argument.arg == "params" and argument.annotation is not None:
            node = module.node(argument.annotation)
            return node if isinstance(node, Record) else None
    return None
