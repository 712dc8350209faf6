"""Rolls back where something fails: a `with` block by what the driver's `with` does, else `try` and `rollback()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.edits import (
    Edits,
    delete_statement,
    ensure_import,
    indent_of,
    insert_before,
    open_block,
    replace_node,
    wrap,
)
from relint.libraries.database_errors import is_database_error
from relint.model import Finding, Fix, Safety
from relint.names import is_none
from relint.queries.handlers import caught
from relint.queries.owners import Owned, calls_on, is_maker
from relint.queries.versions import minimum_version
from relint.rules.transactions.transaction_without_rollback import Swallowed, Unguarded, rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    match finding.data:
        case Swallowed():
            return _roll_back_first(ctx, finding.data)
        case Unguarded(owner=None, commit=commit):
            return _guard_django(ctx, finding.node, commit)
        case Unguarded(owner=owner, commit=commit) if owner is not None:
            place = _place(ctx, owner, commit)
            if place is None:
                return None
            return _with_block(ctx, place) or _try_block(ctx, place)
    return None


# -- a handler that goes on ------------------------------------------------------------------------------------------


def _roll_back_first(ctx: Context, found: Swallowed) -> Fix | None:
    body = found.handler.body
    if not isinstance(body, cst.IndentedBlock) or _is_bound_in(ctx, found):
        return None
    rollback = _call(ctx, found.commit, f"{found.receiver}.rollback()")
    match body.body:
        case [cst.SimpleStatementLine(body=[cst.Pass() as placeholder])]:
            edits: Edits | None = replace_node(ctx, placeholder, rollback)
        case _:
            edits = insert_before(ctx, body.body[0], rollback)
    if edits is None:
        return None
    # After an error that is none of the database's, what others have added to a borrowed session is lost as well.
    others = not all(is_database_error(name or "") for name in caught(ctx, found.handler))
    safety = Safety.UNSAFE if others and found.borrowed else None
    return Fix(f"Roll `{found.receiver}` back first", edits, safety)


def _is_bound_in(ctx: Context, found: Swallowed) -> bool:
    """Whether the `try` itself binds the receiver: in its handler it may be unbound."""
    assert isinstance(found.commit.func, cst.Attribute)
    root: cst.BaseExpression = found.commit.func.value
    while isinstance(root, cst.Attribute):
        root = root.value
    bindings = (ctx.definitions(root) or []) if isinstance(root, cst.Name) else []
    return any(found.block in ctx.ancestors(binding.node) for binding in bindings)


# -- try and rollback ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Place:
    """Statements of one block: at `made` the one that makes the connection, at `commit` the one that commits."""

    owner: Owned
    call: cst.Call
    block: cst.IndentedBlock
    made: int
    commit: int

    @property
    def siblings(self) -> Sequence[cst.CSTNode]:
        """The statements of the block."""
        return self.block.body


def _place(ctx: Context, owner: Owned, commit: cst.Call) -> _Place | None:
    """The innermost block that holds both the making and the commit, if they are different statements of it."""
    for block in ctx.ancestors(commit):
        if isinstance(block, cst.IndentedBlock):
            makers = [_index(ctx, block, value) for value in owner.made]
            if None not in makers:
                made = max(index for index in makers if index is not None)
                last = _index(ctx, block, commit)
                return _Place(owner, commit, block, made, last) if last is not None and made < last else None
    return None


def _index(ctx: Context, block: cst.IndentedBlock, node: cst.CSTNode) -> int | None:
    chain = {node, *ctx.ancestors(node)}
    return next((index for index, statement in enumerate(block.body) if statement in chain), None)


def _try_block(ctx: Context, place: _Place) -> Fix | None:
    first = _first_use(ctx, place)
    rollback = _call(ctx, place.call, f"{place.owner.name}.rollback()")
    edits = _guard(ctx, place.siblings[first : place.commit + 1], rollback)
    return None if edits is None else Fix("Roll back when a statement fails", edits)


def _guard_django(ctx: Context, node: cst.CSTNode, commit: cst.Call) -> Fix | None:
    block = next((a for a in ctx.ancestors(node) if isinstance(a, cst.IndentedBlock)), None)
    if block is None:
        return None
    start, end = _index(ctx, block, node), _index(ctx, block, commit)
    if start is None or end is None or start >= end:
        return None
    rollback = ctx.source(commit.func)[: -len("commit")] + "rollback"
    arguments = ctx.source(commit)[len(ctx.source(commit.func)) :]
    edits = _guard(ctx, block.body[start + 1 : end + 1], f"{rollback}{arguments}")
    return None if edits is None else Fix("Roll back when a statement fails", edits)


def _guard(ctx: Context, statements: Sequence[cst.CSTNode], rollback: str) -> Edits | None:
    step = ctx.tree.default_indent
    return wrap(ctx, statements, "try:", "except BaseException:", f"{step}{rollback}", f"{step}raise")


def _first_use(ctx: Context, place: _Place) -> int:
    """The first statement below the making that works with the connection, or in the transaction begun by hand."""
    if place.owner.with_ == "none":
        started = [_index(ctx, place.block, call) for call in calls_on(ctx, place.owner, "start")]
        return max([place.made, *(index for index in started if index is not None and index < place.commit)]) + 1
    for index in range(place.made + 1, place.commit):
        if _mentions(ctx, place.siblings[index], {place.owner.name}):
            return index
    return place.commit


def _call(ctx: Context, commit: cst.Call, text: str) -> str:
    """`text`, awaited if the commit is."""
    return f"await {text}" if isinstance(ctx.parent(commit), cst.Await) else text


# -- with blocks -----------------------------------------------------------------------------------------------------


def _with_block(ctx: Context, place: _Place) -> Fix | None:
    """The block by driver; None where the driver has none that commits, or where it would change what is committed."""
    if len(place.owner.made) != 1 or not _commits_at_the_end(ctx, place):
        return None
    if place.owner.with_ == "commits" and place.owner.cls.startswith("psycopg2"):
        return _psycopg2(ctx, place)
    if not _is_plain(place):
        return None
    last = _last_use(ctx, place)
    match place.owner.with_:
        case "commits":
            return _sqlite(ctx, place, last)
        case "commits and closes":
            return _psycopg(ctx, place, last)
        case "session" | "engine":
            return _sqlalchemy(ctx, place, last)
    return None


def _psycopg2(ctx: Context, place: _Place) -> Fix | None:
    first = _first_use(ctx, place)
    if first == place.commit:
        return None
    edits = wrap(ctx, place.siblings[first : place.commit], f"with {place.owner.name}:")
    deleted = delete_statement(ctx, place.siblings[place.commit])
    return _unsafe(f"Commit or roll back with `with {place.owner.name}:`", edits, deleted)


def _sqlite(ctx: Context, place: _Place, last: int) -> Fix | None:
    closing = ensure_import(ctx, "contextlib.closing", place.call, from_import=True)
    if closing is None:
        return None
    name = place.owner.name
    edits = _block(ctx, place, place.owner.made[0], (f"with {closing[0]}(", f") as {name}, {name}:"), last)
    return _unsafe("Commit or roll back, and close, with a `with` block", edits, closing[1])


def _psycopg(ctx: Context, place: _Place, last: int) -> Fix | None:
    """Only where nothing uses the connection after the commit: the block closes it."""
    if last > place.commit:
        return None
    asynchronous = "async " if isinstance(ctx.parent(place.call), cst.Await) else ""
    first = place.made + 1
    edits = wrap(ctx, place.siblings[first : place.commit], f"{asynchronous}with {place.owner.name}:")
    return _unsafe("Commit or roll back, and close, with a `with` block", edits, _dropped(ctx, place, last))


def _sqlalchemy(ctx: Context, place: _Place, last: int) -> Fix | None:
    """Nothing may use the session after the commit: inside the block of `begin()` that is an error."""
    if last > place.commit or (minimum_version(ctx, "sqlalchemy") or (2,)) < (1, 4):  # where `begin()` is from
        return None
    name = place.owner.name
    value = place.owner.made[0]
    call = value.expression if isinstance(value, cst.Await) else value
    assert isinstance(call, cst.Call)
    header = "async with " if isinstance(ctx.parent(place.call), cst.Await) else "with "
    maker = _maker(ctx, call)
    if maker is not None:
        edits = _block(ctx, place, maker, (header, f".begin() as {name}:"), last)
    elif place.owner.with_ == "session" and not isinstance(value, cst.Await):
        edits = _block(ctx, place, value, (header, f" as {name}, {name}.begin():"), last)
    else:
        return None
    return _unsafe("Commit or roll back, and close, with a `with` block", edits)


def _maker(ctx: Context, call: cst.Call) -> cst.BaseExpression | None:
    """What has a `begin()` that opens session (or connection) and transaction at once: a sessionmaker, an engine."""
    if call.args:
        return None
    match call.func:
        case cst.Attribute(value=engine, attr=cst.Name(value="connect")):
            return engine
    return call.func if is_maker(ctx, call.func) else None


def _is_plain(place: _Place) -> bool:
    """Whether the connection is made by a plain `name = making`."""
    match place.siblings[place.made]:
        case cst.SimpleStatementLine(body=[cst.Assign(targets=[_], value=value)]):
            return value is place.owner.made[0]
    return False


def _commits_at_the_end(ctx: Context, place: _Place) -> bool:
    """Whether the commit is the only one, stands in the block itself, and nothing leaves the block before it."""
    match place.siblings[place.commit]:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
            call = value.expression if isinstance(value, cst.Await) else value
            if call is not place.call:
                return False
        case _:
            return False
    between = place.siblings[place.made + 1 : place.commit]
    if not between:
        return False
    for statement in between:
        if any(True for _ in ctx.walk(statement, cst.Return, cst.Yield)) or _leaves_loop(ctx, statement):
            return False
        for call in ctx.walk(statement, cst.Call):
            match call.func:
                case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="commit" | "rollback" | "close")):
                    if name == place.owner.name:
                        return False
    return True


def _leaves_loop(ctx: Context, statement: cst.CSTNode) -> bool:
    """Whether a `break` or `continue` in a statement belongs to a loop around it."""
    return any(
        ctx.enclosing(leave, cst.For, cst.While) not in {*ctx.walk(statement, cst.For, cst.While)}
        for leave in ctx.walk(statement, cst.Break, cst.Continue)
    )


def _last_use(ctx: Context, place: _Place) -> int:
    """The last statement that needs the connection open.

    Whatever is computed from it (a cursor, a row, an object added to the session) may need it too, until it is closed.
    """
    names = {place.owner.name}
    for statement in place.siblings[place.made + 1 :]:
        names |= _derived(ctx, statement, names)
    last = place.commit
    for index in range(place.commit + 1, len(place.siblings)):
        if _closes(ctx, place.siblings[index], {place.owner.name}):
            break
        if _mentions(ctx, place.siblings[index], names) and not _closes(ctx, place.siblings[index], names):
            last = index
    return last


def _derived(ctx: Context, statement: cst.CSTNode, names: set[str]) -> set[str]:
    """The names that a statement gives a value made from `names`, or hands to a method of one of them."""
    found: set[str] = set()
    for node in ctx.walk(statement, cst.Assign, cst.AnnAssign, cst.For, cst.WithItem, cst.NamedExpr):
        value, targets = _binding(node)
        if value is not None and _mentions(ctx, value, names):
            found |= {name.value for target in targets for name in ctx.walk(target, cst.Name)}
    for call in ctx.walk(statement, cst.Call):
        if _mentions(ctx, call.func, names):
            given = (arg.value for arg in call.args)
            found |= {value.value for value in given if isinstance(value, cst.Name) and not is_none(value)}
    return found


def _binding(node: cst.CSTNode) -> tuple[cst.BaseExpression | None, list[cst.CSTNode]]:
    """The value that a node gives away, and the targets that get it."""
    match node:
        case cst.Assign(value=value, targets=targets):
            return value, [target.target for target in targets]
        case cst.AnnAssign(value=value, target=target) | cst.NamedExpr(value=value, target=target):
            return value, [target]
        case cst.For(iter=value, target=target) | cst.WithItem(item=value, asname=cst.AsName(name=target)):
            return value, [target]
    return None, []


def _mentions(ctx: Context, node: cst.CSTNode, names: set[str]) -> bool:
    # Nested functions are entered: what they use must still be there when they run.
    return any(name.value in names for name in ctx.walk(node, cst.Name, stop=()))


def _closes(ctx: Context, statement: cst.CSTNode, names: set[str]) -> bool:
    """`conn.close()` as a statement."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.Call() as call)] | [cst.Expr(value=cst.Await(expression=cst.Call() as call))]
        ):
            match call.func:
                case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="close")):
                    return name in names
    return False


def _block(ctx: Context, place: _Place, kept: cst.BaseExpression, around: tuple[str, str], last: int) -> Edits | None:
    """The making turned into a `with` header over all statements up to `last`; closing and a last commit go."""
    dropped = _dropped(ctx, place, last)
    if dropped is None:
        return None
    end = ctx.range(place.siblings[place.commit])[0] - len(indent_of(ctx, place.siblings[place.commit]))
    if last > place.commit:
        end = ctx.range(place.siblings[last])[1]
    opened = open_block(ctx, kept, *around, end)
    return None if opened is None else (*opened, *dropped)


def _dropped(ctx: Context, place: _Place, last: int) -> Edits | None:
    """The edits that delete the last commit and what closes the connection or its cursors below it."""
    names = {place.owner.name}
    for statement in place.siblings[place.made + 1 : place.commit]:
        names |= _derived(ctx, statement, names)
    below = [s for s in place.siblings[place.commit + 1 :] if _closes(ctx, s, names)]
    edits: list[Edits | None] = [delete_statement(ctx, statement) for statement in below]
    if last == place.commit:
        edits.append(delete_statement(ctx, place.siblings[place.commit]))
    if None in edits:
        return None
    return tuple(edit for some in edits if some is not None for edit in some)


def _unsafe(message: str, *parts: Edits | None) -> Fix | None:
    edits = [part for part in parts if part is not None]
    if len(edits) != len(parts):
        return None
    return Fix(message, tuple(edit for part in edits for edit in part), Safety.UNSAFE)
