"""What the earlier revisions of an Alembic folder say of a column, read by `ast`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Mapping

from relint.context import Context
from relint.project import parse
from relint.remembered import remembered
from relint.syntax import last_name

_OTHER_FOLDERS = re.compile(
    r"^\s*(?:version_locations\s*=\s*\S+[ \t,;:]+\S|recursive_version_locations\s*=\s*true)",
    re.MULTILINE | re.IGNORECASE,
)
"""Settings in alembic.ini that spread revisions over several folders."""

_TIES = frozenset({"revision", "down_revision", "depends_on"})

_Column = tuple[str, str, str]
"""Schema (empty: the default one), table and name, in lower case."""


@dataclass(frozen=True, eq=False)
class Revision:
    """One file: its id, the ids it follows, and column -> nullable as its `upgrade()` leaves them.

    `keys`: (schema, table) -> columns of the primary key as they are spelled, of tables that it creates. `needs`: ids
    that it depends on beside those it follows. `legible`: nothing of what ties it to others is computed.
    """

    name: str | None
    follows: tuple[str, ...]
    nullable: Mapping[_Column, bool]
    keys: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    legible: bool = True


def is_before_start(ctx: Context) -> bool:
    """Whether the file's revision is one that `start-after` names, or an ancestor of it."""
    starts = set(ctx.settings.migrations.start_after.values())
    if not starts:
        return False
    own = _revision(ctx.text).name
    return own is not None and any(own in _ancestors(ctx, start) for start in starts if start in _folder(ctx))


def is_first(ctx: Context) -> bool:
    """Whether the file's revision follows no other."""
    return not _revision(ctx.text).follows


def was_nullable(ctx: Context, table: str, column: str, schema: str = "") -> bool | None:
    """Whether earlier revisions left the column nullable; None when they do not show it."""
    for name in _ancestors(ctx, *_revision(ctx.text).follows):
        known = _folder(ctx)[name].nullable.get((schema, table, column))
        if known is not None:
            return known
    return None


def this_revision(ctx: Context) -> Revision:
    """The revision that this file holds."""
    return _revision(ctx.text)


def known_revisions(ctx: Context) -> frozenset[str]:
    """The ids of the folder's revisions."""
    return frozenset(_folder(ctx))


def primary_key(ctx: Context, table: str, schema: str = "") -> str | None:
    """The one column of a table's primary key; None when it has several, or no earlier revision creates the table."""
    for name in _ancestors(ctx, *_revision(ctx.text).follows):
        known = _folder(ctx)[name].keys.get((schema, table))
        if known is not None:
            return known[0] if len(known) == 1 else None
    return None


def comes_behind(ctx: Context) -> str | None:
    """Why no revision may follow the one in this file; None when it is the only head.

    The answer reads as the end of a sentence: "`8f2c` follows it".
    """
    own = _revision(ctx.text)
    others = [revision for name, revision in _folder(ctx).items() if name != own.name]
    if own.name is None or not all(revision.legible for revision in (own, *others)):
        return "what a revision follows is computed"
    if _has_other_folders(ctx):
        return "there are other folders of revisions"
    if after := sorted(r.name or "" for r in others if own.name in (*r.follows, *r.needs)):
        return f"`{after[0]}` follows it"
    followed = {name for revision in (own, *others) for name in (*revision.follows, *revision.needs)}
    heads = sorted(revision.name or "" for revision in others if revision.name not in followed)
    return f"`{heads[0]}` is another head" if heads else None


def _has_other_folders(ctx: Context) -> bool:
    for folder in ctx.project.around(Path(ctx.path)):
        if "alembic.ini" in ctx.project.listing(folder):
            return _OTHER_FOLDERS.search(ctx.project.text(folder / "alembic.ini") or "") is not None
    return False


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


@remembered(4096)
def _revision(text: str) -> Revision:
    tree = parse(text)
    ties: dict[str, tuple[str, ...]] = {}
    legible = True
    nullable: dict[_Column, bool] = {}
    keys: dict[tuple[str, str], tuple[str, ...]] = {}
    for statement in tree.body if tree is not None else ():
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
            ) if target in _TIES:
                legible &= _is_legible(value)
                found = tuple(
                    n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str)
                )
                ties[target] = found
            case ast.FunctionDef(name=function) if "downgrade" not in function:
                nullable.update(_columns(statement, None, ""))
                keys.update(_keys(statement))
    name = ties["revision"][0] if ties.get("revision") else None
    return Revision(name, ties.get("down_revision", ()), nullable, keys, ties.get("depends_on", ()), legible)


def _is_legible(value: ast.expr) -> bool:
    """Whether an id, or a few, are written out."""
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return all(isinstance(part, ast.Constant) for part in parts)


def _keys(function: ast.FunctionDef) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The primary keys of the tables that a function creates."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or last_name(call.func) != "create_table" or not call.args:
            continue
        table = _text(call.args[0])
        named: list[ast.expr] = []
        for argument in call.args[1:]:
            if isinstance(argument, ast.Call) and last_name(argument.func) == "PrimaryKeyConstraint":
                named += argument.args
            elif isinstance(argument, ast.Call) and _keyword(argument, "primary_key") is True:
                named += argument.args[:1]
        columns = dict.fromkeys(c.value for c in named if isinstance(c, ast.Constant) and isinstance(c.value, str))
        if table is not None and columns:
            yield (_schema(call), table), tuple(columns)


def _columns(node: ast.AST, table: str | None, schema: str) -> Iterator[tuple[_Column, bool]]:
    """What calls at or under a node say of columns; `table` and `schema` are those of a batch around it."""
    match node:
        case ast.With(items=[ast.withitem(context_expr=ast.Call() as opened), *_]):
            if last_name(opened.func) == "batch_alter_table":
                table, schema = _text(opened.args[0]) if opened.args else None, _schema(opened)
        case ast.Call():
            yield from _columns_of_call(node, table, schema)
    for child in ast.iter_child_nodes(node):
        yield from _columns(child, table, schema)


def _columns_of_call(call: ast.Call, batch: str | None, schema: str) -> Iterator[tuple[_Column, bool]]:
    verb = last_name(call.func)
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
        if isinstance(argument, ast.Call) and last_name(argument.func) == "Column" and argument.args:
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
