"""What the fixes of REL501 and REL502 write into Alembic revisions: whole new files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Sequence

from relint.fixers.migrations.lifted import Import, Lifted, import_lines
from relint.fixers.migrations.quoting import is_plain, source_of, string_of

DEFINED = (
    "BATCH_SIZE", "fill", "upgrade", "downgrade", "revision", "down_revision", "branch_labels", "depends_on",
)  # fmt: skip
"""Names that the new files give a meaning."""

ALWAYS = frozenset({Import("alembic", "op"), Import("sqlalchemy", "", "sa")})

FILL = '''\
def fill(table, value):
    """Fill a column where it is NULL, BATCH_SIZE rows at a time, in the order of the primary key."""
    key, column = table.c
    empty = sa.select(key).where(column.is_(None)).order_by(key).limit(BATCH_SIZE)
    with op.get_context().autocommit_block():  # every batch is a transaction of its own
        connection = op.get_bind()
        keys = connection.scalars(empty).all()
        while keys:
            batch = table.update().where(key.between(keys[0], keys[-1]), column.is_(None))
            connection.execute(batch.values({column: value}))
            keys = connection.scalars(empty.where(key > keys[-1])).all()
'''


@dataclass(frozen=True)
class Column:
    """A column that becomes NOT NULL: its place, its type, the value for rows that have none."""

    table: str
    name: str
    schema: str
    key: str
    type: Lifted | None
    value: Lifted

    @property
    def shown(self) -> str:
        """How a text calls it."""
        return f"`{self.table}.{self.name}`"

    @property
    def imports(self) -> frozenset[Import]:
        """What its type and its value need."""
        return self.value.imports | (self.type.imports if self.type is not None else frozenset())


@dataclass(frozen=True)
class Place:
    """Where a new revision stands: its id, and that of the one before it."""

    revision: str
    after: str


def backfill_file(place: Place, columns: Sequence[Column], batch_size: int) -> str:
    """The second of three revisions: fills the columns batch by batch."""
    return _file(
        [f"Step 2 of 3: fills {_which(columns)} where there is NULL.", "", *_RESUMABLE],
        place,
        imports={each for column in columns for each in column.value.imports},
        definitions=[f"BATCH_SIZE = {batch_size}\n", f"\n{FILL}"],
        upgrade=[_fill(column) for column in columns],
        downgrade=['"""Nothing to undo: a filled column is as good as an empty one."""'],
    )


def not_null_file(place: Place, columns: Sequence[Column], batch_size: int, *, engine: str | None) -> str:
    """The third of three revisions: makes the columns NOT NULL. `engine` None: any, found out when it runs."""
    upgrade = [_fill(column) for column in columns]
    if engine == "postgresql" or engine is None:
        upgrade += [
            'if op.get_context().dialect.name != "postgresql":',
            *(f"    {line}" for line in _altered(columns, nullable=False)),
            "    return",
            "# A validated CHECK is proof to PostgreSQL that there is no NULL. Each statement is a transaction",
            "# of its own, so that none reads the table under a lock that stops others.",
            "with op.get_context().autocommit_block():",
            *(f"    {line}" for column in columns for line in _with_check(column)),
        ]
    else:
        upgrade += _altered(columns, nullable=False)
    return _file(
        [f"Step 3 of 3: allows no NULL in {_which(columns)} any more.", "", *_LATER],
        place,
        imports={each for column in columns for each in column.imports},
        definitions=[f"BATCH_SIZE = {batch_size}\n", f"\n{FILL}"],
        upgrade=upgrade,
        downgrade=_altered(columns, nullable=True),
    )


_RESUMABLE = ["Batch by batch, so that it may be stopped and run again."]
_LATER = [
    "For a later release than steps 1 and 2: old code that still runs leaves NULL,",
    "and fails from here on. What it has left is filled first.",
]


def _fill(column: Column) -> str:
    schema = f", schema={source_of(column.schema)}" if column.schema else ""
    names = ", ".join(f"sa.column({source_of(name)})" for name in (column.key, column.name))
    return f"fill(sa.table({source_of(column.table)}, {names}{schema}), {column.value.at('    ')})"


def _altered(columns: Sequence[Column], *, nullable: bool) -> list[str]:
    """Through a batch: SQLite needs one, and others run it as plain ALTERs."""
    lines: list[str] = []
    for table, schema in dict.fromkeys((column.table, column.schema) for column in columns):
        given = f", schema={source_of(schema)}" if schema else ""
        lines.append(f"with op.batch_alter_table({source_of(table)}{given}) as batch_op:")
        for column in columns:
            if (column.table, column.schema) == (table, schema):
                existing = f"existing_type={column.type.text}, " if column.type is not None else ""
                lines.append(f"    batch_op.alter_column({source_of(column.name)}, {existing}nullable={nullable})")
    return lines


def _with_check(column: Column) -> Iterable[str]:
    table = ".".join(_quoted(part) for part in (column.schema, column.table) if part)
    name, check = _quoted(column.name), _quoted(f"{column.table}_{column.name}"[:59] + "_set")
    changes = (
        f"DROP CONSTRAINT IF EXISTS {check}",
        f"ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID",
        f"VALIDATE CONSTRAINT {check}",
        f"ALTER COLUMN {name} SET NOT NULL",
        f"DROP CONSTRAINT {check}",
    )
    for number, change in enumerate(changes):
        comment = "  # of a run that was stopped" if number == 0 else ""
        yield f"op.execute({string_of(f'ALTER TABLE {table} {change}')}){comment}"


def _quoted(name: str) -> str:
    return name if is_plain(name) else '"' + name.replace('"', '""') + '"'


def _which(columns: Sequence[Column]) -> str:
    return columns[0].shown if len(columns) == 1 else "the new columns"


def _file(
    docstring: Sequence[str],
    place: Place,
    *,
    imports: set[Import],
    definitions: Sequence[str],
    upgrade: Sequence[str],
    downgrade: Sequence[str],
) -> str:
    lines = [
        f'"""{docstring[0]}',
        *docstring[1:],
        "",
        f"Revision ID: {place.revision}",
        f"Revises: {place.after}",
        '"""',
        "",
        *import_lines(imports | ALWAYS),
        "",
        f"revision = {source_of(place.revision)}",
        f"down_revision = {source_of(place.after)}",
        "branch_labels = None",
        "depends_on = None",
        "",
        *definitions,
        "",
        "def upgrade() -> None:",
        *(f"    {line}" for line in upgrade),
        "",
        "",
        "def downgrade() -> None:",
        *(f"    {line}" for line in downgrade),
        "",
    ]
    return "\n".join(lines)
