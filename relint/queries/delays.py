"""What a number of seconds is made of: whether it grows, and whether chance has a part in it."""

from __future__ import annotations

import ast
import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.libraries.retries import BACKOFF_WAITS
from relint.names import Binding, last_name
from relint.queries.imported import class_syntax, imported_definition
from relint.queries.mentions import names_in, nodes_in

_CHANCE = re.compile(r"jitter|rand|uniform|fuzz|shuffle|gauss|secrets", re.IGNORECASE)
_TOLD = re.compile(r"retry.?after|headers|ratelimit|rate_limit|reset", re.IGNORECASE)
_OPTIONS = re.compile(r"(^|_)(settings?|config(uration)?|conf|cfg|options?|opts|flags|args|environ)$", re.IGNORECASE)
"""What somebody configured, by the name of the table."""
_FIELDS = ("pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "attr.ib", "attr.field", "attrs.field")
_PURE = (
    "builtins.",
    "math.",
    "datetime.timedelta",
    "os.environ",
    "os.getenv",
    "operator.",
    "itertools.",
    "copy.",
    *_FIELDS,
)
_ARITHMETIC = re.compile(r"^(min|max|pow|int|float|abs|round|len|math\.\w+)$")
_READERS = re.compile(r"^_?(get|pop|safe_get|getint|getfloat|get_\w+|total_seconds|as_\w+|as|lower|strip|seconds)$")


def delay_of(ctx: Context, duration: cst.BaseExpression, loop: cst.CSTNode | None = None) -> Delay:
    """What a number of seconds is like, followed through names, attributes and functions of the file."""
    if ctx.literal(duration) in (0, None):
        return Delay.NONE
    flow = _flow(ctx, duration, loop)
    if flow.told and not flow.chance:
        flow = _own_way(ctx, duration, loop) or flow
    if flow.chance or flow.told:
        return Delay.RANDOM
    if flow.unknown:
        return Delay.UNKNOWN
    return Delay.GROWING if flow.grows else Delay.FIXED


def is_told(ctx: Context, duration: cst.BaseExpression) -> bool:
    """Whether the other side has a say in how long to wait: `Retry-After`."""
    return _flow(ctx, duration, None).told


def _flow(ctx: Context, duration: cst.BaseExpression, loop: cst.CSTNode | None) -> _Flow:
    flow = _Flow(ctx, loop)
    flow.follow(duration)
    return flow


def _own_way(ctx: Context, duration: cst.BaseExpression, loop: cst.CSTNode | None) -> _Flow | None:
    """Where `delay` is `int(headers["Retry-After"])` or else `2**n`, or the longer of the two: the second of them."""
    for value in alternatives(ctx, duration):
        flow = _flow(ctx, value, loop)
        if not flow.told and ctx.literal(value) not in (0, None):
            return flow
        if isinstance(value, cst.Call) and ctx.callee(value) == "builtins.max":
            for own in (_flow(ctx, arg.value, loop) for arg in value.args):
                if not own.told and own.grows:
                    return own
    return None


def alternatives(ctx: Context, expression: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The values that an expression may have one of; itself alone where it is no choice."""
    seen: set[cst.CSTNode] = set()
    todo = [expression]
    while todo:
        value = todo.pop()
        if value in seen:
            continue
        seen.add(value)
        choices = _choices(ctx, value)
        if choices:
            todo += choices
        else:
            yield value


def _choices(ctx: Context, value: cst.BaseExpression) -> list[cst.BaseExpression]:
    match value:
        case cst.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case cst.BooleanOperation(left=left, right=right, operator=cst.Or()):
            return [left, right]
        case cst.Name():
            return [b.value for b in ctx.definitions(value) or () if b.kind == "assign" and b.value is not None]
        case cst.Call(func=func) if (function := ctx.function_def(func)) is not None:
            return [node.value for node in ctx.walk(function.body, cst.Return) if node.value is not None]
    return []


class _Flow:
    """Everything that a value is made of, as far as the file tells."""

    def __init__(self, ctx: Context, loop: cst.CSTNode | None) -> None:
        self.ctx = ctx
        self.inside = set(nodes_in(loop)) if loop is not None else set()
        self.loop = loop
        self.seen: set[cst.CSTNode] = set()
        self.chance = self.told = self.unknown = self.grows = False

    def follow(self, expression: cst.CSTNode) -> None:
        if expression in self.seen:
            return
        self.seen.add(expression)
        tables, settings = self._tables(expression), set(self._settings(expression))
        for node in self.ctx.walk(expression, cst.Name, cst.Attribute, cst.Call, cst.SimpleString, cst.Power):
            match node:
                case cst.Name(value=text) | cst.Attribute(attr=cst.Name(value=text)) if node in tables:
                    self._look_at(text)
                case cst.Name(value=text):
                    if not self._is_table(node):
                        self._look_at(text, is_setting=node in settings)
                    self._follow_bindings(node)
                case cst.Attribute(attr=attr):
                    self._look_at(attr.value, is_setting=attr in settings)
                    self._follow_bindings(node)
                    self._look_at_owner(node.value)
                case cst.SimpleString(value=text):
                    self._look_at(text, is_setting=node in settings)
                case cst.Call():
                    self._follow_call(node)

    def _tables(self, expression: cst.CSTNode) -> set[cst.CSTNode]:
        """The `options` in `options.get("pause", 3)`: where such a table comes from tells nothing about the pause."""
        found: set[cst.CSTNode] = set()
        for node in self.ctx.walk(expression, cst.Call, cst.Subscript, cst.Attribute):
            match node:
                case cst.Call(
                    func=cst.Attribute(value=owner, attr=cst.Name(value="get" | "pop")),
                    args=[cst.Arg(value=cst.SimpleString()), *_],
                ):
                    found |= set(self.ctx.walk(owner, cst.Name, cst.Attribute))
                case cst.Subscript(value=owner) | cst.Attribute(value=owner) if _OPTIONS.search(last_name(owner)):
                    found |= set(self.ctx.walk(owner, cst.Name, cst.Attribute))
        return found

    def _settings(self, expression: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The names of what somebody configured: `config.retry_after`, `options["retry_after"]`, `RETRY_AFTER`."""
        for node in self.ctx.walk(expression, cst.Name, cst.Attribute, cst.Subscript, cst.Call):
            match node:
                case cst.Name(value=text) if text.isupper():
                    yield node
                case cst.Attribute(value=owner, attr=name) if _OPTIONS.search(last_name(owner)):
                    yield name
                case cst.Attribute(attr=name) if self._is_set_to_a_number(node):
                    yield name
                case cst.Subscript(value=owner) | cst.Call(func=cst.Attribute(value=owner)):
                    if _OPTIONS.search(last_name(owner)):
                        yield from self.ctx.walk(node, cst.SimpleString)

    def _is_set_to_a_number(self, attribute: cst.Attribute) -> bool:
        """Whether an attribute is given nothing but numbers, or what its class is made with."""
        values = self.ctx.bindings(attribute) or ()
        return bool(values) and all(_is_constant(value) or self._is_parameter(value) for value in values)

    def _is_parameter(self, value: cst.CSTNode) -> bool:
        return isinstance(value, cst.Name) and any(b.kind == "parameter" for b in self.ctx.definitions(value) or ())

    def _look_at(self, text: str, *, is_setting: bool = False) -> None:
        self.chance = self.chance or bool(_CHANCE.search(text))
        self.told = self.told or (not is_setting and bool(_TOLD.search(text)))

    def _is_table(self, name: cst.Name) -> bool:
        """Whether a name such as `retry_after` is only bound to numbers: then nobody else has asked for them."""
        found = self.ctx.definitions(name) or ()
        return bool(found) and all(binding.value is not None and _is_constant(binding.value) for binding in found)

    def _look_at_owner(self, owner: cst.BaseExpression) -> None:
        """`error.seconds`: an exception that knows how long to wait was told so by the other side."""
        if any(b.kind == "except" for b in self.ctx.definitions(owner) or ()):
            self.told = True

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
        if (waits := BACKOFF_WAITS.get(name or "")) is not None:
            self.grows = self.grows or waits is Delay.GROWING
            self.told = self.told or waits is Delay.RANDOM
        elif (function := self.ctx.function_def(call.func)) is not None:
            self._follow_function(function)
            counts = any(True for _ in self.ctx.walk(function.body, cst.AugAssign))
            self.grows = self.grows or bool(call.args) or counts
        elif name is not None and name.startswith(_PURE) and not self._takes_from_elsewhere(call):
            return
        elif (made := class_syntax(self.ctx, call.func)) is not None:
            self._look_into(made)
        elif isinstance(imported := imported_definition(self.ctx, call.func), ast.FunctionDef):
            self._read(imported)
            self.grows = self.grows or bool(call.args)
        elif not (isinstance(call.func, cst.Attribute) and _READERS.match(call.func.attr.value)):
            self.unknown = True

    def _look_into(self, made: ast.ClassDef) -> None:
        """A class whose instance holds the seconds: known where it only holds values."""
        methods = [each.name for each in ast.walk(made) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        self.unknown = self.unknown or not all(name.startswith("__") for name in methods)
        self.chance = self.chance or bool(_CHANCE.search(ast.unparse(made)))

    def _read(self, function: ast.FunctionDef) -> None:
        """A function of another file: known where it only computes."""
        self._look_at(ast.unparse(function))
        called = [ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)]
        self.unknown = self.unknown or not all(_ARITHMETIC.match(name) for name in called)

    def _takes_from_elsewhere(self, call: cst.Call) -> bool:
        """`next(delays)`, where it is out of sight what goes through them; else the delay grows with each."""
        if self.ctx.callee(call) != "builtins.next":
            return False
        self.grows = True
        return not call.args or not self._is_in_sight(call.args[0].value)

    def _is_in_sight(self, made: cst.BaseExpression) -> bool:
        """Whether an expression, or what its name is given in the file, is made there."""
        seen: set[cst.CSTNode] = set()
        todo = [made]
        while todo:
            value = todo.pop()
            if isinstance(value, cst.Name | cst.Attribute) and value not in seen:
                seen.add(value)
                if (values := self.ctx.bindings(value)) is None:
                    return False
                todo += values
        return True

    def _follow_function(self, function: cst.FunctionDef) -> None:
        self._look_at(function.name.value)
        ways = self.ctx.walk(function.body, cst.Return, cst.Yield)
        made = [way.value for way in ways if isinstance(way, cst.Return | cst.Yield) and way.value is not None]
        self.unknown = self.unknown or not made  # abstract: subclasses say how long
        for value in made:
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
