"""Where code waits, for how long, and whether chance has a part in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.sleeps import EVENTS, SLEEPS
from relint.names import Binding
from relint.queries.retry_words import word_of
from relint.tree import walk

_LOOPS = (cst.For, cst.While)
_CHANCE = re.compile(r"jitter|rand|uniform|fuzz|shuffle|gauss|secrets", re.IGNORECASE)
_GIVEN = re.compile(r"retry.?after|headers|ratelimit|rate_limit|reset", re.IGNORECASE)
_EVENT_NAME = re.compile(r"event|stop|exit|shut|quit|cancel|terminat|abort|kill|closing|wake", re.IGNORECASE)
_HELPER_NAME = re.compile(r"sleep|back_?off|delay|wait|pause|throttl|cool_?down|retry", re.IGNORECASE)
_NO_WAIT = re.compile(r"^_*(log|should|can|is|has|may|needs?|count|record|report|emit|on)_", re.IGNORECASE)
_FIELDS = ("pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "attr.ib", "attrs.field")
_PURE = ("builtins.", "math.", "datetime.timedelta", "os.environ", "os.getenv", "operator.", "itertools.", *_FIELDS)
_READERS = re.compile(r"^_?(get|getint|getfloat|get_\w+|total_seconds|as_\w+|as|lower|strip|seconds)$")


@dataclass(frozen=True, eq=False)
class Pause:
    """One call that waits. `duration` is None where the seconds are not an argument of the call."""

    call: cst.Call
    duration: cst.BaseExpression | None
    delay: Delay


def pauses_in(ctx: Context, root: cst.CSTNode, loop: cst.CSTNode | None = None) -> list[Pause]:
    """The pauses at or under `root`, nested functions left out. What changes inside `loop` makes a delay grow."""
    return [pause for call in ctx.walk(root, cst.Call) if (pause := pause_of(ctx, call, loop)) is not None]


def pause_of(ctx: Context, call: cst.Call, loop: cst.CSTNode | None = None) -> Pause | None:
    """The pause that a call is; None when it does not wait. A wait in an inner loop has an unknown delay."""
    name = ctx.callee(call) or ""
    if name in SLEEPS:
        duration = ctx.argument(call, SLEEPS[name], 0)
    elif (found := _wait_of_event(ctx, call, name)) is not None:
        duration = found
    elif word_of(call.func) in ("sleep", "_sleep", "async_sleep") and ctx.function_def(call.func) is None:
        duration = ctx.positional(call, 0)
    else:
        return _helper(ctx, call)
    if duration is None:
        return Pause(call, None, Delay.UNKNOWN)
    if loop is not None and _innermost_loop(ctx, call) is not loop:
        return Pause(call, None, Delay.UNKNOWN)
    return Pause(call, duration.value, delay_of(ctx, duration.value, loop))


def delay_of(ctx: Context, duration: cst.BaseExpression, loop: cst.CSTNode | None = None) -> Delay:
    """What a number of seconds is like, followed through names, attributes and functions of the file."""
    if ctx.literal(duration) in (0, None):
        return Delay.NONE
    flow = _Flow(ctx, loop)
    flow.follow(duration)
    if flow.chance:
        return Delay.RANDOM
    if flow.unknown:
        return Delay.UNKNOWN
    return Delay.GROWING if flow.grows else Delay.FIXED


class _Flow:
    """Everything that a value is made of, as far as the file tells."""

    def __init__(self, ctx: Context, loop: cst.CSTNode | None) -> None:
        self.ctx = ctx
        self.inside = set(nodes_in(loop)) if loop is not None else set()
        self.loop = loop
        self.seen: set[cst.CSTNode] = set()
        self.chance = self.unknown = self.grows = False

    def follow(self, expression: cst.CSTNode) -> None:
        if expression in self.seen:
            return
        self.seen.add(expression)
        for node in self.ctx.walk(expression, cst.Name, cst.Attribute, cst.Call, cst.SimpleString, cst.Power):
            match node:
                case cst.Name(value=text):
                    if not self._is_table(node):
                        self._look_at(text)
                    self._follow_bindings(node)
                case cst.Attribute(attr=attr):
                    self._look_at(attr.value)
                    self._follow_bindings(node)
                    self._look_at_owner(node.value)
                case cst.SimpleString(value=text):
                    self._look_at(text)
                case cst.Call():
                    self._follow_call(node)

    def _look_at(self, text: str) -> None:
        self.chance = self.chance or bool(_CHANCE.search(text) or _GIVEN.search(text))

    def _is_table(self, name: cst.Name) -> bool:
        """Whether a name such as `retry_after` is only bound to numbers: then nobody else has asked for them."""
        found = self.ctx.definitions(name) or ()
        return bool(found) and all(binding.value is not None and _is_constant(binding.value) for binding in found)

    def _look_at_owner(self, owner: cst.BaseExpression) -> None:
        """`error.seconds`: an exception that knows how long to wait was told so by the other side."""
        if any(b.kind == "except" for b in self.ctx.definitions(owner) or ()):
            self.chance = True

    def _follow_bindings(self, name: cst.Name | cst.Attribute) -> None:
        for binding in self.ctx.definitions(name) or ():
            self.grows = self.grows or self._changes(binding)
            if binding.value is not None:
                self.follow(binding.value)

    def _changes(self, binding: Binding) -> bool:
        """Whether a binding makes its name another one in the next pass of the loop."""
        if binding.node is self.loop:
            return True
        if binding.node not in self.inside or binding.value is None:
            return False
        read = {name.rpartition(".")[2] for name in names_in(self.ctx, binding.value)}
        return binding.kind == "augment" or (binding.kind == "assign" and binding.name in read)

    def _follow_call(self, call: cst.Call) -> None:
        name = self.ctx.callee(call)
        self._look_at(name or "")
        if (function := self.ctx.function_def(call.func)) is not None:
            self._follow_function(function)
            counts = any(True for _ in self.ctx.walk(function.body, cst.AugAssign))
            self.grows = self.grows or bool(call.args) or counts
        elif name is not None and name.startswith(_PURE) and name != "builtins.next":
            return
        elif not (isinstance(call.func, cst.Attribute) and _READERS.match(call.func.attr.value)):
            self.unknown = True

    def _follow_function(self, function: cst.FunctionDef) -> None:
        self._look_at(function.name.value)
        returned = [node.value for node in self.ctx.walk(function.body, cst.Return) if node.value is not None]
        self.unknown = self.unknown or not returned  # abstract: subclasses say how long
        for value in returned:
            self.follow(value)


def _is_constant(value: cst.CSTNode) -> bool:
    """A number, a list of numbers, or one of such a list."""
    match value:
        case cst.Integer() | cst.Float():
            return True
        case cst.Subscript(value=table):
            return isinstance(table, cst.List | cst.Tuple) and _is_constant(table)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return all(_is_constant(element.value) for element in elements)
    return False


def _wait_of_event(ctx: Context, call: cst.Call, name: str) -> cst.Arg | None:
    """The timeout of `event.wait(timeout)` and of `asyncio.wait_for(event.wait(), timeout)`."""
    if name in ("asyncio.wait_for", "asyncio.tasks.wait_for") and call.args:
        inner = call.args[0].value
        if isinstance(inner, cst.Call) and _is_event_wait(ctx, inner):
            return ctx.argument(call, "timeout", 1)
        return None
    return ctx.argument(call, "timeout", 0) if _is_event_wait(ctx, call) else None


def _is_event_wait(ctx: Context, call: cst.Call) -> bool:
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "wait":
        return False
    owner = call.func.value
    return ctx.instance_of(owner) in EVENTS or bool(_EVENT_NAME.search(word_of(owner)))


def _helper(ctx: Context, call: cst.Call) -> Pause | None:
    """`self._wait_before_retry(attempt)`: a function named for waiting; in the file, it is looked into."""
    word = word_of(call.func)
    if not _HELPER_NAME.search(word) or _NO_WAIT.match(word):
        return None
    function = ctx.function_def(call.func)
    if function is None:
        return Pause(call, None, Delay.UNKNOWN)
    if function is ctx.function_of(call):
        return None
    for inner in ctx.walk(function.body, cst.Call):
        name = ctx.callee(inner)
        if name in SLEEPS and (duration := ctx.argument(inner, SLEEPS[name], 0)) is not None:
            given = delay_of(ctx, duration.value)
            return Pause(call, None, given if given in (Delay.RANDOM, Delay.UNKNOWN) else Delay.UNKNOWN)
    return None


def _innermost_loop(ctx: Context, node: cst.CSTNode) -> cst.CSTNode | None:
    child = node
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, _LOOPS) and child is ancestor.body:
            return ancestor
        child = ancestor
    return None


def nodes_in(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node at or under `root`, nested functions left out."""
    return walk(root, (cst.CSTNode,), stop=(cst.FunctionDef, cst.Lambda, cst.ClassDef))


def names_in(ctx: Context, root: cst.CSTNode) -> Iterator[str]:
    """The names that an expression or statement reads or binds, and the attributes of `self` as `self.x`."""
    for name in ctx.walk(root, cst.Name):
        yield name.value
    for attribute in ctx.walk(root, cst.Attribute):
        if isinstance(attribute.value, cst.Name) and attribute.value.value in ("self", "cls"):
            yield f"{attribute.value.value}.{attribute.attr.value}"
