"""Does anything limit how many tasks or threads run at once?"""

from __future__ import annotations

import ast
import re
from typing import Iterator

import libcst as cst

from relint import syntax
from relint.context import Context
from relint.libraries.tasks import GATHERERS, LIMITERS, TASK_GROUPS
from relint.names import is_none, last_name
from relint.queries.bounds import word_list, words_of
from relint.queries.imported import imported_definition

_WORDS = frozenset(
    "sem sema semaphore semaphores limiter limiters limited ratelimit ratelimiter throttle throttler throttled bounded "
    "concurrency".split()
)
_SAYS_SO = re.compile(
    r"semaphore|limiter|throttl|concurrency|bounded_|(?:rate|concurrent|parallel)[_ ]?limit"
    r"|(?:max|limit|num)_?(?:concurrent|parallel|workers|tasks|connections)"
    r"|\b(?:max|top|limit|num)_(?:\w+_)?(?:articles|chunks|docs|documents|files|images|items|k|links|messages|n|pages"
    r"|posts|results|rows|sources|urls|videos|webpages|websites)(?![a-z])",
    re.IGNORECASE,
)
"""Of connections, and of how many items there are."""
_LOCKS = frozenset({"lock", "mutex"})
"""Of these only the last word of a name counts: a `lock_record` is data."""
_RUNNING = frozenset(
    "tasks threads futures running active pending workers processes procs jobs batch bucket chunk buffer queue coros "
    "coroutines inflight flight".split()
)
POOLED: frozenset[str] = frozenset(
    "to_thread run_in_executor run_sync submit sync_to_async run_in_threadpool wrap_future".split()
)
"""What these return runs anyway, or waits in the queue of a pool of threads."""
_ROOM = frozenset("slots permits capacity".split())
_DEPTH = 2


def is_limiter(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is a semaphore, a limiter or a lock, told by its class, or else by its name."""
    known = ctx.instance_of(expression)
    if known is not None:
        return known in LIMITERS or _names_limiter(known.rpartition(".")[2])
    match expression:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return _names_limiter(name)
        case cst.Call(func=func):
            return is_limiter(ctx, func)
        case cst.Subscript(value=value):
            return is_limiter(ctx, value)
    return False


def _names_limiter(name: str) -> bool:
    words = word_list(name)
    return bool(_WORDS & set(words)) or (bool(words) and words[-1] in _LOCKS)


def mentions_limiter(ctx: Context, expression: cst.CSTNode) -> bool:
    """Whether a limiter stands anywhere in an expression: `bounded(f(x))`, `f(semaphore, x)`."""
    return any(is_limiter(ctx, node) for node in ctx.walk(expression, cst.Name, cst.Attribute))


def speaks_of_limits(ctx: Context, function: cst.CSTNode) -> bool:
    """Whether the text of a function says that something is limited: `max_concurrency`, `# rate limit`."""
    return _SAYS_SO.search(ctx.source(function)) is not None


def limits_connections(ctx: Context) -> bool:
    """Whether a file makes a client of so many connections: `TCPConnector(limit=5)`, `Limits(max_connections=5)`."""
    return ctx.memo("limits connections", lambda: any(map(_limits_connections, _connectors(ctx))))


def _connectors(ctx: Context) -> Iterator[cst.Call]:
    calls = ctx.tree.every(cst.Call, words=("TCPConnector", "Limits"))
    return (call for call in calls if last_name(call.func) in ("TCPConnector", "Limits"))


def _limits_connections(connector: cst.Call) -> bool:
    given = {arg.keyword.value: arg.value for arg in connector.args if arg.keyword is not None}
    limits = [given[name] for name in ("limit", "limit_per_host", "max_connections") if name in given]
    return any(not (isinstance(limit, cst.Integer) and limit.value == "0") and not is_none(limit) for limit in limits)


def is_limited_function(ctx: Context, function: cst.FunctionDef, depth: int = _DEPTH) -> bool:
    """Whether a function, a decorator of it or a function in the file that it calls takes a limiter.

    A lock that an ordinary function takes holds back nobody who has called it and goes on.
    """
    if any(mentions_limiter(ctx, decorator.decorator) for decorator in function.decorators):
        return True
    for block in ctx.walk(function.body, cst.With):
        limiters = [item.item for item in block.items if is_limiter(ctx, item.item)]
        if not limiters:
            continue
        passing = depth < _DEPTH and function.asynchronous is None
        if not all(_is_lock(ctx, item) for item in limiters) or (not passing and _holds_all(ctx, block, function)):
            return True
    for call in ctx.walk(function.body, cst.Call):
        match call.func:
            case cst.Attribute(value=owner, attr=cst.Name(value="acquire")) if is_limiter(ctx, owner):
                return True
        called = ctx.function_def(call.func) if depth else None
        if called is None and depth and is_limited_elsewhere(ctx, call.func):
            return True
        if called is not None and called is not function and is_limited_function(ctx, called, depth - 1):
            return True
    return False


def is_limited_elsewhere(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether a function of another file, found there, takes a limiter or waits for nothing but a pool of threads.

    It is imported, or the method of an imported base: `self.fetch`.
    """
    return any(_limits(found) for found in _found_elsewhere(ctx, function))


def _found_elsewhere(ctx: Context, function: cst.BaseExpression) -> Iterator[ast.AsyncFunctionDef]:
    match function:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if (
            own := ctx.names.self_class(owner)
        ) is not None:
            for cls in ctx.names.ancestry(own):
                for base in cls.bases:
                    found = imported_definition(ctx, base.value)
                    for statement in found.body if isinstance(found, ast.ClassDef) else ():
                        if isinstance(statement, ast.AsyncFunctionDef) and statement.name == method:
                            yield statement
        case _:
            found = imported_definition(ctx, function)
            if isinstance(found, ast.AsyncFunctionDef):
                yield found


def _limits(function: ast.AsyncFunctionDef) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.AsyncWith | ast.With) and any(_is_limiter(item.context_expr) for item in node.items):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "acquire":
            if _is_limiter(node.func.value):
                return True
    if any(_is_limiter(decorator) for decorator in function.decorator_list):
        return True
    waits = [node.value for node in ast.walk(function) if isinstance(node, ast.Await)]
    return bool(waits) and all(isinstance(wait, ast.Call) and syntax.last_name(wait.func) in POOLED for wait in waits)


def _is_limiter(expression: ast.expr) -> bool:
    called = expression.func if isinstance(expression, ast.Call) else expression
    words = word_list(syntax.last_name(called))
    return bool(_WORDS & set(words))


def _is_lock(ctx: Context, expression: cst.BaseExpression) -> bool:
    words = word_list((ctx.instance_of(expression) or "").rpartition(".")[2] or last_name(expression))
    return bool(words) and words[-1] in _LOCKS


def _holds_all(ctx: Context, block: cst.With, function: cst.FunctionDef) -> bool:
    """Whether a coroutine awaits inside of a block only, or a function ends with it; a lock elsewhere is no limit."""
    if function.asynchronous is None:
        return function.body.body[-1] is block
    return all(block in ctx.ancestors(wait) for wait in ctx.walk(function.body, cst.Await))


def limits_itself(ctx: Context, loop: cst.For | cst.While) -> bool:
    """Whether a pass of a loop waits: for what it started, for a limiter, for room, or for a while."""
    for call in ctx.walk(loop.body, cst.Call):
        if ctx.callee(call) in GATHERERS:
            return True
        match call.func:
            case cst.Name(value="sleep") | cst.Attribute(attr=cst.Name(value="sleep" | "acquire" | "wait_for_slot")):
                return True
            case cst.Attribute(attr=cst.Name(value="join" | "full")) if all(arg.keyword for arg in call.args):
                return True
            case cst.Attribute(value=owner) if is_limiter(ctx, owner):
                return True
    for counted in ctx.walk(loop.body, cst.AugAssign):
        if any(
            words_of(name.value) & {"inflight", "flight", "running", "active"} for name in _names(ctx, counted.target)
        ):
            return True
    if isinstance(loop, cst.While) and any(words_of(name.value) & _ROOM for name in _names(ctx, loop.test)):
        return True
    return any(
        _counts_running(ctx, comparison) and _makes_wait(ctx, comparison)
        for comparison in ctx.walk(loop, cst.Comparison)
    )


def holds_limit(ctx: Context, block: cst.With) -> bool:
    """Whether a `with` takes a limiter, or waits at its end for what was started in it."""
    return any(
        is_limiter(ctx, item.item)
        or is_task_group(ctx, item.item)
        or "PoolExecutor" in (ctx.instance_of(item.item) or "")
        for item in block.items
    )


def is_task_group(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is a task group, asyncio's or another that is called so."""
    known = ctx.instance_of(expression) or ""
    return known in TASK_GROUPS or known.endswith("TaskGroup")


def has_limited_client(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a `with` around a node opens a client of so many connections: `AsyncClient(limits=...)`."""
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, cst.FunctionDef | cst.ClassDef):
            return False
        if isinstance(ancestor, cst.With):
            calls = [call for item in ancestor.items for call in ctx.walk(item.item, cst.Call)]
            if any(arg.keyword and arg.keyword.value in ("limit", "limits") for call in calls for arg in call.args):
                return True
    return False


def _counts_running(ctx: Context, comparison: cst.Comparison) -> bool:
    """`len(tasks) >= limit`, `queue.qsize() > limit`."""
    sides = [comparison.left, *(target.comparator for target in comparison.comparisons)]
    if any(ctx.literal(side) == 0 for side in sides):
        return False
    for side in sides:
        match side:
            case cst.Call(func=cst.Name(value="len"), args=[cst.Arg(value=counted)]):
                if any(words_of(name.value) & _RUNNING for name in _names(ctx, counted)):
                    return True
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="qsize" | "active_count"))):
                return True
    return False


def _makes_wait(ctx: Context, comparison: cst.Comparison) -> bool:
    """Whether something waits or leaves when a number is reached; `if len(batch) == 10: start(batch)` does not."""
    test = next((a for a in ctx.ancestors(comparison) if isinstance(a, cst.If | cst.While | cst.IndentedBlock)), None)
    if not isinstance(test, cst.If) or not isinstance(
        comparison.comparisons[0].operator, cst.Equal | cst.GreaterThan | cst.GreaterThanEqual
    ):
        return True
    leaving = (cst.Await, cst.Continue, cst.Break, cst.Return, cst.Raise, cst.Yield)
    return any(True for _ in ctx.walk(test.body, *leaving))


def _names(ctx: Context, expression: cst.CSTNode) -> list[cst.Name]:
    last = [expression.attr] if isinstance(expression, cst.Attribute) else []
    return [*last, *ctx.walk(expression, cst.Name)]
