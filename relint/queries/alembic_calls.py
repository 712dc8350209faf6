"""Alembic operations: `op.add_column("t", ...)`, and `batch_op.add_column(...)` inside `op.batch_alter_table("t")`."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.dialect_guards import runs_on_target
from relint.queries.migration_calls import is_reverse, sql_effects

_BATCH = "alembic.op.batch_alter_table"
_TABLE_SECOND = frozenset(
    {
        "create_index",
        "create_foreign_key",
        "create_check_constraint",
        "create_unique_constraint",
        "create_exclude_constraint",
        "create_primary_key",
    }
)
"""Operations whose first argument names what they make, and the second the table."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One call of Alembic. `table` is the expression that names the table; `shift` is 1 when it is an argument."""

    verb: str
    call: cst.Call
    table: cst.BaseExpression | None
    shift: int
    batch: cst.With | None = None

    def argument(self, ctx: Context, name: str, index: int) -> cst.BaseExpression | None:
        """An argument by keyword or by its position behind the table."""
        found = ctx.argument(self.call, name, index + self.shift)
        return found.value if found is not None else None


def alembic_operation(ctx: Context, call: cst.Call) -> Operation | None:
    """The Alembic operation that a call is."""
    return ctx.memo(("alembic operation", call), lambda: _operation(ctx, call))


def table_name(ctx: Context, operation: Operation) -> str | None:
    """The table in lower case; None when it is not written as a literal."""
    value = ctx.literal(operation.table)
    return value.lower() if isinstance(value, str) else None


def table_shown(ctx: Context, operation: Operation) -> str:
    """The table as a message names it."""
    return table_name(ctx, operation) or name_shown(ctx, operation.table) or "table"


def name_shown(ctx: Context, name: cst.BaseExpression | None) -> str | None:
    """A name as a message gives it, where it is made of parts like `{prefix}orders`; None when it is made otherwise."""
    match ctx.literal(name), name:
        case str(value), _:
            return value
        case None, _:
            return None
        case _, cst.FormattedString(parts=parts):
            return "".join(_part_shown(ctx, part) for part in parts)
        case _, cst.Name() | cst.Attribute():
            return f"{{{ctx.source(name)}}}"
        case _, cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            first, second = name_shown(ctx, left), name_shown(ctx, right)
            return first + second if first is not None and second is not None else None
    return None


def _part_shown(ctx: Context, part: cst.BaseFormattedStringContent) -> str:
    if isinstance(part, cst.FormattedStringExpression):
        return name_shown(ctx, part.expression) or ctx.source(part)
    return ctx.source(part)


def schema_name(ctx: Context, operation: Operation) -> str:
    """The schema that the operation, or the batch around it, names; empty when it names none as a literal."""
    opened = [item.item for item in operation.batch.items] if operation.batch is not None else []
    calls = [call for call in (operation.call, *opened) if isinstance(call, cst.Call)]
    given = next((g for call in calls if (g := ctx.keyword(call, "schema")) is not None), None)
    value = ctx.literal(given.value) if given is not None else None
    return value.lower() if isinstance(value, str) else ""


def created_tables(ctx: Context) -> frozenset[str]:
    """The tables that the file creates, empties, or renames from such, and expressions that name others."""
    return ctx.memo("created tables", lambda: _created(ctx))


def is_created_here(ctx: Context, operation: Operation) -> bool:
    """Whether the operation's table is created in the same file."""
    return operation.table is not None and _key(ctx, operation.table) in created_tables(ctx)


def _key(ctx: Context, table: cst.BaseExpression) -> str:
    """A table's name, or how it is made: `prefix + "orders"` and `f"{prefix}orders"` are one."""
    named = name_shown(ctx, table)
    return named.lower() if named is not None else f"<{ctx.source(table)}>"


def column_call(ctx: Context, expression: cst.BaseExpression | None) -> cst.Call | None:
    """The `sa.Column(...)` that an expression is, through a name."""
    if isinstance(expression, cst.Name):
        expression = ctx.value_of(expression)
    if isinstance(expression, cst.Call) and (ctx.callee(expression) or "").rpartition(".")[2] == "Column":
        return expression
    return None


def _operation(ctx: Context, call: cst.Call) -> Operation | None:
    if not isinstance(call.func, cst.Attribute):
        return None
    verb = call.func.attr.value
    name = ctx.names.dotted(call.func)
    if name is not None and name.startswith("alembic.op."):
        if verb in _TABLE_SECOND:
            found = ctx.argument(call, "source_table" if verb == "create_foreign_key" else "table_name", 1)
            return Operation(verb, call, found.value if found else None, 1)
        found = ctx.argument(call, "old_table_name" if verb == "rename_table" else "table_name", 0)
        return Operation(verb, call, found.value if found else None, 1)
    if isinstance(call.func.value, cst.Name) and (batch := _batch(ctx, call, call.func.value.value)) is not None:
        statement, opened = batch
        found = ctx.argument(opened, "table_name", 0)
        return Operation(verb, call, found.value if found else None, 0, statement)
    return None


def _batch(ctx: Context, node: cst.CSTNode, name: str) -> tuple[cst.With, cst.Call] | None:
    """The `with op.batch_alter_table(...) as name` around a node."""
    for ancestor in ctx.ancestors(node):
        for item in ancestor.items if isinstance(ancestor, cst.With) else ():
            match item:
                case cst.WithItem(item=cst.Call() as opened, asname=cst.AsName(name=cst.Name(value=given))):
                    if given == name and ctx.names.dotted(opened.func) == _BATCH:
                        assert isinstance(ancestor, cst.With)
                        return ancestor, opened
        if isinstance(ancestor, cst.FunctionDef):
            return None
    return None


def _created(ctx: Context) -> frozenset[str]:
    created: set[str] = set()
    renamed: list[tuple[str, str]] = []
    for call in ctx.tree.every(cst.Call):
        operation = alembic_operation(ctx, call)
        if operation is not None and operation.verb in ("create_table", "create_table_as", "rename_table"):
            if is_reverse(ctx, call) or operation.table is None or not runs_on_target(ctx, call):
                continue
            name = _key(ctx, operation.table)
            if operation.verb == "rename_table":
                new = ctx.argument(call, "new_table_name", 1)
                renamed.append((name, _key(ctx, new.value) if new is not None else ""))
            else:
                created.add(name)
        elif operation is None and last_name(call.func) == "create_table" and call.args:
            # A project's own helper of that name, around `op.create_table`.
            created.add(str(ctx.literal(call.args[0].value)).lower())
        elif isinstance(call.func, cst.Attribute) and call.func.attr.value == "create":
            created |= _created_object(ctx, call.func.value)
        elif effects := sql_effects(ctx, call):
            if is_reverse(ctx, call) or not runs_on_target(ctx, call):
                continue
            for statement in effects:
                if statement.kind in ("create table", "empty table"):
                    created.add(statement.table)
                elif statement.kind == "rename table":
                    renamed.append((statement.table, statement.new))
    for old, new_name in renamed:
        if old in created:
            created.add(new_name)
    return frozenset(created)


def _created_object(ctx: Context, expression: cst.BaseExpression) -> set[str]:
    """`Table("t", ...).create(bind)`, directly or through a name; `Model.__table__.create(bind)`."""
    if isinstance(expression, cst.Attribute) and expression.attr.value == "__table__":
        cls = ctx.class_def(expression.value)
        named = ctx.names.attribute(cls, "__tablename__") if cls is not None else []
        return {str(ctx.literal(b.value)).lower() for b in named}
    if isinstance(expression, cst.Name):
        expression = ctx.value_of(expression) or expression
    if isinstance(expression, cst.Call) and (ctx.callee(expression) or "").endswith(".Table") and expression.args:
        return {str(ctx.literal(expression.args[0].value)).lower()}
    return set()
