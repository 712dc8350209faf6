"""What fixes write for tenacity."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.retries import TENACITY_WAITS
from relint.model import Edit, Edits
from relint.queries.retry_calls import waits_in


def jittered_wait(ctx: Context, wait: cst.BaseExpression) -> Edits | None:
    """`wait_exponential` becomes `wait_random_exponential`, `wait_fixed(n)` gets `+ wait_random(0, n)`."""
    changes: Edits = ()
    for call in waits_in(ctx, wait):
        word = (ctx.callee(call) or "").rpartition(".")[2]
        if TENACITY_WAITS.get(word) not in (Delay.FIXED, Delay.GROWING):
            continue
        change = _renamed(ctx, call) if word == "wait_exponential" else _with_random(ctx, call, word)
        if change is None:
            return None
        changes += change
    return changes or None


def with_argument(ctx: Context, retry: cst.CSTNode, keyword: str, function: str, argument: str) -> Edits | None:
    """Give a retry, also a bare `@retry`, the argument `keyword=function(argument)`."""
    imported = _import(ctx, f"tenacity.{function}", retry)
    if imported is None:
        return None
    name, changes = imported
    value = f"{name}({argument})"
    if isinstance(retry, cst.Call):
        return (*changes, *edits.set_keyword(ctx, retry, keyword, value))
    end = ctx.range(retry)[1]
    return (*changes, Edit(end, end, f"({keyword}={value})"))


def _renamed(ctx: Context, call: cst.Call) -> Edits | None:
    module = (ctx.callee(call) or "").rpartition(".")[0]
    if isinstance(call.func, cst.Name) and (alias := _sole_import(ctx, call.func)) is not None:
        return (ctx.edit(alias, "wait_random_exponential"), ctx.edit(call.func, "wait_random_exponential"))
    imported = _import(ctx, f"{module}.wait_random_exponential", call)
    if imported is None:
        return None
    name, changes = imported
    return (*changes, ctx.edit(call.func, name))


def _with_random(ctx: Context, call: cst.Call, word: str) -> Edits | None:
    """Up to as much again, at random; of an incrementing wait, up to one increment."""
    most = ctx.argument(call, "wait", 0) if word == "wait_fixed" else ctx.argument(call, "increment", 1)
    if most is None or any(True for _ in ctx.walk(most.value, cst.Call, cst.Await)):
        return None
    imported = _import(ctx, "tenacity.wait_random", call)
    if imported is None:
        return None
    name, changes = imported
    end = ctx.range(call)[1]
    return (*changes, Edit(end, end, f" + {name}(0, {ctx.source(most.value)})"))


def _import(ctx: Context, dotted: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    plain = any(alias.evaluated_name == "tenacity" for node in ctx.tree.of(cst.Import) for alias in node.names)
    return edits.ensure_import(ctx, dotted, at, from_import=not plain)


def _sole_import(ctx: Context, name: cst.Name) -> cst.CSTNode | None:
    """The imported name where it is imported, when this is the only place that uses it."""
    found = ctx.names.find(name)
    if found is None or len(found[1]) != 1 or len(ctx.names.uses(found[0], name.value)) != 1:
        return None
    statement = found[1][0].node
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return None
    if ctx.names.find_text("wait_random_exponential", found[0]) is not None:
        return None
    return next((a for a in statement.names if a.evaluated_name == name.value and a.asname is None), None)
