"""Does a framework call a function itself: as a request handler, or as the body of a job?"""

from __future__ import annotations

from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.entry_points import (
    ACTIONS,
    HTTP_METHODS,
    JOB_DECORATORS,
    JOB_PACKAGES,
    REGISTERING,
    ROUTE_DECORATORS,
)
from relint.names import last_name, parameters

EntryPoint = Literal["job", "command", "view", "route", "lambda"]


def entry_point(ctx: Context, function: cst.FunctionDef) -> EntryPoint | None:
    """What a framework calls a function as; None when the project's own code calls it, or nobody knows.

    A `job` is a task of Celery and its like, a `command` the `handle` of a Django command, a `view` a view of Django
    or DRF, a `route` a handler that is registered by its path, a `lambda` the handler of an AWS function.
    """
    for name, expression in ctx.decorators(function):
        if _makes_job(ctx, name, expression):
            return "job"
        if _makes_route(ctx, expression):
            return "route"
        if (name or "").startswith("rest_framework.decorators."):
            return "view"
    cls = ctx.names.class_of_method(function)
    given = [parameter.name.value for parameter in parameters(function)]
    if cls is not None:
        bases = [last_name(base.value) for base in cls.bases]
        if function.name.value == "handle" and any(base.endswith("Command") for base in bases):
            return "command"
        view = any(base.endswith(("View", "ViewSet", "APIView")) for base in bases)
        if view and given[1:2] == ["request"] and function.name.value in HTTP_METHODS | ACTIONS:
            return "view"
        return None
    if given == ["event", "context"]:
        return "lambda"
    if given[:1] == ["request"] and not isinstance(ctx.function_of(function), cst.FunctionDef) and _is_django(ctx):
        return None if function.decorators and _is_helper(ctx, function) else "view"
    return None


def handles_requests(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function is a handler that is registered by its path: by a decorator, `Route("/", f)`, `add_get`."""
    if entry_point(ctx, function) == "route":
        return True
    return any(
        last_name(call.func) in REGISTERING
        and any(isinstance(path := ctx.literal(arg.value), str) and path.startswith("/") for arg in call.args[:2])
        and any(ctx.function_def(arg.value) is function for arg in call.args[1:3])
        for call in ctx.tree.every(cst.Call, words=(function.name.value,))
    )


def answers_get(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a Django or DRF view answers reading requests: by its name, or since it never asks for the method."""
    if entry_point(ctx, function) != "view":
        return False
    if ctx.names.class_of_method(function) is not None:
        return function.name.value in ("get", "head", "retrieve", "list")
    methods = [e for name, e in ctx.decorators(function) if "require" in (name or "") or "api_view" in (name or "")]
    if any("POST" in ctx.source(e) for e in methods):
        return False
    attributes = ctx.walk(function.body, cst.Attribute)
    return not any(attribute.attr.value in ("method", "POST", "FILES") for attribute in attributes)


def called_from(ctx: Context, function: cst.FunctionDef) -> list[cst.Call]:
    """The calls of a function in its own file, by its name or as a method of `self`."""
    return [
        call
        for call in ctx.tree.every(cst.Call, words=(function.name.value,))
        if last_name(call.func) == function.name.value and ctx.function_def(call.func) is function
    ]


def _makes_job(ctx: Context, name: str | None, expression: cst.BaseExpression) -> bool:
    named = expression.func if isinstance(expression, cst.Call) else expression
    if last_name(named) not in JOB_DECORATORS:
        return False
    return (name or "").startswith(JOB_PACKAGES) or any(part in ctx.text for part in JOB_PACKAGES)


def _makes_route(ctx: Context, expression: cst.BaseExpression) -> bool:
    match expression:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=method)), args=[cst.Arg(value=path), *_]):
            value = ctx.literal(path)
            return method in ROUTE_DECORATORS and isinstance(value, str) and (not value or value.startswith("/"))
    return False


def _is_django(ctx: Context) -> bool:
    targets = (b.target or "" for bindings in ctx.names.module.bindings.values() for b in bindings)
    return any(target.partition(".")[0] in ("django", "rest_framework") for target in targets)


def _is_helper(ctx: Context, function: cst.FunctionDef) -> bool:
    """Fixtures, context managers and receivers may take a request too."""
    made = (decorator.decorator for decorator in function.decorators)
    names = {last_name(each.func if isinstance(each, cst.Call) else each) for each in made}
    return not names.isdisjoint({"fixture", "contextmanager", "receiver", "simple_tag", "filter"})
