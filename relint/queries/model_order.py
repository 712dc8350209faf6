"""In which order do the rows of a Django model come (`Meta.ordering`), and which fields tell each from all others?"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator, Literal, Sequence

import libcst as cst

from relint.context import Context
from relint.definitions import definition_of, surface_of
from relint.project import Project
from relint.queries.imported import own_syntax

_PLAIN_BASES = frozenset({"Model"})
_PLAIN_MANAGERS = frozenset({"Manager"})
_MOMENTS = frozenset(
    "DateTimeField AutoCreatedField CreationDateTimeField ModificationDateTimeField DateTime TIMESTAMP datetime".split()
)
_INTEGER = re.compile(r"(?i)^(?:big|positive|small)*_?int(?:eger)?(?:field)?$|^float|^double|^numeric")
_TIME = re.compile(r"(?:_at|_on|_time|_ts|timestamp)$")
_RELATIONS = frozenset({"ForeignKey", "TreeForeignKey", "ParentalKey"})
_UNIQUE = frozenset({"AutoField", "BigAutoField", "SmallAutoField", "OneToOneField", "UUIDField"})
_NO_COLUMNS = frozenset({"ManyToManyField", "GenericRelation", "GenericForeignKey"})

Certainty = Literal["certain", "ties", "moments"]
"""Ties: two rows may have the same in all that they are ordered by; moments: only if they are of one moment."""


@dataclass
class ModelOrder:
    """`ordering` holds the names in `Meta.ordering`, none for no order; it is None where that cannot be told.

    `fields` are those in sight with the names of their classes, `unique` the sets of fields that no two rows share.
    """

    ordering: tuple[str, ...] | None = ()
    abstract: bool = True
    fields: dict[str, str] = field(default_factory=dict)
    unique: list[frozenset[str]] = field(default_factory=list)
    key: str | None = None
    """The primary key, where it is a column that has to be named."""

    def certainty(self, names: Sequence[str], fixed: Iterable[str] = ()) -> Certainty | None:
        """How certain an order by some fields is, where all rows have the same in those that are `fixed`.

        None when that is out of sight.
        """
        plain = {name.lstrip("-+") for name in names}
        known = plain.union(fixed)
        if "pk" in plain or "id" in plain or any(unique <= known for unique in self.unique):
            return "certain"
        if not all(map(self._repeats, plain)):
            return None
        return "moments" if any(map(self._is_moment, plain)) else "ties"

    def _is_moment(self, name: str) -> bool:
        """Whether a field holds a point in time, also as a number."""
        kind = self.fields[name.partition("__")[0]]
        return kind in _MOMENTS or (_INTEGER.search(kind) is not None and _TIME.search(name) is not None)

    def _repeats(self, name: str) -> bool:
        """Whether several rows may hold the same: in a plain field, and in all that one foreign key leads to."""
        first, path, _ = name.partition("__")
        kind = self.fields.get(first)
        if path:
            return kind in _RELATIONS
        return kind is not None and kind not in _NO_COLUMNS


def model_order(ctx: Context, model: cst.BaseExpression) -> ModelOrder | None:
    """What a model says of its rows; None when its class, or a base of it, is out of sight."""
    return ctx.memo(("model order", model), lambda: _model_order(ctx, model))


def _model_order(ctx: Context, model: cst.BaseExpression) -> ModelOrder | None:
    if (cls := ctx.class_def(model)) is not None:
        tree = own_syntax(ctx)
        return _Module(ctx.project, ctx.path, tree).order(cls.name.value) if tree is not None else None
    dotted = ctx.names.dotted(model) if isinstance(model, cst.Name | cst.Attribute) else None
    return _imported(ctx.project, ctx.path, dotted, frozenset()) if dotted is not None else None


def _imported(project: Project, path: str, dotted: str, seen: frozenset[ast.ClassDef]) -> ModelOrder | None:
    """What a model says that another module of the project defines."""
    place = definition_of(project, path, dotted)
    tree = project.syntax(Path(place[0])) if place is not None else None
    return _Module(project, place[0], tree, seen).order(place[1]) if place is not None and tree is not None else None


@dataclass
class _Module:
    """A module with models; `seen` are the classes of which the answer is asked already."""

    project: Project
    path: str
    tree: ast.Module
    seen: frozenset[ast.ClassDef] = frozenset()

    def order(self, name: str) -> ModelOrder | None:
        """What the one class of a name says."""
        found = [s for s in self.tree.body if isinstance(s, ast.ClassDef) and s.name == name]
        if len(found) != 1 or found[0] in self.seen:
            return None
        cls = found[0]
        named = [(ast.unparse(base), self._base(ast.unparse(base), cls)) for base in cls.bases]
        bases = {base: order for base, order in named if order is not None}
        return _said(cls, bases) if named and len(bases) == len(named) else None

    def _base(self, name: str, cls: ast.ClassDef) -> ModelOrder | None:
        if name.rpartition(".")[2] in _PLAIN_BASES:
            return ModelOrder()
        first, dot, rest = name.partition(".")
        seen = self.seen | {cls}
        target = surface_of(self.project, self.path).handed_on.get(first)
        if target is not None:
            return _imported(self.project, self.path, target + dot + rest, seen)
        return _Module(self.project, self.path, self.tree, seen).order(name)


# -- one class -------------------------------------------------------------------------------------------------------


def _said(cls: ast.ClassDef, bases: dict[str, ModelOrder]) -> ModelOrder:
    """What a class says, and what it has from its base classes."""
    meta = next((s for s in cls.body if isinstance(s, ast.ClassDef) and s.name == "Meta"), None)
    own = dict(assigned(meta.body if meta is not None else ()))
    said = ModelOrder(abstract="abstract" in own and ast.unparse(own["abstract"]) == "True")
    for order in bases.values():
        said.fields |= order.fields
        said.unique += order.unique
    for name, value in assigned(cls.body):
        if isinstance(value, ast.Call) and (kind := ast.unparse(value.func).rpartition(".")[2]).endswith(_FIELDS):
            said.fields[name] = kind
            if kind in _UNIQUE or any(is_true(value, keyword) for keyword in ("unique", "primary_key")):
                said.unique.append(frozenset({name}))
    said.unique += _unique_together(own)
    if (
        _has_manager_of_its_own(cls)
        or "order_with_respect_to" in own
        or any(o.ordering is None for o in bases.values())
    ):
        said.ordering = None
    elif "ordering" in own:
        said.ordering = _names(own["ordering"])
    else:
        said.ordering = _inherited(meta, bases)
    return said


_FIELDS = ("Field", *_RELATIONS)


def _inherited(meta: ast.ClassDef | None, bases: dict[str, ModelOrder]) -> tuple[str, ...] | None:
    """The order that a class has from its bases: an abstract one hands on its Meta where the class has none of its own
    or one made from it, one with a table its order in any case."""
    made_from = {ast.unparse(base).removesuffix(".Meta") for base in meta.bases} if meta is not None else set(bases)
    if not made_from <= bases.keys():
        return None
    orders = (order.ordering for name, order in bases.items() if name in made_from or not order.abstract)
    return next((order for order in orders if order), ())


def _names(ordering: ast.expr) -> tuple[str, ...] | None:
    if not isinstance(ordering, ast.List | ast.Tuple):
        return None
    values = [each.value if isinstance(each, ast.Constant) else None for each in ordering.elts]
    names = tuple(value for value in values if isinstance(value, str))
    return names if len(names) == len(values) else None


def _unique_together(meta: dict[str, ast.expr]) -> Iterator[frozenset[str]]:
    """The sets of fields that `Meta` says no two rows share, without those that it says so of some rows only."""
    together = meta.get("unique_together")
    if isinstance(together, ast.List | ast.Tuple):
        sets = [together] if any(isinstance(each, ast.Constant) for each in together.elts) else together.elts
        yield from (frozenset(names) for each in sets if (names := _names(each)))
    constraints = meta.get("constraints")
    for each in constraints.elts if isinstance(constraints, ast.List | ast.Tuple) else ():
        if isinstance(each, ast.Call) and ast.unparse(each.func).endswith("UniqueConstraint"):
            given = {keyword.arg: keyword.value for keyword in each.keywords}
            if "condition" not in given and "fields" in given and (names := _names(given["fields"])):
                yield frozenset(names)


def _has_manager_of_its_own(cls: ast.ClassDef) -> bool:
    """Whether `objects` is a manager that may order the rows itself."""
    managers = [value for name, value in assigned(cls.body) if name == "objects"]
    return any(
        not isinstance(value, ast.Call) or ast.unparse(value.func).rpartition(".")[2] not in _PLAIN_MANAGERS
        for value in managers
    )


def assigned(body: Iterable[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that statements give a value, each with it."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def is_true(call: ast.Call, keyword: str) -> bool:
    """Whether a call is given the literal True by keyword."""
    return any(k.arg == keyword and isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords)
