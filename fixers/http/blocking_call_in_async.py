"""Sleeps asynchronously; moves other blocking calls to a thread."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.blocking import SLEEP
from relint.model import Finding, Fix
from relint.rules.http.blocking_call_in_async import rule

_LOOPS = ("trio", "anyio")


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if _is_lazy(ctx, call):
        return None
    name, movable = finding.data
    if name == SLEEP:
        return _sleep(ctx, call)
    return _to_thread(ctx, call) if movable else None


def _sleep(ctx: Context, call: cst.Call) -> Fix | None:
    found = edits.ensure_module(ctx, _loop_of(ctx), call)
    if found is None:
        return None
    module, imported = found
    changes = (*_around(ctx, call), *edits.replace_node(ctx, call.func, f"await {module}.sleep"), *imported)
    return Fix(f"Use `await {module}.sleep`", changes)


def _to_thread(ctx: Context, call: cst.Call) -> Fix | None:
    found = edits.ensure_module(ctx, "asyncio", call) if _loop_of(ctx) == "asyncio" else None
    if found is None:
        return None
    module, imported = found
    function = ctx.source(call.func)
    moved = edits.prepend_argument(ctx, call, function)
    changes = (*_around(ctx, call), *edits.replace_node(ctx, call.func, f"await {module}.to_thread"), *moved, *imported)
    return Fix(f"Run `{function}` in a thread", changes)


def _around(ctx: Context, call: cst.Call) -> edits.Edits:
    """Parentheses for `await` where something is done to what the call returns."""
    parent = ctx.parent(call)
    holder = isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is call
    if call.lpar or not (holder or (isinstance(parent, cst.Call) and parent.func is call)):
        return ()
    return edits.parenthesize(ctx, call)


def _loop_of(ctx: Context) -> str:
    """The library that runs the file's coroutines: trio or anyio where only that is imported."""
    imported = ctx.names.imported()
    return next((loop for loop in _LOOPS if loop in imported and "asyncio" not in imported), "asyncio")


def _is_lazy(ctx: Context, call: cst.Call) -> bool:
    """Whether the call stands in a generator expression, which `await` would turn into another kind of iterator."""
    generator = ctx.enclosing(call, cst.GeneratorExp)
    function = ctx.enclosing(call, cst.FunctionDef)
    return generator is not None and ctx.enclosing(generator, cst.FunctionDef) is function
