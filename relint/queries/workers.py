"""Workers that a program starts and leaves alone when it ends: threads that empty a queue, executors, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Literal

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.callees import with_callees
from relint.queries.items import made_by
from relint.queries.tasks import makes_tasks
from relint.queries.thread_targets import thread_target
from relint.queries.waits import takes_from_queue

_ENDING = frozenset(
    "__exit__ __aexit__ close aclose async_close close_async stop astop async_stop stop_async shutdown ashutdown "
    "async_shutdown on_stop on_shutdown disconnect async_disconnect terminate teardown cleanup".split()
)
"""Methods after whose call an object is done with."""
_KEEPS = frozenset({"add", "append", "discard", "remove", "add_done_callback", "done", "cancelled", "get_name"})
"""What is done to tasks and sets of tasks without waiting for any, or ending it."""
_TELLS = frozenset({"set", "put", "put_nowait", "cancel", "shutdown", "join", "gather", "wait", "stop"})
Kind = Literal["thread", "executor", "task"]


@dataclass(frozen=True, eq=False)
class Worker:
    """What a call starts and nobody ends: the `name` it is held by, and for a class the method that should end it."""

    kind: Kind
    name: str
    ended_by: cst.FunctionDef | None = None


def left_alone(ctx: Context, made: cst.Call) -> Worker | None:
    """The worker that a call makes, if nothing in the file waits for what it still has to do, or ends it."""
    if _is_thread(ctx, made):
        return _thread(ctx, made)
    if makes_tasks(ctx, made.func):
        return _task(ctx, made)
    if (ctx.instance_of(made) or "").endswith("PoolExecutor"):
        return _executor(ctx, made)
    return None


# -- threads ---------------------------------------------------------------------------------------------------------


def _is_thread(ctx: Context, made: cst.Call) -> bool:
    return ctx.callee(made) == "threading.Thread"


def _thread(ctx: Context, made: cst.Call) -> Worker | None:
    """A daemon thread: it ends in the middle of its work when the program does."""
    function = thread_target(ctx, made)
    if function is None or not _is_daemon(ctx, made) or not _is_called_or_kept(ctx, made):
        return None
    queues = _emptied(ctx, function)
    if not queues or _is_joined(ctx, made, queues):
        return None
    return Worker("thread", sorted(queues)[0])


def _is_daemon(ctx: Context, made: cst.Call) -> bool:
    given = ctx.keyword(made, "daemon")
    if given is not None:
        return ctx.literal(given.value) is True
    held = _held_by(ctx, made)
    if held is None:
        return False
    text = f"{ctx.source(held)}.daemon"
    return any(
        ctx.source(target.target) == text and ctx.literal(assign.value) is True
        for assign in ctx.tree.every(cst.Assign, words=("daemon",))
        for target in assign.targets
    )


def _is_called_or_kept(ctx: Context, made: cst.Call) -> bool:
    """`Thread(...).start()`, or a thread that a name, `self` or a list of the file holds."""
    held = _held_by(ctx, made)
    if not isinstance(held, cst.Name):
        return True
    found = ctx.names.find(held)
    uses = ctx.names.uses(found[0], held.value) if found is not None else []
    return not any(isinstance(ctx.parent(use), cst.Return | cst.Yield | cst.Arg) for use in uses)


def _emptied(ctx: Context, function: cst.FunctionDef) -> set[str]:
    """The names of the queues that a function takes from in a loop."""
    return {
        last_name(call.func.value)
        for loop in ctx.walk(function.body, cst.While)
        for call in ctx.walk(loop, cst.Call)
        if isinstance(call.func, cst.Attribute) and takes_from_queue(ctx, call)
    }


def _is_joined(ctx: Context, made: cst.Call, queues: set[str]) -> bool:
    """Whether something waits for a thread, or until a queue is empty.

    `thread.join()`, `await run_in_executor(None, thread.join)`, `while thread.is_alive(): sleep(1)`.
    """
    held = _held_by(ctx, made)
    names = queues | ({last_name(held)} if held is not None else set())
    for method in ctx.tree.every(cst.Attribute, words=("join", "is_alive")):
        name, owner = method.attr.value, method.value
        if name == "join" or (name == "is_alive" and _is_asked_in_loop(ctx, method)):
            bound = ctx.value_of(owner) if isinstance(owner, cst.Name) else None  # `thread = self.thread`
            if last_name(bound or owner) in names or last_name(owner) in names or made in made_by(ctx, owner):
                return True
    return False


def _is_asked_in_loop(ctx: Context, method: cst.Attribute) -> bool:
    call = ctx.parent(method)
    return isinstance(call, cst.Call) and isinstance(loop := ctx.parent(call), cst.While) and loop.test is call


# -- executors and tasks ---------------------------------------------------------------------------------------------


def _executor(ctx: Context, made: cst.Call) -> Worker | None:
    """An executor that an object holds which can be closed, and that goes on when it is."""
    held = _held_by(ctx, made)
    if not isinstance(held, cst.Attribute):
        return None
    ending = _ending(ctx, held)
    if ending is None or _is_shut_down(ctx, held):
        return None
    return Worker("executor", ctx.source(held), ending)


def _task(ctx: Context, made: cst.Call) -> Worker | None:
    """A task that an object holds which can be closed, or that a set of the module holds."""
    held = _held_by(ctx, made)
    if isinstance(held, cst.Name):
        held = _collection(ctx, held)
    elif held is None:
        held = _added_to(ctx, made)
    match held:
        case cst.Attribute():
            ending = _ending(ctx, held)
            if ending is None or _is_waited_for(ctx, held):
                return None
            if not _tells(ctx, ending) and not _closes_what_it_uses(ctx, ending, made):
                return Worker("task", ctx.source(held), ending)
        case cst.Name() if (found := ctx.names.find(held)) is not None and found[0] is ctx.names.module:
            if not _is_waited_for(ctx, held):
                return Worker("task", held.value)
    return None


def _held_by(ctx: Context, made: cst.Call) -> cst.BaseExpression | None:
    match ctx.parent(made):
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target):
            return target
    return None


def _collection(ctx: Context, name: cst.Name) -> cst.BaseExpression | None:
    """What a task is put into that a name of a function holds: `tasks.add(task)`."""
    found = ctx.names.find(name)
    if found is None or not isinstance(found[0].node, cst.FunctionDef):
        return name if found is not None else None
    uses = ctx.names.uses(found[0], name.value)
    if any(_added_to(ctx, use) is None and not _only_keeps(ctx, use) for use in uses):
        return None
    held = [into for use in uses if (into := _added_to(ctx, use)) is not None]
    if any(isinstance(into, cst.Name) and not ctx.names.is_free(into.value, ctx.names.scope_of(into)) for into in held):
        return None  # in a list of the function as well, whose caller may wait for them
    return held[0] if held else None


def _added_to(ctx: Context, value: cst.CSTNode) -> cst.BaseExpression | None:
    argument = ctx.parent(value)
    match ctx.parent(argument) if isinstance(argument, cst.Arg) else None:
        case cst.Call(func=cst.Attribute(value=into, attr=cst.Name(value="add" | "append"))):
            return into
    return None


def _ending(ctx: Context, held: cst.Attribute) -> cst.FunctionDef | None:
    """The method that ends the object which holds something, if none of those that do mentions it."""
    cls = ctx.names.self_class(held.value)
    if cls is None:
        return None
    found = [method for method in _methods(ctx, cls) if method.name.value in _ENDING]
    for method in found:
        for each in with_callees(ctx, method):
            if any(a.attr.value == held.attr.value for a in ctx.walk(each.body, cst.Attribute, stop=())):
                return None
    return found[0] if found else None


def _methods(ctx: Context, cls: cst.ClassDef) -> Iterator[cst.FunctionDef]:
    for ancestor in ctx.names.ancestry(cls):
        yield from (each for each in ancestor.body.body if isinstance(each, cst.FunctionDef))


def _is_shut_down(ctx: Context, held: cst.Attribute) -> bool:
    """Whether the file shuts an executor down, or hands it to someone who may: `stack.enter_context(self.pool)`."""
    for mention in ctx.tree.every(cst.Attribute, words=(held.attr.value,)):
        if mention.attr.value != held.attr.value:
            continue
        match ctx.parent(mention):
            case cst.Attribute(attr=cst.Name(value="shutdown")) | cst.WithItem():
                return True
            case cst.Arg() as argument:
                call = ctx.parent(argument)
                if isinstance(call, cst.Call) and last_name(call.func) != "run_in_executor":
                    return True
    return False


def _is_waited_for(ctx: Context, held: cst.Name | cst.Attribute) -> bool:
    """Whether the file does more with a task, or a set of them, than to keep it."""
    name = last_name(held)
    mentions: list[cst.CSTNode] = []
    if isinstance(held, cst.Name):
        mentions += [node for node in ctx.tree.every(cst.Name, words=(name,)) if node.value == name]
    else:
        mentions += [node for node in ctx.tree.every(cst.Attribute, words=(name,)) if node.attr.value == name]
    return any(not _only_keeps(ctx, node) for node in mentions)


def _only_keeps(ctx: Context, node: cst.CSTNode) -> bool:
    match ctx.parent(node):
        case cst.Attribute(attr=cst.Name(value=method)) if method in _KEEPS:
            return True
        case cst.AssignTarget() | cst.AnnAssign() | cst.Comparison() | cst.UnaryOperation() | cst.If() | cst.While():
            return True
        case cst.BooleanOperation():
            return True
        case cst.Arg() as argument:
            call = ctx.parent(argument)
            return isinstance(call, cst.Call) and last_name(call.func) in ("len", "bool")
    return False


def _tells(ctx: Context, ending: cst.FunctionDef) -> bool:
    """Whether a method tells somebody to end: `self.running = False`, `stop.set()`, `queue.put(None)`."""
    for assign in ctx.walk(ending.body, cst.Assign):
        if is_none(assign.value) or isinstance(ctx.literal(assign.value), bool):
            return True
    return any(last_name(call.func) in _TELLS for call in ctx.walk(ending.body, cst.Call))


def _closes_what_it_uses(ctx: Context, ending: cst.FunctionDef, made: cst.Call) -> bool:
    """Whether a method closes what the coroutine of a task works with, which ends it: `self.connection.close()`."""
    match made.args:
        case [cst.Arg(value=cst.Call(func=started)), *_] if (coroutine := ctx.function_def(started)) is not None:
            used = {a.attr.value for each in with_callees(ctx, coroutine) for a in ctx.walk(each.body, cst.Attribute)}
        case _:
            return False
    for each in with_callees(ctx, ending, 3):
        for call in ctx.walk(each.body, cst.Call):
            match call.func:
                case cst.Attribute(value=cst.Attribute(attr=cst.Name(value=closed)), attr=cst.Name(value=method)):
                    if method in _ENDING and closed in used:
                        return True
    return False
