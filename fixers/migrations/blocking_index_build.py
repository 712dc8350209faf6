"""Builds the index concurrently, outside the migration's transaction."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.fixers.migrations.out_of_transaction import autocommitted, leave_transaction
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.alembic_calls import alembic_operation
from relint.queries.migration_calls import django_operation, sql_effects
from relint.queries.migration_target import is_application, target
from relint.queries.python_changes import change_at
from relint.queries.schema import IndexBuild
from relint.rules.migrations.blocking_index_build import rule

_ABOUT_INDEXES = frozenset({"AddIndex", "AddIndexConcurrently", "RemoveIndex", "RemoveIndexConcurrently"})
_CONCURRENT = "django.contrib.postgres.operations.AddIndexConcurrently"
_CREATE = re.compile(r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\b", re.IGNORECASE)


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if finding.data.by == "operation":
        fixed = _in_django(call, ctx) if django_operation(ctx, call) else _in_alembic(call, ctx)
    else:
        fixed = _in_sql(call, ctx) if finding.data.by == "sql" else None
    return fixed or Fix(
        "Build it by a migration of its own, concurrently and outside a transaction (Django: AddIndexConcurrently and "
        "atomic = False; Alembic: postgresql_concurrently=True in an autocommit_block)",
        (),
        Safety.DISPLAY,
    )


def _in_django(call: cst.Call, ctx: Context) -> Fix | None:
    outside = leave_transaction(ctx, _ABOUT_INDEXES)
    imported = edits.ensure_import(ctx, _CONCURRENT, call, from_import=True)
    if outside is None or imported is None or not target(ctx).found or not is_application(ctx):
        return None
    name, imports = imported
    changes = (*edits.replace_node(ctx, call.func, name), *imports, *outside)
    return Fix("Use `AddIndexConcurrently` and `atomic = False`", changes)


def _in_alembic(call: cst.Call, ctx: Context) -> Fix | None:
    """All the index builds that stand next to this one go into one block."""
    units = _run_of_builds(call, ctx)
    op = _name_of_op(call, ctx)
    if not units or op is None:
        return None
    outside = autocommitted(ctx, [statement for statement, _ in units], op)
    if outside is None:
        return None
    step = ctx.tree.default_indent if outside else ""
    calls = [built for _, builds in units for built in builds]
    keywords = [
        replace(edit, text=edit.text.replace("\n", f"\n{step}"))  # the block indents what it holds
        for built in calls
        for edit in edits.set_keyword(ctx, built, "postgresql_concurrently", "True")
    ]
    return Fix("Build it concurrently, in an autocommit block", (*outside, *keywords))


def _run_of_builds(call: cst.Call, ctx: Context) -> list[tuple[cst.CSTNode, list[cst.Call]]]:
    """The statements around a build that only build indexes, with their calls; empty when it stands among others."""
    operation = alembic_operation(ctx, call)
    own = operation.batch if operation is not None and operation.batch is not None else ctx.statement_of(call)
    siblings = ctx.siblings(own)
    builds = [_builds_of(statement, ctx) for statement in siblings]
    if own not in siblings or not builds[siblings.index(own)]:
        return []
    first = last = siblings.index(own)
    while first > 0 and builds[first - 1]:
        first -= 1
    while last + 1 < len(siblings) and builds[last + 1]:
        last += 1
    return list(zip(siblings[first : last + 1], builds[first : last + 1], strict=True))


def _builds_of(statement: cst.CSTNode, ctx: Context) -> list[cst.Call]:
    """The calls of a statement that does nothing but build indexes: one call, or a batch of them."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call() as call)]):
            return [call] if any(index.by == "operation" for index in change_at(ctx, call, IndexBuild)) else []
        case cst.With(items=[cst.WithItem(item=cst.Call(func=func))], body=cst.IndentedBlock(body=body)):
            if ctx.names.dotted(func) == "alembic.op.batch_alter_table":
                calls = [_builds_of(inner, ctx) for inner in body]
                return [call for found in calls for call in found] if all(calls) else []
    return []


def _name_of_op(call: cst.Call, ctx: Context) -> str | None:
    """How the file writes `op`."""
    operation = alembic_operation(ctx, call)
    if operation is not None and operation.batch is not None:
        opened = operation.batch.items[0].item
        func = opened.func if isinstance(opened, cst.Call) else None
    else:
        func = call.func
    return ctx.source(func.value) if isinstance(func, cst.Attribute) else None


def _in_sql(call: cst.Call, ctx: Context) -> Fix | None:
    """A text of one CREATE INDEX: CONCURRENTLY cannot run beside other statements."""
    effects = sql_effects(ctx, call)
    literal = call.args[0].value if call.args else None
    if not target(ctx).found or len(effects) != 1 or not effects[0].alone or not isinstance(literal, cst.SimpleString):
        return None
    found = list(_CREATE.finditer(ctx.source(literal)))
    if len(found) != 1:
        return None
    at = ctx.range(literal)[0] + found[0].end()
    outside: Edits | None = None
    operation = alembic_operation(ctx, call)
    if django_operation(ctx, call) == "RunSQL":
        if is_application(ctx) and _is_only(call, ctx):
            outside = leave_transaction(ctx, _ABOUT_INDEXES | {"RunSQL"})
    elif operation is not None and operation.verb == "execute" and isinstance(call.func, cst.Attribute):
        outside = autocommitted(ctx, [ctx.statement_of(call)], ctx.source(call.func.value))
    if outside is None:
        return None
    return Fix("Build it concurrently, outside the transaction", (*outside, Edit(at, at, " CONCURRENTLY")))


def _is_only(call: cst.Call, ctx: Context) -> bool:
    """Whether every RunSQL of the file builds indexes only."""
    others = [c for c in ctx.tree.of(cst.Call) if django_operation(ctx, c) == "RunSQL" and c is not call]
    return all(sql_effects(ctx, c) and all(s.kind == "create index" for s in sql_effects(ctx, c)) for c in others)
