"""A NOT NULL column in three files: what the fixes of REL501 and REL502 have in common, and REL503 of the third."""

from __future__ import annotations

import re

from relint.fixers.migrations.quoting import is_plain
from relint.fixers.migrations.refused import CHECK_IS_PROOF, Refused
from relint.fixers.migrations.sql import blocks
from relint.fixers.migrations.sql.blocks import Column
from relint.fixers.migrations.sql.definitions import Definition, definition
from relint.fixers.migrations.sql.statements import altered_table, behind
from relint.fixers.migrations.sql.tools import Step, instead, new_files
from relint.lines import line_end, line_start
from relint.model import Edit, Finding, Fix, Safety
from relint.queries.migration_sql import NAME, PATH, last_part
from relint.queries.migration_target import target
from relint.queries.schema import AddedColumn
from relint.queries.sql_changes import changes_of_file, effects_of_file
from relint.queries.sql_keys import primary_key
from relint.sql_context import SqlContext, SqlNode
from relint.sql_text import without_comments

_TIGHTENS = re.compile(
    rf"ALTER\s+TABLE\s+(?P<table>{PATH})\s+ALTER\s+(?:COLUMN\s+)?(?P<name>{NAME})\s+SET\s+NOT\s+NULL", re.IGNORECASE
)
_LONGEST_NAME = 63
_SILENCED = re.compile(r"--.*\b(?:noqa|relint)\b")
_GOES = frozenset({"rename table", "drop table"})
_FILLED = ("It may be stopped at any time, and run again. It runs outside of a transaction only.",)


def add_column(finding: Finding, ctx: SqlContext) -> Fix | None:
    """The fix for a NOT NULL column: three files; a suggestion where a machine should not write them."""
    column = finding.data
    assert isinstance(column, AddedColumn)
    if _is_free(ctx, column):
        return None  # there is nothing to fill
    try:
        return _in_steps(ctx, column)
    except Refused as reason:
        return Fix(
            f"Take three files: add `{column.name}` as a nullable column without a default; fill it in batches by "
            "primary key, outside a transaction; in a later release add CHECK (... IS NOT NULL) NOT VALID, VALIDATE "
            f"it, SET NOT NULL and drop the CHECK. Not written here: {reason}",
            (),
            Safety.DISPLAY,
        )


def _in_steps(ctx: SqlContext, column: AddedColumn) -> Fix:
    may_be_followed(ctx)
    wanted = [(column, *_step(ctx, column))]
    for other in changes_of_file(ctx):
        if isinstance(other, AddedColumn) and other is not column and not _is_free(ctx, other):
            try:
                wanted.append((other, *_step(ctx, other)))
            except Refused:
                continue
    wanted.sort(key=lambda step: step[0].node.start)
    columns = [step for _, _, step in wanted]
    changes = [edit for _, found, _ in wanted for edit in found.nullable]
    for each, found, step in wanted:
        if each.kept:
            alter = f"ALTER TABLE {step.table} ALTER COLUMN {found.name}"
            after = behind(ctx, each.node, f"{alter} SET DEFAULT {found.default}")
            if after is None:
                raise Refused("the statement is not alone on its lines")
            changes += after
    shown = ", ".join(f"`{each.name}`" for each, _, _ in wanted)
    size = ctx.settings.sanctioned.batch_size
    fill = Step(
        "backfill_",
        "",
        (f"Gives {shown} a value where it has none, in batches of {size}, each a transaction of its own.", *_FILLED),
        blocks.fill(columns),
    )
    return Fix(
        f"Add {shown} in three steps: nullable, filled in batches, NOT NULL",
        tuple(changes),
        create=new_files(ctx, [fill, required(shown, columns)]),
    )


def required(shown: str, columns: list[Column]) -> Step:
    """The last step."""
    comment = (f"Makes {shown} NOT NULL. To be run when no code is left that inserts without it.", *_FILLED)
    return Step("", "_not_null", comment, blocks.require(columns), blocks.release(columns))


def tighten(finding: Finding, ctx: SqlContext) -> Fix:
    """The fix for SET NOT NULL: the last step in its place, or in a file of its own; a suggestion that says why not."""
    try:
        return _tightened(finding, ctx)
    except Refused as reason:
        return Fix(
            "Add CHECK (... IS NOT NULL) NOT VALID, VALIDATE it in a migration of its own, SET NOT NULL, and drop the "
            f"CHECK. Not written here: {reason}",
            (),
            Safety.DISPLAY,
        )


def _tightened(finding: Finding, ctx: SqlContext) -> Fix:
    may_be_followed(ctx)
    node: SqlNode = finding.node
    span = node.statement
    said = _TIGHTENS.fullmatch(ctx.text, span.start, span.end)
    if said is None or _is_silenced(ctx, node):
        raise Refused("the statement does something else too")
    column = Column(said["table"], said["name"], check_name(said["table"], said["name"]))
    if len(ctx.forward) == 1:
        changes, create = instead(ctx, node, blocks.require([column]))
        return Fix("Validate a CHECK first, outside of a transaction", changes, create=create)
    later = (ctx.source(each) for each in ctx.forward if each.start > span.end)
    if any(_names(each, last_part(column.table)) and _names(each, last_part(column.name)) for each in later):
        raise Refused("another statement further down names the column, and may need it as it is")
    first, last = line_start(ctx.text, span.start), line_end(ctx.text, span.end)
    if ctx.text[first : span.start].strip() or ctx.text[span.end : last].strip() != ";":
        raise Refused("the statement is not alone on its lines")
    stop = min(last + (2 if ctx.text.startswith("\r\n", last) else 1), len(ctx.text))
    create = new_files(ctx, [required(f"`{finding.data.name}`", [column])])
    return Fix("Validate a CHECK first, in a file behind this one", (Edit(first, stop, ""),), create=create)


def may_be_followed(ctx: SqlContext) -> None:
    """Raises Refused when the steps cannot be run on this database."""
    database = target(ctx)
    if not database.found:
        raise Refused("it is not known which database runs it (`[tool.relint.migrations]` can say it)")
    if database.engine != "postgresql":
        raise Refused(f"{database.name} knows no such way")
    if database.version < CHECK_IS_PROOF:
        raise Refused(f"{database.name} reads the table for SET NOT NULL whatever CHECK there is")


def check_name(table: str, column: str) -> str:
    """The name of the CHECK that lasts for one step. PostgreSQL 18 has `<table>_<column>_not_null` for its own."""
    name = f"{last_part(table)}_{last_part(column)}_is_set"
    if not is_plain(name) or len(name) > _LONGEST_NAME:
        raise Refused("its name needs quotes, or is too long")
    return name


def _is_free(ctx: SqlContext, column: AddedColumn) -> bool:
    return column.kept and column.default == "constant" and target(ctx).constant_default_is_free


def _step(ctx: SqlContext, column: AddedColumn) -> tuple[Definition, Column]:
    node: SqlNode = column.node
    found, table = definition(ctx, node), altered_table(ctx, node)
    if table is None or _is_silenced(ctx, node):
        raise Refused("the statement is not read")
    _is_all_that_is_said(ctx, node, last_part(table), found.name)
    key = primary_key(ctx, last_part(table))
    if key is None:
        raise Refused(f"no earlier file of the folder shows one primary key of `{table}`")
    name = f'"{key[0]}"' if key[1] else key[0]
    size = ctx.settings.sanctioned.batch_size
    return found, Column(table, found.name, check_name(table, found.name), name, found.default, size)


def _is_all_that_is_said(ctx: SqlContext, node: SqlNode, table: str, name: str) -> None:
    """Raises Refused when another statement may need the column as it was, or takes the table away."""
    if any(effect.kind in _GOES and effect.table == table for _, effect in effects_of_file(ctx)):
        raise Refused("its table has another name further down")
    dropped = {
        (each.start, each.end)
        for each, effect in effects_of_file(ctx)
        if effect.kind == "drop default" and (effect.table, effect.column) == (table, last_part(name))
    }
    spans = sorted([(node.start, node.end), *dropped])
    for statement in ctx.forward:
        said, at = "", statement.start
        for start, end in spans:
            if statement.start <= start and end <= statement.end:
                said, at = said + ctx.text[at:start], end
        said += ctx.text[at : statement.end]
        if _names(said, table) and _names(said, last_part(name)):
            raise Refused("another statement of the file names the column, and may need it as it is")


def _names(statement: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", without_comments(statement), re.IGNORECASE) is not None


def _is_silenced(ctx: SqlContext, node: SqlNode) -> bool:
    first = line_start(ctx.text, max(line_start(ctx.text, node.start) - 1, 0))
    return _SILENCED.search(ctx.text[first : line_end(ctx.text, node.end)]) is not None
