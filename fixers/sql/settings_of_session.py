"""`SET name = 'value'` of PostgreSQL, which takes no parameters, as `SELECT set_config('name', %s, false)`."""

from __future__ import annotations

import re

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.sql.characters import characters
from relint.fixers.sql.regions import Regions
from relint.model import Edits
from relint.queries.sql import Site
from relint.queries.sql_places import HOLE
from relint.queries.text import Piece, with_holes_as

_SETS = re.compile(r"\s*SET\s+(?:(LOCAL|SESSION)\s+)?([a-z_][\w.]*)\s*(?:=|\sTO\s)\s*'[^']*'\s*;?\s*", re.IGNORECASE)
_OTHERWISE = frozenset(
    "time role session local transaction names schema constraints search_path temp_tablespaces local_preload_libraries "
    "session_preload_libraries".split()
)
"""What SET sets in a way of its own: by other names, or taking text for one item of a list, which set_config splits."""


def as_set_config(ctx: Context, site: Site) -> Edits | None:
    """The edits; None unless the whole statement is written in one place, and the driver is one of PostgreSQL alone."""
    sink = site.sink
    if sink is None or sink.driver is None or not sink.driver.postgres or sink.wrapper is not None:
        return None
    if sink.name != "execute" or sink.arg.value is not site.root or len(sink.call.args) != 1 or site.alternatives != 1:
        return None
    raw = with_holes_as(site.text, lambda _, __: HOLE)
    said = _SETS.fullmatch(raw)
    if said is None or said[2].lower() in _OTHERWISE or not _is_whole(ctx, site):
        return None
    chars = characters(ctx, site)
    if chars is None or len(chars) != len(raw):
        return None
    found = Regions(ctx, site, sink.driver, sink.driver.style, raw, chars).found()
    if found is None or len(found) != 1:
        return None
    value = found[0].expression
    numeric = sink.driver.style == "numeric"
    text = f"SELECT set_config('{said[2]}', {'$1' if numeric else '%s'}, {'true' if _is_local(said) else 'false'})"
    return (
        *edits.replace_node(ctx, site.root, f'"{text}"'),
        *edits.append_argument(ctx, sink.call, value if numeric else f"({value},)"),
    )


def _is_local(said: re.Match[str]) -> bool:
    return (said[1] or "").upper() == "LOCAL"


def _is_whole(ctx: Context, site: Site) -> bool:
    """Whether nothing but holes comes from elsewhere, and no comment stands in between."""
    if any(isinstance(part, Piece) and part.root is not site.root for part in site.text):
        return False
    return not isinstance(site.root, cst.Name) and "#" not in ctx.source(site.root)
