"""Asynchronous request handlers that wait for a peer for as long as it likes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, elsewhere
from relint.libraries.deadlines import PATIENT, Patient
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.entry_points import handles_requests
from relint.queries.origins import origins
from relint.queries.timeouts import is_bounded_outside, lacks_timeout

_DEPTH = 2
_DEADLINES = frozenset({"wait_for", "timeout", "fail_after", "move_on_after"})
_MIDDLEWARE = re.compile(r"Timeout\w*Middleware|timeout_middleware")


@dataclass(frozen=True, eq=False)
class Waiting:
    """A call of a handler, or of a function that it awaits, which waits for a peer; `seconds` is None for ever."""

    at: cst.CSTNode
    call: cst.Call
    seconds: int | None


def waits_without_deadline(ctx: Context, function: cst.FunctionDef) -> Waiting | None:
    """The first call that an asynchronous handler awaits with no limit of a useful length."""
    if function.asynchronous is None or not handles_requests(ctx, function) or _has_deadline(ctx, function):
        return None
    return next(_waits(ctx, function, _DEPTH), None)


def _has_deadline(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a decorator or a middleware of the file limits how long a handler takes, or the framework does."""
    if "sanic" in {name.partition(".")[0] for name in ctx.names.imported()}:
        return True  # RESPONSE_TIMEOUT, 60 s
    if any("timeout" in words_of(ctx.source(decorator.decorator)) for decorator in function.decorators):
        return True
    return ctx.memo("deadline of all handlers", lambda: _has_middleware(ctx))


def _has_middleware(ctx: Context) -> bool:
    if _MIDDLEWARE.search(ctx.text):
        return True
    for function in ctx.tree.every(cst.FunctionDef, words=("middleware",)):
        named = [d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator for d in function.decorators]
        if any(last_name(each) == "middleware" for each in named):
            if any(last_name(call.func) in _DEADLINES for call in ctx.walk(function.body, cst.Call)):
                return True
    return False


def _waits(ctx: Context, function: cst.FunctionDef, depth: int) -> Iterator[Waiting]:
    for awaited in _awaited(ctx, function):
        if is_bounded_outside(ctx, awaited):
            continue
        if (patient := _patient(ctx, awaited)) is not None:
            yield Waiting(awaited, awaited, patient.seconds)
        called = ctx.function_def(awaited.func) if depth else None
        if called is not None and called.asynchronous is not None and called is not function:
            yield from (Waiting(awaited, below.call, below.seconds) for below in _waits(ctx, called, depth - 1))


def _awaited(ctx: Context, function: cst.FunctionDef) -> Iterator[cst.Call]:
    """The calls that a coroutine awaits, by `await` or `async with`, in source order."""
    for node in ctx.walk(function.body, cst.Await, cst.With):
        match node:
            case cst.Await(expression=cst.Call() as call):
                yield call
            case cst.With(asynchronous=cst.Asynchronous(), items=items):
                yield from (item.item for item in items if isinstance(item.item, cst.Call))


def _patient(ctx: Context, call: cst.Call) -> Patient | None:
    """How a call of a client that was made without a limit waits, if it is given none itself."""
    client = call.func
    while isinstance(client, cst.Attribute):
        client = client.value
        patient = PATIENT.get(ctx.instance_of(client) or "")
        if patient is not None:
            break
    else:
        return None
    if last_name(call.func) not in patient.methods or not all(
        lacks_timeout(ctx, call, None, keyword) for keyword in patient.called_with
    ):
        return None
    return patient if _is_made_without(ctx, client, patient) else None


def _is_made_without(ctx: Context, client: cst.BaseExpression, patient: Patient) -> bool:
    """Whether every call that may have made a client is in sight, and says nothing of a limit."""
    return bool(ctx.settled("made without a limit", client, lambda: _all_made_without(ctx, client, patient)))


def _all_made_without(ctx: Context, client: cst.BaseExpression, patient: Patient) -> bool:
    found = origins(ctx, client)
    if not found.complete or not found.calls:
        return False
    for made in found.calls:
        match made.func:
            case cst.Attribute(value=pool, attr=cst.Name(value="acquire")):
                if not _is_made_without(ctx, pool, patient):
                    return False
            case _ if (place := elsewhere(ctx, made)) is not None:  # `get_session()` of another module
                question = f"made without {' or '.join(patient.made_with)}"
                if not ask(ctx, place, question, lambda there, e: _is_made_without(there, e, patient)):
                    return False
            case _ if not all(lacks_timeout(ctx, made, None, keyword) for keyword in patient.made_with):
                return False
    return True
