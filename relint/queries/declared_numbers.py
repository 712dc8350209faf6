"""Does the file say of a value that it is a number, though it is made out of sight?"""

from __future__ import annotations

import ast
import re
from typing import Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.names import COMPREHENSIONS, Binding, is_none, last_name
from relint.queries.command_line import is_number_option
from relint.queries.imported import imported_definition


def is_declared_number(ctx: Context, value: cst.BaseExpression) -> bool:
    """Whether a value is annotated as a number (or as many of them, joined), or the function checks that it is one.

    `limit: int`, `ids: list[int]` with `",".join(map(str, ids))`, `self.limit` that only numbers are stored in,
    `if not isinstance(limit, int)`, `limit > 0`, `int(limit)` on the way, `days()` of `def days() -> int`, `args.days`
    of `add_argument("--days", type=int)`. A UUID and a date count as well: there is no quote in them.
    """
    return _is_declared(ctx, value, frozenset())


def _is_declared(ctx: Context, value: cst.BaseExpression, seen: frozenset[cst.CSTNode]) -> bool:
    if value in seen:
        return False
    seen |= {value}
    match value:
        case cst.Integer() | cst.Float():
            return True
        case cst.Call(func=cst.Name(value="int" | "float" | "len" | "abs" | "round")):
            return True
        case cst.Call(func=cst.Name(value="str" | "repr" | "tuple" | "list" | "sorted" | "set"), args=[arg, *_]):
            return _is_declared(ctx, arg.value, seen)
        case cst.Call(func=cst.Name(value="map"), args=[_, arg]):
            return _is_declared(ctx, arg.value, seen)
        case cst.Call(func=cst.Name(value="min" | "max"), args=[_, *_] as args) if _any_number(ctx, args):
            return True  # nothing else compares with one
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="join")), args=[arg]):
            return _is_declared(ctx, arg.value, seen)
        case cst.Call(func=cst.Name() | cst.Attribute() as function) if _returns_number(ctx, function):
            return True
        case cst.Call(func=cst.Name(), args=[_, *_] as args):
            return all(_is_declared(ctx, arg.value, seen) for arg in args)  # what it writes is made of numbers
        case cst.GeneratorExp(elt=elt) | cst.ListComp(elt=elt) | cst.SetComp(elt=elt):
            return _is_declared(ctx, elt, seen)
        case cst.BooleanOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            return _is_declared(ctx, left, seen) and _is_declared(ctx, right, seen)
        case cst.Attribute() | cst.Subscript() if is_number_option(ctx, value):
            return True
        case cst.Name() | cst.Attribute():
            found = ctx.definitions(value) or []
            stored = [b for b in found if b.kind != "assign" or b.annotation or b.value is None or not is_none(b.value)]
            if stored and all(_binds_number(ctx, b, seen) for b in stored):
                return True
            if not isinstance(value, cst.Name):
                return False
            return any(_makes_numbers_of_itself(ctx, b, seen) for b in stored) or _is_checked(ctx, value)
    return False


def _binds_number(ctx: Context, binding: Binding, seen: frozenset[cst.CSTNode]) -> bool:
    if binding.annotation is not None:
        return _names_numbers(ctx, binding.annotation)
    match binding:
        case Binding(kind="assign" | "augment", value=cst.BaseExpression() as value):
            return _is_declared(ctx, value, seen)
        case Binding(node=cst.For(target=cst.Name()) | cst.CompFor(target=cst.Name()) as loop):
            return _is_declared(ctx, loop.iter, seen)
        case Binding(node=cst.For(iter=cst.Name() as rows) | cst.CompFor(iter=cst.Name() as rows)):
            return _is_declared(ctx, rows, seen)  # `for a, b in pairs`, of `list[tuple[int, int]]`
    return False


def _makes_numbers_of_itself(ctx: Context, binding: Binding, seen: frozenset[cst.CSTNode]) -> bool:
    """`limit = int(limit)`, `ids = [int(i) for i in ids]`: what it was before does not matter."""
    value = binding.value if binding.kind == "assign" else None
    if value is None or not any(name.value == binding.name for name in ctx.walk(value, cst.Name)):
        return False
    return _is_declared(ctx, value, seen)


def _names_numbers(ctx: Context, annotation: cst.BaseExpression) -> bool:
    """`int`, `int | None`, `Optional[float]`, `list[int]`, `Annotated[int, Query()]`, `"int"`, a NewType of one."""
    match annotation:
        case cst.Name() | cst.Attribute():
            return last_name(annotation) in _NUMBERS or _is_new_number(ctx, annotation)
        case cst.SimpleString():
            return isinstance(text := annotation.evaluated_value, str) and bool(_NUMBER_IN_QUOTES.fullmatch(text))
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            return _are_numbers(ctx, [left, right])
        case cst.Subscript(value=outer, slice=items):
            inner = [item.slice.value for item in items if isinstance(item.slice, cst.Index)]
            name = outer.attr.value if isinstance(outer, cst.Attribute) else getattr(outer, "value", "")
            if name in ("Annotated", "conint"):
                return bool(inner) and _names_numbers(ctx, inner[0])
            inner = [i for i in inner if not is_none(i) and not isinstance(i, cst.Ellipsis)]
            if name == "Union":
                return _are_numbers(ctx, inner)
            return name in _OF_ITEMS and bool(inner) and all(_names_numbers(ctx, i) for i in inner)
    return False


def _are_numbers(ctx: Context, sides: Sequence[cst.BaseExpression]) -> bool:
    """Whether one side of a union is a number, and none may be text: `int | None`, `Union[int, Limit]`."""
    known = [_names_numbers(ctx, side) for side in sides if not is_none(side)]
    return any(known) and (all(known) or not any(_may_be_text(side) for side in sides))


def _may_be_text(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name() | cst.Attribute():
            return last_name(annotation) in ("str", "Any", "object", "bytes", "AnyStr", "Text")
        case cst.SimpleString():
            return "str" in annotation.raw_value or "Any" in annotation.raw_value
        case cst.BinaryOperation(left=left, right=right):
            return _may_be_text(left) or _may_be_text(right)
        case cst.Subscript():
            return True
    return False


def _returns_number(ctx: Context, function: cst.Name | cst.Attribute) -> bool:
    """Whether a function, of this file or imported from the project, is annotated to return a number."""
    if (found := ctx.function_def(function)) is not None:
        return (
            found.asynchronous is None and found.returns is not None and _names_numbers(ctx, found.returns.annotation)
        )
    match imported_definition(ctx, function):
        case ast.FunctionDef(returns=ast.Name(id=name)):
            return name in _NUMBERS
        case ast.FunctionDef(returns=ast.BinOp(left=ast.Name(id=name), right=ast.Constant(value=None))):
            return name in _NUMBERS
        case ast.FunctionDef(returns=ast.Subscript(value=ast.Name(id="Optional"), slice=ast.Name(id=name))):
            return name in _NUMBERS
    return False


def _is_new_number(ctx: Context, name: cst.Name | cst.Attribute) -> bool:
    """`OrderId` of `OrderId = NewType("OrderId", int)`, in this file or imported from the project."""
    match ctx.value_of(name):
        case cst.Call(args=[_, cst.Arg(value=cst.Name(value=number))]) as made:
            return last_name(made.func) == "NewType" and number in _NUMBERS
    match imported_definition(ctx, name):
        case ast.Assign(value=ast.Call(func=ast.Name(id="NewType"), args=[_, ast.Name(id=number)])):
            return number in _NUMBERS
    return False


def _any_number(ctx: Context, args: Sequence[cst.Arg]) -> bool:
    return any(isinstance(ctx.literal(arg.value), int | float) for arg in args)


def _is_checked(ctx: Context, name: cst.Name) -> bool:
    """Whether the function around `name` refuses it unless it is a number, or compares it with one.

    As well in the body of `if isinstance(name, int)`, and where `int(name)` came before.
    """
    function = ctx.enclosing(name, cst.FunctionDef)
    if function is None:
        return False
    if any(_tells_number(around.test, name) for around in _conditions(ctx, name)):
        return True
    if len(ctx.names.bindings(name)) == 1 and any(_converts(ctx, each, name) for each in _evaluated_before(ctx, name)):
        return True
    for node in ctx.walk(function, cst.UnaryOperation, cst.Comparison, cst.For, cst.Assert):
        match node:
            case cst.Assert(test=test) if _tells_number(test, name):
                return True
            case cst.For(target=cst.Name() as item, iter=items):
                if name.deep_equals(items) and not name.deep_equals(item) and _is_checked(ctx, item):
                    return True
            case cst.UnaryOperation(operator=cst.Not(), expression=checked) if _tells_number(checked, name):
                return True
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
                if isinstance(operator, _ORDERS) and name.deep_equals(left) and _is_literal_number(right):
                    return True
    return False


def _conditions(ctx: Context, node: cst.CSTNode) -> Iterator[cst.If | cst.IfExp]:
    """The conditions that hold where a node stands."""
    child = node
    for around in ctx.ancestors(node):
        if isinstance(around, cst.FunctionDef):
            return
        if isinstance(around, cst.If | cst.IfExp) and child is around.body:
            yield around
        child = around


def _evaluated_before(ctx: Context, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What the function has evaluated whenever it comes to a node: statements above it, and conditions around it."""
    yield from (around.test for around in _conditions(ctx, node))
    child = node
    for around in ctx.ancestors(node):
        if isinstance(around, cst.FunctionDef):
            return
        if isinstance(around, cst.IndentedBlock) and isinstance(child, cst.BaseStatement):
            for statement in around.body[: around.body.index(child)]:
                if isinstance(statement, cst.SimpleStatementLine | cst.If):
                    yield statement.test if isinstance(statement, cst.If) else statement
        child = around


def _converts(ctx: Context, evaluated: cst.CSTNode, name: cst.Name) -> bool:
    """`int(name)`, which refuses everything else, where it is sure to be evaluated."""
    calls = ctx.walk(evaluated, cst.Call, stop=_NOT_ALWAYS)
    return any(
        isinstance(call.func, cst.Name) and call.func.value in ("int", "float") and name.deep_equals(arg.value)
        for call in calls
        for arg in call.args
    )


def _tells_number(test: cst.BaseExpression, name: cst.Name) -> bool:
    """`isinstance(name, int)`, by itself or with other conditions."""
    match test:
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            return _tells_number(left, name) or _tells_number(right, name)
        case cst.Call(func=cst.Name(value="isinstance"), args=[checked, cst.Arg(value=types)]):
            return name.deep_equals(checked.value) and _are_number_types(types)
    return False


def _are_number_types(types: cst.BaseExpression) -> bool:
    several = [e.value for e in types.elements] if isinstance(types, cst.Tuple) else [types]
    return bool(several) and all(isinstance(t, cst.Name) and t.value in _NUMBERS for t in several)


def _is_literal_number(node: cst.BaseExpression) -> bool:
    return isinstance(node.expression if isinstance(node, cst.UnaryOperation) else node, cst.Integer | cst.Float)


_NUMBERS = frozenset(
    "int float bool complex Decimal UUID UUID4 datetime date timedelta PositiveInt NonNegativeInt StrictInt "
    "PositiveFloat IntEnum int8 int16 int32 int64 uint8 uint16 uint32 uint64 uint128".split()
)
_OF_ITEMS = frozenset(
    "Optional Union list List tuple Tuple set Set frozenset FrozenSet Iterable Sequence Collection Iterator".split()
)
_NUMBER_IN_QUOTES = re.compile(r"\s*(?:Optional\[\s*(?:int|float)\s*\]|(?:int|float)(?:\s*\|\s*None)?)\s*")
_NOT_ALWAYS = (cst.Lambda, cst.FunctionDef, cst.ClassDef, cst.IfExp, cst.BooleanOperation, *COMPREHENSIONS)
_ORDERS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
