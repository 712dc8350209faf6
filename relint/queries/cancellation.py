"""What an `except` clause in a coroutine does with a cancellation."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.bounds import words_of
from relint.queries.endings import always_raises, ends_of, rest_after
from relint.queries.handlers import Handler, caught

CANCELLED: frozenset[str] = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "trio.Cancelled",
        "anyio.get_cancelled_exc_class",
    }
)
"""How a cancellation is named. `concurrent.futures.CancelledError` is another class."""

_OF_ASYNCIO = frozenset(
    {"asyncio.CancelledError", "asyncio.exceptions.CancelledError", "builtins.KeyboardInterrupt", "builtins.SystemExit"}
)
"""What is caught where a program of asyncio comes to its end."""
_WAITS_FOR = frozenset({"asyncio.wait_for", "asyncio.shield", "asyncio.gather", "asyncio.wait"})
_EVERYTHING = "builtins.BaseException"
_ANSWERS = frozenset({"set_exception", "uncancel", "throw", "cancel"})
_STORES = frozenset({"put", "put_nowait", "append", "set_error"})


def swallows_cancellation(ctx: Context, handler: Handler) -> bool:
    """Whether a handler ends a cancellation that arrives at an `await` of its `try`, and nobody asked for that.

    Quiet for the awaited task that this function cancelled itself, and when the error is handed on.
    """
    attempt = ctx.parent(handler)
    if not isinstance(attempt, cst.Try | cst.TryStar) or not ctx.in_async(handler) or not catches(ctx, handler):
        return False
    if any(catches(ctx, earlier) for earlier in attempt.handlers[: list(attempt.handlers).index(handler)]):
        return False
    if not _awaits(ctx, attempt.body) or always_raises(ctx, handler.body) or _is_on_the_way_out(ctx, attempt):
        return False
    if _raises_it_again(ctx, handler) or _hands_it_on(ctx, handler) or _was_cancelled_here(ctx, attempt):
        return False
    if _answers_with_what_it_has(ctx, handler) or ends_of(ctx, rest_after(ctx, attempt)) == {"raise"}:
        return False
    return not (_remembers(ctx, handler, attempt) or _waits_until_done(ctx, handler))


def catches(ctx: Context, handler: Handler) -> bool:
    """Whether a handler catches cancellations."""
    return bool(_names(ctx, handler) & {*CANCELLED, _EVERYTHING})


def catches_nothing_else(ctx: Context, handler: Handler) -> bool:
    """Whether a handler catches cancellations and nothing else."""
    return _names(ctx, handler) <= CANCELLED


def ends_its_task(ctx: Context, handler: Handler) -> bool:
    """Whether a handler is the last that happens in a coroutine that is a task of its own.

    The file gives it to one, or it loops and nobody in the file calls it.
    """
    function = ctx.function_of(handler)
    if not isinstance(function, cst.FunctionDef) or any(True for _ in ctx.walk(function.body, cst.Yield)):
        return False  # who goes over an asynchronous generator goes on
    only_ends = catches_nothing_else(ctx, handler) and _leads_to_the_end(ctx, handler)
    if not only_ends and not nothing_follows(ctx, handler):
        return False
    ctx.tree.look_for(function.name.value)
    if function in _top_coroutines(ctx):
        return True
    attempt = ctx.parent(handler)
    assert attempt is not None
    loops = ctx.enclosing(handler, cst.While) is not None or any(True for _ in ctx.walk(attempt, cst.While))
    return catches_nothing_else(ctx, handler) and loops and not _is_called(ctx, function)


def ends_its_coroutine(ctx: Context, handler: Handler) -> bool:
    """Whether a handler of cancellations is the last that happens in a coroutine that nobody in the file calls.

    It may be a task of its own, started elsewhere. The same for an asynchronous generator, which is called by those
    who go over it. With trio and anyio it is wrong there too.
    """
    function = ctx.function_of(handler)
    if not isinstance(function, cst.FunctionDef):
        return False
    if not _names(ctx, handler) <= _OF_ASYNCIO or not nothing_follows(ctx, handler):
        return False
    return any(True for _ in ctx.walk(function.body, cst.Yield)) or not _is_called(ctx, function)


def _is_called(ctx: Context, function: cst.FunctionDef) -> bool:
    calls = ctx.tree.every(cst.Call, words=(function.name.value,))
    return any(ctx.function_def(call.func) is function for call in calls)


def _leads_to_the_end(ctx: Context, handler: Handler) -> bool:
    """Whether no loop goes on after a handler: what follows is what the coroutine does last."""
    loops = []
    for ancestor in ctx.ancestors(handler):
        if isinstance(ancestor, cst.FunctionDef):
            break
        if isinstance(ancestor, cst.For | cst.While):
            loops.append(ancestor)
    if not loops:
        return True
    return len(loops) == 1 and ends_of(ctx, handler.body) <= {"break", "return"}


def nothing_follows(ctx: Context, handler: Handler) -> bool:
    """Whether the function is over when a handler is."""
    ends = ends_of(ctx, handler.body)
    if "continue" in ends:
        return False
    attempt = ctx.parent(handler)
    assert attempt is not None
    if "next" in ends and not _is_last(ctx, attempt):
        return False
    if "break" in ends:
        loop = ctx.enclosing(handler, cst.For, cst.While)
        return loop is not None and _is_last(ctx, loop)
    return True


def _names(ctx: Context, handler: Handler) -> set[str | None]:
    found = set(caught(ctx, handler))
    if isinstance(handler.type, cst.Call):
        found.add(ctx.callee(handler.type))
        found.discard(None)
    return found


def _awaits(ctx: Context, block: cst.BaseSuite) -> bool:
    if any(True for _ in ctx.walk(block, cst.Await)):
        return True
    return any(
        getattr(node, "asynchronous", None) is not None for node in ctx.walk(block, cst.For, cst.With, cst.CompFor)
    )


def _raises_it_again(ctx: Context, handler: Handler) -> bool:
    """Whether some path raises; a handler of everything must ask what it caught, or else it is about attempts."""
    for statement in ctx.walk(handler.body, cst.Raise):
        if _names(ctx, handler) & CANCELLED:
            return True
        test = ctx.enclosing(statement, cst.If)
        if test is None or {"isinstance", "Exception", "cancel", "cancelled", "error"} & _words(ctx, test.test):
            return True
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
    if error is None:
        return False
    for returned in ctx.walk(handler.body, cst.Return):
        if isinstance(returned.value, cst.Name) and returned.value.value == error:
            return True
    for assign in ctx.walk(handler.body, cst.Assign):
        if isinstance(assign.value, cst.Name) and assign.value.value == error:
            names = {last_name(target.target) for target in assign.targets}
            raised = {ctx.source(r.exc) for r in ctx.tree.every(cst.Raise, words=names) if r.exc is not None}
            if any(ctx.source(target.target) in raised for target in assign.targets):
                return True
    return False


def _remembers(ctx: Context, handler: Handler, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether the handler notes in a variable of its own what happened, for code that comes after the `try`."""
    tried = {last_name(t.target) for assign in ctx.walk(attempt.body, cst.Assign) for t in assign.targets}
    tried |= {last_name(assign.target) for assign in ctx.walk(attempt.body, cst.AnnAssign)}
    last = attempt.finalbody.body if attempt.finalbody is not None else None
    after = ctx.range(last)[0] if last is not None else ctx.range(attempt)[1]
    for assign in ctx.walk(handler.body, cst.Assign):
        for target in assign.targets:
            found = ctx.names.find(target.target) if isinstance(target.target, cst.Name) else None
            if found is None or not isinstance(target.target, cst.Name) or target.target.value in tried:
                continue  # a value in place of what the `try` did not get
            if any(ctx.range(use)[0] > after for use in ctx.names.uses(found[0], target.target.value)):
                return True
    return False


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


def _made_of(ctx: Context, handler: Handler, error: str | None) -> set[str]:
    """The names that hold an object made of the error: `failure = WorkerError(e)`."""
    return {
        last_name(target.target)
        for assign in ctx.walk(handler.body, cst.Assign)
        if isinstance(assign.value, cst.Call) and last_name(assign.value.func)[:1].isupper()
        if any(isinstance(arg.value, cst.Name) and arg.value.value == error for arg in assign.value.args)
        for target in assign.targets
    }


def _answers_with_what_it_has(ctx: Context, handler: Handler) -> bool:
    """Whether a task that is cancelled returns what it has until then: who cancels it asks for that."""
    function = ctx.function_of(handler)
    if not catches_nothing_else(ctx, handler) or ends_of(ctx, handler.body) != {"return"}:
        return False
    returned = [statement.value for statement in ctx.walk(handler.body, cst.Return)]
    return all(isinstance(value, cst.Name) and not is_none(value) for value in returned) and (
        function in _top_coroutines(ctx)
    )


def _is_error_argument(argument: cst.Arg, carriers: set[str | None]) -> bool:
    """`exception=e`: the error becomes part of a result."""
    match argument:
        case cst.Arg(keyword=cst.Name(value="exception" | "error" | "exc"), value=cst.Name(value=given)):
            return given in carriers
    return False


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
    waits = [_waited_for(ctx, wait.expression) for wait in ctx.walk(attempt.body, cst.Await)]
    return bool(waits) and all(_texts_of(ctx, wait) & _cancelled_tasks(ctx) for wait in waits)


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


def _is_on_the_way_out(ctx: Context, attempt: cst.CSTNode) -> bool:
    """Whether a `try` cleans up in a handler that raises in the end: another error is on its way."""
    for ancestor in ctx.ancestors(attempt):
        if isinstance(ancestor, cst.FunctionDef):
            return False
        if isinstance(ancestor, cst.ExceptHandler | cst.ExceptStarHandler) and always_raises(ctx, ancestor.body):
            return True
    return False


def _cancelled_tasks(ctx: Context) -> set[str]:
    """The source of every `x` of an `x.cancel()` in the file, or of an `x.cancel` that something else calls."""

    def answer() -> set[str]:
        found = ctx.tree.every(cst.Attribute, words=("cancel",))
        return {ctx.source(method.value) for method in found if method.attr.value == "cancel"}

    return ctx.memo("cancelled tasks", answer)


def _top_coroutines(ctx: Context) -> set[cst.FunctionDef]:
    """The coroutine functions whose coroutines the file hands to another call, or binds, without awaiting them."""

    def answer() -> set[cst.FunctionDef]:
        found = set()
        for call in ctx.tree.of(cst.Call):
            if (
                isinstance(ctx.parent(call), cst.Arg | cst.Assign)
                and (function := ctx.function_def(call.func)) is not None
            ):
                found.add(function)
            if isinstance(call.func, cst.Attribute) and call.func.attr.value == "start_soon" and call.args:
                if (function := ctx.function_def(call.args[0].value)) is not None:
                    found.add(function)
        return found

    return ctx.memo("top coroutines", answer)


def _is_last(ctx: Context, statement: cst.CSTNode) -> bool:
    """Whether a function is over when a statement is: no statement follows it, and no loop repeats it."""
    child = statement
    for ancestor in ctx.ancestors(statement):
        match ancestor:
            case cst.FunctionDef():
                return True
            case cst.For() | cst.While():
                return False
            case cst.IndentedBlock(body=body) if body[-1] is not child:
                return False
        child = ancestor
    return False


def _words(ctx: Context, expression: cst.BaseExpression) -> set[str]:
    names = [n.value for n in ctx.walk(expression, cst.Name)]
    names += [a.attr.value for a in ctx.walk(expression, cst.Attribute)]
    return {*names, *(word for name in names for word in words_of(name))}
