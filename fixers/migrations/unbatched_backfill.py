"""Updates in batches by primary key, each committed by itself."""

from __future__ import annotations

import re
from typing import cast

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations.out_of_transaction import leave_transaction
from relint.fixers.migrations.quoting import is_plain, string_of
from relint.fixers.sql.batches import by_primary_key
from relint.model import Edit, Finding, Fix, Safety
from relint.names import last_name
from relint.queries.alembic_calls import alembic_operation
from relint.queries.backfills import Backfill
from relint.queries.migration_calls import django_operation, executed
from relint.queries.migration_target import is_application, target
from relint.rules.migrations.unbatched_backfill import rule

_DATA_ONLY = frozenset({"RunPython"})
_TABLE = re.compile(r"\s*UPDATE\s+(?:ONLY\s+)?(\S+)\s+SET\b", re.IGNORECASE)
_CREATES = frozenset({"create", "bulk_create", "acreate", "delete"})


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    found = finding.data
    assert isinstance(found, Backfill)
    fixed = None
    match found.kind:
        case "update":
            fixed = _batched_update(cast(cst.Call, finding.node), found, ctx)
        case "bulk_update":
            fixed = _batch_size(cast(cst.Call, finding.node), ctx)
        case "save":
            fixed = _iterated(cast(cst.BaseExpression, finding.node), found, ctx)
        case "sql":
            fixed = _batched_sql(cast(cst.Call, finding.node), found, ctx)
    return fixed or Fix(
        "Update in batches by primary key, each in a transaction of its own (Django: atomic = False; Alembic: an "
        "autocommit_block), so that it can be stopped and run again",
        (),
        Safety.DISPLAY,
    )


def _batched_update(call: cst.Call, found: Backfill, ctx: Context) -> Fix | None:
    statement = ctx.statement_of(call)
    outside = leave_transaction(ctx, _DATA_ONLY)
    if outside is None or not is_application(ctx) or found.rows is None or not _may_repeat(call, ctx):
        return None
    if not _is_expression(statement, call) or ctx.in_loop(call) or not isinstance(call.func, cst.Attribute):
        return None
    size = ctx.settings.sanctioned.batch_size
    opening = ctx.range(call.func)[1]
    values = _lines(ctx.text[opening : ctx.range(call)[1]]).replace("\n", f"\n{ctx.tree.default_indent}")
    if '"""' in values or "'''" in values:
        return None  # what a text holds must not be indented
    text = by_primary_key(ctx, call, _lines(ctx.source(call.func.value)), f"update{values}")
    return Fix(f"Update {size} rows at a time", (ctx.edit(statement, text), *outside))


def _lines(text: str) -> str:
    """A text of the file as edits are written, with `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _may_repeat(call: cst.Call, ctx: Context) -> bool:
    """Whether running the function again after a failure comes to the same: it creates nothing, adds to nothing."""
    function = ctx.enclosing(call, cst.FunctionDef)
    for inner in ctx.walk(function.body, cst.Call) if function is not None else ():
        if isinstance(inner.func, cst.Attribute) and inner.func.attr.value in _CREATES:
            return False
    for arg in call.args:
        name = arg.keyword.value if arg.keyword is not None else ""
        for inner in ctx.walk(arg.value, cst.Call):
            if inner.args and ctx.literal(inner.args[0].value) == name:
                return False  # F("count") + 1
    return True


def _is_expression(statement: cst.CSTNode, call: cst.Call) -> bool:
    """Whether a statement is this call and nothing else."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
            return value is call
    return False


def _batch_size(call: cst.Call, ctx: Context) -> Fix | None:
    if not is_application(ctx):
        return None
    size = str(ctx.settings.sanctioned.batch_size)
    return Fix(f"Add `batch_size={size}`", edits.set_keyword(ctx, call, "batch_size", size))


def _iterated(rows: cst.BaseExpression, found: Backfill, ctx: Context) -> Fix | None:
    """`for row in rows.iterator(...)` outside a transaction: each row is saved by itself."""
    outside = leave_transaction(ctx, _DATA_ONLY)
    loop = ctx.parent(rows)
    if outside is None or not is_application(ctx) or not isinstance(loop, cst.For) or not isinstance(rows, cst.Call):
        return None
    if rows is not found.rows:
        return None
    function = ctx.enclosing(loop, cst.FunctionDef)
    others = list(ctx.walk(function.body, cst.Call)) if function is not None else []
    if any(isinstance(c.func, cst.Attribute) and c.func.attr.value in _CREATES for c in others):
        return None
    if _may_add_up(loop, ctx):
        return None
    if ".iterator(" in ctx.source(rows):
        return Fix("Commit row by row", tuple(outside))
    end = ctx.range(rows)[1]
    iterator = Edit(end, end, f".iterator(chunk_size={ctx.settings.sanctioned.batch_size})")
    return Fix("Iterate, and commit row by row", (iterator, *outside))


def _may_add_up(loop: cst.For, ctx: Context) -> bool:
    """Whether a second run over the same row may come to something else: `row.name = "x" + row.name`.

    What an `if` asks of the row is no reason: `if not row.name` is how a second run leaves it alone.
    """
    if any(True for _ in ctx.walk(loop.body, cst.AugAssign)):
        return True
    if any(last_name(call.func) == "setattr" for call in ctx.walk(loop.body, cst.Call)):
        return True
    targets = [t.target for assign in ctx.walk(loop.body, cst.Assign) for t in assign.targets]
    changed = {ctx.source(target) for target in targets if isinstance(target, cst.Attribute)}
    asked = {node for branch in ctx.walk(loop.body, cst.If) for node in ctx.walk(branch.test, cst.Attribute)}
    return any(
        ctx.source(attribute) in changed and attribute not in targets and attribute not in asked
        for attribute in ctx.walk(loop.body, cst.Attribute)
    )


def _batched_sql(call: cst.Call, found: Backfill, ctx: Context) -> Fix | None:
    """Alembic on PostgreSQL: an UPDATE that fills a column where it is NULL is repeated until it finds no row."""
    statement = ctx.statement_of(call)
    operation = alembic_operation(ctx, call)
    given = executed(ctx, call)
    if operation is None or operation.verb != "execute" or len(given) != 1 or django_operation(ctx, call):
        return None
    update = found.statement
    if update is None or update.fills is None or not update.alone or not target(ctx).found:
        return None
    if target(ctx).engine != "postgresql" or not _is_expression(statement, call) or not edits.is_alone(ctx, statement):
        return None
    sql = given[0][1]
    imported = edits.ensure_import(ctx, "sqlalchemy.text", call)
    if imported is None or "hole_" in sql or "%" in sql or ":" in sql or not isinstance(call.func, cst.Attribute):
        return None
    table = _TABLE.match(sql)
    if table is None or not all(is_plain(part) for part in (*table[1].lower().split("."), update.fills)):
        return None
    text, imports = imported
    op = ctx.source(call.func.value)
    size = ctx.settings.sanctioned.batch_size
    step = ctx.tree.default_indent
    indent = edits.indent_of(ctx, statement)
    where = f"ctid IN (SELECT ctid FROM {table[1]} WHERE {update.fills} IS NULL LIMIT {size})"
    head = sql.strip().rstrip(";").strip()
    assignment = " ".join(line.strip() for line in head[: head.lower().rfind("where")].splitlines()).strip()
    filled, connection = edits.free_name(ctx, "fill", call), edits.free_name(ctx, "connection", call)
    lines = [
        f"{filled} = {text}(",
        f"{step}{string_of(f'{assignment} ')}",
        f'{step}"WHERE {where}"',
        ")",
        f"with {op}.get_context().autocommit_block():",
        f"{step}{connection} = {op}.get_bind()",
        f"{step}while {connection}.execute({filled}).rowcount:",
        f"{step}{step}pass",
    ]
    return Fix(f"Update {size} rows at a time", (ctx.edit(statement, f"\n{indent}".join(lines)), *imports))
