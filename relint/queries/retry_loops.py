"""Retries written by hand: a loop whose next pass is reached from a failure, or a function that calls itself after one.

A loop that asks for a state and sleeps until it comes is a poll, and so is one that waits on the error which says "not
yet"; a loop that goes on with its work after an error is a daemon. Neither is a retry.
"""

from __future__ import annotations

import re
from typing import Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.names import is_none, last_name
from relint.queries.attempts import (
    after_success,
    judges_response,
    only_computes,
    tries_another,
    waits_for_a_state,
)
from relint.queries.branches import exclude_each_other
from relint.queries.delays import alternatives
from relint.queries.endings import ends_of, rest_after
from relint.queries.failing_answers import failing_answers
from relint.queries.handlers import Handler, catches_any_error, caught, caught_words
from relint.queries.lasting import connects, holds_a_connection, lives_for_ever, stays_connected, streams
from relint.queries.leftovers import failures_left
from relint.queries.mentions import bound_by, names_in, texts_in
from relint.queries.passes import OWN, Attempt, Loop, attempts_in, done_after, done_before, goes_round, pass_ends
from relint.queries.pauses import Pause, certain, pauses_in
from relint.queries.poll_words import asks_a_person, asks_for_a_state, names_a_health_check
from relint.queries.retries import Failure, Retry
from relint.queries.retry_bounds import is_endless
from relint.queries.retry_counters import counter_of, counts_attempts
from relint.queries.retry_handlers import learns, may_leave, once_more, polls, sorts_out
from relint.queries.retry_recursion import recursion
from relint.queries.retry_words import is_harmless, is_quick

_POOL = re.compile(r"pool|connection|engine", re.IGNORECASE)
_AGAIN = re.compile(r"\bretr(y|ies|ying)\b|reconnect|\btry(ing)? again", re.IGNORECASE)
"""What the log says beside a wait that is for the next attempt."""
_BLOCKING = re.compile(
    r"^(accept|recv\w*|select|poll|wait\w*|communicate|acquire|epoll_wait|get_message|get_nowait"
    r"|\w*(sleep|back_?off|pause|throttle)\w*)$"
)
"""Calls that wait by themselves before they fail."""
_WAITS_FOR = re.compile(r"^(?!\w*(retr|back|jitter|sleep|delay|attempt))\w*wait", re.IGNORECASE)
"""Calls that wait for something that is not seconds: a future, a slot."""
_ATTEMPT = re.compile(r"attempt|retry|retries|tries|^try", re.IGNORECASE)
_FOR_RETRIES = re.compile(r"retry|retries|back_?off|reconnect", re.IGNORECASE)
_REGULAR = (Delay.FIXED, Delay.GROWING)


def loop_retries(ctx: Context) -> list[Retry]:
    """The hand-written retries of the file."""
    found = [_loop(ctx, loop) for loop in ctx.tree.of(cst.For, cst.While)]
    found += [recursion(ctx, function) for function in ctx.tree.seen(cst.FunctionDef)]
    return [retry for retry in found if retry is not None]


def _loop(ctx: Context, loop: Loop) -> Retry | None:
    if isinstance(loop, cst.For) and not counts_attempts(ctx, loop):
        return None
    attempts = attempts_in(loop)
    if any(_asks(ctx, attempt, call) for attempt in attempts for call in ctx.walk(attempt.body, cst.Call)):
        return None
    if any(_asks_a_person(call) for call in ctx.walk(loop.body, cst.Call)):
        return None
    failures = (*(f for attempt in attempts for f in _failures(ctx, loop, attempt)), *failing_answers(ctx, loop))
    failures = failures or tuple(_between_attempts(ctx, loop)) or tuple(failures_left(ctx, loop))
    if not failures:
        return None
    counter, count = counter_of(ctx, loop)
    if any(ctx.function_of(pause.call) is not ctx.function_of(loop) for f in failures for pause in f.pauses):
        counter = None  # not known where it waits
    return Retry("loop", loop, failures, endless=is_endless(ctx, loop, failures), counter=counter, attempts=count)


def _asks_a_person(call: cst.Call) -> bool:
    """Whether a call asks for what somebody types; the `code()` of an error is no question."""
    word = last_name(call.func)
    return asks_a_person(word) and not (word == "code" and isinstance(call.func, cst.Attribute))


def _asks(ctx: Context, attempt: Attempt, call: cst.Call) -> bool:
    """Whether a call asks for a state: `lock.acquire()`, `get(f"{base}/health")`.

    A pool's `acquire` connects, and so does the `ping` of what the attempt has made.
    """
    word = last_name(call.func)
    if word == "acquire" and _POOL.search(ctx.source(call.func)):
        return False
    if word == "ping" and isinstance(call.func, cst.Attribute) and _is_made_by(ctx, attempt, call.func.value):
        return False
    if asks_for_a_state(word):
        return True
    return any(names_a_health_check(text) for arg in call.args for text in texts_in(ctx, arg.value))


def _is_made_by(ctx: Context, attempt: Attempt, owner: cst.BaseExpression) -> bool:
    made = {name for node in ctx.walk(attempt.body, cst.Assign) for name in bound_by(ctx, node)}
    return bool(made & set(names_in(ctx, owner)))


def _failures(ctx: Context, loop: Loop, attempt: Attempt) -> Iterator[Failure]:
    """The handlers from which the next attempt is reached."""
    leaves, comes_round = after_success(ctx, loop, attempt)
    if only_computes(ctx, attempt):
        return
    if isinstance(loop, cst.For) and not (not leaves and _gives_up(ctx, loop, attempt)):
        if not leaves or (comes_round and not judges_response(ctx, loop, attempt)):
            return
    counts = isinstance(loop, cst.For) or _counts_on(ctx, loop)
    comes_round = comes_round and not (counts and leaves and judges_response(ctx, loop, attempt))
    comes_round = comes_round and not isinstance(loop, cst.For)
    shared = [pause for part in done_after(ctx, loop, attempt) for pause in pauses_in(ctx, part, loop)]
    around = [pause for part in done_before(ctx, loop, attempt) for pause in pauses_in(ctx, part, loop)]
    if attempt.finalbody is not None:
        around += pauses_in(ctx, attempt.finalbody, loop)
    always = bool(around or shared or pauses_in(ctx, attempt.body, loop))
    for_a_state = comes_round or waits_for_a_state(ctx, loop)
    is_daemon = for_a_state and (always or (comes_round and not connects(ctx, attempt)))
    for handler in attempt.handlers:
        ends = ends_of(ctx, handler.body)
        if not goes_round(pass_ends(ctx, loop, attempt, ends)):
            continue
        own = pauses_in(ctx, handler.body, loop)
        reached = [p for p in shared if not _is_for_success(ctx, handler, p)] if "next" in ends else []
        if is_daemon and not _starts_over(ctx, attempt, handler, own, reached, alone=not always):
            continue
        pauses = certain([*own, *reached, *_on_top(around, own, reached)])
        failure = _failure(ctx, loop, attempt, handler, pauses, comes_round=comes_round)
        if failure is not None:
            yield failure


def _between_attempts(ctx: Context, loop: Loop) -> Iterator[Failure]:
    """`if attempt: sleep(2**attempt)` at the head of a pass: whatever failed is tried again after that."""
    counter, attempts = counter_of(ctx, loop)[0], attempts_in(loop)
    if counter is None or not _ATTEMPT.search(counter) or (isinstance(loop, cst.While) and not attempts):
        return
    handlers = [handler for attempt in attempts for handler in attempt.handlers]
    if any(only_computes(ctx, attempt) for attempt in attempts):
        return
    if handlers and all(polls(ctx, handler, ()) for handler in handlers):
        return
    for test in loop.body.body:
        if isinstance(test, cst.SimpleStatementLine):
            continue
        if not isinstance(test, cst.If):
            return
        pauses = _regular(ctx, pauses_in(ctx, test.body, loop))
        if counter in names_in(ctx, test.test) and pauses and all(pause.delay is Delay.GROWING for pause in pauses):
            yield Failure(test, Delay.GROWING, tuple(pauses))


def _on_top(around: Sequence[Pause], own: Sequence[Pause], reached: Sequence[Pause]) -> list[Pause]:
    """The waits around every attempt; where a failure has seconds of its own, without those for something else."""
    if not any(pause.duration is not None for pause in (*own, *reached)):
        return list(around)
    waits = {p for p in around if p.delay is Delay.UNKNOWN and _WAITS_FOR.search(last_name(p.call.func))}
    return [pause for pause in around if pause not in waits]


def _is_for_success(ctx: Context, handler: Handler, pause: Pause) -> bool:
    """Whether what is waited after the attempt is waited when it has not failed: `if error is None: sleep(3)`."""
    noted = {name for node in ctx.walk(handler.body, cst.Assign) for name in bound_by(ctx, node)}
    for ancestor in ctx.ancestors(pause.call):
        match ancestor:
            case cst.For() | cst.While():
                return False
            case cst.If(
                test=cst.Comparison(
                    left=cst.Name(value=name), comparisons=[cst.ComparisonTarget(operator=cst.Is(), comparator=nothing)]
                )
            ) if name in noted and is_none(nothing):
                return True
    return False


def _starts_over(
    ctx: Context, attempt: Attempt, handler: Handler, own: Sequence[Pause], reached: Sequence[Pause], *, alone: bool
) -> bool:
    """Whether work that goes on after a success is a retry after a failure all the same.

    The wait of the handler grows, or it is the only one in the pass (`alone`) and the text beside it says so; the wait
    that all passes share follows a connection that was to last, or grows from one connection to the next. Either way
    it is enough that the seconds are named for it, `self.retry_backoff`.
    """
    if any(pause.delay not in _REGULAR for pause in (*own, *reached)):
        return False
    if any(_is_for_retries(ctx, pause) for pause in (own or reached)):
        return True
    if own:
        grows = any(pause.delay is Delay.GROWING for pause in own)
        says_so = any(map(_AGAIN.search, texts_in(ctx, handler.body)))
        return grows or (alone and (says_so or holds_a_connection(ctx, attempt) or stays_connected(ctx, attempt)))
    if not reached:
        return False
    if streams(ctx, attempt) or stays_connected(ctx, attempt):
        return True
    return any(pause.delay is Delay.GROWING for pause in reached) and lives_for_ever(ctx, attempt)


def _is_for_retries(ctx: Context, pause: Pause) -> bool:
    if pause.duration is None:
        return False
    return any(_FOR_RETRIES.search(ctx.source(value)) for value in (pause.duration, *alternatives(ctx, pause.duration)))


def _failure(
    ctx: Context, loop: Loop, attempt: Attempt, handler: Handler, pauses: Sequence[Pause], *, comes_round: bool
) -> Failure | None:
    if polls(ctx, handler, pauses) or (comes_round and not pauses and not _counts_failures(ctx, handler)):
        return None
    if not pauses:
        delay = Delay.NONE if _at_once(ctx, loop, attempt, handler) else Delay.UNKNOWN
    elif not (regular := _regular(ctx, pauses)):
        delay, pauses = Delay.RANDOM, ()
    else:
        pauses = regular
        delay = Delay.GROWING if any(pause.delay is Delay.GROWING for pause in pauses) else Delay.FIXED
    broad = delay is not Delay.UNKNOWN and catches_any_error(ctx, handler)
    catches_all = (handler.type or handler) if broad and not sorts_out(ctx, loop, attempt, handler) else None
    everything = "builtins.BaseException" in caught(ctx, handler)
    return Failure(handler, delay, tuple(pauses), catches_all, everything=everything)


def _regular(ctx: Context, pauses: Sequence[Pause]) -> list[Pause]:
    """The pauses that no other one, random or unknown, may come on top of."""
    others = [pause for pause in pauses if pause.delay not in _REGULAR]
    regular = [pause for pause in pauses if pause.delay in _REGULAR]
    return [p for p in regular if all(exclude_each_other(ctx, p.call, other.call) for other in others)]


def _at_once(ctx: Context, loop: Loop, attempt: Attempt, handler: Handler) -> bool:
    """Whether the same thing is tried again at once: nothing but logging stands between."""
    names = caught_words(ctx, handler)
    if _is_short(ctx, loop) or once_more(ctx, handler):
        return False
    if (names and all(map(is_quick, names))) or learns(ctx, handler) or _asks_for_a_timeout(ctx, handler):
        return False
    between: list[cst.CSTNode] = [handler.body, *done_before(ctx, loop, attempt)]
    if "next" in ends_of(ctx, handler.body):
        between += done_after(ctx, loop, attempt)
    calls = (call for part in between for call in ctx.walk(part, cst.Call, stop=(*OWN, cst.Raise)))
    if not all(is_harmless(last_name(call.func)) or _is_on_the_way_out(ctx, call, loop) for call in calls):
        return False
    if any(True for part in between for _ in ctx.walk(part, cst.Await, cst.Yield, cst.Del)):
        return False
    if any(_drops_an_attribute(assign) for part in between for assign in ctx.walk(part, cst.Assign)):
        return False
    if any(_BLOCKING.match(last_name(call.func)) for call in ctx.walk(attempt.body, cst.Call)):
        return False
    return not tries_another(ctx, loop, attempt, between)


def _asks_for_a_timeout(ctx: Context, handler: Handler) -> bool:
    """`if not isinstance(error.reason, socket.timeout): raise`: what is tried again has waited."""
    tests = (test for test in ctx.walk(handler.body, cst.If) if "timeout" in ctx.source(test.test).lower())
    return any(goes_round(ends_of(ctx, test.body) | ends_of(ctx, rest_after(ctx, test))) for test in tests)


def _drops_an_attribute(assign: cst.Assign) -> bool:
    """`self._connection = None`: the next attempt makes a new one."""
    return is_none(assign.value) and any(isinstance(target.target, cst.Attribute) for target in assign.targets)


def _is_on_the_way_out(ctx: Context, call: cst.Call, loop: Loop) -> bool:
    """Whether no other attempt follows a call: `if not again(error): bar.close(); raise`."""
    for ancestor in ctx.ancestors(call):
        if ancestor is loop:
            return False
        if isinstance(ancestor, cst.IndentedBlock) and isinstance(ctx.parent(ancestor), cst.If | cst.Else):
            if not goes_round(ends_of(ctx, ancestor)):
                return True
    return False


def _gives_up(ctx: Context, loop: cst.For, attempt: Attempt) -> bool:
    """`if attempt >= 3: raise` in a handler: attempts, even where nothing leaves the loop after a success."""
    counter = counter_of(ctx, loop)[0]
    if counter is None or not _ATTEMPT.search(counter):
        return False
    tests = (test for handler in attempt.handlers for test in ctx.walk(handler.body, cst.If))
    return any(counter in names_in(ctx, test.test) and "raise" in ends_of(ctx, test.body) for test in tests)


def _counts_on(ctx: Context, loop: cst.While) -> bool:
    """Whether the passes are attempts at one piece of work: they are counted, and never from the start again."""
    counter, _ = counter_of(ctx, loop)
    if counter is None or not _ATTEMPT.search(counter):
        return False
    return not any(counter in bound_by(ctx, node) for node in ctx.walk(loop.body, cst.Assign))


def _counts_failures(ctx: Context, handler: Handler) -> bool:
    """`retries += 1; if retries > limit: raise`: the next pass is for the same work, the loop is for more."""
    counted = {name for step in ctx.walk(handler.body, cst.AugAssign) for name in bound_by(ctx, step)}
    counted = {name for name in counted if _ATTEMPT.search(name)}
    tests = ctx.walk(handler.body, cst.If)
    return any(counted & set(names_in(ctx, test.test)) and may_leave(ctx, test) for test in tests)


def _is_short(ctx: Context, loop: Loop) -> bool:
    """Two attempts: once more at once, which gets past a connection that went stale."""
    attempts = counter_of(ctx, loop)[1]
    if isinstance(loop, cst.For) and isinstance(loop.iter, cst.Tuple | cst.List):
        attempts = len(loop.iter.elements)
    return attempts is not None and attempts <= 2
