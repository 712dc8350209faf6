"""Is the number of items fixed by the program's text, or does data decide?"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.names import Binding, is_none, last_name
from relint.queries.given import given_to

SAME_LENGTH: frozenset[str] = frozenset("enumerate reversed sorted list tuple set frozenset iter".split())
"""Built-in functions that give back as many items as they are given."""
_CUT = frozenset({"itertools.islice", "random.sample", "heapq.nlargest", "heapq.nsmallest"})
VIEWS: frozenset[str] = frozenset({"items", "keys", "values", "copy"})
"""Methods that give back as many items as their object has."""
_GROWING = frozenset({"append", "appendleft", "add", "extend", "insert", "update", "setdefault"})
_PORTIONS = frozenset("chunk batch slice window".split())
_CUTTING = frozenset("chunk chunks chunked batch batches batched slice slices window windows grouper".split())
_CONFIGURATION = frozenset("base builtin config conf configuration cron default defaults settings static".split())
_LIMITS = frozenset("batch batch_size limit page_size per_page size top_k".split())
_PARTS = frozenset(
    "agents attributes backends brokers callbacks channels checks children classes clients columns components configs "
    "connectors coordinators daemons databases endpoints engines evaluators executors exporters extensions features "
    "fields flags flows functions guardrails handlers hooks integrations kinds listeners llms loggers managers "
    "methods middlewares mirrors models modes modules notifiers operands options parameters params parsers peers "
    "platforms plugins processes processors providers replicas reporters retrievers rules runners servers services "
    "shards sinks skills sources stages steps strategies subfields tables threads tools toolsets triggers types "
    "validators watchers workers".split()
)
"""What a program is made of: code and configuration say how many there are."""


def is_bounded(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether what is iterated over holds a number of items that does not grow with data.

    Displays, constants (told by their capitals), enums, `range` of anything but a length, slices with an end,
    portions (a name like `chunk`), parts of the program (`handlers`) and its configuration, and
    names and attributes that hold nothing else. What is unknown is not bounded.
    """
    return bool(ctx.settled("bounded", items, lambda: _is_bounded(ctx, items)))


def words_of(name: str) -> frozenset[str]:
    """The lower-case words of a name: `rateLimiter_2` -> rate, limiter."""
    return frozenset(word_list(name))


def word_list(name: str) -> list[str]:
    """The lower-case words of a name in their order."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]


def _is_bounded(ctx: Context, items: cst.BaseExpression) -> bool:
    match items:
        case cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Set(elements=elements):
            return all(not isinstance(e, cst.StarredElement) or is_bounded(ctx, e.value) for e in elements)
        case cst.Dict(elements=entries):
            return all(not isinstance(e, cst.StarredDictElement) or is_bounded(ctx, e.value) for e in entries)
        case cst.SimpleString():
            return True
        case cst.GeneratorExp(for_in=loop) | cst.ListComp(for_in=loop) | cst.SetComp(for_in=loop):
            return all(is_bounded(ctx, level.iter) for level in levels(loop))
        case cst.DictComp(for_in=loop):
            return all(is_bounded(ctx, level.iter) for level in levels(loop))
        case cst.IfExp(body=left, orelse=right) | cst.BinaryOperation(left=left, right=right, operator=cst.Add()):
            return is_bounded(ctx, left) and is_bounded(ctx, right)
        case cst.BinaryOperation(left=left, right=cst.Integer(), operator=cst.Multiply()):
            return is_bounded(ctx, left)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Slice(upper=upper))]):
            return upper is not None
        case cst.Subscript(value=value):
            return bool(words_of(last_name(value)) & _CONFIGURATION)
        case cst.Call():
            return _is_bounded_call(ctx, items)
        case cst.Await(expression=awaited):
            return is_bounded(ctx, awaited)
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            if name.isupper() or is_part_of_program(name):
                return True
            if isinstance(items, cst.Attribute) and words_of(last_name(items.value)) & (_PORTIONS | _CONFIGURATION):
                return True
            return _is_enum(ctx, items) or _is_portion(ctx, items) or _holds_few(ctx, items)
    return False


def levels(loop: cst.CompFor) -> list[cst.CompFor]:
    """The `for` clauses of a comprehension, outermost first."""
    found = [loop]
    while found[-1].inner_for_in is not None:
        found.append(found[-1].inner_for_in)
    return found


def stops_at_a_number(ctx: Context, loop: cst.For | cst.While) -> bool:
    """Whether a loop is left when something that it counts has reached a number: `if len(found) >= 10: break`."""
    counted = {
        ctx.source(step.target)
        for step in ctx.walk(loop.body, cst.AugAssign)
        if isinstance(step.operator, cst.AddAssign)
    }
    match loop:
        case cst.For(
            target=cst.Tuple(elements=[cst.Element(value=index), *_]), iter=cst.Call(func=cst.Name(value="enumerate"))
        ):
            counted.add(ctx.source(index))
    for branch in ctx.walk(loop.body, cst.If):
        match branch.test:
            case cst.Comparison(
                left=left,
                comparisons=[cst.ComparisonTarget(operator=cst.Equal() | cst.GreaterThan() | cst.GreaterThanEqual())],
            ) if ctx.source(left) in counted or (isinstance(left, cst.Call) and ctx.callee(left) == "builtins.len"):
                if any(ctx.enclosing(end, cst.For, cst.While) is loop for end in ctx.walk(branch.body, cst.Break)):
                    return True
    return False


def _is_bounded_call(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call) or ""
    arguments = [argument.value for argument in call.args if argument.keyword is None]
    match name.removeprefix("builtins."):
        case "range":
            return all(_is_count(ctx, argument) for argument in arguments)
        case "zip":
            return any(is_bounded(ctx, argument) for argument in arguments)
        case "map" | "filter" | "typing.cast":
            return any(is_bounded(ctx, argument) for argument in arguments[1:])
        case "itertools.chain" | "itertools.product":
            return bool(arguments) and all(is_bounded(ctx, argument) for argument in arguments)
        case short if short in SAME_LENGTH:
            return not arguments or is_bounded(ctx, arguments[0])
    if name in _CUT or _is_told_a_limit(ctx, call):
        return True
    match call:
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=method))):
            if words_of(last_name(owner)) & _CONFIGURATION:
                return True
            return is_bounded(ctx, owner) if method in VIEWS else is_part_of_program(method)
        case cst.Call(func=cst.Name(value=function)):
            return is_part_of_program(function)
    return False


def is_part_of_program(name: str) -> bool:
    """Whether a plural names what a program is made of (`event_handlers`), its configuration, or a portion."""
    return names_parts(name) or bool(words_of(name) & _PORTIONS)


def names_parts(name: str) -> bool:
    """The same without portions."""
    return name.lower().rpartition("_")[2] in _PARTS or bool(words_of(name) & _CONFIGURATION)


def _is_told_a_limit(ctx: Context, call: cst.Call) -> bool:
    """`claim(limit=10)`, `search(query, max_pages)`, `query.limit(10).all()`."""
    for made in (call, *ctx.walk(call.func, cst.Call)):
        if last_name(made.func) in _LIMITS and made.args:
            return True
        if any(_is_limit(argument) for argument in made.args):
            return True
    return False


def _is_limit(argument: cst.Arg) -> bool:
    """`limit=10`, `max_pages`."""
    named = argument.keyword.value if argument.keyword is not None else last_name(argument.value)
    return (named in _LIMITS or named.startswith("max_")) and not is_none(argument.value)


def _is_portion(ctx: Context, name: cst.Name | cst.Attribute) -> bool:
    """Whether a name is given one portion after the other: `for group in chunked(rows, 10)`."""
    found = ctx.definitions(name) or []
    return any(
        b.kind == "for" and isinstance(b.value, cst.Call) and bool(words_of(last_name(b.value.func)) & _CUTTING)
        for b in found
    )


def _is_count(ctx: Context, number: cst.BaseExpression) -> bool:
    """Whether a number is no length of something unbounded. `range(n_workers)` is how pools are filled."""
    lengths = [c for c in ctx.walk(number, cst.Call) if ctx.callee(c) == "builtins.len"]
    return all(call.args and is_bounded(ctx, call.args[0].value) for call in lengths)


def _is_enum(ctx: Context, name: cst.Name | cst.Attribute) -> bool:
    """Iterating over a class means over its members."""
    if ctx.class_def(name) is not None:
        return True
    dotted = ctx.names.dotted(name)
    last = (dotted or "").rpartition(".")[2]
    return last[:1].isupper() and not last.isupper()


def _holds_few(ctx: Context, name: cst.Name | cst.Attribute) -> bool:
    match ctx.definitions(name):
        case [Binding(kind="parameter", node=cst.Param() as parameter)]:
            given = given_to(ctx, parameter)
            return bool(given) and all(is_bounded(ctx, value) for value in given or ())
    values = ctx.bindings(name)
    if values is not None and any(_is_cut(ctx, name, value) for value in values):
        return True
    return values is not None and all(is_bounded(ctx, value) for value in values) and not _grows(ctx, name)


def _is_cut(ctx: Context, name: cst.BaseExpression, value: cst.BaseExpression) -> bool:
    """`rows = rows[:10]`."""
    match value:
        case cst.Subscript(value=whole, slice=[cst.SubscriptElement(slice=cst.Slice(upper=upper))]):
            return upper is not None and ctx.source(whole) == ctx.source(name)
    return False


def _grows(ctx: Context, name: cst.Name | cst.Attribute) -> bool:
    """Whether the file adds to what a name holds, more than once a line of the program."""
    text = ctx.source(name)
    for attribute in ctx.tree.every(cst.Attribute, words=(last_name(name),)):
        if attribute.attr.value in _GROWING and ctx.source(attribute.value) == text:
            if attribute.attr.value == "extend" or isinstance(name, cst.Attribute) or ctx.in_loop(attribute):
                return True
    for subscript in ctx.tree.every(cst.Subscript, words=(last_name(name),)):
        if ctx.source(subscript.value) == text:
            held, parent = subscript, ctx.parent(subscript)
            while isinstance(parent, cst.Subscript) and parent.value is held:  # `slots[0]["a"] = x`
                held, parent = parent, ctx.parent(parent)
            if isinstance(parent, cst.AssignTarget):
                return True
    return False
