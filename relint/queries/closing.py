"""Is what a function opens closed on every path?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.closing import CLOSABLE, LENT, READS_ALL, READS_BITS, Closable
from relint.names import is_none, last_name, parameters
from relint.queries.endings import ends_of, rest_after
from relint.queries.origins import callable_names


@dataclass(frozen=True, eq=False)
class Opened:
    """Something that one function opens, names once and keeps to itself.

    `uses` are all the places that read the name, in source order; `closed_late` says that it is closed, but not when
    something before that fails.
    """

    name: str
    callable: str
    how: Closable
    call: cst.Call
    statement: cst.SimpleStatementLine
    uses: tuple[cst.Name, ...]
    closed_late: bool


Which = Callable[[Context, cst.Call], "tuple[str, Closable] | None"]
"""What a call opens: its name, and how it is closed."""


def left_open(ctx: Context, assign: cst.Assign, opens: Which) -> Opened | None:
    """What an assignment opens that is not closed on every path; None when it is, or when somebody else may do it.

    `opens` says what counts.
    """
    match assign:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as target)], value=cst.Call() as call):
            pass
        case _:
            return None
    known = opens(ctx, call)
    function = ctx.function_of(assign)
    statement = ctx.statement_of(assign)
    if known is None or not isinstance(function, cst.FunctionDef) or not isinstance(statement, cst.SimpleStatementLine):
        return None
    found = ctx.names.find(target)
    if found is None or found[0].node is not function or len(found[1]) != 1:
        return None
    uses = tuple(ctx.names.uses(found[0], target.value))
    if any(_leaves(ctx, use, function) for use in uses):
        return None
    closes = [use for use in uses if _is_closed_at(ctx, use, known[1])]
    if any(_is_certain(ctx, use, statement) for use in closes):
        return None
    if known[1].reads_to_end and _is_read_to_end(ctx, statement, uses):
        return None
    return Opened(target.value, *known, call, statement, uses, bool(closes))


def http_client(ctx: Context, call: cst.Call) -> tuple[str, Closable] | None:
    """The client or response that a call opens."""
    names = callable_names(ctx, call.func)
    how = CLOSABLE.get(names[0]) if len(names) == 1 else None
    if how is None or (how.if_streamed and not _is_streamed(ctx, call)):
        return None
    return names[0], how


def _is_streamed(ctx: Context, call: cst.Call) -> bool:
    stream = ctx.keyword(call, "stream")
    return stream is not None and ctx.literal(stream.value) is True


def _leaves(ctx: Context, use: cst.Name, function: cst.FunctionDef) -> bool:
    """Whether somebody else gets hold of it at a use: anything but `x.attribute`, `with x`, a test, and a function of
    the file that does no more with it itself."""
    if ctx.function_of(use) is not function:
        return True
    match ctx.parent(use):
        case cst.Attribute() as attribute:
            # A method that is handed on keeps the object: `map(session.get, urls)`.
            return _is_handed_on(ctx, attribute)
        case cst.WithItem() | cst.For() | cst.CompFor() | cst.If() | cst.IfExp() | cst.UnaryOperation():
            return isinstance(ctx.parent(use), cst.IfExp)
        case cst.Comparison() | cst.ComparisonTarget():
            return False
        case cst.Arg() as arg:
            outer = ctx.parent(arg)
            return not (isinstance(outer, cst.Call) and (last_name(outer.func) in LENT or _is_lent(ctx, outer, arg)))
    return True


def _is_handed_on(ctx: Context, attribute: cst.Attribute) -> bool:
    match ctx.parent(attribute):
        case cst.Arg() | cst.Return() | cst.Assign() | cst.Element() | cst.DictElement() | cst.Yield():
            return attribute.attr.value not in _PLAIN
        case cst.Call() as call if attribute.attr.value.startswith(("iter_", "aiter_")):
            return isinstance(ctx.parent(call), cst.Return)  # who reads the rest holds it
    return False


_PLAIN = frozenset(
    {"status", "status_code", "headers", "url", "text", "content", "code", "reason", "encoding", "ok", "raw", "msg"}
)


def _is_lent(ctx: Context, call: cst.Call, arg: cst.Arg) -> bool:
    """Whether a function of the file takes an argument and does nothing with it but call its methods."""
    function = ctx.function_def(call.func)
    if function is None or arg.star:
        return False
    given = parameters(function)
    if arg.keyword is not None:
        named = [p for p in given if p.name.value == arg.keyword.value]
    else:
        index = list(call.args).index(arg) + (1 if isinstance(call.func, cst.Attribute) else 0)
        named = given[index : index + 1]
    if not named:
        return False
    scope = ctx.names.body_scope(function)
    uses = ctx.names.uses(scope, named[0].name.value)
    return all(
        isinstance(parent := ctx.parent(use), cst.Attribute)
        and isinstance(outer := ctx.parent(parent), cst.Call)
        and outer.func is parent
        and ctx.function_of(use) is function
        and parent.attr.value not in ("close", "aclose", "end")
        for use in uses
    )


def _is_closed_at(ctx: Context, use: cst.Name, how: Closable) -> bool:
    match ctx.parent(use):
        case cst.WithItem():
            return True
        case cst.Arg() as arg:
            # `with use_span(span, end_on_exit=True):`
            outer = ctx.parent(arg)
            ends = ctx.argument(outer, "end_on_exit", 1) if isinstance(outer, cst.Call) else None
            return ends is not None and ctx.literal(ends.value) is True
        case cst.Attribute(attr=cst.Name(value=method)):
            return method in how.closes or method in ("close", "release", "release_conn", "__exit__", "__aexit__")
    return False


def _is_certain(ctx: Context, use: cst.Name, opened: cst.SimpleStatementLine) -> bool:
    """Whether a use closes what was opened whatever happens: by a `with`, in a `finally`, or right below."""
    if isinstance(ctx.parent(use), cst.WithItem | cst.Arg):
        return True
    if any(isinstance(ancestor, cst.Finally) for ancestor in ctx.ancestors(use)):
        return True
    siblings = ctx.siblings(opened)
    return ctx.statement_of(use) in siblings[: siblings.index(opened) + 2]


def _is_read_to_end(ctx: Context, opened: cst.SimpleStatementLine, uses: tuple[cst.Name, ...]) -> bool:
    """Whether a response is read to its end before anything else can end the function."""
    for statement in _following(ctx, opened):
        inside = [use for use in uses if statement in ctx.ancestors(use)]
        if not isinstance(statement, cst.If) and any(_reads_all(ctx, use) for use in inside):
            return True
        if ends_of(ctx, [statement]) - {"next", "break"} or any(_may_raise(ctx, use) for use in inside):
            return False
    return False


def _following(ctx: Context, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What runs after a statement when nothing fails, as far as one way leads there: out of `try`, `with` and `if`,
    and out of a loop by `break`."""
    current: cst.CSTNode | None = statement
    leaves = False
    while current is not None and not isinstance(current, cst.FunctionDef | cst.Module):
        for below in rest_after(ctx, current) if not leaves else ():
            yield below
            if ends_of(ctx, [below]) == {"break"}:
                leaves = True
                break
        block = ctx.parent(current)
        around = ctx.parent(block) if block is not None else None
        if isinstance(around, cst.Try) and block is around.body and around.orelse is not None and not leaves:
            yield from around.orelse.body.body
        if isinstance(around, cst.For | cst.While):
            if not leaves:
                return
            leaves = False
        current = (
            around if around is None or isinstance(around, cst.BaseCompoundStatement) else ctx.statement_of(around)
        )


def _may_raise(ctx: Context, use: cst.Name) -> bool:
    match ctx.parent(use):
        case cst.Attribute(attr=cst.Name(value="raise_for_status")):
            return True
    return False


def _reads_all(ctx: Context, use: cst.Name) -> bool:
    parent = ctx.parent(use)
    match parent:
        case cst.Attribute(attr=cst.Name(value=name)):
            outer = ctx.parent(parent)
            if name == "read":
                return isinstance(outer, cst.Call) and all(is_none(arg.value) for arg in outer.args)
            return name in READS_ALL or (name in READS_BITS and _is_looped_through(ctx, outer))
        case cst.For() | cst.CompFor():
            return _is_looped_through(ctx, use)
    return False


def _is_looped_through(ctx: Context, iterable: cst.CSTNode | None) -> bool:
    """Whether a loop goes through all of an iterable: `for chunk in r.iter_content(): ...` without a way out."""
    current = iterable
    while current is not None and not isinstance(current, cst.For | cst.CompFor | cst.BaseSmallStatement):
        current = ctx.parent(current)
    if isinstance(current, cst.CompFor):
        return True
    return isinstance(current, cst.For) and not set(ends_of(ctx, current.body)) & {"break", "return", "raise"}
