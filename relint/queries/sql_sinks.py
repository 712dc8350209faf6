"""Calls that hand SQL text to a database, and the driver behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.databases import COMPOSERS, DRIVERS, OTHER_CLIENTS, READERS, SINKS, TEXT, Driver
from relint.names import last_name


@dataclass(frozen=True)
class Forwarded:
    """The parameter by which a wrapper takes the statement's parameters, and where a call of it gives them.

    It has no name where it is `*parameters`; `each` says that each of them stands for one of the statement's, `bare`
    that without it the statement runs without any.
    """

    name: str | None
    position: int | None
    each: bool = False
    bare: bool = False


@dataclass(frozen=True, eq=False)
class Wrapper:
    """A function that hands its parameter to a database; `executed` is the call where, if that is in this file."""

    name: str
    executed: cst.Call | None
    forwarded: Forwarded | None


@dataclass(frozen=True, eq=False)
class Sink:
    """A call that hands SQL text to a database, itself or through a `wrapper`.

    `name` is the last part of what is called (in the end, by a wrapper).
    """

    call: cst.Call
    name: str
    arg: cst.Arg
    driver: Driver | None
    wrapper: Wrapper | None = None


def sinks(ctx: Context) -> Iterator[Sink]:
    """Every call of the file that may hand text to a database, in source order; those of `.extra()` come last."""
    for call in ctx.tree.of(cst.Call):
        if (sink := sink_of(ctx, call)) is not None:
            yield sink
    for call in ctx.tree.of(cst.Call):
        if last_name(call.func) == "extra":
            for keyword in ("where", "select"):
                if (arg := ctx.keyword(call, keyword)) is not None:
                    yield Sink(call, "extra", arg, DRIVERS["django"])


def sink_of(ctx: Context, call: cst.Call) -> Sink | None:
    """The call, if it is one that takes SQL text."""
    name = last_name(call.func)
    if name == "SQL" and ctx.callee(call) in COMPOSERS and call.args:
        return Sink(call, name, call.args[0], None)
    if name not in SINKS or (name == "text" and not _is_sqlalchemy_text(ctx, call)):
        return None
    position, keywords = SINKS[name]
    arg = ctx.positional(call, position)
    for keyword in keywords:
        arg = arg or ctx.keyword(call, keyword)
    return None if arg is None else Sink(call, name, arg, driver_of(ctx, call, name))


def driver_of(ctx: Context, call: cst.Call, name: str) -> Driver | None:
    """The driver whose parameters a database call takes; None when neither the code nor the settings tell."""
    if name in ("raw", "RawSQL", "RunSQL", "extra"):
        return DRIVERS["django"]
    if name in ("text", "DDL"):
        return DRIVERS["sqlalchemy"]
    owner = call.func.value if isinstance(call.func, cst.Attribute) else call.func
    if name in READERS and (ctx.callee(call) or "").startswith("pandas."):
        connection = ctx.argument(call, "con", 1)
        cls = ctx.instance_of(connection.value) if connection is not None else None
        return _driver(cls) if cls is not None else None
    known = ctx.instance_of(owner) or ctx.qualname(owner)
    if known is not None:
        return _driver(known) or _configured(ctx, known)
    imported = {driver for target in ctx.names.imported() if (driver := _driver(target)) is not None}
    return imported.pop() if len(imported) == 1 else _configured(ctx, None)


def _configured(ctx: Context, known: str | None) -> Driver | None:
    """`[tool.relint.sql] driver`, unless the call belongs to a client that takes parameters in a way of its own."""
    named = ctx.settings.sql.driver
    if named is None or (known or "").partition(".")[0] in OTHER_CLIENTS:
        return None
    return next(driver for driver in DRIVERS.values() if driver.name == named)


def _driver(dotted: str) -> Driver | None:
    first, _, rest = dotted.partition(".")
    return DRIVERS.get(first) or DRIVERS.get(f"{first}.{rest.partition('.')[0]}")


def texts_given(ctx: Context, sink: Sink) -> Iterator[tuple[cst.BaseExpression, str]]:
    """(expression, what stands before it in the statement) for each text that a call is given."""
    value = sink.arg.value
    if sink.name == "extra":
        prefix = "SELECT a FROM t WHERE " if sink.arg.keyword and sink.arg.keyword.value == "where" else "SELECT "
        for item in _members(value):
            yield item, prefix
        return
    if sink.name == "RunSQL":
        reverse = ctx.argument(sink.call, "reverse_sql", 1)
        for given in (value, reverse.value if reverse is not None else None):
            several = _members(given) if isinstance(given, cst.List | cst.Tuple) else [given] if given else []
            for item in several:
                pair = isinstance(item, cst.Tuple | cst.List) and item.elements
                yield (item.elements[0].value if pair else item), ""  # type: ignore[attr-defined]
        return
    yield value, ""


def given_parameters(ctx: Context, sink: Sink) -> cst.BaseExpression | None:
    """The parameters that the call has already; None for none."""
    if sink.wrapper is not None:
        forwarded = sink.wrapper.forwarded
        if forwarded is None:
            return None
        arg = ctx.keyword(sink.call, forwarded.name) if forwarded.name else None
        if arg is None and forwarded.position is not None:
            arg = ctx.positional(sink.call, forwarded.position)
        return arg.value if arg is not None else None
    for keyword in ("parameters", "params", "args", "vars", "query_params"):
        if (arg := ctx.keyword(sink.call, keyword)) is not None:
            return arg.value
    position = SINKS[sink.name][0] if sink.name in SINKS else sink.call.args.index(sink.arg)
    behind = READERS.get(sink.name, position + 1)
    given = ctx.positional(sink.call, behind)
    return given.value if given is not None else None


def _members(value: cst.BaseExpression | None) -> Iterable[cst.BaseExpression]:
    match value:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return [element.value for element in elements]
        case cst.Dict(elements=elements):
            return [element.value for element in elements]
    return []


def _is_sqlalchemy_text(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call)
    if name is None:
        return isinstance(call.func, cst.Attribute)  # `db.text(...)`
    return name in TEXT or (name.endswith(".text") and name.startswith(("sqlalchemy.", "sqlmodel.")))
