"""SQLAlchemy sessions that a function works on without having made them."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.connections import SESSIONS
from relint.queries.endings import ends_of
from relint.queries.entry_points import entry_point
from relint.queries.handlers import Handler
from relint.queries.owners import Try

_PACKAGES = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")


def is_session(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is a SQLAlchemy session.

    Known by its class; `db.session`; or, in a file that imports SQLAlchemy, something nobody knows called `session`
    or `..._session`.
    """
    cls = ctx.instance_of(expression)
    if cls is not None:
        return cls in SESSIONS
    match expression:
        case cst.Attribute(value=cst.Name(value="db"), attr=cst.Name(value="session")):
            return True
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name.lower().endswith("session") and _imports_sqlalchemy(ctx)
    return False


def written_in(ctx: Context, block: Try) -> Iterator[cst.Call]:
    """The calls of `flush()` and `commit()` on sessions whose failure arrives at the handlers of a `try`."""
    for call in ctx.walk(block.body, cst.Call):
        match call.func:
            case cst.Attribute(value=session, attr=cst.Name(value="commit" | "flush")):
                if _handled_by(ctx, call) is block and is_session(ctx, session) and not _in_savepoint(ctx, call, block):
                    yield call


def made_by_framework(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether what a function makes is ended by a framework: in pytest fixtures and Alembic's files."""
    if any((name or "").rpartition(".")[2] == "fixture" for name, _ in ctx.decorators(function)):
        return True
    return any(target.partition(".")[0] == "alembic" for target in ctx.names.imported())


def ends_with_request(ctx: Context, handler: Handler, session: str) -> bool:
    """Whether a handler of a route answers at once: the framework ends the session after that."""
    function = ctx.function_of(handler)
    if not isinstance(function, cst.FunctionDef) or entry_point(ctx, function) != "route":
        return False
    text = ctx.source(handler.body)
    return ends_of(ctx, handler.body) <= {"return", "raise"} and session not in text and ".query" not in text


def _handled_by(ctx: Context, call: cst.Call) -> Try | None:
    block = ctx.in_try(call)
    while block is not None and not block.handlers:
        block = ctx.in_try(block)
    return block


def _in_savepoint(ctx: Context, call: cst.Call, block: Try) -> bool:
    """Whether a `with session.begin_nested()` (or `begin()`) inside the `try` rolls back by itself."""
    for ancestor in ctx.ancestors(call):
        if ancestor is block:
            return False
        if isinstance(ancestor, cst.With):
            for item in ancestor.items:
                match item.item:
                    case cst.Call(func=cst.Attribute(attr=cst.Name(value="begin_nested" | "begin"))):
                        return True
    return False


def _imports_sqlalchemy(ctx: Context) -> bool:
    return ctx.memo("imports sqlalchemy", lambda: any(t.partition(".")[0] in _PACKAGES for t in ctx.names.imported()))


def outlives(ctx: Context, call: cst.Call, block: Try) -> bool:
    """Whether anyone works with the session of `call` after a `try`: not if a `with` in this function closes it."""
    assert isinstance(call.func, cst.Attribute)
    session = call.func.value
    text, (_, end) = ctx.source(session), ctx.range(block)
    around = next((a for a in ctx.ancestors(call) if isinstance(a, cst.With) and _binds(a, text)), None)
    if around is None:
        return True
    if block in ctx.ancestors(around):
        return False
    repeated = any(isinstance(a, cst.For | cst.While) and around in ctx.ancestors(a) for a in ctx.ancestors(block))
    names = ctx.walk(around.body, cst.Name, cst.Attribute)
    return repeated or any(ctx.range(name)[0] > end and ctx.source(name) == text for name in names)


def _binds(block: cst.With, name: str) -> bool:
    names = (item.asname.name for item in block.items if item.asname is not None)
    return any(isinstance(bound, cst.Name) and bound.value == name for bound in names)
