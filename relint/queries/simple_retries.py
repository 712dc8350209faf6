"""Loops that do nothing but try one call again: they may become a decorated function."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.lines import line_end
from relint.queries.mentions import names_in
from relint.queries.retries import Retry


@dataclass(frozen=True, eq=False)
class SimpleRetry:
    """`for n in range(3): try: return call() except E: time.sleep(1)`, the last statement of `function`.

    `value` is what the attempt returns, `errors` what is retried. When all `attempts` have failed the last error is
    raised (`reraises`), else None is returned. `alone` says that nothing is done before the loop. `seconds` is the
    delay where it is a number.
    """

    function: cst.FunctionDef
    loop: cst.For
    value: cst.BaseExpression
    errors: cst.BaseExpression
    attempts: int
    reraises: bool
    alone: bool
    seconds: float | int | None


def simple_retry(ctx: Context, retry: Retry) -> SimpleRetry | None:
    """What a hand-written retry does, when nothing is lost by writing it in another way."""
    loop = retry.node
    function = ctx.function_of(loop)
    if not isinstance(loop, cst.For) or not isinstance(function, cst.FunctionDef) or retry.kind != "loop":
        return None
    statements = list(function.body.body)
    if loop is not statements[-1] or loop.orelse is not None or loop.asynchronous is not None:
        return None
    attempts = _attempts(ctx, loop)
    body = loop.body.body
    if attempts is None or len(body) != 1 or not isinstance(body[0], cst.Try) or _has_comments(ctx, loop):
        return None
    value, handler = _returned(body[0]), _only_handler(body[0])
    if value is None or handler is None or handler.type is None or not _is_plain(ctx, loop, function, value):
        return None
    if not _is_named(ctx, handler.type):
        return None
    rest = list(handler.body.body)
    reraises = bool(rest) and _raises_at_last(ctx, loop, rest[0], attempts)
    if not _only_waits(ctx, retry, rest[1:] if reraises else rest):
        return None
    pauses = [pause for failure in retry.failures for pause in failure.pauses]
    known = ctx.literal(pauses[0].duration) if pauses else ...
    seconds = known if isinstance(known, int | float) else None
    before = statements[1:-1] if _is_docstring(statements[0]) else statements[:-1]
    return SimpleRetry(function, loop, value, handler.type, attempts, reraises, not before, seconds)


def _has_comments(ctx: Context, loop: cst.For) -> bool:
    """Whether something may be written in or beside the loop that a rewrite would lose."""
    start, end = ctx.range(loop)
    return "#" in ctx.text[start : line_end(ctx.text, end)]


def _attempts(ctx: Context, loop: cst.For) -> int | None:
    """How many passes `range(3)` or `range(1, 4)` makes."""
    if not isinstance(loop.iter, cst.Call) or ctx.callee(loop.iter) != "builtins.range":
        return None
    limits = [ctx.literal(arg.value) for arg in loop.iter.args]
    match limits:
        case [int(stop)] if stop > 1:
            return stop
        case [int(start), int(stop)] if stop - start > 1:
            return stop - start
    return None


def _returned(attempt: cst.Try) -> cst.BaseExpression | None:
    match attempt:
        case cst.Try(
            body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Return(value=value)])]),
            orelse=None,
            finalbody=None,
        ):
            return value
    return None


def _only_handler(attempt: cst.Try) -> cst.ExceptHandler | None:
    return attempt.handlers[0] if len(attempt.handlers) == 1 else None


def _is_plain(ctx: Context, loop: cst.For, function: cst.FunctionDef, value: cst.BaseExpression) -> bool:
    """Whether an expression means the same in another function, called again."""
    if set(names_in(ctx, loop.target)) & set(names_in(ctx, value)):
        return False
    if any(ctx.callee(call) == "builtins.super" and not call.args for call in ctx.walk(value, cst.Call)):
        return False
    if any(True for _ in ctx.walk(value, cst.NamedExpr, cst.Yield)):
        return False
    return not any(True for _ in ctx.walk(function.body, cst.Yield))


def _is_named(ctx: Context, errors: cst.BaseExpression) -> bool:
    classes = [e.value for e in errors.elements] if isinstance(errors, cst.Tuple) else [errors]
    if not all(isinstance(each, cst.Name | cst.Attribute) for each in classes):
        return False
    return "builtins.BaseException" not in map(ctx.qualname, classes)


def _raises_at_last(ctx: Context, loop: cst.For, statement: cst.CSTNode, attempts: int) -> bool:
    """`if attempt == 2: raise`."""
    match statement:
        case cst.If(
            test=cst.Comparison(
                left=cst.Name(value=name),
                comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=last)],
            ),
            body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise(exc=None)])]),
            orelse=None,
        ) if isinstance(loop.target, cst.Name) and isinstance(loop.iter, cst.Call):
            start = ctx.literal(loop.iter.args[0].value) if len(loop.iter.args) == 2 else 0
            return name == loop.target.value and ctx.literal(last) == start + attempts - 1
    return False


def _only_waits(ctx: Context, retry: Retry, statements: list[cst.CSTNode]) -> bool:
    waits = {pause.call for failure in retry.failures for pause in failure.pauses}
    for statement in statements:
        match statement:
            case cst.SimpleStatementLine(body=[cst.Pass() | cst.Continue()]):
                continue
            case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
                call = value.expression if isinstance(value, cst.Await) else value
                if call in waits:
                    continue
        return False
    return len(waits) <= 1


def _is_docstring(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False
