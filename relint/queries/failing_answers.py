"""Answers that say "not now": `if response.status_code == 503: sleep(1); continue`, `if not upload(): sleep(1)`."""

from __future__ import annotations

import re
from typing import Iterable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import last_name
from relint.queries.endings import ends_of
from relint.queries.mentions import bound_by, names_in, nodes_in, texts_in
from relint.queries.passes import LOOPS, OWN, Loop, attempts_in, done_after, done_before, goes_round, pass_ends
from relint.queries.pauses import Pause, certain, pauses_in
from relint.queries.poll_words import says_it_is_held, speaks_of_stopping
from relint.queries.retries import Failure

_STATUS = re.compile(r"^(status|status_code|statuscode|http_status|code|resp_status|response_code)$", re.IGNORECASE)
_BUSY = (408, 425, 429)
_RETRIED_CODES = re.compile(r"retr(y|ies)|transient", re.IGNORECASE)
"""Names of the codes that a client tries again: `status in self.retry_codes`."""
_FAILED = re.compile(r"(Error|Failure|Exception)\w*$")
_ERROR_NAME = re.compile(r"^err(or)?s?$")
_DOING = re.compile(
    r"(^|_)(upload|send|post|submit|publish|download|request|write|push|deliver|place|transfer|copy|login|sync|"
    r"commit|perform|process|save|store|fetch|try|connect|reconnect|authenticate)(_|$|[A-Z])|(Upload|Send|Post|Download|Request)(_|$|[A-Z])"
)
"""Calls that do something once, where `get` or `describe` would ask for a state."""
_COMMANDING = re.compile(r"^_?(execute|query|run|call|invoke)(_\w+)?$")
"""Calls that do something where they are asked whether they did it, `execute(...).is_succeeded()`."""
_DID = re.compile(r"succe(ss|eded)", re.IGNORECASE)
_AGAIN = re.compile(r"retr(y|ies|ying)|attempt|tries|try(ing)?.again", re.IGNORECASE)
"""What the names and texts of a loop say that makes its passes attempts."""


def failing_answers(ctx: Context, loop: Loop) -> Iterator[Failure]:
    """The tests in a loop after which the same call is made again for its answer, behind a wait of known kind."""
    if isinstance(loop, cst.While) and is_failing(ctx, loop.test):
        yield from _failure(loop, pauses_in(ctx, loop.body, loop))
        return
    for test in ctx.walk(loop.body, cst.If, stop=OWN):
        if ctx.enclosing(test, *LOOPS) is not loop:
            continue
        if is_failing(ctx, test.test) or (_speaks_of_attempts(ctx, loop) and _is_given_an_error(ctx, loop, test)):
            if goes_round(pass_ends(ctx, loop, test, ends_of(ctx, test.body))) and _is_left_without(ctx, loop, test):
                yield from _failure(test, pauses_in(ctx, test.body, loop))
        elif is_answered(ctx, loop, test):
            yield from _failure(test, list(_pauses_without_success(ctx, loop, test)))
        if ends_of(ctx, test.body) <= {"return", "break"} and _speaks_of_attempts(ctx, loop):
            for call in _calls_answered(ctx, loop, test):
                yield from _failures_within(ctx, call)


def is_failing(ctx: Context, test: cst.BaseExpression) -> bool:
    """Whether a test asks for an answer that says "not now": 408, 425, 429 or 5xx."""
    for comparison in ctx.walk(test, cst.Comparison):
        if _is_server_error(ctx, comparison):
            return True
        if not _STATUS.match(last_name(comparison.left)) or len(comparison.comparisons) != 1:
            continue
        target = comparison.comparisons[0]
        values = [target.comparator]
        if isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
            values = [element.value for element in target.comparator.elements]
        codes = [ctx.literal(value) for value in values]
        match target.operator:
            case cst.Equal() | cst.In():
                if (codes and all(map(_is_busy, codes))) or _RETRIED_CODES.search(last_name(target.comparator)):
                    return True
            case cst.GreaterThanEqual() | cst.GreaterThan():
                if codes[0] in (499, 500):
                    return True
    return False


def _is_given_an_error(ctx: Context, loop: Loop, test: cst.If) -> bool:
    """Whether a call has answered with an error, beside its answer (`page, error = get(url)`) or instead of it."""
    match test.test:
        case (
            cst.Name(value=name)
            | cst.Comparison(
                left=cst.Name(value=name),
                comparisons=[cst.ComparisonTarget(operator=cst.IsNot() | cst.NotEqual())],
            )
        ) if _ERROR_NAME.match(name):
            pass
        case cst.Call(
            func=cst.Name(value="isinstance"), args=[cst.Arg(value=cst.Name(value=name)), cst.Arg(value=cls)]
        ):
            if not _FAILED.search(last_name(cls)):
                return False
        case _:
            return False
    return any(name in bound_by(ctx, assign) and _is_call(assign.value) for assign in _assigned(ctx, loop))


def _assigned(ctx: Context, loop: Loop) -> Iterator[cst.Assign]:
    return ctx.walk(loop.body, cst.Assign, stop=OWN)


def _is_call(value: cst.BaseExpression) -> bool:
    return isinstance(value.expression if isinstance(value, cst.Await) else value, cst.Call)


def _is_server_error(ctx: Context, comparison: cst.Comparison) -> bool:
    """`500 <= status < 600`."""
    match comparison.comparisons[0]:
        case cst.ComparisonTarget(operator=cst.LessThanEqual() | cst.LessThan(), comparator=asked):
            return bool(_STATUS.match(last_name(asked))) and ctx.literal(comparison.left) in (499, 500)
    return False


def is_answered(ctx: Context, loop: Loop, test: cst.If) -> bool:
    """Whether a test asks how a call answered that does something, in a loop of attempts: `if upload(path): return`.

    The answer of a call that only reads is a state, and who waits for it is polling.
    """
    if not _speaks_of_attempts(ctx, loop) or _asks_to_stop(ctx, loop):
        return False
    if any(map(says_it_is_held, texts_in(ctx, test.test))):
        return False  # somebody else has it
    words = [last_name(call.func) for call in _calls_answered(ctx, loop, test)]
    asks_if_done = _DID.search(ctx.source(test.test)) is not None
    return any(_DOING.search(word) or (asks_if_done and _COMMANDING.match(word)) for word in words)


def _is_busy(code: object) -> bool:
    return code in _BUSY or (isinstance(code, int) and 500 <= code < 600)


def _failure(node: cst.CSTNode, pauses: list[Pause]) -> Iterator[Failure]:
    pauses = certain(pauses)
    if pauses and all(p.delay in (Delay.FIXED, Delay.GROWING) for p in pauses):
        yield Failure(node, pauses[0].delay, tuple(pauses))


def _is_left_without(ctx: Context, loop: Loop, test: cst.If) -> bool:
    """Whether the loop is left where the test does not hold."""
    inside = set(nodes_in(test.body))
    if any(exit_ not in inside for exit_ in ctx.walk(loop.body, cst.Return, cst.Break, stop=OWN)):
        return True
    asked = set(names_in(ctx, loop.test)) if isinstance(loop, cst.While) else set()
    assigned = (node for node in ctx.walk(loop.body, cst.Assign, stop=OWN) if node not in inside)
    return any(asked & bound_by(ctx, node) for node in assigned)


def _speaks_of_attempts(ctx: Context, loop: Loop) -> bool:
    head: Iterable[cst.CSTNode] = (loop.target, loop.iter) if isinstance(loop, cst.For) else (loop.test,)
    stepped = (step.target for step in ctx.walk(loop.body, cst.AugAssign, stop=OWN))
    names = (name for part in (*head, *stepped) for name in names_in(ctx, part))
    return any(map(_AGAIN.search, names)) or any(map(_AGAIN.search, texts_in(ctx, loop.body)))


def _asks_to_stop(ctx: Context, loop: Loop) -> bool:
    """`while not self.exit.is_set()`: a worker, which goes on when its work has failed."""
    return isinstance(loop, cst.While) and speaks_of_stopping(ctx.source(loop.test))


def _calls_answered(ctx: Context, loop: Loop, test: cst.If) -> Iterator[cst.Call]:
    """The calls in a test, and those whose answer was given to a name in it."""
    yield from ctx.walk(test.test, cst.Call)
    asked = set(names_in(ctx, test.test)) - {"self"}
    for assign in ctx.walk(loop.body, cst.Assign, stop=OWN):
        if asked & bound_by(ctx, assign):
            value = assign.value.expression if isinstance(assign.value, cst.Await) else assign.value
            if isinstance(value, cst.Call):
                yield value


def _failures_within(ctx: Context, call: cst.Call) -> Iterator[Failure]:
    """The handlers of a function called that sleep, after which it answers no."""
    function = ctx.function_def(call.func)
    if function is None or function is ctx.function_of(call):
        return
    answers = [node.value for node in ctx.walk(function.body, cst.Return)]
    if not any(value is None or ctx.literal(value) in (False, None) for value in answers):
        if "next" not in ends_of(ctx, function.body):
            return
    for handler in ctx.walk(function.body, cst.ExceptHandler, stop=OWN):
        if ends_of(ctx, handler.body) & {"next", "return"}:
            yield from _failure(handler, pauses_in(ctx, handler.body))


def _pauses_without_success(ctx: Context, loop: Loop, test: cst.If) -> Iterator[Pause]:
    """The waits between an answer that did not leave the loop, and the next attempt.

    Waits that a `try` around the test has to itself are those of its handlers.
    """
    leaves = {"return", "break"}
    inside = ends_of(ctx, test.body)
    if inside <= leaves and not isinstance(test.orelse, cst.If):
        failed: list[cst.CSTNode] = [test.orelse.body] if test.orelse is not None else []
        if test.orelse is None or "next" in ends_of(ctx, test.orelse.body):
            failed += done_after(ctx, loop, test)
    elif goes_round(inside) and pass_ends(ctx, loop, test, frozenset({"next"})) & leaves:
        failed = [test.body]
    else:
        return
    handled = {id(p.call) for a in attempts_in(loop) for h in a.handlers for p in pauses_in(ctx, h.body, loop)}
    for part in [*failed, *done_before(ctx, loop, test)]:
        yield from (pause for pause in pauses_in(ctx, part, loop) if id(pause.call) not in handled)
