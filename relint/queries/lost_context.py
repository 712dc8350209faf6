"""Functions that are handed to another thread without the context variables that they read."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Iterator, Literal

import libcst as cst

from relint.context import Context
from relint.libraries.contexts import (
    BINDS,
    CURRENT_SPAN,
    LEVELS,
    LOCAL,
    LOGGERS,
    PROXIES,
    PUSHES,
    SPANS,
    VARIABLE,
    VARIABLES,
)
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.callees import Function, with_callees
from relint.queries.imported import imported_definition
from relint.queries.origins import method_name
from relint.queries.tasks import is_event_loop

_EXECUTOR = "ThreadPoolExecutor"
How = Literal["run_in_executor", "thread", "submit", "map"]


@dataclass(frozen=True, eq=False)
class HandedOver:
    """A call that has another thread call what the argument `given` holds."""

    call: cst.Call
    how: How
    given: cst.Arg


@dataclass(frozen=True, eq=False)
class Read:
    """A place in a function that runs elsewhere which needs the context: the `name` that it reads.

    `carried`: a copy of the context would bring it.
    """

    node: cst.CSTNode
    name: str
    carried: bool = True


def handed_over(ctx: Context, call: cst.Call) -> HandedOver | None:
    """What a call hands to another thread, with none of the context of the one at hand."""
    match call.func:
        case cst.Attribute(value=loop, attr=cst.Name(value="run_in_executor")) if is_event_loop(ctx, loop):
            given = ctx.positional(call, 1)
            return HandedOver(call, "run_in_executor", given) if given is not None else None
        case cst.Attribute(attr=cst.Name(value="submit" | "map" as method)):
            given = ctx.positional(call, 0)
            if given is not None and (method_name(ctx, call.func) or "").endswith(f"{_EXECUTOR}.{method}"):
                return HandedOver(call, "submit" if method == "submit" else "map", given)
            return None
    if (name := ctx.callee(call)) in ("threading.Thread", "threading.Timer"):
        timer = name == "threading.Timer"
        given = ctx.argument(call, "function" if timer else "target", 1)
        if given is not None and ctx.keyword(call, "context") is None:
            return HandedOver(call, "thread", given)
    return None


def lost_read(ctx: Context, handed: HandedOver) -> Read | None:
    """The first thing that a function reads in another thread which only the context at hand has."""
    body = _body(ctx, handed.given.value)
    if body is None or ctx.function_of(handed.call) is None:
        return None
    bodies = list(with_callees(ctx, body))
    if any(_pushes(ctx, each) for each in bodies):
        return None
    return next((read for each in bodies for read in _reads(ctx, each, bodies, handed)), None)


def _body(ctx: Context, function: cst.BaseExpression) -> Function | None:
    """The function that is called in the end: `f`, `lambda: f()`, `partial(f, x)`, a name for one of these."""
    return ctx.settled("body", function, lambda: _body_of(ctx, function))


def _body_of(ctx: Context, function: cst.BaseExpression) -> Function | None:
    match function:
        case cst.Lambda():
            return function
        case cst.Call(args=[cst.Arg(value=inner, keyword=None), *_]) if ctx.callee(function) == "functools.partial":
            return _body(ctx, inner)
        case cst.Name() if isinstance(bound := ctx.value_of(function), cst.Lambda | cst.Call):
            return _body(ctx, bound)
        case cst.Name() | cst.Attribute():
            found = ctx.function_def(function)
            return found if found is not None and found.asynchronous is None and not found.decorators else None
    return None


def _pushes(ctx: Context, body: Function) -> bool:
    """Whether a function makes a context of its own."""
    if isinstance(body, cst.FunctionDef) and body.decorators:
        return True
    for call in ctx.walk(body.body, cst.Call):
        last = last_name(call.func)
        if last in PUSHES or (last == "set" and _variable(ctx, call) is not None):
            return True
        if last == "run" and isinstance(call.func, cst.Attribute) and _is_context(ctx, call.func.value):
            return True
    return False


def _is_context(ctx: Context, owner: cst.BaseExpression) -> bool:
    """`copy_context()`, and what is named after one: `ctx.run(f)`."""
    if isinstance(owner, cst.Call):
        return last_name(owner.func) == "copy_context"
    return bool(words_of(last_name(owner)) & {"context", "ctx"})


def _reads(
    ctx: Context,
    body: Function,
    bodies: list[Function],
    handed: HandedOver,
) -> Iterator[Read]:
    for attribute in ctx.walk(body.body, cst.Attribute):
        if (name := ctx.names.dotted(attribute.value)) in PROXIES and ctx.enclosing(attribute, cst.Try) is None:
            yield Read(attribute, f"{name}.{attribute.attr.value}", carried=False)
        elif ctx.instance_of(attribute.value) == LOCAL and _is_stored(ctx, attribute, bodies):
            yield Read(attribute, ctx.source(attribute), carried=not _is_of_thread(ctx, attribute.value))
    for call in ctx.walk(body.body, cst.Call):
        name = ctx.callee(call)
        if name in CURRENT_SPAN and _is_in_span(ctx, handed.call):
            yield Read(call, "get_current_span()")
        if (variable := _variable(ctx, call)) is not None and last_name(call.func) == "get":
            if _is_set(ctx, variable, bodies, handed):
                yield Read(call, f"{ctx.source(variable)}.get()")
        match call.func:
            case cst.Attribute(value=cst.Name() as logger, attr=cst.Name(value=level)) if level in LEVELS:
                made = ctx.value_of(logger)
                if isinstance(made, cst.Call) and ctx.callee(made) in LOGGERS and _binds(ctx):
                    yield Read(call, f"{logger.value}.{level}")


def _variable(ctx: Context, call: cst.Call) -> cst.BaseExpression | None:
    """The context variable whose method is called."""
    match call.func:
        case cst.Attribute(value=cst.Name() | cst.Attribute() as owner, attr=cst.Name(value="get" | "set")):
            if ctx.instance_of(owner) == VARIABLE or ctx.names.dotted(owner) in VARIABLES:
                return owner
            if isinstance(made := _imported_value(ctx, owner), ast.Call) and _ends_in(made.func, "ContextVar"):
                return owner
    return None


def _imported_value(ctx: Context, name: cst.BaseExpression) -> ast.expr | None:
    definition = imported_definition(ctx, name)
    return definition.value if isinstance(definition, ast.Assign | ast.AnnAssign) else None


def _ends_in(function: ast.expr, name: str) -> bool:
    match function:
        case ast.Subscript(value=inner):
            return _ends_in(inner, name)
        case ast.Name(id=last) | ast.Attribute(attr=last):
            return last == name
    return False


def _is_set(
    ctx: Context,
    variable: cst.BaseExpression,
    bodies: list[Function],
    handed: HandedOver,
) -> bool:
    """Whether the file sets a variable outside of what runs in the thread, or uses it where the thread is started."""
    if ctx.names.dotted(variable) in VARIABLES:
        return True
    text = ctx.source(variable)
    starter = ctx.function_of(handed.call)
    for call in ctx.tree.every(cst.Call, words=(last_name(variable),)):
        match call.func:
            case cst.Attribute(value=owner, attr=cst.Name(value="set" | "get" as method)) if ctx.source(owner) == text:
                user = ctx.function_of(call)
                if user not in bodies and (method == "set" or user is starter):
                    return True
    return False


def _is_stored(ctx: Context, attribute: cst.Attribute, bodies: list[Function]) -> bool:
    """Whether the file stores an attribute, and what runs in the thread does not."""
    text = ctx.source(attribute)
    stores = [
        ctx.function_of(assign)
        for assign in ctx.tree.every(cst.Assign, words=(attribute.attr.value,))
        if any(ctx.source(target.target) == text for target in assign.targets)
    ]
    return bool(stores) and not any(function in bodies for function in stores)


def _is_of_thread(ctx: Context, local: cst.BaseExpression) -> bool:
    made = ctx.value_of(local)
    return isinstance(made, cst.Call) and bool(made.args)  # `thread_critical=True`


def _is_in_span(ctx: Context, call: cst.Call) -> bool:
    """Whether a `with` or a decorator around a call opens a span, or its function asks for the one at hand."""
    for around in ctx.ancestors(call):
        opened: list[cst.BaseExpression] = []
        if isinstance(around, cst.With):
            opened = [item.item for item in around.items]
        elif isinstance(around, cst.FunctionDef):
            opened = [decorator.decorator for decorator in around.decorators]
            if any(ctx.callee(asked) in CURRENT_SPAN for asked in ctx.walk(around.body, cst.Call)):
                return True
        if any(isinstance(each, cst.Call) and last_name(each.func) in SPANS for each in opened):
            return True
    return False


def _binds(ctx: Context) -> bool:
    return any(
        ctx.callee(call) in BINDS for call in ctx.tree.every(cst.Call, words=("bind_contextvars", "bound_contextvars"))
    )
