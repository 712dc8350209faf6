"""Where is a pooled client built again and again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.http import VERBS
from relint.libraries.pooled_clients import pooled_client
from relint.names import COMPREHENSIONS, last_name
from relint.queries.entry_points import EntryPoint, entry_point
from relint.queries.text import Hole, Piece, Text, text_of

Where = Literal["loop", "requests", EntryPoint]
_COUNTING = frozenset({"range", "count", "repeat", "cycle"})
_KEEPS = (cst.Return, cst.Yield, cst.Subscript, cst.Element, cst.DictElement, cst.StarredElement)


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """A client that is built for each item of `loop`, or for each call of `function`."""

    name: str
    where: Where
    loop: cst.For | None = None
    function: cst.FunctionDef | None = None


def rebuilt_client(ctx: Context, call: cst.Call) -> Rebuilt | None:
    """How a pooled client is built again and again although each time it is the same; None when it is not, or kept."""
    name = pooled_client(ctx.callee(call) or "")
    if name is None or any(arg.star for arg in call.args) or _is_kept(ctx, call):
        return None
    if (loop := _loop_around(ctx, call)) is not None:
        return Rebuilt(name, "loop", loop) if not _depends_on(ctx, call, loop) else None
    function = ctx.function_of(call)
    if not isinstance(function, cst.FunctionDef) or ctx.in_loop(call):
        return None
    kind = entry_point(ctx, function)
    if kind is None or kind == "command" or _depends_on_locals(ctx, call):
        return None
    return Rebuilt(name, kind, None, function)


def rebuilt_connection(ctx: Context, call: cst.Call) -> Rebuilt | None:
    """A call such as `requests.get` for each item of a loop, to one host each time: each opens a new connection."""
    name = ctx.callee(call) or ""
    if name.rpartition(".")[2] not in (*VERBS, "request") or name.rpartition(".")[0] != "requests":
        return None
    loop = _loop_around(ctx, call)
    url = ctx.argument(call, "url", 1 if name.endswith(".request") else 0)
    if loop is None or url is None or not _names_host(ctx, url.value, loop) or not _depends_on(ctx, url, loop):
        return None
    if _looks_for_one(ctx, loop):
        return None
    return Rebuilt(name, "requests", loop)


def _loop_around(ctx: Context, call: cst.Call) -> cst.For | None:
    """The `for` of the same function that repeats a call for each item.

    Loops that only count are retries, and loops over a few items written in place are short.
    """
    if not ctx.in_loop(call):
        return None
    child: cst.CSTNode = call
    for ancestor in ctx.ancestors(call):
        if isinstance(ancestor, cst.FunctionDef | cst.ClassDef | cst.Lambda | cst.While | cst.CompFor):
            return None
        if isinstance(ancestor, COMPREHENSIONS):
            return None
        if isinstance(ancestor, cst.For) and child is ancestor.body:
            counts = isinstance(ancestor.iter, cst.Call) and last_name(ancestor.iter.func) in _COUNTING
            return None if counts or isinstance(ancestor.iter, cst.Tuple | cst.List | cst.Set) else ancestor
        child = ancestor
    return None


def _depends_on(ctx: Context, node: cst.CSTNode, loop: cst.For) -> bool:
    """Whether an expression is made of anything that the loop binds, or calls what may answer differently."""
    bound = {name.value for name in ctx.walk(loop, cst.Name) if ctx.names.is_store(name)}
    arguments = node.args if isinstance(node, cst.Call) else [node]
    return any(name.value in bound for arg in arguments for name in ctx.walk(arg, cst.Name))


def _depends_on_locals(ctx: Context, call: cst.Call) -> bool:
    """Whether the arguments of a call use a name of its own function, parameters included."""
    for arg in call.args:
        for name in ctx.walk(arg.value, cst.Name):
            found = ctx.names.find(name)
            if found is not None and isinstance(found[0].node, cst.FunctionDef | cst.Lambda):
                return True
    return False


def _is_kept(ctx: Context, call: cst.Call) -> bool:
    """Whether a client outlives the place that builds it: returned, stored, or given to an object."""
    if _is_handed_over(ctx, call):
        return True
    name = _bound_to(ctx, call)
    if name is None:
        return False
    found = ctx.names.find(name)
    if found is None or not isinstance(found[0].node, cst.FunctionDef | cst.Module):
        return True
    if len([b for b in found[1] if b.kind in ("assign", "with", "parameter")]) > 1:
        return True
    return any(_is_handed_over(ctx, use) for use in ctx.names.uses(found[0], name.value))


def _bound_to(ctx: Context, call: cst.Call) -> cst.Name | None:
    match ctx.parent(call):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            return name
        case cst.WithItem(asname=cst.AsName(name=cst.Name() as name)):
            return name
    return None


def _is_handed_over(ctx: Context, node: cst.CSTNode) -> bool:
    parent = ctx.parent(node)
    if isinstance(parent, cst.Await):
        parent = ctx.parent(parent)
    match parent:
        case cst.Arg():
            outer = ctx.parent(parent)
            taker = last_name(outer.func) if isinstance(outer, cst.Call) else ""
            return taker[:1].isupper() or taker in ("append", "add", "setdefault", "setattr", "put", "enter_context",
                                                    "enter_async_context", "partial") or not taker  # fmt: skip
        case cst.Assign(targets=targets):
            return not all(isinstance(target.target, cst.Name) for target in targets)
        case cst.AnnAssign() | cst.NamedExpr() | cst.IfExp() | cst.BooleanOperation():
            return True
    return isinstance(parent, _KEEPS)


def _names_host(ctx: Context, url: cst.BaseExpression, loop: cst.For) -> bool:
    """Whether a URL begins with the same host each time: in its text, or by a name from outside the loop."""
    texts = text_of(ctx, url)
    return bool(texts) and all(_begins_with_host(ctx, text, loop) for text in texts)


def _begins_with_host(ctx: Context, text: Text, loop: cst.For) -> bool:
    match text:
        case (Piece(text=start), *_):
            return start.startswith(("http://", "https://")) and start.count("/") > 2
        case (Hole(node=base), Piece(text=path), *_):
            return path.startswith("/") and not _depends_on(ctx, base, loop)
    return False


def _looks_for_one(ctx: Context, loop: cst.For) -> bool:
    """Whether a loop ends at the first answer that is good."""
    return any(True for _ in ctx.walk(loop.body, cst.Break, cst.Return))
