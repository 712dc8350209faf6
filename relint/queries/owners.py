"""Who made a connection or session, and does it roll back when something fails?

Only the function that made it owes a rollback; one that came in as a parameter, or from the framework, is borrowed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import ask, elsewhere
from relint.libraries.connections import AUTOCOMMIT, MAKERS, OWNERS, REGISTRIES, With
from relint.names import Binding, Scope, is_none
from relint.queries.endings import always_raises, ends_of
from relint.queries.handlers import Handler, catches_any_error, catches_database_error
from relint.queries.imported import imported_definition

Try = cst.Try | cst.TryStar
_SESSIONS_OF = {
    "sessionmaker": "sqlalchemy.orm.Session",
    "async_sessionmaker": "sqlalchemy.ext.asyncio.AsyncSession",
}
_NOT_A_GUARD = frozenset({"cursor", "no_autoflush", "connection", "execute", "stream", "scalars", "query"})
_RELEASES = frozenset("rollback close aclose abort invalidate reset remove __exit__ __aexit__".split())


@dataclass(frozen=True, eq=False)
class Owned:
    """A connection, session or transaction that one function makes and names."""

    name: str
    cls: str
    with_: With
    function: cst.FunctionDef
    scope: Scope
    made: tuple[cst.BaseExpression, ...]
    """The expressions that make it, `await` included."""
    bindings: tuple[Binding, ...]


def owned(ctx: Context, function: cst.FunctionDef) -> list[Owned]:
    """What a function makes itself, keeps to itself, and does not bind by `with`; autocommitting ones left out."""
    scope = ctx.names.body_scope(function)
    found = [_owned(ctx, function, scope, name, bindings) for name, bindings in scope.bindings.items()]
    return [o for o in found if o is not None and not _escapes(ctx, o) and not _autocommits(ctx, o)]


def calls_on(ctx: Context, owner: Owned, *methods: str) -> list[cst.Call]:
    """The calls of `methods` on what is owned, directly in its function, in source order."""
    found = []
    for use in ctx.names.uses(owner.scope, owner.name):
        attribute = ctx.parent(use)
        call = ctx.parent(attribute) if isinstance(attribute, cst.Attribute) else None
        if isinstance(attribute, cst.Attribute) and attribute.attr.value in methods:
            if isinstance(call, cst.Call) and call.func is attribute and ctx.function_of(call) is owner.function:
                found.append(call)
    return found


def is_guarded(ctx: Context, owner: Owned, commit: cst.CSTNode) -> bool:
    """Whether an error before `commit` ends the transaction: by a `with`, a handler or a `finally`, or by `closing`.

    A handler or `finally` anywhere in the function counts: the statements before the commit are what matters.
    """
    if any(_with_guards(ctx, owner, block, commit) for block in ctx.ancestors(commit) if isinstance(block, cst.With)):
        return True
    for block in _tries(ctx, owner.function):
        parts = [*(handler.body for handler in block.handlers), *([block.finalbody.body] if block.finalbody else [])]
        if any(releases(ctx, part, owner.name) for part in parts):
            return True
        if block in ctx.ancestors(commit) and any(_ends_below(ctx, block, h, owner.name) for h in block.handlers):
            return True
    # `addfinalizer(conn.close)`, `stack.callback(session.rollback)`
    uses = ctx.names.uses(owner.scope, owner.name)
    return any(_is_reference(ctx, use) for use in uses)


def swallowing_handlers(ctx: Context, block: Try, receiver: str) -> list[Handler]:
    """The handlers that catch a failed commit of `receiver`, do not always raise, and leave it without rollback."""
    if block.finalbody is not None and releases(ctx, block.finalbody.body, receiver):
        return []
    return [handler for handler in block.handlers if _swallows(ctx, block, handler, receiver)]


def releases(ctx: Context, block: cst.BaseSuite, receiver: str) -> bool:
    """Whether statements roll back (anything), close `receiver`, or hand it, or what holds it, to a function that may.

    `self.close()` may close `self.session`, and `failed(error, db)` roll `db.session` back.
    """
    closed = {receiver, "self"} if receiver.startswith("self.") else {receiver}
    handed = {receiver, *(set(_holders(receiver)) - {"self", "cls"})}
    for call in ctx.walk(block, cst.Call):
        match call.func:
            case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name) if "rollback" in name.lower():
                return True
            case cst.Attribute(value=value, attr=cst.Name(value=method)) if method in _RELEASES:
                if ctx.source(value) in closed:
                    return True
        if any(ctx.source(arg.value) in handed for arg in call.args):
            return True
    return False


def _holders(receiver: str) -> Iterator[str]:
    """`app.db` and `app` of `app.db.session`."""
    while "." in receiver:
        receiver = receiver.rpartition(".")[0]
        yield receiver


def _swallows(ctx: Context, block: Try, handler: Handler, receiver: str) -> bool:
    if not _catches(ctx, handler) or always_raises(ctx, handler.body):
        return False
    return not releases(ctx, handler.body, receiver) and not _ends_below(ctx, block, handler, receiver)


def _catches(ctx: Context, handler: Handler) -> bool:
    return catches_any_error(ctx, handler) or catches_database_error(ctx, handler)


def _ends_below(ctx: Context, block: Try, handler: Handler, receiver: str) -> bool:
    """Whether a handler goes on below the `try`, where `receiver` is rolled back or closed first of all."""
    goes_on = ends_of(ctx, handler.body) == {"next"}
    return goes_on and _catches(ctx, handler) and _released_below(ctx, block, receiver)


def _released_below(ctx: Context, block: Try, receiver: str) -> bool:
    """Whether the next thing that happens to `receiver` below a `try` is its end."""
    siblings = ctx.siblings(block)
    for statement in siblings[siblings.index(block) + 1 :]:
        mentions = [node for node in ctx.walk(statement, cst.Name, cst.Attribute) if ctx.source(node) == receiver]
        if mentions:
            parent = ctx.parent(mentions[0])
            return isinstance(parent, cst.Attribute) and parent.attr.value in _RELEASES
    return False


def opened_by(ctx: Context, value: cst.BaseExpression) -> str | None:
    """The class of the connection, session or transaction that an expression makes anew; None for all others."""
    cls = ctx.instance_of(value)
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call):
        return None
    if cls not in OWNERS:
        return _maker_elsewhere(ctx, call.func) or (_hand_started(ctx, call) if cls is None else None)
    if ctx.instance_of(call.func) in REGISTRIES:
        return None
    if any(_is_autocommit_argument(ctx, arg) for arg in call.args):
        return None
    if cls == "sqlalchemy.Transaction" and _is_closed_by_with(ctx, call):
        return None
    if (place := elsewhere(ctx, call)) is not None:
        return cls if ask(ctx, place, "opened by", opened_by) is not None else None
    function = ctx.function_def(call.func)
    return cls if function is None or _makes(ctx, function) else None


def _is_closed_by_with(ctx: Context, call: cst.Call) -> bool:
    """`with engine.connect() as conn: tr = conn.begin()`: closing the connection rolls back."""
    assert isinstance(call.func, cst.Attribute)
    return any(binding.kind == "with" for binding in ctx.definitions(call.func.value) or ())


def is_maker(ctx: Context, expression: cst.BaseExpression) -> bool:
    """Whether an expression is a `sessionmaker`, made in this file or in the one it is imported from."""
    return ctx.instance_of(expression) in MAKERS or _maker_elsewhere(ctx, expression) is not None


def _maker_elsewhere(ctx: Context, expression: cst.BaseExpression) -> str | None:
    """The class of the sessions that an imported `sessionmaker` makes."""
    match imported_definition(ctx, expression):
        case ast.Assign(value=ast.Call(func=maker)) | ast.AnnAssign(value=ast.Call(func=maker)):
            return _SESSIONS_OF.get(ast.unparse(maker).rpartition(".")[2])
    return None


def _hand_started(ctx: Context, call: cst.Call) -> str | None:
    """`tr = conn.transaction()` in a file with asyncpg, whatever `conn` is: only there is it started by hand."""
    match call.func:
        case cst.Attribute(attr=cst.Name(value="transaction")) if "asyncpg" in ctx.names.module.bindings:
            return "asyncpg.transaction.Transaction"
    return None


def _makes(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function of the file returns a new connection on every call."""
    if function.decorators:
        return False
    returned = [r.value for r in ctx.walk(function.body, cst.Return) if r.value is not None]
    return bool(returned) and all(_is_new(ctx, value) for value in returned)


def _is_new(ctx: Context, value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.Name):
        found = ctx.names.find(value)
        here = found is not None and isinstance(found[0].node, cst.FunctionDef)
        values = ctx.bindings(value) if here else None
        return values is not None and all(isinstance(v, cst.Call | cst.Await) and _is_new(ctx, v) for v in values)
    call = value.expression if isinstance(value, cst.Await) else value
    return isinstance(call, cst.Call) and ctx.function_def(call.func) is None and opened_by(ctx, value) is not None


def _owned(ctx: Context, function: cst.FunctionDef, scope: Scope, name: str, bindings: list[Binding]) -> Owned | None:
    if any(b.kind != "assign" or b.value is None for b in bindings):
        return None
    made = [b for b in bindings if b.value is not None and not is_none(b.value)]
    classes = {opened_by(ctx, b.value) for b in made if b.value is not None}
    if len(classes) != 1 or None in classes:
        return None
    cls = str(classes.pop())
    values = tuple(b.value for b in made if b.value is not None)
    return Owned(name, cls, OWNERS[cls], function, scope, values, tuple(made))


def _escapes(ctx: Context, owner: Owned) -> bool:
    """Whether someone else gets hold of it: returned, kept in an attribute or container, given another name."""
    return any(_is_given_away(ctx, use) for use in ctx.names.uses(owner.scope, owner.name))


def _is_given_away(ctx: Context, use: cst.CSTNode) -> bool:
    child = use
    for ancestor in ctx.ancestors(use):
        match ancestor:
            case cst.Return() | cst.Assign() | cst.AnnAssign() | cst.Global() | cst.Nonlocal() | cst.NamedExpr():
                return True
            case cst.Element() | cst.DictElement() | cst.Tuple() | cst.List() | cst.Dict() | cst.IfExp():
                child = ancestor
            case _:
                return False
    return child is not use


def _autocommits(ctx: Context, owner: Owned) -> bool:
    for use in ctx.names.uses(owner.scope, owner.name):
        attribute = ctx.parent(use)
        if isinstance(attribute, cst.Attribute) and attribute.attr.value in AUTOCOMMIT:
            if not _is_switched_off(ctx, attribute):
                return True
    return False


def _is_switched_off(ctx: Context, attribute: cst.Attribute) -> bool:
    """`conn.autocommit = False` and `conn.autocommit(False)`."""
    match ctx.parent(attribute):
        case cst.Call(args=[cst.Arg(value=value)]):
            return ctx.literal(value) is False
        case cst.AssignTarget() as target:
            assign = ctx.parent(target)
            return isinstance(assign, cst.Assign) and ctx.literal(assign.value) is False
    return False


def _is_autocommit_argument(ctx: Context, arg: cst.Arg) -> bool:
    if arg.keyword is None or arg.keyword.value not in AUTOCOMMIT:
        return False
    value = ctx.literal(arg.value)
    if arg.keyword.value == "isolation_level":
        return value is None or value == "AUTOCOMMIT"
    return value is not False


def _with_guards(ctx: Context, owner: Owned, block: cst.With, inside: cst.CSTNode) -> bool:
    return any(_item_guards(ctx, owner, item.item) for item in block.items)


def _item_guards(ctx: Context, owner: Owned, item: cst.BaseExpression) -> bool:
    """`with conn`, `closing(conn)`, `session.begin()`, `conn.transaction()`; not `conn.cursor()`."""
    match item:
        case cst.Name(value=value):
            return value == owner.name
        case cst.Call(func=cst.Attribute(value=cst.Name(value=value), attr=cst.Name(value=method))) if (
            value == owner.name
        ):
            return method not in _NOT_A_GUARD
        case cst.Call(args=args):
            return any(isinstance(arg.value, cst.Name) and arg.value.value == owner.name for arg in args)
    return False


def _tries(ctx: Context, function: cst.FunctionDef) -> list[Try]:
    return list(ctx.walk(function.body, cst.Try, cst.TryStar))


def _is_reference(ctx: Context, use: cst.CSTNode) -> bool:
    attribute = ctx.parent(use)
    if not isinstance(attribute, cst.Attribute) or attribute.attr.value not in _RELEASES:
        return False
    call = ctx.parent(attribute)
    return not (isinstance(call, cst.Call) and call.func is attribute)
