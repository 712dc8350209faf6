"""Where code waits, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.sleeps import EVENTS, SLEEPS
from relint.names import last_name
from relint.queries.delays import delay_of
from relint.queries.mentions import names_in

_LOOPS = (cst.For, cst.While)
_EVENT_NAME = re.compile(r"event|condition|stop|exit|shut|quit|cancel|terminat|abort|kill|closing|wake", re.IGNORECASE)
_HELPER_NAME = re.compile(r"sleep|back_?off|delay|wait|pause|throttl|cool_?down|retry", re.IGNORECASE)
_WAITING = re.compile(_HELPER_NAME.pattern.removesuffix("|retry"), re.IGNORECASE)
_NO_WAIT = re.compile(
    r"^_*(log|before|after|should|can|is|has|may|needs?|count|record|report|emit|on)_|_(handler|hook|callback|cleanup)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Pause:
    """One call that waits. `duration` is None where the seconds are not an argument of the call."""

    call: cst.Call
    duration: cst.BaseExpression | None
    delay: Delay
    inner: bool = False
    """In a loop of its own, which is judged for itself."""


def pauses_in(ctx: Context, root: cst.CSTNode, loop: cst.CSTNode | None = None) -> list[Pause]:
    """The pauses at or under `root`, nested functions left out. What changes inside `loop` makes a delay grow."""
    return [pause for call in ctx.walk(root, cst.Call) if (pause := pause_of(ctx, call, loop)) is not None]


def certain(pauses: list[Pause]) -> list[Pause]:
    """Without the waits of inner loops and what is only named for retries (`self._retry_cleanup()`), if one is sure."""
    if not any(pause.duration is not None for pause in pauses):
        return pauses
    return [
        p for p in pauses if not p.inner and (p.delay is not Delay.UNKNOWN or _WAITING.search(last_name(p.call.func)))
    ]


def pause_of(ctx: Context, call: cst.Call, loop: cst.CSTNode | None = None) -> Pause | None:
    """The pause that a call is; None when it does not wait. A wait in an inner loop has an unknown delay."""
    duration = _seconds(ctx, call)
    if duration is None:
        return Pause(call, None, Delay.UNKNOWN) if _sleeps(ctx, call) else _helper(ctx, call, loop)
    if loop is not None and _innermost_loop(ctx, call) is not loop:
        return Pause(call, None, Delay.UNKNOWN, inner=True)
    return Pause(call, duration.value, delay_of(ctx, duration.value, loop))


def _sleeps(ctx: Context, call: cst.Call) -> bool:
    """Whether a call sleeps, by what it is or, out of sight, by its name."""
    if ctx.callee(call) in SLEEPS:
        return True
    return last_name(call.func) in ("sleep", "_sleep", "async_sleep") and ctx.function_def(call.func) is None


def _seconds(ctx: Context, call: cst.Call) -> cst.Arg | None:
    """The seconds that a call sleeps, or waits for an event: `time.sleep(5)`, `stop.wait(5)`."""
    name = ctx.callee(call) or ""
    if _sleeps(ctx, call):
        return ctx.argument(call, SLEEPS.get(name, "seconds"), 0)
    return _wait_of_event(ctx, call, name) or _seconds_of_wait(ctx, call)


def _seconds_of_wait(ctx: Context, call: cst.Call) -> cst.Arg | None:
    """The seconds of `api.wait(seconds=600)`, which is not in the file."""
    if last_name(call.func) != "wait" or ctx.function_def(call.func) is not None:
        return None
    return ctx.keyword(call, "seconds")


def _wait_of_event(ctx: Context, call: cst.Call, name: str) -> cst.Arg | None:
    """The timeout of `event.wait(timeout)` and of `asyncio.wait_for(event.wait(), timeout)`."""
    if name in ("asyncio.wait_for", "asyncio.tasks.wait_for") and call.args:
        inner = call.args[0].value
        if isinstance(inner, cst.Call) and _is_event_wait(ctx, inner):
            return ctx.argument(call, "timeout", 1)
        return None
    return ctx.argument(call, "timeout", 0) if _is_event_wait(ctx, call) else None


def _is_event_wait(ctx: Context, call: cst.Call) -> bool:
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "wait":
        return False
    owner = call.func.value
    return ctx.instance_of(owner) in EVENTS or bool(_EVENT_NAME.search(last_name(owner)))


def _helper(ctx: Context, call: cst.Call, loop: cst.CSTNode | None) -> Pause | None:
    """`self._wait_before_retry(attempt)`: a function named for waiting; in the file, it is looked into."""
    word = last_name(call.func)
    if not _HELPER_NAME.search(word) or _NO_WAIT.search(word):
        return None
    function = ctx.function_def(call.func)
    if function is None:
        return Pause(call, None, Delay.UNKNOWN)
    if function is ctx.function_of(call):
        return None
    for inner in ctx.walk(function.body, cst.Call):
        if (duration := _seconds(ctx, inner)) is not None:
            if _innermost_loop(ctx, inner) is not None:
                return Pause(call, None, Delay.UNKNOWN)  # in slices, or between attempts of its own
            given = delay_of(ctx, duration.value)
            if given in (Delay.RANDOM, Delay.UNKNOWN):
                return Pause(call, None, given)
            if not set(names_in(ctx, duration.value)) & set(_params(ctx, function)):
                return Pause(call, None, given)
            passed = _passed_on(ctx, call, function, duration.value)
            return Pause(call, passed, delay_of(ctx, passed, loop) if passed is not None else Delay.UNKNOWN)
    return None


def _passed_on(
    ctx: Context, call: cst.Call, function: cst.FunctionDef, duration: cst.BaseExpression
) -> cst.BaseExpression | None:
    """The argument of a call that the function called sleeps for: `self.sleep(pause)`."""
    params = _params(ctx, function)
    used = [name for name in names_in(ctx, duration) if name in params]
    if len(used) != 1:
        return None
    given = ctx.argument(call, used[0], params.index(used[0]))
    return given.value if given is not None else None


def _params(ctx: Context, function: cst.FunctionDef) -> list[str]:
    params = [param.name.value for param in function.params.params]
    return params[1:] if ctx.names.class_of_method(function) is not None else params


def _innermost_loop(ctx: Context, node: cst.CSTNode) -> cst.CSTNode | None:
    child = node
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, _LOOPS) and child is ancestor.body:
            return ancestor
        child = ancestor
    return None
