"""Which calls start an asyncio task, and whether anything holds the task afterwards."""

from __future__ import annotations

from typing import Callable

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, elsewhere
from relint.leads import leads_to
from relint.libraries.tasks import CALLBACK_TAKERS, EVENT_LOOPS, REMOTE_TASK_MAKERS, TASK_MAKERS
from relint.names import last_name
from relint.queries.bounds import words_of
from relint.queries.branches import exclude_each_other

_RUNS_THE_LOOP = frozenset({"run_forever", "run_until_complete"})
_LASTS = frozenset({"consume", "forever", "listen", "run", "serve", "start"})
_MAKERS = frozenset({"create_task", "ensure_future", "run_coroutine_threadsafe"})
_HOLDS_NOTHING = frozenset({"add_done_callback", "set_name"})
"""Methods of a task that leave nobody holding it."""
_TAKES_COROUTINES = frozenset({"create_task", "iscoroutine", "run", "run_coroutine_threadsafe"})
_ADDS = frozenset({"add", "append"})


def makes_tasks(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether calling `function` starts an asyncio task that only the caller holds.

    `x.create_task` counts where `x` is an event loop, or is called one (`self.loop`) and nothing else is known of it.
    """
    if ctx.qualname(function) in TASK_MAKERS:
        return True
    match function:
        case cst.Attribute(value=owner, attr=cst.Name(value="create_task")):
            return is_event_loop(ctx, owner)
        case cst.Name():
            return _is_any_maker(ctx, function)
    return False


def makes_remote_tasks(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether calling `function` starts a task in another thread that only the future it returns holds."""
    return ctx.qualname(function) in REMOTE_TASK_MAKERS


def is_event_loop(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is an event loop, told by what it was given, or else by its name."""
    known = ctx.instance_of(expression)
    if known is not None:
        return known in EVENT_LOOPS
    if ctx.class_of(expression) is not None:
        return False
    # `get_or_create_event_loop()` as well as `self.hass.loop`
    name = last_name(expression.func if isinstance(expression, cst.Call) else expression)
    return name == "loop" or name.endswith("_loop")


def starts_task(ctx: Context, call: cst.Call) -> bool:
    """Whether a call starts an asyncio task that only the caller holds, itself or through a function of the file."""
    if makes_tasks(ctx, call.func):
        return not _is_given_a_future(ctx, call)
    return makes_remote_tasks(ctx, call.func) or _is_helper(ctx, call.func)


def starts_task_elsewhere(ctx: Context, call: cst.Call) -> bool:
    """Whether a call starts a task through a function of another module that only hands it out."""
    place = elsewhere(ctx, call.func)
    if place is None or leads_to(ctx.project, place.path, place.text).isdisjoint(_MAKERS):
        return False
    return ask(ctx, place, "hands out a task", _is_helper) is True


def is_dropped(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether nothing holds the value of an expression once its statement is done.

    A name of a function that is never read again holds nothing for longer than the function runs.
    """
    parent = ctx.parent(expression)
    match parent:
        case cst.Expr():
            return True
        case cst.IfExp(test=test):
            return test is not expression and is_dropped(ctx, parent)
        case cst.BooleanOperation(right=right):
            return right is expression and is_dropped(ctx, parent)
        case cst.ListComp(elt=elt) | cst.SetComp(elt=elt):
            return elt is expression and is_dropped(ctx, parent)
        case cst.Element():
            display = ctx.parent(parent)
            return isinstance(display, cst.Tuple | cst.List | cst.Set) and is_dropped(ctx, display)
        case cst.Attribute(attr=cst.Name(value=method)) if method in _HOLDS_NOTHING:
            call = ctx.parent(parent)
            return isinstance(call, cst.Call) and call.func is parent and is_dropped(ctx, call)
        case cst.Lambda(body=body):
            return body is expression and _is_callback(ctx, parent)
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]) | cst.AnnAssign(target=cst.Name() as name)
        ):
            return _dies_with_its_function(ctx, name, _only_watches)
        case cst.Arg():
            return _is_added_to_what_dies(ctx, parent)
    return False


def takes_callbacks(call: cst.Call) -> bool:
    """Whether a call hands a function to the event loop, which drops what it returns."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in CALLBACK_TAKERS


def _is_given_a_future(ctx: Context, call: cst.Call) -> bool:
    """`ensure_future(x)` where `x` is read elsewhere too: a coroutine can be used once only.

    `if iscoroutine(x):` says that it is one, and so does what made it, or takes nothing else: `asyncio.run(x)`.
    """
    match call.args:
        case [cst.Arg(value=cst.Name() as name), *_] if last_name(call.func) == "ensure_future":
            made = ctx.value_of(name)
            if isinstance(made, cst.Call) and _makes_one(ctx, made):
                return True
            found = ctx.names.find(name)
            uses = ctx.names.uses(found[0], name.value) if found else []
            others = [use for use in uses if use is not name and not _is_tested(ctx, use)]
            return bool(others) and not any(_is_taken_for_a_coroutine(ctx, use) for use in others)
    return False


def _makes_one(ctx: Context, call: cst.Call) -> bool:
    return ctx.callee(call) == "asyncio.Task" or makes_tasks(ctx, call.func)


def _is_any_maker(ctx: Context, name: cst.Name) -> bool:
    """Whether a name is one of these functions or the other, as the version of Python has it."""
    bindings = ctx.names.bindings(name)
    return len(bindings) > 1 and all(
        (b.target if b.kind == "import" else b.value is not None and ctx.qualname(b.value)) in TASK_MAKERS
        for b in bindings
    )


def _is_helper(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether an expression is a function of the file that only hands out a task."""
    definition = ctx.function_def(function)
    return definition is not None and definition.asynchronous is None and hands_out_a_task(ctx, definition)


def _is_tested(ctx: Context, use: cst.Name) -> bool:
    """`if x:`, `x is None`."""
    match ctx.parent(use):
        case cst.If(test=test) | cst.IfExp(test=test) | cst.Comparison(left=test):
            return test is use
    return False


def _is_taken_for_a_coroutine(ctx: Context, use: cst.Name) -> bool:
    """`iscoroutine(x)`, `asyncio.run(x)`, `x.close()`."""
    match ctx.parent(use):
        case cst.Attribute(attr=cst.Name(value="close")):
            return True
        case cst.Arg() as argument:
            call = ctx.parent(argument)
            return isinstance(call, cst.Call) and last_name(call.func) in _TAKES_COROUTINES
    return False


def hands_out_a_task(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether all that a function returns are tasks that it started and did not store."""

    def answer() -> bool:
        if function.decorators:
            return False
        returned = [r.value for r in ctx.walk(function.body, cst.Return)]
        return bool(returned) and all(value is not None and _is_fresh_task(ctx, value) for value in returned)

    return ctx.memo(("hands out a task", function), answer)


def _is_fresh_task(ctx: Context, value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.Name):
        found = ctx.names.find(value)
        bound = ctx.value_of(value)
        if found is None or bound is None or not isinstance(found[0].node, cst.FunctionDef):
            return False
        uses = ctx.names.uses(found[0], value.value)
        return all(use is value or _only_watches(ctx, use) for use in uses) and _is_fresh_task(ctx, bound)
    return isinstance(value, cst.Call) and (makes_tasks(ctx, value.func) or makes_remote_tasks(ctx, value.func))


def _is_added_to_what_dies(ctx: Context, argument: cst.Arg) -> bool:
    """`started.append(task)`, where the function makes the list and does no more than to fill it."""
    match ctx.parent(argument):
        case cst.Call(func=cst.Attribute(value=cst.Name() as name)) as call if _adds(ctx, name):
            made = ctx.value_of(name)
            empty = isinstance(made, cst.List) or (made is not None and ctx.source(made) in ("list()", "set()"))
            return empty and isinstance(ctx.parent(call), cst.Expr) and _dies_with_its_function(ctx, name, _adds)
    return False


def _dies_with_its_function(ctx: Context, name: cst.Name, is_idle: Callable[[Context, cst.Name], bool]) -> bool:
    """Whether a name belongs to the function that binds it, and nothing is done with what it holds."""
    found = ctx.names.find(name)
    if found is None or not isinstance(found[0].node, cst.FunctionDef) or found[0] is not ctx.names.scope_of(name):
        return False
    if _lives_as_long(ctx, name, found[0].node):
        return False
    return all(is_idle(ctx, use) for use in ctx.names.uses(found[0], name.value))


def _lives_as_long(ctx: Context, name: cst.Name, function: cst.FunctionDef) -> bool:
    """Whether a function ends with what lasts as long as the program: the loop runs, a service is started and awaited.

    `_` is for what nobody wants to keep.
    """
    for call in ctx.walk(function.body, cst.Call):
        if last_name(call.func) in _RUNS_THE_LOOP and ctx.range(call)[0] > ctx.range(name)[1]:
            if not exclude_each_other(ctx, name, call):
                return True
    last = function.body.body[-1]
    return name.value != "_" and any(
        isinstance(wait.expression, cst.Call) and words_of(last_name(wait.expression.func)) & _LASTS
        for wait in ctx.walk(last, cst.Await)
        if ctx.range(wait)[0] > ctx.range(name)[1]
    )


def _adds(ctx: Context, use: cst.Name) -> bool:
    """`started.append(task)` as a statement."""
    return _method_called(ctx, use) in _ADDS


def _only_watches(ctx: Context, use: cst.Name) -> bool:
    """`task.add_done_callback(log)` as a statement: the task does not live longer for it."""
    return _method_called(ctx, use) in _HOLDS_NOTHING


def _method_called(ctx: Context, use: cst.Name) -> str | None:
    """`append` where a use of a name is `name.append(...)` as a statement."""
    match ctx.parent(use):
        case cst.Attribute(attr=cst.Name(value=method)) as attribute:
            call = ctx.parent(attribute)
            if isinstance(call, cst.Call) and call.func is attribute and isinstance(ctx.parent(call), cst.Expr):
                return method
    return None


def _is_callback(ctx: Context, function: cst.Lambda) -> bool:
    argument = ctx.parent(function)
    call = ctx.parent(argument) if isinstance(argument, cst.Arg) else None
    return isinstance(call, cst.Call) and (takes_callbacks(call) or ctx.callee(call) == "signal.signal")
