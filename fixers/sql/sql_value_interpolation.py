"""Passes the values as parameters, in the driver's own style."""

from __future__ import annotations

from typing import Iterable

from relint.context import Context
from relint.fixers.sql.extra_conditions import with_params
from relint.fixers.sql.growing import grown
from relint.fixers.sql.parameters import guarded, passed
from relint.fixers.sql.rewriting import Rewriting
from relint.fixers.sql.rows_of_many import in_each_row
from relint.fixers.sql.settings_of_session import as_set_config
from relint.model import Finding, Fix, Safety
from relint.queries.sql import Site, shown
from relint.rules.sql.sql_value_interpolation import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    site = finding.data
    assert isinstance(site, Site)
    if (changes := as_set_config(ctx, site)) is not None:
        return Fix(f"Pass {_values(ctx, [site])} to set_config as a parameter", changes)
    if (changes := with_params(ctx, site) or in_each_row(ctx, site)) is not None:
        safety = Safety.DISPLAY if site.names else Safety.UNSAFE
        return Fix(f"Pass {_values(ctx, [site])} as a parameter", changes, safety)
    return _at_once(ctx, site) if guarded(ctx, site) else _part_by_part(ctx, site)


def _at_once(ctx: Context, site: Site) -> Fix | None:
    rewriting = Rewriting.of(ctx, site)
    edits = passed(ctx, site, rewriting) if rewriting is not None else None
    if rewriting is None or edits is None:
        return None
    # Names stay in the text, and asyncpg takes no text for a number or a date: a person has to look at both.
    typed = rewriting.typed or (rewriting.driver.style == "numeric" and not rewriting.all_text)
    safety = Safety.DISPLAY if site.names or typed else Safety.UNSAFE
    return Fix(f"Pass {_values(ctx, [site])} as a parameter", edits, safety)


def _part_by_part(ctx: Context, site: Site) -> Fix | None:
    done = grown(ctx, site)
    if done is None:
        return None
    # A log of the text would show placeholders now.
    safety = Safety.DISPLAY if done.read_elsewhere or any(one.names for one in done.sites) else Safety.UNSAFE
    return Fix(f"Collect {_values(ctx, done.sites)} as parameters", done.edits, safety)


def _values(ctx: Context, sites: Iterable[Site]) -> str:
    return ", ".join(dict.fromkeys(f"`{shown(ctx, one.hole)}`" for site in sites for one in site.values))
