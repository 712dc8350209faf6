"""What the calls of a file give to a function's parameter."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.queries.entry_points import called_from


def given_to(ctx: Context, parameter: cst.Param) -> list[cst.BaseExpression] | None:
    """What a private function's parameter is given by the calls of the file.

    Empty when others may call the function, or nobody in the file does. None for parameters such as `*args`, and for
    those of a lambda.
    """
    function = ctx.enclosing(parameter, cst.FunctionDef)
    if function is None or parameter not in _plain_parameters(function):
        return None
    if not (function.name.value.startswith("_") or ctx.function_of(function) is not None):
        return []
    return given_here(ctx, parameter)


def given_here(ctx: Context, parameter: cst.Param) -> list[cst.BaseExpression]:
    """What the calls of the file give to a parameter, whoever else may call the function; empty for `*args`."""
    function = ctx.enclosing(parameter, cst.FunctionDef)
    if function is None or parameter not in _plain_parameters(function):
        return []
    position = _plain_parameters(function).index(parameter)
    given = []
    for call in called_from(ctx, function):
        bound = 1 if _is_method(ctx, function) and isinstance(call.func, cst.Attribute) else 0
        argument = ctx.argument(call, parameter.name.value, position - bound)
        if argument is not None:
            given.append(argument.value)
    return given


def _plain_parameters(function: cst.FunctionDef) -> list[cst.Param]:
    return [*function.params.posonly_params, *function.params.params, *function.params.kwonly_params]


def _is_method(ctx: Context, function: cst.FunctionDef) -> bool:
    return isinstance(ctx.parent(ctx.parent(function) or function), cst.ClassDef)
