"""What the earlier revisions of an Alembic folder say of a column, read by `ast`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Iterator, Mapping

from relint.context import Context
from relint.project import parse

_Column = tuple[str, str, str]
"""Schema (empty: the default one), table and name, in lower case."""


@dataclass(frozen=True, eq=False)
class Revision:
    """One file: its id, the ids it follows, and column -> nullable as its `upgrade()` leaves them."""

    name: str | None
    follows: tuple[str, ...]
    nullable: Mapping[_Column, bool]


def is_before_start(ctx: Context) -> bool:
    """Whether the file's revision is one that `start-after` names, or an ancestor of it."""
    starts = set(ctx.settings.migrations.start_after.values())
    own = _revision(ctx.text).name
    return own is not None and any(own in _ancestors(ctx, start) for start in starts if start in _folder(ctx))


def was_nullable(ctx: Context, table: str, column: str, schema: str = "") -> bool | None:
    """Whether earlier revisions left the column nullable; None when they do not show it."""
    for name in _ancestors(ctx, *_revision(ctx.text).follows):
        known = _folder(ctx)[name].nullable.get((schema, table, column))
        if known is not None:
            return known
    return None


def _folder(ctx: Context) -> dict[str, Revision]:
    folder = Path(ctx.path).absolute().parent

    def answer() -> dict[str, Revision]:
        own = Path(ctx.path).name
        names = [name for name in ctx.project.listing(folder) if name.endswith(".py")]
        texts = [ctx.text if name == own else ctx.project.text(folder / name) for name in names]
        revisions = [_revision(text) for text in texts if text is not None]
        return {revision.name: revision for revision in revisions if revision.name is not None}

    return ctx.memo("alembic folder", answer)


def _ancestors(ctx: Context, *names: str) -> list[str]:
    """The named revisions of the folder and all that they follow, latest first."""
    known, order, todo = _folder(ctx), dict[str, None](), list(names)
    while todo:
        name = todo.pop(0)
        if name in known and name not in order:
            order[name] = None
            todo += known[name].follows
    return list(order)


@lru_cache(maxsize=4096)
def _revision(text: str) -> Revision:
    tree = parse(text)
    name: str | None = None
    follows: tuple[str, ...] = ()
    nullable: dict[_Column, bool] = {}
    for statement in tree.body if tree is not None else ():
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ) if target in ("revision", "down_revision"):
                found = tuple(
                    n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                )
                if target == "down_revision":
                    follows = found
                else:
                    name = found[0] if found else None
            case ast.FunctionDef(name=function) if "downgrade" not in function:
                nullable.update(_columns(statement, None, ""))
    return Revision(name, follows, nullable)


def _columns(node: ast.AST, table: str | None, schema: str) -> Iterator[tuple[_Column, bool]]:
    """What calls at or under a node say of columns; `table` and `schema` are those of a batch around it."""
    match node:
        case ast.With(items=[ast.withitem(context_expr=ast.Call() as opened), *_]):
            if _last(opened) == "batch_alter_table":
                table, schema = _text(opened.args[0]) if opened.args else None, _schema(opened)
        case ast.Call():
            yield from _columns_of_call(node, table, schema)
    for child in ast.iter_child_nodes(node):
        yield from _columns(child, table, schema)


def _columns_of_call(call: ast.Call, batch: str | None, schema: str) -> Iterator[tuple[_Column, bool]]:
    verb = _last(call)
    if verb not in ("create_table", "add_column", "alter_column"):
        return
    own = batch is not None and verb != "create_table"
    table = batch if own else _text(call.args[0]) if call.args else None
    schema = schema if own else _schema(call)
    if table is None:
        return
    rest = call.args if own else call.args[1:]
    if verb == "alter_column":
        column, flag = _text(rest[0]) if rest else None, _keyword(call, "nullable")
        renamed = _keyword(call, "new_column_name")
        if column is not None and isinstance(flag, bool):
            yield (schema, table, renamed.lower() if isinstance(renamed, str) else column), flag
        return
    for argument in rest:
        if isinstance(argument, ast.Call) and _last(argument) == "Column" and argument.args:
            if (name := _text(argument.args[0])) is not None:
                flag = _keyword(argument, "nullable")
                is_key = _keyword(argument, "primary_key") is True
                yield (schema, table, name), flag if isinstance(flag, bool) else not is_key


def _schema(call: ast.Call) -> str:
    given = _keyword(call, "schema")
    return given.lower() if isinstance(given, str) else ""


def _keyword(call: ast.Call, name: str) -> object:
    for keyword in call.keywords:
        if keyword.arg == name and isinstance(keyword.value, ast.Constant):
            return keyword.value.value
    return None


def _text(node: ast.expr) -> str | None:
    return node.value.lower() if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _last(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
