"""How a loop counts its attempts."""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.mentions import names_in
from relint.queries.pauses import pauses_in


def counts_attempts(ctx: Context, loop: cst.For) -> bool:
    """Whether a `for` goes over attempts: a range, or the delays it sleeps for; not over items of work."""
    iterable = loop.iter
    if isinstance(iterable, cst.Call):
        if ctx.callee(iterable) in _COUNTING or _RETRYING.match(last_name(iterable.func)):
            return True
    if isinstance(iterable, cst.Call) and ctx.callee(iterable) == "builtins.enumerate":
        iterable = iterable.args[0].value if iterable.args else iterable
    if isinstance(iterable, cst.Tuple | cst.List) and iterable.elements:
        if all(isinstance(ctx.literal(e.value), int | float) for e in iterable.elements):
            return True
    targets = {node.value for node in ctx.walk(loop.target, cst.Name)}
    pauses = pauses_in(ctx, loop.body, loop)
    return any(p.duration is not None and targets & set(names_in(ctx, p.duration)) for p in pauses)


_RETRYING = re.compile(r"_*(retry|retries|attempts?|backoff)(_|$)")
"""Functions that yield attempts: `retry_range(5)`."""
_COUNTING = frozenset({"builtins.range", "itertools.count", "itertools.repeat", "six.moves.range"})


def counter_of(ctx: Context, loop: cst.For | cst.While) -> tuple[str | None, int | None]:
    """The name that counts the attempts upwards from a small number, and how many there are if that is a literal."""
    if isinstance(loop, cst.For):
        name = loop.target.value if isinstance(loop.target, cst.Name) else None
        if name is None or not isinstance(loop.iter, cst.Call) or ctx.callee(loop.iter) == "itertools.repeat":
            return None, None
        if ctx.callee(loop.iter) not in _COUNTING:
            return None, None
        args = [_number(ctx, arg.value) for arg in loop.iter.args]
        if len(args) == 3 and args[2] != 1:
            return None, None  # counts down, or in steps
        limit = args[min(1, len(args) - 1)] if args and ctx.callee(loop.iter) != "itertools.count" else None
        return (name if not name.startswith("_") else None), limit
    steps = [
        node.target.value
        for node in ctx.walk(loop.body, cst.AugAssign)
        if isinstance(node.target, cst.Name)
        and isinstance(node.operator, cst.AddAssign)
        and ctx.literal(node.value) == 1
        and _starts_small(ctx, node.target)
    ]
    return (steps[0], _asked_limit(ctx, loop.test, steps[0])) if len(set(steps)) == 1 else (None, None)


def _asked_limit(ctx: Context, test: cst.BaseExpression, counter: str) -> int | None:
    """How many attempts `while counter < 5` allows."""
    match test:
        case cst.Comparison(left=cst.Name(value=name), comparisons=[cst.ComparisonTarget(comparator=limit)]):
            return _number(ctx, limit) if name == counter else None
    return None


def _number(ctx: Context, expression: cst.BaseExpression) -> int | None:
    """An integer that is written here, in a name bound once, or as a parameter's default."""
    value = ctx.literal(expression)
    if value is ... and (default := default_of(ctx, expression)) is not None:
        value = ctx.literal(default)
    return value if isinstance(value, int) else None


def default_of(ctx: Context, expression: cst.BaseExpression) -> cst.BaseExpression | None:
    """The default of the parameter that an expression names, when it is bound as nothing else."""
    found = ctx.names.bindings(expression) if isinstance(expression, cst.Name) else []
    return found[0].value if len(found) == 1 and found[0].kind == "parameter" else None


def _starts_small(ctx: Context, name: cst.Name) -> bool:
    starts = [b.value for b in ctx.definitions(name) or () if b.kind != "augment"]
    return bool(starts) and all(v is not None and ctx.literal(v) in (-1, 0, 1) for v in starts)
