"""What does a call do outside the database?"""

from __future__ import annotations

import re
from typing import Literal

import libcst as cst

from relint.context import Context
from relint.libraries.side_effects import (
    CACHE,
    CACHES,
    CANVAS,
    HTTP,
    MAIL,
    MESSAGES,
    PRODUCERS,
    SIGNATURES,
    TASK_CALLS,
    TASK_DECORATORS,
)
from relint.names import last_name

Effect = Literal["task", "mail", "request", "message", "cache"]
_PRODUCER = re.compile(r"(?:^|_)(?:producer|publisher)$", re.IGNORECASE)


def effect_of(ctx: Context, call: cst.Call) -> Effect | None:
    """What a call sends out or writes elsewhere, None when that is nothing or unknown."""
    func = call.func
    if isinstance(func, cst.Attribute) and func.attr.value in TASK_CALLS:
        return "task" if is_task(ctx, func.value) else None
    dotted = ctx.qualname(func)
    if dotted in MAIL:
        return "mail"
    if dotted in HTTP:
        return "request"
    if dotted in MESSAGES:
        return "message"
    if isinstance(func, cst.Attribute):
        if func.attr.value in CACHE and _is_cache(ctx, func.value):
            return "cache"
        if func.attr.value in PRODUCERS and _PRODUCER.search(last_name(func.value)):
            return "message"
    return None


def is_task(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is a Celery task, or a signature of one.

    A task is a function of the file that is decorated as one, or a name that comes from a module called like
    `tasks`.
    """
    match expression:
        case cst.Call(func=func):
            if ctx.qualname(func) in CANVAS:
                return True
            return isinstance(func, cst.Attribute) and func.attr.value in SIGNATURES and is_task(ctx, func.value)
        case cst.Name() | cst.Attribute():
            function = ctx.function_def(expression)
            if function is not None:
                return any((name or "").rpartition(".")[2] in TASK_DECORATORS for name, _ in ctx.decorators(function))
            module, _, _ = (ctx.qualname(expression) or "").rpartition(".")
            return any("tasks" in part for part in module.split("."))
    return False


def _is_cache(ctx: Context, expression: cst.BaseExpression) -> bool:
    if isinstance(expression, cst.Subscript):
        expression = expression.value
    dotted = ctx.qualname(expression)
    if dotted is None and (value := ctx.value_of(expression)) is not None:
        dotted = ctx.qualname(value.value if isinstance(value, cst.Subscript) else value)
    return dotted in CACHES
