"""A function and what it calls in its own file, and where other files define what is called."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import Place, elsewhere, inherited

Function = cst.FunctionDef | cst.Lambda


def with_callees(ctx: Context, function: Function, depth: int = 2) -> Iterator[Function]:
    """A function and, that many calls deep, the functions and methods of the file that it calls, each once."""
    seen: set[cst.CSTNode] = set()
    level: list[Function] = [function]
    for _ in range(depth + 1):
        below: list[Function] = []
        for each in level:
            if each in seen:
                continue
            seen.add(each)
            yield each
            called = (ctx.function_def(call.func) for call in ctx.walk(each.body, cst.Call))
            below += [found for found in called if found is not None]
        level = below


def places(ctx: Context, called: cst.BaseExpression) -> Iterator[Place]:
    """Where other modules define what is called: by its own name, or as a method that a class here inherits."""
    if (place := elsewhere(ctx, called)) is not None:
        yield place
    elif isinstance(called, cst.Attribute):
        value = called.value
        cls = ctx.names.self_class(value) or ctx.class_of(value) or ctx.class_def(value)
        for base in inherited(ctx, cls) if cls is not None else ():
            yield base.attribute(called.attr.value)
