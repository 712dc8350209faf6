"""Alembic: which columns of a revision can be made NOT NULL in steps, and the fix that does it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Sequence

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations import alembic_code
from relint.fixers.migrations.alembic_code import Column, Place
from relint.fixers.migrations.lifted import Lifted, clashes, lifted
from relint.fixers.migrations.quoting import source_of, string_of
from relint.fixers.migrations.refused import CHECK_IS_PROOF, Refused, is_excused
from relint.model import Edits, Fix, NewFile
from relint.names import last_name
from relint.queries.alembic_calls import Operation, alembic_operation
from relint.queries.alembic_history import comes_behind, known_revisions, primary_key, this_revision
from relint.queries.column_changes import added_column
from relint.queries.migration_target import target
from relint.queries.schema import AddedColumn
from relint.queries.versions import minimum_version

_NUMBERED = re.compile(r"(\d+)(_.+)")
_SCALARS = (1, 4)
"""The version of SQLAlchemy that has `Connection.scalars` and `select(column)`."""

_NEEDS_COLUMN = frozenset({"execute", "exec_driver_sql", "bulk_insert", "get_bind", "run_async", "invoke"})
_OF_TEXT = frozenset({"String", "Text", "Unicode", "UnicodeText", "VARCHAR", "CHAR", "TEXT", "AutoString"})
_DROPPING = frozenset(
    {"table_name", "column_name", "server_default", "existing_type", "existing_nullable", "existing_server_default",
     "existing_comment", "schema"}
)  # fmt: skip
"""Arguments of an `alter_column` that only drops the default."""

_CONSTRAINED = frozenset({"unique", "index", "primary_key"})


def add_in_steps(ctx: Context, call: cst.Call, column: AddedColumn) -> Fix:
    """The fix for every column of the revision that can be added in steps, of which `call` adds one.

    Raises Refused when nothing can be written, or not for this column.
    """
    _may_be_followed(ctx)
    wanted = [(call, column, _step(ctx, call, column))]
    for other in ctx.tree.every(cst.Call):
        found = added_column(ctx, other) if other is not call and not is_excused(ctx, other) else None
        if found is not None and not _is_harmless(ctx, found):
            try:
                wanted.append((other, found, _step(ctx, other, found)))
            except Refused:
                continue
    wanted.sort(key=lambda step: ctx.range(step[0])[0])
    columns = [step for _, _, step in wanted]
    changes = [edit for each, found, _ in wanted for edit in _made_nullable(ctx, each, found)]
    drops = [drop for each, found, _ in wanted if not found.kept and (drop := _drop_of_default(ctx, each)) is not None]
    changes += _without(ctx, drops)
    shown = ", ".join(column.shown for column in columns)
    return Fix(
        f"Add {shown} in three steps: nullable, filled in batches, NOT NULL",
        tuple(changes),
        create=_new_files(ctx, columns),
    )


def _is_harmless(ctx: Context, column: AddedColumn) -> bool:
    return column.kept and column.default == "constant" and target(ctx).constant_default_is_free


def _may_be_followed(ctx: Context) -> None:
    """Raises Refused when no new revisions may follow this one."""
    database = target(ctx)
    if (reason := comes_behind(ctx)) is not None:
        raise Refused(reason)
    if database.engine == "postgresql" and database.version < CHECK_IS_PROOF:
        raise Refused(f"{database.name} reads the table for SET NOT NULL whatever CHECK there is")
    if (minimum_version(ctx, "sqlalchemy") or _SCALARS) < _SCALARS:
        raise Refused("SQLAlchemy below 1.4 has another way to select")
    function = _upgrade(ctx)
    for call in ctx.walk(function.body, cst.Call):
        if (verb := last_name(call.func)) in _NEEDS_COLUMN:
            raise Refused(f"`{verb}` in the same revision may need the column as it is")


def _upgrade(ctx: Context) -> cst.FunctionDef:
    for statement in ctx.tree.module.body:
        if isinstance(statement, cst.FunctionDef) and statement.name.value == "upgrade":
            return statement
    raise Refused("there is no `upgrade()`")


def _step(ctx: Context, call: cst.Call, column: AddedColumn) -> Column:
    operation = alembic_operation(ctx, call)
    field = operation.argument(ctx, "column", 0) if operation is not None else None
    if operation is None or field is not column.field or not _is_listed(ctx, operation):
        raise Refused("the operation is not written out in `upgrade()`")
    assert isinstance(field, cst.Call)
    table, schema = _text(ctx, operation.table), _schema(ctx, operation)
    named, kind = ctx.argument(field, "name", 0), ctx.argument(field, "type_", 1)
    name = _text(ctx, named.value if named is not None else None)
    if kind is None or any(arg.keyword is None for arg in field.args[2:]):
        raise Refused("its constraint has to be added and validated by itself")
    for arg in field.args:
        if arg.keyword is not None and arg.keyword.value in _CONSTRAINED and ctx.literal(arg.value) is not False:
            raise Refused("its index has to be built by itself")
    key = primary_key(ctx, table.lower(), schema.lower())
    if key is None:
        raise Refused(f"no earlier revision shows one primary key of `{table}`")
    type_ = lifted(ctx, kind.value)
    if type_ is None and target(ctx).engine in ("mysql", "mariadb"):
        raise Refused("its type cannot be taken to another file")
    value = _value(ctx, column, last_name(kind.value.func if isinstance(kind.value, cst.Call) else kind.value))
    found = Column(table, name, schema, key, type_ if type_ is None or "\n" not in type_.text else None, value)
    if clashes(found.imports | alembic_code.ALWAYS, *alembic_code.DEFINED):
        raise Refused("a name that it uses means something else in the new files")
    return found


def _value(ctx: Context, column: AddedColumn, kind: str) -> Lifted:
    """What rows get that have no value: the default of the database, else the literal one of the model."""
    given = ctx.keyword(column.field, "default") if column.default == "none" else None
    expression = column.value if given is None else given.value
    if expression is None:
        raise Refused("there is no default to fill it with")
    literal = ctx.literal(expression)
    if isinstance(literal, bool):
        return Lifted(f"sa.{str(literal).lower()}()")
    if isinstance(literal, str):
        if kind in _OF_TEXT:
            return Lifted(source_of(literal))
        quoted = literal.replace("'", "''").replace(":", "\\:")
        source = string_of(f"'{quoted}'")
        return Lifted(f"sa.text({source})")
    if isinstance(literal, int | float):
        return Lifted(source_of(literal))
    found = lifted(ctx, expression) if isinstance(expression, cst.Call) and given is None else None
    if found is None:
        raise Refused("its default cannot be taken to another file")
    return found


def _made_nullable(ctx: Context, call: cst.Call, column: AddedColumn) -> Edits:
    """The first step: `nullable=True`, and no default but for new rows, where the database is to keep it."""
    nullable, default = (ctx.keyword(column.field, name) for name in ("nullable", "server_default"))
    assert nullable is not None
    changes = [ctx.edit(nullable.value, "True")]
    if default is None or ctx.literal(default.value) is None:
        return tuple(changes)
    changes += edits.remove_argument(ctx, column.field, default)
    if not column.kept:
        return tuple(changes)
    assert isinstance(call.func, cst.Attribute)
    operation = alembic_operation(ctx, call)
    assert operation is not None
    named = ctx.argument(column.field, "name", 0)
    assert named is not None
    given = [ctx.source(named.value), f"server_default={ctx.source(default.value)}"]
    if operation.batch is None and operation.table is not None:
        given.insert(0, ctx.source(operation.table))
        if schema := _schema(ctx, operation):
            given.append(f"schema={source_of(schema)}")
    line = f"{ctx.source(call.func.value)}.alter_column({', '.join(given)})"
    after = edits.insert_after(ctx, ctx.statement_of(call), line)
    if after is None:
        raise Refused("the operation is not written out in `upgrade()`")
    return (*changes, *after)


def _drop_of_default(ctx: Context, added: cst.Call) -> Operation | None:
    """The operation that takes the default of a new column away again, where it does nothing else."""
    operation = alembic_operation(ctx, added)
    assert operation is not None
    field = operation.argument(ctx, "column", 0)
    assert isinstance(field, cst.Call)
    named = ctx.argument(field, "name", 0)
    for call in ctx.walk(_upgrade(ctx).body, cst.Call):
        other = alembic_operation(ctx, call)
        if other is None or other.verb != "alter_column" or named is None:
            continue
        same = ctx.literal(other.argument(ctx, "column_name", 0)) == ctx.literal(named.value)
        if same and ctx.literal(other.table) == ctx.literal(operation.table):
            given = {arg.keyword.value for arg in call.args if arg.keyword is not None}
            if given - _DROPPING:
                raise Refused("the column is altered in the same revision")
            return other
    return None


def _without(ctx: Context, drops: Sequence[Operation]) -> Edits:
    """The edits that delete these operations, and the batches that hold nothing else."""
    statements = {ctx.statement_of(drop.call): drop.batch for drop in drops}
    emptied = {
        batch for batch in statements.values() if batch is not None and all(s in statements for s in batch.body.body)
    }
    deleted = [*emptied, *(statement for statement, batch in statements.items() if batch not in emptied)]
    return tuple(edit for each in deleted for edit in edits.delete_statement(ctx, each) or ())


def _is_listed(ctx: Context, operation: Operation) -> bool:
    """Whether an operation is a statement of `upgrade()` itself, or of a batch in it."""
    statement = ctx.statement_of(operation.call)
    around = operation.batch if operation.batch is not None else statement
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and edits.is_alone(ctx, statement)
        and isinstance(statement.body[0], cst.Expr)
        and around in _upgrade(ctx).body.body
        and (operation.batch is None or statement in operation.batch.body.body)
    )


def _text(ctx: Context, expression: cst.BaseExpression | None) -> str:
    value = ctx.literal(expression)
    if not isinstance(value, str) or not value:
        raise Refused("the operation is not written out in `upgrade()`")
    return value


def _schema(ctx: Context, operation: Operation) -> str:
    opened = [item.item for item in operation.batch.items] if operation.batch is not None else []
    calls = [call for call in (operation.call, *opened) if isinstance(call, cst.Call)]
    given = next((g for call in calls if (g := ctx.keyword(call, "schema")) is not None), None)
    if given is None or ctx.literal(given.value) is None:
        return ""
    return _text(ctx, given.value)


# -- the new files ---------------------------------------------------------------------------------------------------


def _new_files(ctx: Context, columns: Sequence[Column]) -> tuple[NewFile, NewFile]:
    own = this_revision(ctx).name
    assert own is not None
    second, third = _revisions(ctx, own)
    folder = Path(ctx.path).parent
    names = _names(Path(ctx.path).stem, own, second, third)
    for name in names:
        if name in ctx.project.listing(folder):
            raise Refused(f"there is a `{name}` already")
    size, database = ctx.settings.sanctioned.batch_size, target(ctx)
    engine = database.engine if database.found else None
    return (
        NewFile(str(folder / names[0]), alembic_code.backfill_file(Place(second, own), columns, size)),
        NewFile(str(folder / names[1]), alembic_code.not_null_file(Place(third, second), columns, size, engine=engine)),
    )


def _revisions(ctx: Context, own: str) -> tuple[str, str]:
    """Two new ids: the next numbers where revisions are numbered, else what follows from this one's."""
    known = known_revisions(ctx)
    if own.isdigit():
        numbers = [str(int(own) + more).zfill(len(own)) for more in (1, 2)]
        if known.isdisjoint(numbers):
            return numbers[0], numbers[1]
    hashes = [hashlib.blake2b(f"{own} step {step}".encode(), digest_size=6).hexdigest() for step in (2, 3)]
    return hashes[0], hashes[1]


def _names(stem: str, own: str, second: str, third: str) -> tuple[str, str]:
    """The names of the new files, in the manner of this one's: `8f2c_x.py`, `2024_01_31-8f2c_x.py`, `0007_x.py`."""
    placed = re.search(rf"(?<![0-9A-Za-z]){re.escape(own)}(?![0-9A-Za-z])", stem)
    before, what = (stem[: placed.start()], stem[placed.end() :]) if placed is not None else ("", "")
    if placed is None:
        numbered = _NUMBERED.fullmatch(stem)
        if numbered is None:
            return f"{stem}_backfill.py", f"{stem}_not_null.py"
        number, what = numbered[1], numbered[2]
        second, third = (str(int(number) + more).zfill(len(number)) for more in (1, 2))
    separator, what = (what[:1], what[1:]) if what else ("_", "")
    name = f"{separator}{what}" if what else ""
    return f"{before}{second}{separator}backfill{name}.py", f"{before}{third}{name}{separator}not_null.py"
