"""What the fixes of REL501 and REL503 write into Django migrations: functions, a class, whole new files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterable, Sequence

from relint.fixers.migrations.lifted import Import, Lifted, import_lines

_STEP = "    "
DEFINED = ("BATCH_SIZE", "batches", "SetNotNull", "Migration")
"""Names that the new files give a meaning."""

MIGRATIONS = Import("django.db", "migrations")
TRANSACTION = Import("django.db", "transaction")

BATCHES = '''\
def batches(rows):
    """BATCH_SIZE rows at a time, in the order of their primary key."""
    last_pk = None
    while True:
        left = rows if last_pk is None else rows.filter(pk__gt=last_pk)
        pks = list(left.order_by("pk").values_list("pk", flat=True)[:BATCH_SIZE])
        if not pks:
            return
        yield rows.filter(pk__range=(pks[0], pks[-1]))
        last_pk = pks[-1]
'''

SET_NOT_NULL = '''\
class SetNotNull(migrations.AlterField):
    """AlterField that on PostgreSQL reads the table under a lock that stops nobody.

    A validated CHECK is proof to PostgreSQL that there is no NULL. Other databases
    get the usual AlterField.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        column = schema_editor.quote_name(model._meta.get_field(self.name).column)
        check = schema_editor.quote_name(f"{self.model_name}_{self.name}_set")
        # Outside a transaction, each statement is one of its own and gives its lock back at once.
        for change in (
            f"DROP CONSTRAINT IF EXISTS {check}",  # of a run that was stopped
            f"ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID",
            f"VALIDATE CONSTRAINT {check}",
            f"ALTER COLUMN {column} SET NOT NULL",
            f"DROP CONSTRAINT {check}",
        ):
            schema_editor.execute(f"ALTER TABLE {table} {change}")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        table = schema_editor.quote_name(model._meta.db_table)
        column = schema_editor.quote_name(model._meta.get_field(self.name).column)
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")
'''


@dataclass(frozen=True)
class Filling:
    """The value for rows that have none: an expression; `per_row`: evaluated for each row."""

    value: Lifted
    per_row: bool = False

    @property
    def imports(self) -> frozenset[Import]:
        """What the function that fills needs."""
        return self.value.imports | ({TRANSACTION} if self.per_row else set())


@dataclass(frozen=True)
class Column:
    """A field that becomes NOT NULL: names as the migration spells them, the field as it is to be in the end."""

    model: str
    name: str
    field: Lifted
    filling: Filling | None

    @property
    def shown(self) -> str:
        """How a text calls it."""
        return f"`{self.model.lower()}.{self.name}`"

    @property
    def fill(self) -> str:
        """The name of the function that fills it."""
        return re.sub(r"\W", "_", f"fill_{self.model.lower()}_{self.name}")


def fill_function(app: str, column: Column) -> str:
    """The function of a RunPython that fills a column where it is NULL."""
    assert column.filling is not None
    head = [
        f"def {column.fill}(apps, schema_editor):",
        f'    model = apps.get_model("{app}", "{column.model}")',
        "    rows = model._base_manager.using(schema_editor.connection.alias)",
        f"    for batch in batches(rows.filter({column.name}__isnull=True)):",
    ]
    if not column.filling.per_row:
        return "\n".join([*head, f"        batch.update({column.name}={column.filling.value.at(_STEP * 2)})", ""])
    return "\n".join(
        [
            *head,
            "        with transaction.atomic(using=schema_editor.connection.alias):",
            "            locked = list(batch.select_for_update())",
            "            for row in locked:",
            f"                row.{column.name} = {column.filling.value.at(_STEP * 4)}",
            f'            rows.bulk_update(locked, ["{column.name}"])',
            "",
        ]
    )


def definitions(app: str, columns: Sequence[Column], *, with_check: bool) -> list[str]:
    """The functions that fill columns, what they need, and the operation that makes them NOT NULL."""
    filled = [column for column in columns if column.filling is not None]
    return [
        *([BATCHES] if filled else []),
        *(fill_function(app, column) for column in filled),
        *([SET_NOT_NULL] if with_check else []),
    ]


def backfill_file(app: str, after: str, columns: Sequence[Column], batch_size: int) -> str:
    """The second of three migrations: fills the columns batch by batch."""
    return _file(
        f'"""Step 2 of 3: fills {_which(columns)} where there is NULL.\n\n'
        'Batch by batch, so that it may be stopped and run again.\n"""',
        imports={MIGRATIONS, *_of_fillings(columns)},
        definitions=definitions(app, columns, with_check=False),
        batch_size=batch_size,
        after=(app, after),
        operations=[run_fill(column) for column in columns],
    )


def not_null_file(app: str, after: str, columns: Sequence[Column], batch_size: int, *, with_check: bool) -> str:
    """The third of three migrations: makes the columns NOT NULL."""
    fields = {each for column in columns for each in column.field.imports}
    return _file(
        f'"""Step 3 of 3: allows no NULL in {_which(columns)} any more.\n\n'
        "For a later release than steps 1 and 2: old code that still runs leaves NULL,\n"
        'and fails from here on. What it has left is filled first.\n"""',
        imports={MIGRATIONS, *fields, *_of_fillings(columns)},
        definitions=definitions(app, columns, with_check=with_check),
        batch_size=batch_size,
        after=(app, after),
        operations=[
            *(run_fill(column) for column in columns),
            *(_alter(column, "SetNotNull" if with_check else "migrations.AlterField") for column in columns),
        ],
    )


def run_fill(column: Column) -> str:
    """The operation that fills a column."""
    return f"migrations.RunPython({column.fill}, migrations.RunPython.noop)"


def _alter(column: Column, operation: str) -> str:
    field = column.field.at(_STEP)
    return f'{operation}(\n    model_name="{column.model}",\n    name="{column.name}",\n    field={field},\n)'


def _of_fillings(columns: Iterable[Column]) -> set[Import]:
    return {each for column in columns if column.filling is not None for each in column.filling.imports}


def _which(columns: Sequence[Column]) -> str:
    return columns[0].shown if len(columns) == 1 else "the new columns"


def _file(
    docstring: str,
    *,
    imports: set[Import],
    definitions: Sequence[str],
    batch_size: int,
    after: tuple[str, str],
    operations: Sequence[str],
) -> str:
    app, name = after
    listed = [f"{each},".replace("\n", f"\n{_STEP * 2}") for each in operations]
    lines = [
        docstring,
        "",
        *import_lines(imports),
        "",
        f"BATCH_SIZE = {batch_size}",
        "",
        "",
        *(f"{definition}\n" for definition in definitions),
        "class Migration(migrations.Migration):",
        f"{_STEP}atomic = False  # every batch and statement is a transaction of its own",
        f'{_STEP}dependencies = [("{app}", "{name}")]',
        f"{_STEP}operations = [",
        *(f"{_STEP * 2}{each}" for each in listed),
        f"{_STEP}]",
        "",
    ]
    return "\n".join(lines)
