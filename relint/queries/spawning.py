"""Where code starts one task, thread or process for each item of something that data may make as long as it likes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Literal

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import GATHERERS, TASK_GROUPS, THREADED, THREADS
from relint.names import last_name, parameters
from relint.queries.bounds import levels, words_of
from relint.queries.growth import grows, repeats_with_data
from relint.queries.limits import (
    POOLED,
    has_limited_client,
    holds_limit,
    is_limited_elsewhere,
    is_limited_function,
    is_task_group,
    limits_itself,
    mentions_limiter,
)
from relint.queries.outside import comes_from_outside, is_own, repeats_from_outside
from relint.queries.tasks import makes_tasks

_RECEIVING = frozenset(
    "accept anext blpop brpop get get_message get_nowait getone next poll pop popleft read readline receive "
    "receive_bytes receive_json receive_text recv recv_json recv_multipart recvfrom".split()
)
_RELEASING = frozenset(
    "aclose cancel cleanup close disconnect dispose join kill release shutdown stop terminate unload unsubscribe "
    "wait".split()
)
_FOR_GOOD = frozenset("connect forever init initialize listen loop monitor serve setup subscribe watch".split())
"""What begins something that stays: as many as there are parts."""
_WRAPPERS = frozenset({"asyncio.wait_for", "asyncio.shield"})
_DEPTH = 2
_FUNCTIONS = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
Kind = Literal["task", "thread", "process"]


@dataclass(frozen=True, eq=False)
class Spawn:
    """One call that starts something for each item.

    `made` is the call of the coroutine function, of `start_soon`, of the thread class or of `map`; `items` what is
    iterated over, or what a message comes from; `loop` the loop or comprehension that repeats it. `awaited`: the
    tasks start together, where they are gathered. `told`: the items are messages, or their name says that they are
    data, and they are neither held by the object at hand nor is it their own method that is started.
    """

    kind: Kind
    made: cst.Call
    items: cst.BaseExpression
    loop: cst.CSTNode
    awaited: bool = False
    told: bool = False


def spawns_at(ctx: Context, call: cst.Call) -> list[Spawn]:
    """What a call starts for each item of something unbounded with nothing to limit it."""
    if ctx.callee(call) in GATHERERS:
        found = list(_gathered(ctx, call))
    else:
        spawn = _started_at(ctx, call)
        found = [spawn] if spawn is not None else []
    found = [spawn for spawn in found if not has_limited_client(ctx, spawn.made)]
    return [replace(spawn, told=_is_told(ctx, spawn)) for spawn in found]


def _is_told(ctx: Context, spawn: Spawn) -> bool:
    if isinstance(spawn.loop, cst.While):
        return True
    if _is_held(ctx, spawn.items):
        return False
    loops = [spawn.loop] if isinstance(spawn.loop, cst.For) else list(ctx.walk(spawn.loop, cst.CompFor))
    loop = next((each for each in loops if each.iter is spawn.items), None)
    if loop is None:
        return grows(ctx, spawn.items)
    names = {name.value for name in ctx.walk(loop.target, cst.Name)}
    if names & {name.value for name in ctx.walk(_function_started(spawn.made), cst.Name)}:
        return False
    return repeats_with_data(ctx, loop)


def _is_held(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether items are held by the object at hand, or made from what is: `[str(host) for host in self.hosts]`."""
    values = ctx.bindings(items) or () if isinstance(items, cst.Name) else ()
    made = [v.for_in.iter for v in values if isinstance(v, cst.ListComp | cst.SetComp | cst.GeneratorExp)]
    return any(is_own(ctx, each) and not isinstance(each, cst.Call) for each in (items, *made))


def _started_at(ctx: Context, call: cst.Call) -> Spawn | None:
    if (made := _started(ctx, call)) is not None:
        return None if _is_harmless(ctx, made) else _repeated(ctx, "task", made, call)
    kind = THREADS.get(ctx.instance_of(call) or "")
    if kind is not None and not mentions_limiter(ctx, call) and not _has_harmless_target(ctx, call):
        return _repeated(ctx, "process" if kind == "process" else "thread", call, call)
    return None


def _started(ctx: Context, call: cst.Call) -> cst.Call | None:
    """The call of the coroutine function that a task is made of; for `start_soon(f, x)` that call itself."""
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value="start_soon")):
            return call if ctx.instance_of(owner) in (None, *TASK_GROUPS) else None
        case cst.Attribute(value=owner, attr=cst.Name(value="create_task")) if is_task_group(ctx, owner):
            pass
        case function if not makes_tasks(ctx, function):
            return None
    if not call.args:
        return None
    return _coroutine_call(ctx, call.args[0].value)


def _coroutine_call(ctx: Context, expression: cst.BaseExpression) -> cst.Call | None:
    """The call that an expression is, or that a name is bound once to."""
    if isinstance(expression, cst.Name) and (bound := ctx.value_of(expression)) is not None:
        expression = bound
    return expression if isinstance(expression, cst.Call) else None


def _is_harmless(ctx: Context, made: cst.Call) -> bool:
    """Whether a coroutine is limited, only releases something, or runs in a pool of threads."""
    if ctx.callee(made) in _WRAPPERS:
        inner = made.args[0].value if made.args else None
        return not isinstance(inner, cst.Call) or _is_harmless(ctx, inner)
    started = _function_started(made)
    last = last_name(started)
    if last in POOLED or words_of(last) & {"executor", *_RELEASING} or mentions_limiter(ctx, made):
        return True
    if any(last_name(argument.value) in POOLED for argument in made.args):
        return True  # `retried(asyncio.to_thread, f, x)`
    bound = ctx.names.bindings(started) if isinstance(started, cst.Name) else []
    if any(binding.kind == "for" for binding in bound):
        return True  # `f(x) for f in functions`: the program's text says how many there are
    for binding in bound:
        match binding.value:
            case cst.IfExp(body=one, orelse=other) if _is_limited(ctx, one) and _is_limited(ctx, other):
                return True
            case cst.Lambda(body=cst.Call(func=func)) if last_name(func) in POOLED:
                return True
    if (ctx.qualname(started) or "").partition(".")[0] in THREADED:
        return True
    function = ctx.function_def(started)
    if function is None:
        return is_limited_elsewhere(ctx, started)
    return is_limited_function(ctx, function) or _waits_for_threads_only(ctx, function)


def _waits_for_threads_only(ctx: Context, function: cst.FunctionDef, depth: int = _DEPTH) -> bool:
    """Whether all that a coroutine awaits, if anything, runs in a pool of threads, or awaits nothing else itself."""
    if function.asynchronous is None or not isinstance(function.body, cst.IndentedBlock):
        return False
    if any(getattr(node, "asynchronous", None) for node in ctx.walk(function.body, cst.For, cst.With, cst.CompFor)):
        return False
    awaited = [wait.expression for wait in ctx.walk(function.body, cst.Await)]
    return all(isinstance(call, cst.Call) and _needs_threads_only(ctx, call, depth) for call in awaited)


def _needs_threads_only(ctx: Context, call: cst.Call, depth: int) -> bool:
    if last_name(call.func) in POOLED:
        return True
    called = ctx.function_def(call.func) if depth else None
    return called is not None and called.asynchronous is not None and _waits_for_threads_only(ctx, called, depth - 1)


def _function_started(made: cst.Call) -> cst.BaseExpression:
    return made.args[0].value if last_name(made.func) == "start_soon" and made.args else made.func


def _has_harmless_target(ctx: Context, thread: cst.Call) -> bool:
    target = ctx.argument(thread, "target", 1)
    if target is None:
        return False
    function = ctx.function_def(target.value)
    limited = function is not None and is_limited_function(ctx, function)
    return limited or bool(words_of(last_name(target.value)) & _RELEASING)


# -- gather ----------------------------------------------------------------------------------------------------------


def _gathered(ctx: Context, call: cst.Call) -> Iterator[Spawn]:
    starred = last_name(call.func) == "gather"
    for argument in call.args:
        if argument.keyword is None and argument.star == ("*" if starred else ""):
            yield from _made_by(ctx, argument.value)


def _made_by(ctx: Context, many: cst.BaseExpression) -> Iterator[Spawn]:
    """The coroutines that an expression holds one of for each item; tasks are found where they are started."""
    match many:
        case cst.GeneratorExp(elt=element) | cst.ListComp(elt=element) | cst.SetComp(elt=element):
            yield from _element(ctx, element)
        case cst.DictComp(value=element):
            yield from _element(ctx, element)
        case cst.Call(func=cst.Name(value="map"), args=[cst.Arg(value=function), cst.Arg(value=items, star="")]):
            if isinstance(function, cst.Lambda) and not isinstance(function.body, cst.Call):
                return
            if comes_from_outside(ctx, items) and not _is_harmless(ctx, many) and not _is_limited(ctx, function):
                yield Spawn("task", many, items, many, awaited=True)
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[cst.Arg(value=inner)]):
            yield from _made_by(ctx, inner)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="values")), args=[]):
            yield from _made_by(ctx, inner)
        case cst.Call(func=func) if (maker := ctx.function_def(func)) is not None and not maker.asynchronous:
            for returned in ctx.walk(maker.body, cst.Return):
                if returned.value is not None:
                    yield from _made_by(ctx, returned.value)
        case cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
            yield from _made_by(ctx, left)
            yield from _made_by(ctx, right)
        case cst.Name():
            yield from _made_by_name(ctx, many)


def _made_by_name(ctx: Context, name: cst.Name) -> Iterator[Spawn]:
    found = ctx.names.find(name)
    values = ctx.bindings(name)
    if found is None or values is None or not isinstance(found[0].node, cst.FunctionDef):
        return
    if any(mentions_limiter(ctx, value) for value in values):
        return  # who runs it may choose a limit
    for value in values:
        if not isinstance(value, cst.Name):
            yield from _made_by(ctx, value)
    for use in ctx.names.uses(found[0], name.value):
        if ctx.range(use)[0] > ctx.range(name)[0] and not ctx.in_loop(name):
            continue  # another branch, or the next round
        match ctx.parent(use):
            case cst.Attribute(attr=cst.Name(value="append" | "extend" | "add" as method)) as attribute:
                match ctx.parent(attribute):
                    case cst.Call(func=func, args=[cst.Arg(value=added)]) if func is attribute:
                        yield from _element(ctx, added) if method != "extend" else _made_by(ctx, added)


def _element(ctx: Context, element: cst.BaseExpression) -> Iterator[Spawn]:
    if isinstance(element, cst.Call) and makes_tasks(ctx, element.func):
        return
    made = _coroutine_call(ctx, element)
    if made is None or makes_tasks(ctx, made.func) or _is_harmless(ctx, made):
        return
    if (spawn := _repeated(ctx, "task", made, element)) is not None:
        yield replace(spawn, awaited=True)


def _is_limited(ctx: Context, expression: cst.BaseExpression) -> bool:
    function = ctx.function_def(expression)
    if function is None:
        return mentions_limiter(ctx, expression) or is_limited_elsewhere(ctx, expression)
    return mentions_limiter(ctx, expression) or is_limited_function(ctx, function)


# -- loops -----------------------------------------------------------------------------------------------------------


def _repeated(ctx: Context, kind: Kind, made: cst.Call, at: cst.BaseExpression) -> Spawn | None:
    """The innermost loop around `at` that repeats it for unbounded items, unless something limits it on the way."""
    child: cst.CSTNode = at
    for ancestor in ctx.ancestors(at):
        if isinstance(ancestor, _FUNCTIONS):
            return None
        match ancestor:
            case cst.With() if holds_limit(ctx, ancestor):
                return None
            case cst.IndentedBlock(body=statements) if any(map(_leaves, statements)):
                return None  # once at most
            case cst.If(test=test) if child is ancestor.body and _is_for_the_first(ctx, test, at):
                return None
            case cst.GeneratorExp() | cst.ListComp() | cst.SetComp() | cst.DictComp():
                if child is not ancestor.for_in:
                    for level in levels(ancestor.for_in):
                        if _goes_on_with_data(ctx, level, made):
                            return Spawn(kind, made, level.iter, ancestor)
            case cst.For() | cst.While() if child is ancestor.body:
                if limits_itself(ctx, ancestor) or _awaits_what_it_starts(ctx, ancestor, at):
                    return None
                if _keeps_the_last(ctx, ancestor, at):
                    return None
                items = _items(ctx, ancestor, made, at)
                if items is not None:
                    return Spawn(kind, made, items, ancestor)
        child = ancestor
    return None


def _leaves(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Break() | cst.Raise()]):
            return True
    return False


def _is_for_the_first(ctx: Context, test: cst.BaseExpression, at: cst.BaseExpression) -> bool:
    """`if task is None: task = create_task(...)`, and the same with more conditions."""
    names = _assigned(ctx, at)
    for comparison in ctx.walk(test, cst.Comparison):
        match comparison:
            case cst.Comparison(
                left=cst.Name(value=name),
                comparisons=[cst.ComparisonTarget(operator=cst.Is(), comparator=cst.Name(value="None"))],
            ) if name in names:
                return True
    return any(
        isinstance(negated.expression, cst.Name) and negated.expression.value in names
        for negated in ctx.walk(test, cst.UnaryOperation)
        if isinstance(negated.operator, cst.Not)
    )


def _assigned(ctx: Context, at: cst.BaseExpression) -> set[str]:
    """The names in the targets of the assignment that an expression is part of."""
    statement = ctx.statement_of(at)
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Assign):
        return set()
    return {n.value for target in statement.body[0].targets for n in ctx.walk(target.target, cst.Name)}


def _goes_on_with_data(ctx: Context, loop: cst.For | cst.CompFor, made: cst.Call) -> bool:
    """Whether data decides how often a loop goes round.

    Items that are worked on, given to what is started, are data when they come from outside. An item whose own method
    is started, or that goes to a function that the caller gives, is a part of the program unless it is called data and
    does not belong to the object at hand.
    """
    if _holds_tasks(ctx, loop.iter):
        return False
    names = {name.value for name in ctx.walk(loop.target, cst.Name)}
    names = _made_from(ctx, names, loop)
    started = _function_started(made)
    if words_of(last_name(started)) & _FOR_GOOD or (isinstance(started, cst.Name) and started.value in names):
        return False
    if _works_on(ctx, made, names) and not _is_given(ctx, started):
        return repeats_from_outside(ctx, loop)
    return repeats_with_data(ctx, loop) and not is_own(ctx, loop.iter)


def _is_given(ctx: Context, started: cst.BaseExpression) -> bool:
    """Whether a caller says what is started: it may have a limit of its own."""
    bound = ctx.names.bindings(started) if isinstance(started, cst.Name) else []
    return any(binding.kind == "parameter" for binding in bound)


def _holds_tasks(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether items are tasks that have been started: whatever is made of them starts nothing."""
    if not isinstance(items, cst.Name) or (found := ctx.names.find(items)) is None:
        return False
    made = [value for value in ctx.bindings(items) or () if isinstance(value, cst.ListComp | cst.SetComp)]
    if any(isinstance(each.elt, cst.Call) and makes_tasks(ctx, each.elt.func) for each in made):
        return True
    for use in ctx.names.uses(found[0], items.value):
        match ctx.parent(use):
            case cst.Attribute(attr=cst.Name(value="append" | "add")) as attribute:
                match ctx.parent(attribute):
                    case cst.Call(args=[cst.Arg(value=cst.Call(func=func))]) if makes_tasks(ctx, func):
                        return True
    return False


def _made_from(ctx: Context, names: set[str], loop: cst.For | cst.While | cst.CompFor) -> set[str]:
    """These names, and those that a pass of a loop makes of them."""
    found = set(names)
    made: list[tuple[cst.CSTNode, cst.CSTNode]] = []
    for part in loop.ifs if isinstance(loop, cst.CompFor) else (loop.body,):
        made += [(walrus.target, walrus.value) for walrus in ctx.walk(part, cst.NamedExpr)]
        made += [(target.target, assign.value) for assign in ctx.walk(part, cst.Assign) for target in assign.targets]
    for target, value in sorted(made, key=lambda pair: ctx.range(pair[0])):
        if found & {name.value for name in ctx.walk(value, cst.Name)}:
            found |= {name.value for name in ctx.walk(target, cst.Name)}
    return found


def _works_on(ctx: Context, made: cst.Call, names: set[str]) -> bool:
    """Whether what is started is given one of these names, and none of them is itself what is started."""
    if ctx.callee(made) in _WRAPPERS:
        inner = made.args[0].value if made.args else None
        return isinstance(inner, cst.Call) and _works_on(ctx, inner, names)
    started = _function_started(made)
    if ctx.instance_of(made) in THREADS and (target := ctx.argument(made, "target", 1)) is not None:
        started = target.value
    words = words_of(last_name(started))
    if words & (_FOR_GOOD | {"start"}) or names & {name.value for name in ctx.walk(started, cst.Name)}:
        return isinstance(started, cst.Call)  # `start_soon(partial(f, x))`
    if (function := ctx.function_def(started)) is not None and _calls_a_parameter(ctx, function):
        return False
    return bool(names & {name.value for argument in made.args for name in ctx.walk(argument.value, cst.Name)})


def _calls_a_parameter(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function calls what it is given: that is no data."""
    given = {parameter.name.value for parameter in parameters(function)}
    return any(
        isinstance(call.func, cst.Name) and call.func.value in given for call in ctx.walk(function.body, cst.Call)
    )


def _items(
    ctx: Context, loop: cst.For | cst.While, made: cst.Call, at: cst.BaseExpression
) -> cst.BaseExpression | None:
    """What decides how often a loop goes round; of a `while` the call that receives what `at` is given."""
    if isinstance(loop, cst.For):
        return loop.iter if _goes_on_with_data(ctx, loop, made) else None
    used = {name.value for name in ctx.walk(at, cst.Name)}
    for inner in ctx.ancestors(at):  # `for part in message`
        if inner is loop:
            break
        if isinstance(inner, cst.For) and any(name.value in used for name in ctx.walk(inner.target, cst.Name)):
            used |= {name.value for name in ctx.walk(inner.iter, cst.Name)}
    for call in ctx.walk(at, cst.Call):
        if call is not at and _receives(call) and not call.args:
            return call
    bound: list[tuple[cst.BaseExpression, cst.BaseExpression]] = [
        (t.target, a.value) for a in ctx.walk(loop, cst.Assign) for t in a.targets
    ]
    bound += [(walrus.target, walrus.value) for walrus in ctx.walk(loop, cst.NamedExpr)]
    for target, given in bound:
        value = given.expression if isinstance(given, cst.Await) else given
        if isinstance(value, cst.Call) and _receives(_inner(ctx, value), value is not given):
            if used & _made_from(ctx, {name.value for name in ctx.walk(target, cst.Name)}, loop):
                return value
    return None


def _keeps_the_last(ctx: Context, loop: cst.For | cst.While, at: cst.BaseExpression) -> bool:
    """Whether a task goes into a name that a pass of the loop does nothing with: there is one of it, used later."""
    names = _assigned(ctx, at)
    statement = ctx.statement_of(at)
    function = ctx.function_of(at)
    if not names or not isinstance(function, cst.FunctionDef):
        return False
    uses = [use for use in ctx.walk(function.body, cst.Name) if use.value in names]
    later = [use for use in uses if statement not in ctx.ancestors(use)]
    inside = [use for use in later if loop in ctx.ancestors(use)]
    return len(inside) < len(later) and not any(isinstance(ctx.parent(use), cst.Arg | cst.Attribute) for use in inside)


def _inner(ctx: Context, call: cst.Call) -> cst.Call:
    """The call that `wait_for` and its like wrap."""
    match call:
        case cst.Call(args=[cst.Arg(value=cst.Call() as inner), *_]) if ctx.callee(call) in _WRAPPERS:
            return inner
    return call


def _receives(call: cst.Call, awaited: bool = False) -> bool:
    """Whether a call brings the next item: `recv()`, and when it is awaited `get_next_job()` too."""
    last = last_name(call.func)
    if last == "get" and any(argument.keyword is None for argument in call.args):
        return False  # of a mapping
    return last in _RECEIVING or (awaited and last.lstrip("_").partition("_")[0] in _RECEIVING)


def _awaits_what_it_starts(ctx: Context, loop: cst.For | cst.While, at: cst.BaseExpression) -> bool:
    """Whether a loop awaits each task, or cancels the one before."""
    names = _assigned(ctx, at)
    statement = ctx.statement_of(at)
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        held = {ctx.source(target.target) for target in statement.body[0].targets}
        for call in ctx.walk(loop.body, cst.Call):
            match call.func:
                case cst.Attribute(value=task, attr=cst.Name(value="cancel")) if ctx.source(task) in held:
                    return True
    return any(n.value in names for wait in ctx.walk(loop.body, cst.Await) for n in ctx.walk(wait, cst.Name))
