"""Can a queue without a size grow without end, or does the way it is used keep it short?"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.bounds import word_list, words_of
from relint.queries.limits import is_limited_function
from relint.queries.queues import Traffic
from relint.queries.tasks import makes_tasks

_DEPTH = 4
_CREDIT = re.compile(r"\bprefetch_count|\b(?:set|basic)_qos\(|\bmax_in_?flight|consume\([^)]*\bprefetch=")
_STARTS = frozenset("gather map run_in_executor start start_soon submit".split())
_ONCE = frozenset("Thread Process run_in_executor submit to_thread spawn spawn_n start_soon".split())
_POOL_WORDS = frozenset("idle free pool available slots tokens".split())
_ANSWERS = ("resp", "response", "responses", "reply", "replies", "answer", "answers")
_QUEUES = frozenset({"Queue", "SimpleQueue"})
_WAITERS = frozenset({"Future", "create_future", "Event", "Queue", "SimpleQueue"})


def stays_short(ctx: Context, made: cst.Call, queue: Traffic) -> bool:
    """Whether the way a queue is used keeps it short, whatever its consumer does."""
    return (
        is_held_back(ctx, queue)
        or is_pool(ctx, made)
        or is_filled_before(ctx, made, queue)
        or takes_few(ctx, made, queue)
        or is_waited_for(ctx, queue)
        or is_work_list(ctx, queue)
        or holds_what_has_ended(ctx, queue)
    )


def is_filled_before(ctx: Context, made: cst.Call, queue: Traffic) -> bool:
    """Whether the function that makes the queue puts everything in before it starts anyone who gets."""
    maker = ctx.function_of(made)
    if maker is None or not queue.puts or any(ctx.function_of(node) is not maker for node in queue.puts):
        return False
    starts = [c for c in ctx.walk(maker.body, cst.Call) if last_name(c.func) in _STARTS or makes_tasks(ctx, c.func)]
    last = max((ctx.range(node)[0] for node in queue.puts), default=0)
    return all(ctx.range(call)[0] > last for call in starts)


def takes_few(ctx: Context, made: cst.Call, queue: Traffic) -> bool:
    """Whether a queue is for a few items.

    One for each line that puts: results handed over by threads that run once; or the one answer to a request, which
    a loop puts into the queue that came with it, or which a key stands for. The same for the answers that each request
    waits for, when the queue is named so.
    """
    maker = ctx.function_of(made)
    bound = _bound_to(ctx, made)
    if maker is not None and isinstance(bound, cst.Subscript):  # `waiting[key] = Queue()`, and one answer of it
        return bool(queue.gets) and all(ctx.function_of(node) is maker and not ctx.in_loop(node) for node in queue.gets)
    if _names_answers(bound) and all(_asks_first(ctx, node) for node in queue.gets):
        return True
    if maker is None or not isinstance(bound, cst.Name):
        return False
    if all(ctx.function_of(node) is maker and not ctx.in_loop(node) for node in queue.gets):
        if all(_belongs_to_item(ctx, node) for node in queue.puts):
            return True
    return all(not ctx.in_loop(node) and _runs_once(ctx, node) for node in queue.puts)


def is_pool(ctx: Context, made: cst.Call) -> bool:
    """Whether a queue, or the class that it is part of, is named as a pool, to which things are given back."""
    function = ctx.function_of(made)
    cls = ctx.names.class_of_method(function) if isinstance(function, cst.FunctionDef) else None
    if cls is not None and word_list(cls.name.value)[-1:] == ["pool"]:
        return True
    match _bound_to(ctx, made):
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return not words_of(name).isdisjoint(_POOL_WORDS)
    return False


def is_held_back(ctx: Context, queue: Traffic) -> bool:
    """Whether those who put wait for a limiter or for room first, or a broker sends so much only (`prefetch`)."""
    if queue.watched or _CREDIT.search(ctx.text) is not None:
        return True
    functions = {ctx.function_of(node) for node in queue.puts}
    return any(isinstance(f, cst.FunctionDef) and is_limited_function(ctx, f) for f in functions)


def is_emptied_on_demand(ctx: Context, queue: Traffic) -> bool:
    """Whether nobody waits for the next item: what has gathered is taken when somebody asks, as from a list.

    Threads and loops that come back for more are consumers too.
    """
    return not queue.waits and not any(_comes_back(ctx, node) for node in queue.gets)


def is_waited_for(ctx: Context, queue: Traffic) -> bool:
    """Whether those who put wait until their item is done, or are people who type it in."""
    return bool(queue.puts) and all(waits_for_its_item(ctx, put) for put in queue.puts)


def is_work_list(ctx: Context, queue: Traffic) -> bool:
    """Whether each function that gets fills the queue itself, in a loop over what is to be done."""
    getters = {ctx.function_of(node) for node in queue.gets}
    fillers = {ctx.function_of(node) for node in queue.puts if _is_filling(ctx, node)}
    return bool(getters) and getters <= fillers


def holds_what_has_ended(ctx: Context, queue: Traffic) -> bool:
    """Whether the first item ends it (`raise await queue.get()`), or all are tasks that have ended."""
    if queue.gets and all(ctx.enclosing(node, cst.Raise) is not None for node in queue.gets):
        return True
    return bool(queue.puts) and all(_is_done_callback(ctx, ctx.function_of(node)) for node in queue.puts)


def _is_done_callback(ctx: Context, function: cst.CSTNode | None) -> bool:
    if not isinstance(function, cst.FunctionDef):
        return False
    return any(
        ctx.function_def(argument.value) is function
        for call in ctx.tree.every(cst.Call, words=("add_done_callback",))
        if last_name(call.func) == "add_done_callback"
        for argument in call.args
    )


def _comes_back(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a loop that does more than to empty the queue goes round a `get`, or round what leads to it."""
    loops = [a for a in ctx.ancestors(get) if isinstance(a, cst.While | cst.For)]
    if loops and ends_when_empty(ctx, get, loops[0]):
        del loops[0]
    return bool(loops) or is_repeated(ctx, ctx.function_of(get))


def ends_when_empty(ctx: Context, get: cst.CSTNode, loop: cst.While | cst.For) -> bool:
    """`while not queue.empty()`, or a `get_nowait` whose error leaves the loop."""
    if isinstance(loop, cst.While) and ctx.source(loop.test).endswith(".empty()"):
        return True
    tried = ctx.enclosing(get, cst.Try)
    if tried is None or loop not in ctx.ancestors(tried):
        return tried is not None
    return any(_leaves(handler.body) for handler in tried.handlers)


def _leaves(block: cst.BaseSuite) -> bool:
    match block.body[-1] if block.body else None:
        case cst.SimpleStatementLine(body=[*_, cst.Break() | cst.Return()]):
            return True
    return False


def is_repeated(ctx: Context, function: cst.CSTNode | None, depth: int = _DEPTH) -> bool:
    """Whether a function is called in a `while` loop, by one that is, or runs in a thread or task."""
    if not isinstance(function, cst.FunctionDef) or not depth:
        return False
    name = function.name.value
    for call in ctx.tree.every(cst.Call, words=(name,)):
        if ctx.function_def(call.func) is function:
            if ctx.enclosing(call, cst.While) is not None or is_repeated(ctx, ctx.function_of(call), depth - 1):
                return True
        elif last_name(call.func) in _ONCE | _STARTS and any(
            ctx.function_def(argument.value) is function for argument in call.args
        ):
            return True
    return False


def _bound_to(ctx: Context, made: cst.Call) -> cst.BaseExpression | None:
    match ctx.parent(made):
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target):
            return target
    return None


def _belongs_to_item(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether a queue is part of what each pass of the loop takes: `request.reply.put(x)`."""
    loop = ctx.enclosing(put, cst.For, cst.While)
    owner: cst.CSTNode = put.value if isinstance(put, cst.Attribute) else put
    if loop is None or not isinstance(owner, cst.Attribute):
        return False
    while isinstance(owner, cst.Attribute):
        owner = owner.value
    taken = [loop.target] if isinstance(loop, cst.For) else []
    taken += [target.target for assign in ctx.walk(loop.body, cst.Assign) for target in assign.targets]
    return isinstance(owner, cst.Name) and any(
        name.value == owner.value for target in taken for name in ctx.walk(target, cst.Name)
    )


def _runs_once(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether the function around a node is only called, or given to threads and pools, by lines outside loops."""
    function = ctx.function_of(node)
    if not isinstance(function, cst.FunctionDef):
        return False
    found = ctx.names.find_text(function.name.value, ctx.names.scope_of(function))
    if found is None or isinstance(found[0].node, cst.ClassDef):
        return False
    for use in ctx.names.uses(found[0], function.name.value):
        parent = ctx.parent(use)
        call = ctx.parent(parent) if isinstance(parent, cst.Arg) else parent
        if not isinstance(call, cst.Call) or ctx.in_loop(use):
            return False
        if call.func is not use and last_name(call.func) not in _ONCE:
            return False
    return True


def waits_for_its_item(ctx: Context, put: cst.CSTNode) -> bool:
    """`await queue.put((future, x))` before `await future`, `queue.put(x)` before `replies.get()`."""
    function = ctx.function_of(put)
    call = ctx.parent(put)
    if not isinstance(function, cst.FunctionDef) or not isinstance(call, cst.Call):
        return False
    if any(ctx.callee(other) == "builtins.input" for other in ctx.walk(function.body, cst.Call)):
        return True
    given = {name.value for argument in call.args for name in ctx.walk(argument.value, cst.Name)}
    waiters = {name.value for name in ctx.walk(function.body, cst.Name) if name.value in given and _waits(ctx, name)}
    end = ctx.range(call)[1]
    later = [name for name in ctx.walk(function.body, cst.Name) if ctx.range(name)[0] > end]
    if any(name.value in waiters for name in later if _is_waiting(ctx, name)):
        return True
    return any(name.value == "get" and _is_of_a_queue(ctx, name) for name in later)


def _is_of_a_queue(ctx: Context, get: cst.Name) -> bool:
    """Whether `get` is the method of a queue."""
    attribute = ctx.parent(get)
    owner = attribute.value if isinstance(attribute, cst.Attribute) else get
    return any(isinstance(made, cst.Call) and last_name(made.func) in _QUEUES for made in ctx.bindings(owner) or ())


def _waits(ctx: Context, name: cst.Name) -> bool:
    """Whether a name was given a future, an event or a queue that this function made."""
    made = ctx.value_of(name)
    return isinstance(made, cst.Call) and last_name(made.func) in _WAITERS


def _is_waiting(ctx: Context, name: cst.Name) -> bool:
    """`await future`, `await wait_for(future, 5)`, `event.wait()`, `reply.get()`."""
    match ctx.parent(name):
        case cst.Attribute(value=owner, attr=cst.Name(value="wait" | "get" | "result")):
            return owner is name
    return ctx.enclosing(name, cst.Await) is not None


def _is_filling(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether a `for` loop puts one item after the other."""
    return isinstance(ctx.enclosing(put, cst.For, cst.While), cst.For)


def _names_answers(bound: cst.BaseExpression | None) -> bool:
    return bound is not None and any(word.endswith(_ANSWERS) for word in words_of(last_name(bound)))


def _asks_first(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether a function calls something before it gets, once: the answer to that."""
    function = ctx.function_of(get)
    if not isinstance(function, cst.FunctionDef) or ctx.in_loop(get):
        return False
    return any(ctx.range(call)[1] < ctx.range(get)[0] for call in ctx.walk(function.body, cst.Call))
