"""Django: a field made NOT NULL, rewritten in its own migration: filled in batches, then by way of a CHECK."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations import django_code
from relint.fixers.migrations.django_code import Column
from relint.fixers.migrations.django_steps import filling_of, is_listed, may_be_followed, spelled
from relint.fixers.migrations.lifted import Lifted
from relint.fixers.migrations.out_of_transaction import leave_transaction
from relint.fixers.migrations.refused import Refused, is_excused
from relint.libraries.migrations import DJANGO_FIELDS
from relint.model import Edit, Edits, Fix
from relint.queries.column_changes import django_field, field_default, field_kind, state_at, tightened_column
from relint.queries.migration_calls import django_operations, migration_class
from relint.queries.migration_state import field_facts
from relint.queries.migration_target import target
from relint.queries.migrations import app_label, parse_operation


def tighten_in_steps(ctx: Context) -> Fix:
    """The fix for all the fields that a migration makes NOT NULL, where it does nothing else.

    Raises Refused when nothing can be written.
    """
    may_be_followed(ctx)
    operations = [call for call in django_operations(ctx) if is_listed(ctx, call)]
    if any(tightened_column(ctx, call) is None or is_excused(ctx, call) for call in operations):
        raise Refused("the migration does other things as well")
    outside = leave_transaction(ctx, frozenset({"AlterField"}))
    cls = migration_class(ctx)
    if outside is None or cls is None or any(name in ctx.names.module.bindings for name in _TAKEN):
        raise Refused("the migration holds code of its own")
    columns = [_column(ctx, call) for call in operations]
    database = target(ctx)
    with_check = database.engine == "postgresql" or not database.found
    filled = [column for column in columns if column.filling is not None]
    size = ctx.settings.sanctioned.batch_size
    definitions = "\n\n".join(
        [
            *([f"BATCH_SIZE = {size}\n"] if filled else []),
            *django_code.definitions(app_label(ctx), columns, with_check=with_check),
        ]
    )
    above = edits.insert_before(ctx, cls, *definitions.split("\n"), "") if definitions else ()
    if above is None:
        raise Refused("the migration holds code of its own")
    changes: list[Edit] = [*outside, *above, *_imported(ctx, cls, filled)]
    if with_check:
        changes += [ctx.edit(call.func, "SetNotNull") for call in operations if isinstance(call.func, cst.Attribute)]
    indent = edits.line_indent(ctx, operations[0])
    fills = "".join(f"{django_code.run_fill(column)},\n{indent}" for column in filled)
    start = ctx.range(operations[0])[0]
    if fills:
        changes.append(Edit(start, start, fills))
    how = "by way of a CHECK" if with_check else "outside a transaction"
    return Fix(f"Fill it in batches and set NOT NULL {how}" if filled else f"Set NOT NULL {how}", tuple(changes))


_TAKEN = ("BATCH_SIZE", "batches", "SetNotNull")


def _column(ctx: Context, call: cst.Call) -> Column:
    model, name = spelled(ctx, call, "model_name", 0), spelled(ctx, call, "name", 1)
    field = django_field(ctx, call)
    facts = parse_operation(ctx, field) if field is not None else None
    before = state_at(ctx, call).field(model, name)
    if field is None or facts is None or before is None or ctx.source(call.func) != "migrations.AlterField":
        raise Refused("the operation is not written out")
    kind = field_kind(field)
    after = field_facts(facts)
    told = kind in DJANGO_FIELDS and kind != "ArrayField"
    if not told or replace(before, null=False) != replace(after, null=False) or ctx.keyword(field, "db_collation"):
        raise Refused("it may change more than NULL")
    default, value = field_default(ctx, field)
    filling = filling_of(ctx, field, default, value) if default != "none" else None
    if default != "none" and filling is None:
        raise Refused("its default is not known to be the same for the rows that exist")
    return Column(model, name, Lifted(""), filling)


def _imported(ctx: Context, cls: cst.ClassDef, columns: list[Column]) -> Edits:
    """What the functions that fill need and the file does not import."""
    changes: list[Edit] = []
    for each in sorted({each for column in columns if column.filling for each in column.filling.imports}):
        if each.local in ctx.names.module.bindings:
            continue
        imported = edits.ensure_import(ctx, f"{each.module}.{each.name}", cls, from_import=True) if each.name else None
        if imported is None or imported[0] != each.local:
            raise Refused("a name that it uses means something else here")
        changes += imported[1]
    return tuple(changes)
