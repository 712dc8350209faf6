"""Leaves the arithmetic to the database."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.queries.lost_updates import LostUpdate
from relint.rules.transactions.lost_update import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    update = finding.data
    assert isinstance(update, LostUpdate)
    if not isinstance(update.row, cst.Name) or update.save.args or not _is_left_alone(ctx, update):
        return None
    step = ctx.statement_of(update.step)
    siblings = ctx.siblings(step)
    save = ctx.statement_of(update.save)
    if save not in siblings or siblings.index(save) != siblings.index(step) + 1:
        return None
    expression = edits.ensure_import(ctx, "django.db.models.F", update.step, from_import=True)
    if expression is None:
        return None
    name, imported = expression
    line = f'{ctx.source(update.row)}.{update.column} = {name}("{update.column}") {update.change}'
    changes = edits.replace_statement(ctx, step, line)
    if changes is None:
        return None
    fields = edits.append_argument(ctx, update.save, f'update_fields=["{update.column}"]')
    return Fix("Let the database do the arithmetic", (*changes, *fields, *imported))


def _is_left_alone(ctx: Context, update: LostUpdate) -> bool:
    """Whether the row is a local that nobody looks at after it was saved."""
    assert isinstance(update.row, cst.Name)
    found = ctx.names.find(update.row)
    if found is None or not isinstance(found[0].node, cst.FunctionDef) or ctx.names.self_class(update.row) is not None:
        return False
    saved = ctx.range(update.save)[1]
    return all(ctx.range(use)[0] < saved for use in ctx.names.uses(found[0], update.row.value))
