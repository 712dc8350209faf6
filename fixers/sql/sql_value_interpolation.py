"""Passes the values as parameters, in the driver's own style."""

from __future__ import annotations

from relint.context import Context
from relint.fixers.sql.parameters import guarded, passed
from relint.fixers.sql.rewriting import Rewriting
from relint.model import Finding, Fix, Safety
from relint.queries.sql import Site, shown
from relint.rules.sql.sql_value_interpolation import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    site = finding.data
    assert isinstance(site, Site)
    if not guarded(ctx, site):
        return None
    rewriting = Rewriting.of(ctx, site)
    if rewriting is None:
        return None
    edits = passed(ctx, site, rewriting)
    if edits is None:
        return None
    assert site.sink is not None
    assert site.sink.driver is not None
    # Names stay in the text, and asyncpg takes no text for a number or a date: a person has to look at both.
    typed = site.sink.driver.style == "numeric" and not rewriting.all_text
    safety = Safety.DISPLAY if site.names or typed else Safety.UNSAFE
    names = list(dict.fromkeys(shown(ctx, one.hole) for one in site.values))
    return Fix(f"Pass {', '.join(f'`{name}`' for name in names)} as a parameter", edits, safety)
