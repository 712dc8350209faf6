"""What stands below a node, and what a walk meets. White space and names that are no references stay out."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import Iterator, TypeVar

import libcst as cst

_Node = TypeVar("_Node", bound=cst.CSTNode)

# Names that are no references (an attribute, a keyword, what a definition is called) and all white space stay out.
_SKIPPED = frozenset(
    "attr keyword equal comma semicolon dot lpar rpar lbracket rbracket lbrace rbrace header footer leading_lines "
    "lines_after_decorators trailing_whitespace leading_whitespace operator colon first_colon second_colon "
    "posonly_ind asynchronous separator trailing_comma relative indent newline comment empty_lines "
    "first_line last_line conversion".split()
)
_SKIPPED_OF: dict[str, frozenset[str]] = {
    "ImportAlias": frozenset({"name", "asname"}),
    "ImportFrom": frozenset({"module"}),
    "LazyImportFrom": frozenset({"module"}),
    "Param": frozenset({"name"}),
    "FunctionDef": frozenset({"name"}),
    "ClassDef": frozenset({"name"}),
    "NameItem": frozenset({"name"}),
    "MatchKeywordElement": frozenset({"key"}),
    "TypeVar": frozenset({"name"}),
    "TypeVarTuple": frozenset({"name"}),
    "ParamSpec": frozenset({"name"}),
}
_FIRST = ("decorators", "type_parameters", "bases", "keywords")
_fields_of: dict[type, tuple[str, ...]] = {}


def fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a node type that hold children worth walking, in source order."""
    fields = _fields_of.get(kind)
    if fields is None:
        skipped = _SKIPPED_OF.get(kind.__name__, frozenset())
        names = [
            field.name
            for field in dataclasses.fields(kind)
            if field.name not in _SKIPPED and field.name not in skipped and not field.name.startswith("whitespace")
        ]
        if kind in (cst.FunctionDef, cst.ClassDef):
            names.sort(key=lambda name: name not in _FIRST)
        fields = _fields_of[kind] = tuple(names)
    return fields


class Kinds(dict[type, bool]):
    """Whether a type is one of some types: what `isinstance` says, which is slow on libcst's abstract classes."""

    def __init__(self, types: tuple[type, ...]) -> None:
        super().__init__()
        self._types = types

    def __missing__(self, kind: type) -> bool:
        answer = self[kind] = issubclass(kind, self._types)
        return answer


@lru_cache(maxsize=1024)
def kinds(types: tuple[type, ...]) -> Kinds:
    """`kinds((A, B))[type(x)]` is `isinstance(x, (A, B))`."""
    return Kinds(types)


_NODES = Kinds((cst.CSTNode,))


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The walked children of a node, in source order."""
    found: list[cst.CSTNode] = []
    for name in fields_of(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            found.extend(value)
        elif _NODES[kind]:
            found.append(value)
    return found


def walk(
    root: cst.CSTNode, types: tuple[type[_Node], ...], *, stop: tuple[type[cst.CSTNode], ...] = ()
) -> Iterator[_Node]:
    """The nodes of `types` at or under `root`, in source order, without entering nodes of the types in `stop`.

    `root` itself is always entered.
    """
    wanted, closed = kinds(types), kinds(stop)
    stack = [root]
    while stack:
        node = stack.pop()
        kind = type(node)
        if wanted[kind]:
            yield node  # type: ignore[misc]
        if node is root or not closed[kind]:
            stack.extend(reversed(children(node)))
