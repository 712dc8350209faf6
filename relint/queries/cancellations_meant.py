"""Was a cancellation meant to end where it is caught, because somebody asked for that?"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.bounds import words_of
from relint.queries.cancellations_caught import CANCELLED, catches_nothing_else
from relint.queries.endings import always_raises, ends_of
from relint.queries.entry_points import called_from
from relint.queries.handlers import Handler
from relint.queries.task_ends import leads_to_the_end, top_coroutines
from relint.queries.tasks import makes_tasks

_STOP = frozenset("abort closed closing done exit finished quit shutdown stop stopped stopping terminate".split())
_RELEASES = frozenset(
    "aclose aexit cleanup close compensate disconnect dispose kill release revert rollback shutdown stop teardown "
    "terminate undo unload".split()
)
_WAITS_FOR = frozenset({"asyncio.wait_for", "asyncio.shield", "asyncio.gather", "asyncio.wait"})


def was_meant(ctx: Context, handler: Handler, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether what the `try` awaits was cancelled on purpose, or must be finished, or cleaned up, whatever happens."""
    return (
        _is_on_the_way_out(ctx, attempt)
        or _cleans_up(ctx, attempt)
        or _must_be_finished(ctx, attempt)
        or _asks_whether_to_stop(ctx, handler)
        or _works_on_shielded(ctx, handler)
        or _was_cancelled_here(ctx, attempt)
        or _answers_with_what_it_has(ctx, handler)
        or _waits_until_done(ctx, handler)
        or _waits_to_be_stopped(ctx, handler, attempt)
    )


def _was_cancelled_here(ctx: Context, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether what the `try` awaits was meant to end.

    The function cancels something before or in the `try`, or throws the cancellation itself, or what is awaited is a
    task that the file cancels somewhere.
    """
    function = ctx.function_of(attempt)
    assert isinstance(function, cst.FunctionDef)
    end = ctx.range(attempt.body)[1]
    for call in ctx.walk(function.body, cst.Call):
        match call.func:
            case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
                if "cancel" in words_of(name) and ctx.range(call)[0] < end:
                    return True
    if any(ctx.qualname(node) in CANCELLED for node in ctx.walk(attempt.body, cst.Name, cst.Attribute)):
        return True
    raised = [statement.exc for statement in ctx.walk(function.body, cst.Raise, stop=())]
    if any(isinstance(error, cst.Call) and ctx.callee(error) in CANCELLED for error in raised):
        return True
    waits = [_waited_for(ctx, wait.expression) for wait in ctx.walk(attempt.body, cst.Await)]
    cancelled = _cancelled_tasks(ctx)
    return bool(waits) and all(_texts_of(ctx, wait) & cancelled or _runs_a_task(ctx, wait, cancelled) for wait in waits)


def _runs_a_task(ctx: Context, wait: cst.BaseExpression, cancelled: set[str]) -> bool:
    """Whether a helper of the file is awaited that awaits a task of its own making, and the file cancels tasks."""
    helper = ctx.function_def(wait.func) if isinstance(wait, cst.Call) and cancelled else None
    if helper is None:
        return False
    awaited = [wait.expression for wait in ctx.walk(helper.body, cst.Await)]
    made = [ctx.value_of(each) if isinstance(each, cst.Name) else each for each in awaited]
    return any(isinstance(each, cst.Call) and makes_tasks(ctx, each.func) for each in made)


def _texts_of(ctx: Context, task: cst.BaseExpression) -> set[str]:
    """How the file may write a task: `task`, and `self.task` where it was taken from or is kept."""
    function = ctx.function_of(task)
    kept = [
        ctx.source(target.target)
        for assign in (ctx.walk(function.body, cst.Assign) if function is not None else ())
        if isinstance(task, cst.Name) and isinstance(assign.value, cst.Name) and assign.value.value == task.value
        for target in assign.targets
    ]
    bound = ctx.definitions(task) or [] if isinstance(task, cst.Name) else []
    values = [b.value for b in bound if isinstance(b.value, cst.Name | cst.Attribute | cst.Subscript)]
    return {ctx.source(task), *kept, *map(ctx.source, values)}


def _waited_for(ctx: Context, expression: cst.BaseExpression) -> cst.BaseExpression:
    """`task` of `await wait_for(task, 5)`."""
    if isinstance(expression, cst.Call) and expression.args and ctx.callee(expression) in _WAITS_FOR:
        return expression.args[0].value
    return expression


def _cancelled_tasks(ctx: Context) -> set[str]:
    """The source of every `x` of an `x.cancel()` in the file, or of an `x.cancel` that something else calls.

    Of `for task in self.tasks: task.cancel()` that of `self.tasks` too.
    """

    def answer() -> set[str]:
        methods = ctx.tree.every(cst.Attribute, words=("cancel",))
        found = [method.value for method in methods if method.attr.value == "cancel"]
        return {ctx.source(each) for task in found for each in (task, *_taken_from(ctx, task))}

    return ctx.memo("cancelled tasks", answer)


def _taken_from(ctx: Context, task: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What the loops go over that give a name its values."""
    bound = ctx.names.bindings(task) if isinstance(task, cst.Name) else []
    return [binding.node.iter for binding in bound if isinstance(binding.node, cst.For)]


def _is_on_the_way_out(ctx: Context, attempt: cst.CSTNode) -> bool:
    """Whether a `try` cleans up in a `finally`, or in a handler that raises in the end or is there for cancellations.

    An error may be on its way, or a cancellation has arrived already.
    """
    for ancestor in ctx.ancestors(attempt):
        if isinstance(ancestor, cst.FunctionDef):
            return False
        if isinstance(ancestor, cst.Finally):
            return True
        if isinstance(ancestor, cst.ExceptHandler | cst.ExceptStarHandler):
            if always_raises(ctx, ancestor.body) or catches_nothing_else(ctx, ancestor):
                return True
    return False


def _cleans_up(ctx: Context, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether all that a `try` awaits closes something, or its function does: `close()`, `_safe_cleanup()`."""
    function = ctx.function_of(attempt)
    if isinstance(function, cst.FunctionDef) and words_of(function.name.value) & {"cancel", "cancelled", *_RELEASES}:
        return True
    waits = [_made(ctx, _waited_for(ctx, wait.expression)) for wait in ctx.walk(attempt.body, cst.Await)]
    return bool(waits) and all(
        isinstance(wait, cst.Call) and words_of(last_name(wait.func)) & _RELEASES for wait in waits
    )


def _made(ctx: Context, wait: cst.BaseExpression) -> cst.BaseExpression:
    """The call that made what a name holds: `closing = close()`, `await closing`."""
    return (ctx.value_of(wait) or wait) if isinstance(wait, cst.Name) else wait


def _must_be_finished(ctx: Context, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether a `try` waits for nothing but what is shielded from cancellation."""
    waits = [wait.expression for wait in ctx.walk(attempt.body, cst.Await)]
    return bool(waits) and all(isinstance(wait, cst.Call) and _is_shielded(ctx, wait) for wait in waits)


def _is_shielded(ctx: Context, call: cst.Call) -> bool:
    """`shield(x)`, `wait_for(shield(x), 5)`, `self._shielded(x)`."""
    calls = [call, *(argument.value for argument in call.args if isinstance(argument.value, cst.Call))]
    return any(words_of(last_name(each.func)) & {"shield", "shielded"} for each in calls)


def _asks_whether_to_stop(ctx: Context, handler: Handler) -> bool:
    """`if self.stopping: return`, `if event.is_set(): return`: who cancels says so first."""
    return any(is_word_to_stop(ctx, branch.test) for branch in ctx.walk(handler.body, cst.If))


def is_word_to_stop(ctx: Context, test: cst.BaseExpression) -> bool:
    """`self.stopping`, `event.is_set()`."""
    return any(
        last_name(part) == "is_set" or words_of(last_name(part)) & _STOP
        for part in ctx.walk(test, cst.Name, cst.Attribute)
    )


def _works_on_shielded(ctx: Context, handler: Handler) -> bool:
    """`with CancelScope(shield=True):` in the handler: it finishes what must be."""
    return any(
        argument.keyword is not None and argument.keyword.value == "shield"
        for block in ctx.walk(handler.body, cst.With)
        for item in block.items
        if isinstance(item.item, cst.Call)
        for argument in item.item.args
    )


def _waits_until_done(ctx: Context, handler: Handler) -> bool:
    """Whether a loop waits again, `while not task.done()` or for a shielded task: it is finished whatever happens."""
    loop = ctx.enclosing(handler, cst.While)
    attempt = ctx.parent(handler)
    if loop is None or not isinstance(attempt, cst.Try | cst.TryStar):
        return False
    waits = [wait.expression for wait in ctx.walk(attempt.body, cst.Await)]
    if waits and all(isinstance(call, cst.Call) and ctx.callee(call) == "asyncio.shield" for call in waits):
        return True
    return any(isinstance(c.func, cst.Attribute) and c.func.attr.value == "done" for c in ctx.walk(loop.test, cst.Call))


def _waits_to_be_stopped(ctx: Context, handler: Handler, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether a `try` waits for the word to stop, and a cancellation is another: `await shutdown_event.wait()`."""
    if not catches_nothing_else(ctx, handler) or "continue" in ends_of(ctx, handler.body):
        return False
    waits = [wait.expression for wait in ctx.walk(attempt.body, cst.Await)]
    return len(attempt.body.body) == 1 and bool(waits) and all(_is_told_to_stop(wait) for wait in waits)


def _is_told_to_stop(wait: cst.BaseExpression) -> bool:
    match wait:
        case cst.Call(func=cst.Attribute(value=event, attr=cst.Name(value="wait")), args=[]):
            return bool(words_of(last_name(event)) & _STOP)
    return False


def _answers_with_what_it_has(ctx: Context, handler: Handler) -> bool:
    """Whether a task that is cancelled returns what it has until then: who cancels it asks for that.

    It returns names at once, or leaves its loop for a last statement that does; it is what a task runs, or what that
    returns.
    """
    function = ctx.function_of(handler)
    if not isinstance(function, cst.FunctionDef) or not catches_nothing_else(ctx, handler):
        return False
    answers = [statement.value for statement in ctx.walk(handler.body, cst.Return)]
    if ends_of(ctx, handler.body) == {"break"} and leads_to_the_end(ctx, handler):
        match function.body.body[-1]:
            case cst.SimpleStatementLine(body=[cst.Return(value=value)]):
                answers.append(value)
    elif ends_of(ctx, handler.body) != {"return"}:
        return False
    tops = top_coroutines(ctx)
    return (
        bool(answers)
        and all(map(_is_of_names, answers))
        and (function in tops or any(top in tops for top in _returned_by(ctx, function)))
    )


def _is_of_names(value: cst.BaseExpression | None) -> bool:
    """`counter`, `(key, found)`."""
    parts = [element.value for element in value.elements] if isinstance(value, cst.Tuple) else [value]
    return bool(parts) and all(isinstance(part, cst.Name) and not is_none(part) for part in parts)


def _returned_by(ctx: Context, function: cst.FunctionDef) -> Iterator[cst.CSTNode | None]:
    """The functions of the file that return what a coroutine function returns: `return await f()`."""
    for call in called_from(ctx, function):
        wait = ctx.parent(call)
        if isinstance(wait, cst.Await) and isinstance(ctx.parent(wait), cst.Return):
            yield ctx.function_of(call)
