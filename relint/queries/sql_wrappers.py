"""Calls of the project's own functions that hand SQL text on to a database: `self.run_query(sql, parameters)`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask
from relint.libraries.databases import Driver
from relint.names import last_name, parameters
from relint.patterns import PATTERNS
from relint.queries.callees import places
from relint.queries.sql_callees import is_called_sql, is_statement_in_full, says_it_runs
from relint.queries.sql_parse import looks_like_sql
from relint.queries.sql_passed_on import built, grown, speaks_soql
from relint.queries.sql_places import HOLE
from relint.queries.sql_sinks import Forwarded, Sink, Wrapper, given_parameters, sink_of
from relint.queries.text import holes, is_text, text_of, with_holes_as

MAX_DEPTH = 3
"""Wrappers of wrappers."""
_TRANSPARENT = frozenset({"dedent", "cleandoc", "str"})
_PREPARES = frozenset({"mogrify"})
"""What takes SQL text and does not execute it: a log of statements is no wrapper."""


def wrapped(ctx: Context) -> Iterator[Sink]:
    """Every call that gives text with holes in it to a wrapper, of this file or imported from the project."""
    filled = [text for text in built(ctx) if any(map(holes, text_of(ctx, text)))]
    given = [arg for text in (*filled, *grown(ctx)) for arg in _given_as(ctx, text)]
    for argument in dict.fromkeys(given):
        call = ctx.parent(argument)
        if isinstance(call, cst.Call) and (filled_texts := _filled(ctx, argument.value)):
            sink = wrapped_call(ctx, call) or _called(ctx, argument, call, filled_texts)
            if sink is not None and sink.arg is argument:
                yield sink


def wrapped_call(ctx: Context, call: cst.Call) -> Sink | None:
    """The call of a wrapper, with the text that it is given; None for any other call."""
    return _wrapped(ctx, call, MAX_DEPTH)


@dataclass(frozen=True)
class _Handed:
    """What a function hands to a database: a value, true for whoever calls it."""

    function: str
    parameter: str
    position: int | None
    sink: str
    driver: Driver | None
    forwarded: Forwarded | None


def _wrapped(ctx: Context, call: cst.Call, depth: int) -> Sink | None:
    """The call of a function, when that hands a parameter to a database."""
    function = ctx.function_def(call.func)
    handed = _handed(ctx, call.func, depth)
    taken = ctx.argument(call, handed.parameter, handed.position) if handed is not None else None
    if handed is None or taken is None or taken.star:
        return None
    inner = _executed(ctx, function, depth) if function is not None else None
    executed = None if inner is None else inner.wrapper.executed if inner.wrapper else inner.call
    wrapper = Wrapper(handed.function, executed, handed.forwarded)
    return Sink(call, handed.sink, taken, handed.driver, wrapper)


# -- the call --------------------------------------------------------------------------------------------------------


def _given_as(ctx: Context, text: cst.BaseExpression) -> list[cst.Arg]:
    """The arguments that a text is, by itself or through a name that it is assigned to; dedented or stripped too."""
    found: list[cst.Arg] = []
    seen: set[cst.CSTNode] = set()
    todo: list[cst.CSTNode] = [text]
    while todo:
        if (current := todo.pop()) in seen:
            continue
        seen.add(current)
        parent = ctx.parent(current)
        around = ctx.parent(parent) if parent is not None else None
        match parent:
            case cst.Arg() if isinstance(around, cst.Call) and last_name(around.func) in _TRANSPARENT:
                todo.append(around)
            case cst.Arg():
                found.append(parent)
            case cst.Attribute(attr=cst.Name(value="strip" | "lstrip" | "rstrip")) if isinstance(around, cst.Call):
                todo.append(around)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
                todo += _uses(ctx, name)
            case cst.AnnAssign(target=cst.Name() as name) | cst.AugAssign(target=cst.Name() as name):
                todo += _uses(ctx, name)
    return found


def _uses(ctx: Context, name: cst.Name) -> list[cst.Name]:
    found = ctx.names.find(name)
    return list(ctx.names.uses(found[0], name.value)) if found else []


def _filled(ctx: Context, expression: cst.BaseExpression) -> list[str]:
    """The texts of an expression that are SQL with holes in it."""
    texts = (text for text in text_of(ctx, expression) if is_text(text) and holes(text))
    return [sql for text in texts if looks_like_sql(sql := with_holes_as(text, lambda _, __: HOLE))]


def _called(ctx: Context, argument: cst.Arg, call: cst.Call, texts: list[str]) -> Sink | None:
    """The call of a function out of sight whose name says that it runs the statement that it is given."""
    if argument.star or sink_of(ctx, call) is not None or ctx.function_def(call.func) is not None:
        return None
    if not any(is_statement_in_full(sql) and says_it_runs(call, sql) for sql in texts):
        return None
    if not _speaks_sql(ctx, call) or speaks_soql(ctx):
        return None
    return Sink(call, last_name(call.func), argument, None)


def _speaks_sql(ctx: Context, call: cst.Call) -> bool:
    """Whether the function around a call writes SQL: where its templates are all from elsewhere, it is not read."""
    functions = [around for around in ctx.ancestors(call) if isinstance(around, cst.FunctionDef)]
    return PATTERNS["sql"](ctx.source(functions[-1] if functions else ctx.statement_of(call)))


# -- the function ----------------------------------------------------------------------------------------------------


def _handed(ctx: Context, called: cst.BaseExpression, depth: int) -> _Handed | None:
    """What a function that is called so hands to a database; it is this module's, or another's of the project."""
    if depth == 0:
        return None
    if (function := ctx.function_def(called)) is None:
        answers = (ask(ctx, place, f"wrapper {depth}", partial(_handed, depth=depth)) for place in places(ctx, called))
        return next((answer for answer in answers if answer is not None), None)
    inner = _executed(ctx, function, depth)
    given = _as_given(inner.arg.value) if inner is not None else None
    if inner is None or not isinstance(given, cst.Name):
        return None
    name = given.value
    forwarded = _forwarded(ctx, function, inner)
    return _Handed(function.name.value, name, _position(ctx, function, name), inner.name, inner.driver, forwarded)


def _executed(ctx: Context, function: cst.FunctionDef, depth: int) -> Sink | None:
    return ctx.settled(f"executed {depth}", function, lambda: _first_executed(ctx, function, depth))


def _first_executed(ctx: Context, function: cst.FunctionDef, depth: int) -> Sink | None:
    """The call in a function that hands a parameter to a database; one that gets parameters too, if there is one."""
    names = {parameter.name.value for parameter in parameters(function)}
    found = None
    for call in ctx.walk(function.body, cst.Call, stop=()):
        given = [_as_given(arg.value) for arg in call.args]
        if names.isdisjoint(value.value for value in given if isinstance(value, cst.Name)):
            continue
        sink = sink_of(ctx, call) if last_name(call.func) not in _PREPARES else None
        if sink is None:
            sink = _wrapped(ctx, call, depth - 1) or _called_with_parameter(ctx, call, names)
        if sink is not None and _is_parameter(ctx, function, _as_given(sink.arg.value)) and not sink.arg.star:
            if _forwarded(ctx, function, sink) is not None:
                return sink
            found = found or sink
    return found


def _as_given(value: cst.BaseExpression) -> cst.BaseExpression:
    """The text that is handed on: `sql` of `str(sql)` and `dedent(sql)`."""
    match value:
        case cst.Call(func=function, args=[cst.Arg(value=inner)]) if last_name(function) in _TRANSPARENT:
            return _as_given(inner)
    return value


def _called_with_parameter(ctx: Context, call: cst.Call, names: set[str]) -> Sink | None:
    """The call of a function out of sight whose name says that it runs what a parameter called `sql` holds."""
    if ctx.function_def(call.func) is not None or not says_it_runs(call, ""):
        return None
    given = (arg for arg in call.args if isinstance(arg.value, cst.Name) and arg.value.value in names)
    arg = next((arg for arg in given if is_called_sql(arg.value)), None)
    return Sink(call, last_name(call.func), arg, None) if arg is not None else None


def _is_parameter(ctx: Context, function: cst.FunctionDef, value: cst.BaseExpression) -> bool:
    """Whether an expression is a parameter of the function, or what was made of it (`sql = sql.strip()`)."""
    found = ctx.names.find(value) if isinstance(value, cst.Name) else None
    if found is None or found[0].node is not function or found[1][0].kind != "parameter":
        return False
    name = found[1][0].name
    made = [binding.value for binding in found[1][1:] if binding.kind == "assign"]
    return len(made) == len(found[1]) - 1 and all(
        value is not None and any(n.value == name for n in ctx.walk(value, cst.Name)) for value in made
    )


def _forwarded(ctx: Context, function: cst.FunctionDef, sink: Sink) -> Forwarded | None:
    """The parameter of the function that the database call gets as those of the statement, whose text is as it was."""
    if len(ctx.definitions(_as_given(sink.arg.value)) or ()) != 1:
        return None
    arg = _parameters_argument(ctx, sink)
    value = arg.value if arg is not None else None
    if isinstance(value, cst.BooleanOperation) and isinstance(value.operator, cst.Or):
        value = value.left  # `parameters or ()`
    found = ctx.names.find(value) if isinstance(value, cst.Name) else None
    if arg is None or found is None or found[0].node is not function or found[1][0].kind != "parameter":
        return None
    if not all(isinstance(b.value, cst.Tuple | cst.List | cst.Dict) and not b.value.elements for b in found[1][1:]):
        return None
    parameter = found[1][0].node
    assert isinstance(parameter, cst.Param)
    star = function.params.star_arg is parameter
    if parameter is function.params.star_kwarg:
        return None
    apart = sink.driver is not None and sink.driver.style == "numeric"
    return Forwarded(
        name=None if star else parameter.name.value,
        position=_position(ctx, function, parameter.name.value),
        each=star and (apart or not arg.star),
        bare=arg.value is value and len(found[1]) == 1 and isinstance(parameter.default, cst.Name),
    )


def _parameters_argument(ctx: Context, sink: Sink) -> cst.Arg | None:
    """The argument of a database call that holds the parameters; that of the call around `text(...)`."""
    if sink.name == "text" and sink.wrapper is None:
        around = ctx.parent(ctx.parent(sink.call) or sink.call)
        if not isinstance(around, cst.Call) or not around.args or around.args[0].value is not sink.call:
            return None
        return ctx.argument(around, "params", 1) or ctx.keyword(around, "parameters")
    given = given_parameters(ctx, sink)
    arg = ctx.parent(given) if given is not None else None
    if isinstance(arg, cst.Arg):
        return arg
    starred = [a for a in sink.call.args if a.star == "*"]
    return starred[0] if len(starred) == 1 and sink.call.args.index(starred[0]) == 1 else None


def _position(ctx: Context, function: cst.FunctionDef, name: str) -> int | None:
    """At which position a call gives a parameter, or the first of `*name`; None where it takes the keyword alone."""
    star = function.params.star_arg
    positional = [*function.params.posonly_params, *function.params.params]
    names = [p.name.value for p in (*positional, *([star] if isinstance(star, cst.Param) else []))]
    bound = ctx.names.class_of_method(function) is not None
    return names.index(name) - bound if name in names else None
