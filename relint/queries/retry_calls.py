"""Retries that a library makes: tenacity, backoff, urllib3, Celery and those that take plain keywords."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.retries import (
    BACKOFF_WAITS,
    BY_KEYWORDS,
    HTTP_ADAPTERS,
    TENACITY,
    TENACITY_ON_RESULT,
    TENACITY_WAITS,
    URLLIB3,
    URLLIB3_COUNTS,
    URLLIB3_FACTOR_POSITION,
    ByKeywords,
)
from relint.names import is_none, last_name
from relint.queries.celery_retries import celery_retries
from relint.queries.delays import alternatives
from relint.queries.handlers import classes_in
from relint.queries.pauses import pauses_in
from relint.queries.retries import Failure, Retry
from relint.queries.retry_counters import default_of
from relint.queries.retry_words import is_not_yet, is_quick
from relint.queries.unpacked import unpacked
from relint.queries.versions import minimum_version

_ANY_ERROR = {"builtins.Exception": False, "builtins.BaseException": True}


def library_retries(ctx: Context) -> Iterator[Retry]:
    """The retries of the file that libraries make."""
    for call in ctx.tree.of(cst.Call):
        if (retry := _of_call(ctx, call)) is not None:
            yield retry
    for decorator in ctx.tree.of(cst.Decorator):
        if (retry := _of_bare_decorator(ctx, decorator.decorator)) is not None:
            yield retry
    yield from celery_retries(ctx)


def _of_call(ctx: Context, call: cst.Call) -> Retry | None:
    name = ctx.callee(call)
    if last_name(call.func) in ("copy", "retry_with") and isinstance(call.func, cst.Attribute):
        return _tenacity_copy(ctx, call)
    if name in TENACITY or (name is None and _is_made_like(ctx, call, TENACITY)):
        return _tenacity(ctx, call)
    if name == "backoff.on_exception" or name == "backoff.on_predicate":
        return _backoff(ctx, call, on_predicate=name.endswith("predicate"))
    if name in URLLIB3 or (name is None and _is_made_like(ctx, call, URLLIB3)):
        return _urllib3(ctx, call)
    if name in HTTP_ADAPTERS or (name is None and _is_made_like(ctx, call, HTTP_ADAPTERS)):
        return _adapter(ctx, call)
    if name in BY_KEYWORDS:
        return _by_keywords(ctx, call, BY_KEYWORDS[name])
    return None


def _is_made_like(ctx: Context, call: cst.Call, classes: frozenset[str]) -> bool:
    """Whether a call makes a subclass in the file that takes the arguments of its base and waits as that does."""
    cls = ctx.class_def(call.func)
    if cls is None or ctx.base_of(cls) not in classes or any(arg.keyword is None for arg in call.args):
        return False
    own = {node.name.value: node for node in ctx.walk(cls.body, cst.FunctionDef)}
    if any(name in own for name in ("get_backoff_time", "sleep", "_sleep_backoff", "send")):
        return False
    if "__init__" not in own:
        return True
    return own["__init__"].params.star_kwarg is not None and "backoff" not in ctx.source(own["__init__"])


def _of_bare_decorator(ctx: Context, decorator: cst.BaseExpression) -> Retry | None:
    """`@retry` without a call: all defaults."""
    if isinstance(decorator, cst.Call):
        return None
    name = ctx.qualname(decorator)
    if name == "tenacity.retry":
        return Retry("tenacity", decorator, (Failure(decorator, Delay.NONE, (), decorator),), endless=True)
    if name == "retrying.retry":
        return Retry("keywords", decorator, (Failure(decorator, Delay.NONE, (), decorator),), endless=True)
    return None


# -- tenacity --------------------------------------------------------------------------------------------------------


def _tenacity(ctx: Context, call: cst.Call) -> Retry | None:
    if any(arg.star for arg in call.args):
        return _tenacity_of_defaults(ctx, call)
    if call.args and call.args[0].keyword is None:
        return None
    predicate = ctx.keyword(call, "retry")
    words = _tenacity_words(ctx, predicate.value) if predicate is not None else frozenset()
    if words and words <= TENACITY_ON_RESULT:
        return None
    wait, stop = ctx.keyword(call, "wait"), ctx.keyword(call, "stop")
    if stop is not None and _is_once(ctx, stop.value):
        return None
    catches = call.func if predicate is None else _tenacity_any_error(ctx, predicate.value)
    delay = Delay.NONE if wait is None else _tenacity_wait(ctx, wait.value)
    if delay is Delay.NONE and predicate is not None and _is_for_another_value(ctx, predicate.value):
        delay = Delay.UNKNOWN
    failure = Failure(call, delay, (), catches)
    endless = stop is None or ctx.qualname(stop.value) in ("tenacity.stop_never", "tenacity.stop.stop_never")
    return Retry("tenacity", call, (failure,), endless=endless, delay_node=wait.value if wait else None)


def _is_for_another_value(ctx: Context, predicate: cst.BaseExpression) -> bool:
    """`retry_if_exception_type((ParseError, EmptyAnswer))`: the next attempt at once may bring a better one."""
    if not isinstance(predicate, cst.Call) or not (ctx.callee(predicate) or "").endswith(".retry_if_exception_type"):
        return False
    errors = [last_name(each) for arg in predicate.args for each in classes_in(ctx, arg.value)]
    return bool(errors) and all(map(is_quick, errors))


def _tenacity_of_defaults(ctx: Context, call: cst.Call) -> Retry | None:
    """`retry(**{"wait": wait_fixed(3), ...})`: who gives nothing else waits like that."""
    given = unpacked(ctx, call).given
    words = _tenacity_words(ctx, given["retry"]) if "retry" in given else frozenset()
    if "wait" not in given or ctx.keyword(call, "wait") is not None or (words and words <= TENACITY_ON_RESULT):
        return None
    return Retry("tenacity", call, (Failure(call, _tenacity_wait(ctx, given["wait"])),), delay_node=given["wait"])


def _is_once(ctx: Context, stop: cst.BaseExpression) -> bool:
    """`stop_after_attempt(1)`: no retry at all."""
    if not isinstance(stop, cst.Call) or not (ctx.callee(stop) or "").endswith(".stop_after_attempt"):
        return False
    attempts = ctx.argument(stop, "max_attempt_number", 0)
    return attempts is not None and ctx.literal(attempts.value) == 1


def _tenacity_copy(ctx: Context, call: cst.Call) -> Retry | None:
    """`retrying.copy(wait=...)`, `function.retry_with(stop=...)`: what is not given stays as it was."""
    assert isinstance(call.func, cst.Attribute)
    wait = ctx.keyword(call, "wait")
    if wait is None or ctx.unpacks(call):
        return None
    if call.func.attr.value == "copy" and ctx.instance_of(call.func.value) not in TENACITY:
        return None
    return Retry("tenacity", call, (Failure(call, _tenacity_wait(ctx, wait.value)),), delay_node=wait.value)


def _tenacity_wait(ctx: Context, wait: cst.BaseExpression) -> Delay:
    if is_none(wait):
        return Delay.NONE
    ways = list(alternatives(ctx, wait))
    if len(ways) > 1:
        return _worst({_tenacity_wait(ctx, way) for way in ways})
    kinds = set()
    for call in waits_in(ctx, wait):
        word = (ctx.callee(call) or "").rpartition(".")[2]
        if word in ("wait_chain", "wait_combine", "sum", "range"):
            continue
        kind = TENACITY_WAITS.get(word, Delay.UNKNOWN)
        if word == "wait_fixed" and call.args and ctx.literal(call.args[0].value) == 0:
            kind = Delay.NONE
        kinds.add(kind)
    for kind in (Delay.RANDOM, Delay.UNKNOWN, Delay.GROWING, Delay.FIXED, Delay.NONE):
        if kind in kinds:
            return kind
    return Delay.UNKNOWN


def _worst(ways: set[Delay]) -> Delay:
    """What is to be told of a wait that is one of several."""
    return next(kind for kind in (Delay.UNKNOWN, Delay.GROWING, Delay.FIXED, Delay.RANDOM, Delay.NONE) if kind in ways)


def waits_in(ctx: Context, expression: cst.BaseExpression) -> Iterator[cst.Call]:
    """The calls in an expression and in what its names are bound to once; arguments of a wait are no waits."""
    match expression:
        case cst.Call():
            yield expression
            if (ctx.callee(expression) or "").rpartition(".")[2] in ("wait_chain", "wait_combine", "sum"):
                for arg in expression.args:
                    yield from waits_in(ctx, arg.value)
        case cst.BinaryOperation(left=left, right=right):
            yield from waits_in(ctx, left)
            yield from waits_in(ctx, right)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            for element in elements:
                yield from waits_in(ctx, element.value)
        case cst.ListComp(elt=element_) | cst.GeneratorExp(elt=element_):
            yield from waits_in(ctx, element_)
        case cst.IfExp(body=body, orelse=orelse):
            yield from waits_in(ctx, body)
            yield from waits_in(ctx, orelse)
        case cst.Name() | cst.Attribute():
            for value in ctx.bindings(expression) or ():
                if not isinstance(value, cst.Name | cst.Attribute):
                    yield from waits_in(ctx, value)


def _tenacity_words(ctx: Context, predicate: cst.BaseExpression) -> frozenset[str]:
    named = [ctx.qualname(node) or "" for node in ctx.walk(predicate, cst.Name, cst.Attribute)]
    return frozenset(name.rpartition(".")[2] for name in named if name.startswith("tenacity."))


def _tenacity_any_error(ctx: Context, predicate: cst.BaseExpression) -> cst.CSTNode | None:
    """`retry_if_exception_type()` or with `Exception`."""
    if isinstance(predicate, cst.Name) and (value := ctx.value_of(predicate)) is not None:
        predicate = value
    if not isinstance(predicate, cst.Call) or not (ctx.callee(predicate) or "").endswith(".retry_if_exception_type"):
        return None
    if not predicate.args:
        return predicate
    return any_error(ctx, predicate.args[0].value)


def any_error(ctx: Context, types: cst.BaseExpression) -> cst.CSTNode | None:
    """The part of an exception class or tuple of them that is `Exception` or `BaseException`."""
    return next((e for e in _classes(types) if ctx.qualname(e) in _ANY_ERROR), None)


def _classes(types: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [e.value for e in types.elements] if isinstance(types, cst.Tuple | cst.List) else [types]


# -- backoff ---------------------------------------------------------------------------------------------------------


def _backoff(ctx: Context, call: cst.Call, *, on_predicate: bool) -> Retry | None:
    if ctx.unpacks(call, "*"):
        return None
    generator, jitter = ctx.argument(call, "wait_gen", 0), ctx.keyword(call, "jitter")
    kind = BACKOFF_WAITS.get(ctx.qualname(generator.value) or "", Delay.UNKNOWN) if generator else Delay.UNKNOWN
    if on_predicate and kind is Delay.FIXED:
        return None  # the documented way to poll
    if kind is Delay.FIXED and _is_zero(ctx, ctx.keyword(call, "interval")):
        kind = Delay.UNKNOWN if _waits_itself(ctx, call) else Delay.NONE
    elif jitter is None or not is_none(jitter.value):
        kind = Delay.RANDOM
    limits = [ctx.keyword(call, name) for name in ("max_tries", "max_time")]
    if limits[0] is not None and ctx.literal(limits[0].value) == 1:
        return None  # no retry at all
    endless = all(limit is None or is_none(limit.value) for limit in limits)
    if ctx.unpacks(call):
        if jitter is None or kind not in (Delay.FIXED, Delay.GROWING):
            return None
        endless = False  # the limits may be among what is unpacked
    types = None if on_predicate or ctx.keyword(call, "giveup") else ctx.argument(call, "exception", 1)
    failure = Failure(call, kind, (), any_error(ctx, types.value) if types is not None else None)
    return Retry("backoff", call, (failure,), endless=endless, delay_node=jitter)


def _waits_itself(ctx: Context, decorator: cst.Call) -> bool:
    """Whether the function under a decorator waits before it fails, or one of the file that it or the library calls."""
    function = ctx.enclosing(decorator, cst.FunctionDef)
    calls = [call.func for call in ctx.walk(function.body, cst.Call)] if function is not None else []
    hooks = [arg.value for name in ("giveup", "on_backoff") if (arg := ctx.keyword(decorator, name)) is not None]
    called = [ctx.function_def(each) for each in (*calls, *hooks) if isinstance(each, cst.Name | cst.Attribute)]
    return any(pauses_in(ctx, each.body) for each in (function, *called) if each is not None)


# -- urllib3 ---------------------------------------------------------------------------------------------------------


def _urllib3(ctx: Context, call: cst.Call) -> Retry | None:
    more = unpacked(ctx, call)
    if ctx.unpacks(call, "*") or not more.complete or any(name.startswith("backoff") for name in more.given):
        return None
    counts = [ctx.argument(call, name, position) for position, name in enumerate(URLLIB3_COUNTS)]
    given = [ctx.literal(count.value) for count in counts if count is not None]
    if counts[0] is not None and all(count in (0, False, None) for count in given) and 0 in given:
        return None
    if call.args and all(arg.keyword is not None and "redirect" in arg.keyword.value for arg in call.args):
        return None  # about redirects alone
    factor = ctx.argument(call, "backoff_factor", URLLIB3_FACTOR_POSITION)
    jitter = ctx.keyword(call, "backoff_jitter")
    if factor is None or _is_zero(ctx, factor):
        if counts[0] is not None and ctx.literal(counts[0].value) == 1:
            return None  # once more at once: past a connection that went stale
        kind = Delay.NONE
    else:
        bare = (jitter is None or _is_zero(ctx, jitter)) and (minimum_version(ctx, "urllib3") or (2,)) >= (2,)
        kind = Delay.GROWING if bare else Delay.RANDOM
    return Retry("urllib3", call, (Failure(call, kind),), delay_node=factor)


def _adapter(ctx: Context, call: cst.Call) -> Retry | None:
    given = ctx.argument(call, "max_retries", 2)
    count = ctx.literal(given.value) if given is not None else ...
    if given is not None and count is ... and (default := default_of(ctx, given.value)) is not None:
        count = ctx.literal(default)
    if given is None or not isinstance(count, int) or count <= 0:
        return None
    return Retry("adapter", call, (Failure(call, Delay.NONE),), delay_node=given)


# -- plain keywords --------------------------------------------------------------------------------------------------


def _by_keywords(ctx: Context, call: cst.Call, library: ByKeywords) -> Retry | None:
    if ctx.unpacks(call) or ctx.unpacks(call, "*"):
        return None
    limits = [arg for name in library.limits if (arg := _given(ctx, call, library, name)) is not None]
    positional = [arg for arg in call.args[len(library.positions) :] if arg.keyword is None]
    if len(positional) > 1 or (positional and library.catches[1] is None and library.catches[0] != "on"):
        return None  # not written the usual way: which argument is which is not worth guessing
    unlimited = [arg for arg in limits if is_none(arg.value) or ctx.literal(arg.value) == -1]
    endless = (not limits and not library.bounded) or (
        bool(limits) and len(unlimited) == (len(library.limits) if library.bounded else len(limits))
    )
    name, position = library.catches
    types = ctx.argument(call, name, position)
    if types is not None and all(is_not_yet(last_name(each)) for each in _classes(types.value)):
        return None  # a lock that somebody else has: a poll
    if types is None and ctx.keyword(call, "retry_on_result") is not None:
        return None  # asked again until an answer comes: a poll
    catches = any_error(ctx, types.value) if types is not None else (call.func if library.any_error else None)
    kind, node = _delay_by_keywords(ctx, call, library)
    if (
        kind is Delay.NONE
        and types is not None
        and (asked := _asked_by(ctx, types.value))
        and all(map(is_quick, asked))
    ):
        return None  # somebody else was first: at once is right
    if library.random_for is not None and not any(ctx.keyword(call, name) for name in library.not_random_for):
        if ctx.keyword(call, library.random_for) is not None:
            kind = Delay.RANDOM
    return Retry("keywords", call, (Failure(call, kind, (), catches),), endless=endless, delay_node=node)


def _asked_by(ctx: Context, predicate: cst.BaseExpression) -> list[str]:
    """The words of the classes in `lambda error: isinstance(error, Conflict)`."""
    if not isinstance(predicate, cst.Lambda):
        return []
    match predicate.body:
        case cst.Call(func=cst.Name(value="isinstance"), args=[_, cst.Arg(value=types)]):
            return [last_name(each) for each in _classes(types)]
    return []


def _given(ctx: Context, call: cst.Call, library: ByKeywords, name: str) -> cst.Arg | None:
    return ctx.argument(call, name, library.positions.index(name) if name in library.positions else None)


def _delay_by_keywords(ctx: Context, call: cst.Call, library: ByKeywords) -> tuple[Delay, cst.CSTNode | None]:
    jitters = [arg for name in library.jitters if (arg := ctx.keyword(call, name)) is not None]
    values = [ctx.literal(arg.value) for arg in jitters]
    if any(value not in (0, None, False) and (library.number_is_jitter or value is ...) for value in values):
        return Delay.RANDOM, None
    if not jitters and library.jittered:
        return Delay.RANDOM, None
    waits = {name: arg for name in library.waits if (arg := _given(ctx, call, library, name)) is not None}
    counted = {name: arg for name, arg in waits.items() if ctx.literal(arg.value) not in (0, None)}
    if "delay" in library.waits and "delay" not in counted:
        return Delay.NONE, None
    if not counted:
        return (library.delay, None) if not waits else (Delay.NONE, next(iter(waits.values())))
    kinds = {library.waits[name] for name in counted}
    if any(isinstance(arg.value, cst.Lambda) or ctx.function_def(arg.value) is not None for arg in counted.values()):
        kinds.add(Delay.UNKNOWN)  # a function says how long
    for kind in (Delay.UNKNOWN, Delay.GROWING):
        if kind in kinds:
            return kind, next(iter(counted.values()))
    return Delay.FIXED, next(iter(counted.values()))


def _is_zero(ctx: Context, arg: cst.Arg | None) -> bool:
    return arg is not None and ctx.literal(arg.value) in (0, None, False)
