"""Django: which columns of a migration can be made NOT NULL in steps, and the fix that does it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Sequence

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.migrations import django_code
from relint.fixers.migrations.django_code import Column, Filling
from relint.fixers.migrations.lifted import Import, Lifted, clashes, lifted
from relint.fixers.migrations.refused import CHECK_IS_PROOF, Refused, is_excused
from relint.libraries.migrations import CHECKED_FIELDS, DJANGO_FIELDS, EMPTY_FIELDS, SAME_FOR_ALL
from relint.model import Edits, Fix, NewFile
from relint.queries.column_changes import added_column, django_field, field_kind, named
from relint.queries.migration_calls import django_operation, django_operations, migration_class
from relint.queries.migration_graph import stands_behind
from relint.queries.migration_state import field_facts
from relint.queries.migration_target import has_routers, is_application, target
from relint.queries.migrations import app_label, own_name, parse_operation, this_migration
from relint.queries.schema import AddedColumn, Default

_NUMBERED = re.compile(r"(\d+)_(.+)")
_HARMLESS = frozenset(
    {
        "AddField", "AddIndex", "AddIndexConcurrently", "AddConstraint", "AlterField", "AlterIndexTogether",
        "AlterModelManagers", "AlterModelOptions", "AlterOrderWithRespectTo", "AlterUniqueTogether", "CreateModel",
        "DeleteModel", "RemoveConstraint", "RemoveField", "RemoveIndex", "RemoveIndexConcurrently", "RenameIndex",
    }
)  # fmt: skip
"""Operations that do the same whether the column beside them is filled already or not."""

_BUILTINS = {"builtins.list": "[]", "builtins.dict": "{}"}


def add_in_steps(ctx: Context, call: cst.Call, column: AddedColumn) -> Fix:
    """The fix for every column of the migration that can be added in steps, of which `call` adds one.

    Raises Refused when nothing can be written, or not for this column.
    """
    may_be_followed(ctx)
    _leaves_others_alone(ctx)
    wanted = _step(ctx, call, column)
    others = [_other_step(ctx, other) for other in django_operations(ctx) if other is not call]
    steps = sorted(
        [(call, wanted), *(step for step in others if step is not None)], key=lambda step: ctx.range(step[0])[0]
    )
    columns = [step for _, step in steps]
    changes = tuple(edit for operation, _ in steps for edit in _made_nullable(ctx, operation))
    files = _new_files(ctx, columns)
    shown = ", ".join(column.shown for column in columns)
    return Fix(f"Add {shown} in three steps: nullable, filled in batches, NOT NULL", changes, create=files)


def may_be_followed(ctx: Context) -> None:
    """Raises Refused when no new migrations may be put behind this one."""
    node = this_migration(ctx)
    database = target(ctx)
    if not is_application(ctx):
        raise Refused("a reusable app does not know what it will run on")
    if (reason := stands_behind(ctx)) is not None:
        raise Refused(reason)
    if node is None or all(app != app_label(ctx) for app, _ in node.dependencies):
        raise Refused("it depends on nothing of its app")
    if has_routers(ctx):
        raise Refused("DATABASE_ROUTERS say where its table is")
    if database.engine == "postgresql" and database.version < CHECK_IS_PROOF:
        raise Refused(f"{database.name} reads the table for SET NOT NULL whatever CHECK there is")


def _leaves_others_alone(ctx: Context) -> None:
    """Raises Refused when an operation beside may need the new column filled."""
    for operation in django_operations(ctx):
        kind = django_operation(ctx, operation)
        if kind not in _HARMLESS and is_listed(ctx, operation):
            raise Refused(f"`{kind}` in the same migration may need the column as it is")


def _other_step(ctx: Context, call: cst.Call) -> tuple[cst.Call, Column] | None:
    """Another column that goes the same way, unless it cannot or a comment excuses it."""
    column = added_column(ctx, call)
    if column is None or is_excused(ctx, call) or column.default == "none" or column.kept:
        return None
    try:
        return call, _step(ctx, call, column)
    except Refused:
        return None


def _step(ctx: Context, call: cst.Call, column: AddedColumn) -> Column:
    field, model, name = column.field, spelled(ctx, call, "model_name", 0), spelled(ctx, call, "name", 1)
    if field is None or django_field(ctx, call) is not field or not is_listed(ctx, call):
        raise Refused("the operation is not written out")
    given = ctx.argument(call, "field", 2)
    if given is None or given.value is not field or ctx.positional(call, 3) is not None or ctx.unpacks(call):
        raise Refused("the operation is not written out")
    kind = field_kind(field)
    facts = parse_operation(ctx, field)
    if kind not in DJANGO_FIELDS or not (ctx.callee(field) or "").startswith("django."):
        raise Refused(f"`{kind}` is no field of Django's")
    if facts is None or (shape := field_facts(facts)).indexed or shape.unique:
        raise Refused("its index has to be built by a migration of its own")
    if kind in CHECKED_FIELDS and target(ctx).engine == "postgresql":
        raise Refused("the CHECK of its column has to be validated by a migration of its own")
    preserve = ctx.keyword(call, "preserve_default")
    once = preserve is not None and ctx.literal(preserve.value) is False
    for other in django_operations(ctx):
        if other is not call and _names(ctx, other) == _names(ctx, call):
            raise Refused("the field is altered in the same migration")
    final = lifted(ctx, field, without=ctx.keyword(field, "default") if once else None)
    filling = filling_of(ctx, field, column.default, column.value)
    if final is None or filling is None or ctx.keyword(field, "db_default") is not None:
        raise Refused("its default cannot be taken to another file")
    if clashes(final.imports | filling.imports | {django_code.MIGRATIONS}, *django_code.DEFINED):
        raise Refused("a name that it uses means something else in the new files")
    return Column(model, name, final, filling)


def filling_of(ctx: Context, field: cst.Call, default: Default, value: cst.BaseExpression | None) -> Filling | None:
    """What rows get that have no value; None when that cannot be said in another file."""
    if value is None:
        return _implicit(field_kind(field))
    text = lifted(ctx, value)
    dotted = ctx.names.dotted(value) or ""
    if text is None:
        return None
    if default == "callable":
        if not isinstance(value, cst.Name | cst.Attribute):
            return None
        called = Lifted(_BUILTINS.get(dotted, f"{text.text}()"), text.imports)
        return Filling(called, per_row=not dotted.startswith("builtins.") and dotted not in SAME_FOR_ALL)
    last = dotted.rpartition(".")[2]
    if isinstance(value, cst.Attribute | cst.Name) and ctx.literal(value) is ... and not last.isupper():
        return None  # it may be a class, and that is called
    return Filling(text)


def _implicit(kind: str) -> Filling | None:
    """What Django itself fills a column with that has no default."""
    if kind in EMPTY_FIELDS:
        return Filling(Lifted('b""' if kind == "BinaryField" else '""'))
    part = {"DateTimeField": "", "DateField": ".date()", "TimeField": ".time()"}.get(kind)
    if part is None:
        return None
    return Filling(Lifted(f"timezone.now(){part}", frozenset({Import("django.utils", "timezone")})))


def _made_nullable(ctx: Context, call: cst.Call) -> Edits:
    """The first step: `null=True` instead of what Django would fill the column with."""
    field = django_field(ctx, call)
    assert field is not None
    fills = [arg for name in ("default", "auto_now", "auto_now_add") if (arg := ctx.keyword(field, name)) is not None]
    null = ctx.keyword(field, "null")
    changes: list[Edits] = []
    if null is not None:
        changes.append((ctx.edit(null.value, "True"),))
    elif fills:
        changes.append((ctx.edit(fills.pop(0), "null=True"),))
    else:
        changes.append(edits.set_keyword(ctx, field, "null", "True"))
    changes += [edits.remove_argument(ctx, field, arg) for arg in fills]
    if (preserve := ctx.keyword(call, "preserve_default")) is not None:
        changes.append(edits.remove_argument(ctx, call, preserve))
    return tuple(edit for change in changes for edit in change)


def _new_files(ctx: Context, columns: Sequence[Column]) -> tuple[NewFile, NewFile]:
    app, own = app_label(ctx), own_name(ctx)
    second, third = _new_names(own, columns[0])
    folder = Path(ctx.path).parent
    there = ctx.project.listing(folder)
    for name in (second, third):
        if f"{name}.py" in there:
            raise Refused(f"there is a `{name}.py` already")
    size = ctx.settings.sanctioned.batch_size
    with_check = target(ctx).engine == "postgresql" or not target(ctx).found
    return (
        NewFile(str(folder / f"{second}.py"), django_code.backfill_file(app, own, columns, size)),
        NewFile(
            str(folder / f"{third}.py"),
            django_code.not_null_file(app, second, columns, size, with_check=with_check),
        ),
    )


def _new_names(own: str, column: Column) -> tuple[str, str]:
    """The names of the second and third migration."""
    numbered = _NUMBERED.fullmatch(own)
    if numbered is None:
        return f"{own}_backfill", f"{own}_not_null"
    number, what = numbered[1], numbered[2]
    if what.startswith("auto_"):
        what = f"{column.model}_{column.name}".lower()
    second, third = (str(int(number) + more).zfill(len(number)) for more in (1, 2))
    return f"{second}_backfill_{what}", f"{third}_{what}_not_null"


def spelled(ctx: Context, call: cst.Call, name: str, index: int) -> str:
    """A name as the operation spells it."""
    given = ctx.argument(call, name, index)
    value = ctx.literal(given.value) if given is not None else None
    if not isinstance(value, str) or not value.isidentifier():
        raise Refused("the operation is not written out")
    return value


def _names(ctx: Context, call: cst.Call) -> tuple[str, str]:
    """The model and the field that an operation names, in lower case."""
    return named(ctx, call, "model_name", 0), named(ctx, call, "name", 1)


def is_listed(ctx: Context, call: cst.Call) -> bool:
    """Whether an operation stands in the list of the migration itself."""
    cls = migration_class(ctx)
    bound = ctx.names.attribute(cls, "operations") if cls is not None else []
    element = ctx.parent(call)
    return (
        len(bound) == 1
        and isinstance(element, cst.Element)
        and ctx.parent(element) is bound[0].value
        and isinstance(bound[0].value, cst.List)
    )
