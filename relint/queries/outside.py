"""Do items come from outside the program: from a caller, a peer, a database, a file?"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import GATHERERS, WRAPPERS
from relint.names import Binding, last_name
from relint.queries.bounds import SAME_LENGTH, VIEWS, is_bounded, is_part_of_program, levels, names_parts, word_list
from relint.queries.given import given_to
from relint.queries.growth import COMBINING, OF_SETS, added_to, grows, repeats_with_data

_READING = frozenset(
    "collect crawl discover export extract fetch find findall list load loads parse query read scan scrape search "
    "select split".split()
)
"""Words that functions begin with which bring data in: `list_buckets`, `loads`."""
_PLUMBING = frozenset(
    "AsyncGenerator AsyncIterator AsyncIterable Awaitable Callable Coroutine Future Generator Literal Task Type "
    "type".split()
)
"""Parts of an annotation that say that the items are no data: somebody made them, each for itself."""
_SPLITS = frozenset({"asyncio.wait", "asyncio.tasks.wait"})
"""`done, pending = await asyncio.wait(tasks)`"""


def repeats_from_outside(ctx: Context, loop: cst.For | cst.CompFor) -> bool:
    """Whether a loop goes round as often as there are items that come from outside, or that grow with data."""
    if repeats_with_data(ctx, loop):
        return True
    match loop.target:
        case cst.Name(value=name) if name == "_" or names_parts(f"{name}s"):
            return False
    if loop.asynchronous is not None:
        return not is_bounded(ctx, loop.iter)
    return comes_from_outside(ctx, loop.iter)


def comes_from_outside(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether others decide how many items there are.

    A caller gave them (a parameter, or what it holds), they were awaited, read or listed, or they are made from such.
    What `self` holds is the program's own unless its name says that it is data.
    """
    return bool(ctx.settled("outside", items, lambda: _comes_from_outside(ctx, items)))


def _comes_from_outside(ctx: Context, items: cst.BaseExpression) -> bool:
    if is_bounded(ctx, items):
        return False
    if grows(ctx, items):
        return True
    match items:
        case cst.Await(expression=awaited):
            return _is_awaited_data(ctx, awaited)
        case cst.GeneratorExp(for_in=loop) | cst.ListComp(for_in=loop) | cst.SetComp(for_in=loop):
            return any(repeats_from_outside(ctx, level) for level in levels(loop))
        case cst.DictComp(for_in=loop):
            return any(repeats_from_outside(ctx, level) for level in levels(loop))
        case cst.BinaryOperation(left=left, operator=cst.Subtract()):
            return comes_from_outside(ctx, left)
        case cst.BinaryOperation(left=left, right=right, operator=cst.BitAnd()):
            return comes_from_outside(ctx, left) and comes_from_outside(ctx, right)
        case (
            cst.IfExp(body=left, orelse=right)
            | cst.BooleanOperation(left=left, right=right)
            | cst.BinaryOperation(left=left, right=right)
        ):
            return comes_from_outside(ctx, left) or comes_from_outside(ctx, right)
        case cst.List(elements=elements) | cst.Set(elements=elements) | cst.Tuple(elements=elements):
            return any(isinstance(e, cst.StarredElement) and comes_from_outside(ctx, e.value) for e in elements)
        case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            return not _names_parts(ctx, key) and comes_from_outside(ctx, value)
        case cst.Subscript(value=value):
            return comes_from_outside(ctx, value)
        case cst.Call():
            return _is_call_from_outside(ctx, items)
        case cst.Attribute(value=owner):
            return not is_own(ctx, owner) and comes_from_outside(ctx, owner)
        case cst.Name():
            return any(_is_bound_to_data(ctx, b) for b in ctx.definitions(items) or ()) or _is_filled(ctx, items)
    return False


def _is_awaited_data(ctx: Context, awaited: cst.BaseExpression) -> bool:
    if not isinstance(awaited, cst.Call):
        return False
    name = ctx.callee(awaited)
    if name in WRAPPERS:
        return bool(awaited.args) and _is_awaited_data(ctx, awaited.args[0].value)
    if name in GATHERERS:
        return any(comes_from_outside(ctx, argument.value) for argument in awaited.args if argument.star == "*")
    return True


def _is_call_from_outside(ctx: Context, call: cst.Call) -> bool:
    arguments = [argument.value for argument in call.args]
    last = last_name(call.func)
    if last in SAME_LENGTH or last in COMBINING:
        return any(comes_from_outside(ctx, argument) for argument in arguments)
    function = ctx.function_def(call.func)
    if function is not None and function.asynchronous is None:
        returned = [r.value for r in ctx.walk(function.body, cst.Return) if r.value is not None]
        return any(comes_from_outside(ctx, value) for value in returned)
    if last == "range":
        lengths = [c for argument in arguments for c in ctx.walk(argument, cst.Call) if last_name(c.func) == "len"]
        return any(comes_from_outside(ctx, counted.value) for length in lengths for counted in length.args)
    match call.func:
        case cst.Attribute(attr=cst.Name(value="fromkeys")):
            return bool(arguments) and comes_from_outside(ctx, arguments[0])
        case cst.Attribute(value=owner, attr=cst.Name(value="get" | "pop")) if arguments:
            return not _names_parts(ctx, arguments[0]) and not is_own(ctx, owner) and comes_from_outside(ctx, owner)
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in VIEWS or method in OF_SETS:
            return comes_from_outside(ctx, owner)
    if last in ("split", "rsplit") and "\n" not in str(ctx.literal(arguments[0]) if arguments else "\n"):
        return False  # the parts of one field
    return re.split(r"_|(?<=[a-z])(?=[A-Z])", last.lstrip("_"))[0].lower() in _READING


def is_own(ctx: Context, owner: cst.BaseExpression) -> bool:
    """Whether something is the object that the code is part of, or something that it holds: `self.parts.values()`."""
    while isinstance(owner, cst.Attribute | cst.Subscript | cst.Call):
        owner = owner.func if isinstance(owner, cst.Call) else owner.value
    return isinstance(owner, cst.Name) and (owner.value in ("self", "cls") or ctx.names.self_class(owner) is not None)


def _names_parts(ctx: Context, key: cst.BaseExpression) -> bool:
    text = ctx.literal(key)
    return isinstance(text, str) and is_part_of_program(text)


def _is_bound_to_data(ctx: Context, binding: Binding) -> bool:
    match binding:
        case Binding(kind="parameter", node=cst.Param() as parameter):
            return _is_given_data(ctx, parameter)
        case Binding(kind="unpack", value=cst.Await(expression=cst.Call() as call)) if ctx.callee(call) in _SPLITS:
            return False  # one for each that has ended
        case Binding(kind="unpack", value=cst.Await(expression=cst.Call() as call)) if ctx.callee(call) in GATHERERS:
            return any(argument.star == "" for argument in call.args)  # one of several answers
        case Binding(kind="assign" | "unpack" | "augment", value=value) if value is not None:
            return comes_from_outside(ctx, value)
        case Binding(kind="for", node=cst.For() | cst.CompFor() as loop):
            return repeats_from_outside(ctx, loop)
    return False


def _is_given_data(ctx: Context, parameter: cst.Param) -> bool:
    """Whether a caller may give a parameter as many items as it likes; for a private function the file says."""
    if parameter.star or parameter.name.value in ("self", "cls"):
        return False
    if parameter.annotation is not None and not _annotates_data(ctx, parameter.annotation.annotation):
        return False
    given = given_to(ctx, parameter)
    return given is not None and (not given or any(comes_from_outside(ctx, value) for value in given))


def _annotates_data(ctx: Context, annotation: cst.BaseExpression) -> bool:
    names = {name.value for name in ctx.walk(annotation, cst.Name)}
    names |= {attribute.attr.value for attribute in ctx.walk(annotation, cst.Attribute)}
    for quoted in ctx.walk(annotation, cst.SimpleString):
        names |= set(re.findall(r"\w+", quoted.value))
    last_words = [words[-1] for words in map(word_list, names) if words]
    return not names & _PLUMBING and not any(is_part_of_program(f"{word}s") for word in last_words)


def _is_filled(ctx: Context, name: cst.Name) -> bool:
    """Whether a loop over what comes from outside adds to a name, or what comes from outside is added at once."""
    for added in added_to(ctx, name):
        if isinstance(added, cst.For):
            if repeats_from_outside(ctx, added):
                return True
        elif comes_from_outside(ctx, added):
            return True
    return False
