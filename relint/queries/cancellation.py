"""What an `except` clause in a coroutine does with a cancellation."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.cancellations_caught import CANCELLED, cancellations, catches
from relint.queries.cancellations_meant import was_meant
from relint.queries.endings import always_raises, ends_of, rest_after
from relint.queries.handlers import Handler
from relint.surface import imports

_TWISTED = frozenset({"autobahn", "twisted", "txaio"})
_LOOPS = frozenset({"aiohttp", "anyio", "asyncio", "trio"})
_ANSWERS = frozenset({"set_exception", "uncancel", "throw", "cancel"})
_STORES = frozenset({"put", "put_nowait", "append", "set_error"})
_NOTES = frozenset({"aborted", "canceled", "cancelled", "interrupted"})
_TELLING = frozenset("debug error exception info isinstance repr str type warn warning critical".split())
_TELLING_WORDS = frozenset("capture format log logger logging print report trace traceback".split())
"""What is given an error to tell somebody of it; others do something about it."""


def swallows_cancellation(ctx: Context, handler: Handler) -> bool:
    """Whether a handler ends a cancellation that arrives at an `await` of its `try`, and nobody asked for that.

    Quiet for the awaited task that this function cancelled itself, and when the error is handed on.
    """
    attempt = ctx.parent(handler)
    if not isinstance(attempt, cst.Try | cst.TryStar) or not ctx.in_async(handler) or not catches(ctx, handler):
        return False
    if _runs_on_twisted(ctx):
        return False
    if any(catches(ctx, earlier) for earlier in attempt.handlers[: list(attempt.handlers).index(handler)]):
        return False
    if not _awaits(ctx, attempt.body) or always_raises(ctx, handler.body) or was_meant(ctx, handler, attempt):
        return False
    if _ends_in_a_helper_that_raises(ctx, handler):
        return False
    if _raises_it_again(ctx, handler) or _hands_it_on(ctx, handler) or _remembers(ctx, handler, attempt):
        return False
    return ends_of(ctx, rest_after(ctx, attempt)) != {"raise"}


def _runs_on_twisted(ctx: Context) -> bool:
    """Whether a file imports Twisted, or what is made with it, and no event loop that cancels as asyncio does."""

    def answer() -> bool:
        packages = {target.partition(".")[0] for targets in imports(ctx.text).values() for target in targets}
        return bool(packages & _TWISTED) and not packages & _LOOPS

    return ctx.memo("runs on Twisted", answer)


def _awaits(ctx: Context, block: cst.BaseSuite) -> bool:
    if any(True for _ in ctx.walk(block, cst.Await)):
        return True
    return any(
        getattr(node, "asynchronous", None) is not None for node in ctx.walk(block, cst.For, cst.With, cst.CompFor)
    )


def _raises_it_again(ctx: Context, handler: Handler) -> bool:
    """Whether some path raises; a handler of everything must ask what it caught, or else it is about attempts."""
    for statement in ctx.walk(handler.body, cst.Raise):
        if cancellations(ctx, handler) & CANCELLED:
            return True
        test = ctx.enclosing(statement, cst.If)
        if test is None or {"isinstance", "Exception", "cancel", "cancelled", "error"} & _words(ctx, test.test):
            return True
    return False


def _ends_in_a_helper_that_raises(ctx: Context, handler: Handler) -> bool:
    """`await fail(error)`, where `fail` raises whatever happens."""
    match handler.body.body[-1]:
        case cst.SimpleStatementLine(
            body=[*_, cst.Expr(value=cst.Call(func=func) | cst.Await(expression=cst.Call(func=func)))]
        ):
            helper = ctx.function_def(func)
            return helper is not None and always_raises(ctx, helper.body)
    return False


def _hands_it_on(ctx: Context, handler: Handler) -> bool:
    """Whether the error is returned, or stored for others to raise or see, or the task is told that it was meant."""
    named = handler.name.name if handler.name is not None else None
    error = named.value if isinstance(named, cst.Name) else None
    carriers = {error, *_made_of(ctx, handler, error)}
    for call in ctx.walk(handler.body, cst.Call):
        if isinstance(call.func, cst.Attribute):
            given = {name.value for arg in call.args for name in ctx.walk(arg, cst.Name)}
            if call.func.attr.value in _ANSWERS or (call.func.attr.value in _STORES and error in given):
                return True
        if any(_is_error_argument(argument, carriers) for argument in call.args):
            return True
        if error is not None and _acts_on(call, error):
            return True
    if error is None:
        return False
    for returned in ctx.walk(handler.body, cst.Return):
        parts = [returned.value]
        if isinstance(returned.value, cst.Tuple):  # `return False, error`
            parts = [element.value for element in returned.value.elements]
        if any(isinstance(part, cst.Name) and part.value == error for part in parts):
            return True
    for assign in ctx.walk(handler.body, cst.Assign):
        if isinstance(assign.value, cst.Name) and assign.value.value == error:
            names = {last_name(target.target) for target in assign.targets}
            raised = {ctx.source(r.exc) for r in ctx.tree.every(cst.Raise, words=names) if r.exc is not None}
            if any(ctx.source(target.target) in raised for target in assign.targets):
                return True
    return False


def _made_of(ctx: Context, handler: Handler, error: str | None) -> set[str]:
    """The names that hold an object made of the error: `failure = WorkerError(e)`."""
    return {
        last_name(target.target)
        for assign in ctx.walk(handler.body, cst.Assign)
        if isinstance(assign.value, cst.Call) and last_name(assign.value.func)[:1].isupper()
        if any(isinstance(arg.value, cst.Name) and arg.value.value == error for arg in assign.value.args)
        for target in assign.targets
    }


def _is_error_argument(argument: cst.Arg, carriers: set[str | None]) -> bool:
    """`exception=e`: the error becomes part of a result."""
    match argument:
        case cst.Arg(keyword=cst.Name(value="exception" | "error" | "exc"), value=cst.Name(value=given)):
            return given in carriers
    return False


def _acts_on(call: cst.Call, error: str) -> bool:
    """Whether a call is given the error itself, and does more than to tell of it: `self.fail(error)`."""
    name = last_name(call.func)
    if name in _TELLING or words_of(name) & _TELLING_WORDS:
        return False
    return any(isinstance(argument.value, cst.Name) and argument.value.value == error for argument in call.args)


def _remembers(ctx: Context, handler: Handler, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether the handler notes in a variable of its own what happened, or keeps the error, for what comes after."""
    error = last_name(handler.name.name) if handler.name is not None else None
    targets = [target.target for assign in ctx.walk(attempt.body, cst.Assign) for target in assign.targets]
    targets += [assign.target for assign in ctx.walk(attempt.body, cst.AnnAssign)]
    tried = {name.value for target in targets for name in ctx.walk(target, cst.Name)}
    last = attempt.finalbody.body if attempt.finalbody is not None else None
    after = ctx.range(last)[0] if last is not None else ctx.range(attempt)[1]
    for assign in ctx.walk(handler.body, cst.Assign):
        if _NOTES & _words(ctx, assign):
            return True  # `self.state = State.CANCELLED`
        for target in assign.targets:
            found = ctx.names.find(target.target) if isinstance(target.target, cst.Name) else None
            if found is None or not isinstance(target.target, cst.Name):
                continue
            if target.target.value in tried and not _holds(assign.value, error):
                continue  # a value in place of what the `try` did not get
            if any(ctx.range(use)[0] > after for use in ctx.names.uses(found[0], target.target.value)):
                return True
    return False


def _holds(value: cst.BaseExpression, error: str | None) -> bool:
    """`error`, `("failed", error)`."""
    parts = [element.value for element in value.elements] if isinstance(value, cst.Tuple) else [value]
    return any(isinstance(part, cst.Name) and part.value == error for part in parts)


def _words(ctx: Context, code: cst.CSTNode) -> set[str]:
    names = [name.value for name in ctx.walk(code, cst.Name)]
    names += [attribute.attr.value for attribute in ctx.walk(code, cst.Attribute)]
    names += [text.value for text in ctx.walk(code, cst.SimpleString)]
    return {*names, *(word for name in names for word in words_of(name))}
