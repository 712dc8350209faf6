"""What a migration does to a schema, in one description whether Django, Alembic or SQL says it.

Rules listen to these; `found_in` looks for them in a Python file or a .sql file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from relint.file_context import FileContext
from relint.sql_files import is_sql

if TYPE_CHECKING:
    from relint.model import Node

Origin = Literal["django", "alembic", "sql"]
Default = Literal[
    "none",
    "constant",  # the same for every row, known when the table is changed
    "callable",  # Django calls it once, and gives every row the same value
    "implicit",  # Django's own: '' for blank text, now() for auto_now
    "volatile",  # the database makes another one for each row
]
_Change = TypeVar("_Change", bound="Change")


@dataclass(frozen=True, eq=False)
class Change:
    """A change of a table that may hold rows, where `node` says it. `name` is that of what is changed."""

    node: Node
    origin: Origin
    name: str

    @classmethod
    def found_in(cls: type[_Change], ctx: FileContext) -> list[_Change]:
        """The changes of this kind that the file makes, in order."""
        if is_sql(ctx.path):
            from relint.queries.sql_changes import changes_of_file

            found = changes_of_file(ctx)  # type: ignore[arg-type]
            return [change for change in found if isinstance(change, cls)]
        from relint.queries.python_changes import changes

        return changes(ctx, cls)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class AddedColumn(Change):
    """A NOT NULL column.

    `kept`: the database keeps the default, so that code which does not know the column can insert. `field` is the
    call that describes it, None in SQL text. `value` is the expression of a default.
    """

    default: Default
    kept: bool
    field: Any = None
    value: Any = None


@dataclass(frozen=True, eq=False)
class TightenedColumn(Change):
    """A column that allowed NULL, or may have, and is made NOT NULL. `default`: Django fills the NULLs with one."""

    default: bool = False


@dataclass(frozen=True, eq=False)
class IndexBuild(Change):
    """An index without CONCURRENTLY. `by`: an operation that only builds it, a column that comes with it, or SQL."""

    by: Literal["operation", "column", "sql"]


@dataclass(frozen=True, eq=False)
class AddedConstraint(Change):
    """A constraint that every row is held against at once. `table` is that of SQL and Alembic."""

    kind: Literal["foreign key", "check", "unique", "primary key", "exclude"]
    table: str = ""


@dataclass(frozen=True, eq=False)
class LostName(Change):
    """A column or table that old code still names. `to` is its new name; empty when it is dropped.

    `known`: the state before shows that code used it until this migration.
    """

    what: Literal["column", "table"]
    to: str = ""
    known: bool = False


@dataclass(frozen=True, eq=False)
class RetypedColumn(Change):
    """A column of another type. `old` is empty where it is not known."""

    old: str
    new: str


@dataclass(frozen=True, eq=False)
class BulkDelete(Change):
    """Rows older than a time, deleted all at once, in a migration or anywhere else. `column` is the time."""

    column: str

    @classmethod
    def found_in(cls, ctx: FileContext) -> list[BulkDelete]:
        """The deletes of the file, in order."""
        if is_sql(ctx.path):
            return super().found_in(ctx)
        from relint.queries.bulk_deletes import bulk_deletes

        return bulk_deletes(ctx)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Unread(Change):
    """SQL that changes a table in a way that could not be read."""
