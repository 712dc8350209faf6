"""Reads the rows in chunks."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.model import Edit, Finding, Fix, Safety
from relint.names import last_name
from relint.queries.row_loops import RowLoop
from relint.rules.sql.unbounded_result_load import rule

_ENDS = frozenset({"commit", "rollback", "delete", "close"})


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix:
    found: RowLoop = finding.data
    size = ctx.settings.sanctioned.batch_size
    message = f"Read {size} rows at a time"
    chunked = f".iterator(chunk_size={size})" if found.kind == "django" else f".yield_per({size})"
    if not _is_used_once(ctx, found) or _is_wrapped(ctx, found.rows) or _ends_transaction(ctx, finding, found):
        return Fix(f"{message}: `{chunked}`", (), Safety.DISPLAY)
    end = ctx.range(found.rows)[1]
    if found.kind == "django":
        return Fix(message, (Edit(end, end, chunked),))
    query = _before_all(found.rows)
    if query is not None and "#" not in ctx.text[ctx.range(query)[1] : end]:
        return Fix(message, (Edit(ctx.range(query)[1], end, chunked),))
    if "all" in found.methods:
        return Fix(f"{message}: `{chunked}` in place of `.all()`", (), Safety.DISPLAY)
    return Fix(message, (Edit(end, end, chunked),))


def _is_used_once(ctx: Context, found: RowLoop) -> bool:
    if not isinstance(found.rows, cst.Name):
        return True
    owner = ctx.names.find(found.rows)
    return owner is not None and len(ctx.names.uses(owner[0], found.rows.value)) == 1


def _is_wrapped(ctx: Context, rows: cst.BaseExpression) -> bool:
    """Whether `list(rows)` keeps them all, or a progress bar asks for their number."""
    parent = ctx.parent(rows)
    call = ctx.parent(parent) if isinstance(parent, cst.Arg) else None
    return isinstance(call, cst.Call) and last_name(call.func) != "enumerate"


def _ends_transaction(ctx: Context, finding: Finding, found: RowLoop) -> bool:
    """SQLAlchemy's cursor does not outlive the transaction that it was opened in."""
    loop = ctx.enclosing(finding.node, cst.For)
    calls = ctx.walk(loop.body, cst.Call) if loop is not None and found.kind == "sqlalchemy" else ()
    return any(last_name(call.func) in _ENDS for call in calls)


def _before_all(rows: cst.BaseExpression) -> cst.BaseExpression | None:
    """`query` of `query.all()`."""
    match rows:
        case cst.Call(func=cst.Attribute(value=query, attr=cst.Name(value="all"))):
            return query
    return None
