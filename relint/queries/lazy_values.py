"""Values that the first caller makes and everybody shares: `if x is None: x = make()`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import is_none, last_name
from relint.queries.entry_points import called_from

_LOCK = re.compile(r"lock|mutex|semaphore|synchron|once|critical|condition|guard", re.IGNORECASE)
_MADE = re.compile(
    r"^(_?(create|connect|open|start|spawn|launch|load|build|make|new)(_|$|[A-Z])|Thread$|Process$|boto3|init_)"
    r"|(client|engine|pool|session|executor|connection|producer|consumer|scheduler|worker|server|daemon)$",
    re.IGNORECASE,
)
"""What is made twice at a price: connections, pools, threads."""
_THREADED = frozenset({"threading", "futures", "flask", "django"})
_CHEAP = re.compile(r"^(dict|list|set|compile|Path|Lock|RLock|Event|local|getLogger|get_logger|deque|defaultdict)$")


@dataclass(frozen=True, eq=False)
class LazyValue:
    """`name` is what is shared, `test` the `if` that makes it, `maker` the call."""

    name: str
    test: cst.If
    maker: cst.Call


def lazy_value(ctx: Context, test: cst.If) -> LazyValue | None:
    """The shared value that an `if` makes when nobody has yet, with no lock around it."""
    name = _asked_for(ctx, test.test)
    function = ctx.function_of(test)
    if name is None or not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
        return None
    if not _knows_threads(ctx):
        return None
    maker = next((call for call in _made(ctx, test.body, name)), None)
    if maker is None or not _is_dear(ctx, maker) or _is_guarded(ctx, test, function):
        return None
    return LazyValue(name, test, maker)


def _knows_threads(ctx: Context) -> bool:
    """Whether the module imports threads, or a framework that calls it from several."""
    return any(not _THREADED.isdisjoint(target.split(".")) for target in ctx.names.imported())


def _asked_for(ctx: Context, condition: cst.BaseExpression) -> str | None:
    """The shared variable of `x is None` or `not x`: a global of the module, or an attribute of the class."""
    match condition:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=cst.Is(), comparator=right)]):
            shared = left if is_none(right) else None
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            shared = inner
        case _:
            return None
    match shared:
        case cst.Name() if _is_global(ctx, shared):
            return shared.value
        case cst.Attribute(value=cst.Name(value="cls")):
            return ctx.source(shared)
    return None


def _is_global(ctx: Context, name: cst.Name) -> bool:
    """Whether a name is declared `global` in the function around it, and the module binds it to None at first."""
    scope = ctx.names.scope_of(name)
    if scope.elsewhere.get(name.value) != "global":
        return False
    return any(is_none(binding.value) for binding in ctx.names.module.bindings.get(name.value, ()))


def _made(ctx: Context, block: cst.BaseSuite, name: str) -> list[cst.Call]:
    return [
        assign.value
        for assign in ctx.walk(block, cst.Assign)
        if isinstance(assign.value, cst.Call) and any(ctx.source(target.target) == name for target in assign.targets)
    ]


def _is_dear(ctx: Context, maker: cst.Call) -> bool:
    word = last_name(maker.func)
    return _CHEAP.match(word) is None and _MADE.search(word) is not None


def _is_guarded(ctx: Context, test: cst.If, function: cst.FunctionDef) -> bool:
    """Whether a lock is held around the test, in the function, by its decorator, or by all its callers in the file."""
    if any(_LOCK.search(ctx.source(decorator.decorator)) for decorator in function.decorators):
        return True
    if any(_LOCK.search(ctx.source(item.item)) for item in ctx.walk(function.body, cst.WithItem)):
        return True
    if _LOCK.search(function.name.value) or any(last_name(c.func) == "acquire" for c in ctx.walk(function, cst.Call)):
        return True
    calls = called_from(ctx, function)
    return bool(calls) and all(_is_under_lock(ctx, call) for call in calls)


def _is_under_lock(ctx: Context, node: cst.CSTNode) -> bool:
    withs = (around for around in ctx.ancestors(node) if isinstance(around, cst.With))
    return any(_LOCK.search(ctx.source(item.item)) for around in withs for item in around.items)
