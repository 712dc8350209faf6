"""Shows how the driver quotes a name; a person says whether it is one name."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Edit, Finding, Fix
from relint.queries.sql import Filled, Site, shown
from relint.queries.sql_places import Place
from relint.queries.text import Hole
from relint.rules.sql.sql_identifier_interpolation import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    site = finding.data
    assert isinstance(site, Site)
    assert site.sink is not None
    if site.sink.driver is None or not isinstance(site.root, cst.FormattedString) or site.fragments:
        return None
    if any(isinstance(part, Hole) and part.root is not site.root for part in site.text):
        return None
    changes = None
    if site.sink.driver.name == "django":
        changes = _quote_name(ctx, site)
    elif site.sink.driver.name in ("psycopg", "psycopg2") and site.sink.arg.value is site.root:
        changes = _composed(ctx, site, site.root, site.sink.driver.name)
    names = ", ".join(f"`{shown(ctx, one.hole)}`" for one in site.names)
    return Fix(f"Quote {names}", changes) if changes else None


def _quote_name(ctx: Context, site: Site) -> tuple[Edit, ...] | None:
    """`{table}` becomes `{connection.ops.quote_name(table)}`."""
    imported = edits.ensure_import(ctx, "django.db.connection", site.root, from_import=True)
    if imported is None or any(not _is_plain(one) for one in site.names):
        return None
    name, changes = imported
    quoted = (ctx.edit(n.hole.node, f"{name}.ops.quote_name({ctx.source(n.hole.node)})") for n in site.names)
    return (*changes, *quoted)


def _composed(ctx: Context, site: Site, text: cst.FormattedString, module: str) -> tuple[Edit, ...] | None:
    """`f"... {table}"` becomes `sql.SQL("... {}").format(sql.Identifier(table))`."""
    expressions = [part for part in text.parts if isinstance(part, cst.FormattedStringExpression)]
    if len(expressions) != len(site.names) or any(not _is_plain(one) for one in site.names):
        return None
    imported = edits.ensure_import(ctx, f"{module}.sql", text, from_import=True)
    if imported is None:
        return None
    name, changes = imported
    start, end = ctx.range(text)
    names = ", ".join(f"{name}.Identifier({ctx.source(one.hole.node)})" for one in site.names)
    return (
        *changes,
        Edit(start, start + len(text.prefix), f"{name}.SQL({text.prefix.replace('f', '').replace('F', '')}"),
        *(ctx.edit(expression, "{}") for expression in expressions),
        Edit(end, end, f").format({names})"),
    )


def _is_plain(one: Filled) -> bool:
    """Whether the hole is one whole name."""
    whole = one.spot.span[1] - one.spot.span[0] == 1 and "." not in (one.spot.before, one.spot.behind)
    return whole and one.place is Place.IDENTIFIER and not one.hole.spec and isinstance(one.hole.node, cst.Name)
