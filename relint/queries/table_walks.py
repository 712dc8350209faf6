"""Jobs that write for every row of a table, and whether one that was stopped half way goes on where it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.atomic import transaction_around
from relint.queries.bounds import words_of
from relint.queries.done_rows import tells_done_rows
from relint.queries.mentions import texts_in
from relint.queries.row_loops import RowLoop, in_job_or_command, table_loop

_SAVES = frozenset({"save", "asave", "update", "update_or_create", "create"})
_INDEX = frozenset("elastic elasticsearch es haystack index indexer opensearch reindex search solr whoosh".split())
_INDEXING = frozenset(
    {"index", "reindex", "update_index", "update", "add_document", "update_document", "index_document"}
)
_OPTIONS = ("add_argument", "add_option", "option", "argument")
_PATTERN = re.compile(r"__i?(?:startswith|endswith|contains|regex)$")
_PROGRESS = re.compile(
    r"(?i)checkpoint|resum|watermark|cursor|bookmark|already|done|processed_(?:id|pk|until)|progress_|skip|restart"
    r"|(?:last|start|from|min|max|since|after|until|offset|begin)_?(?:id|pk|key|from|after|at|date|seen|time|row|offset)?$"
)
"""Words in names, options and texts by which a job goes on where it was, or is told which part to do."""
_MADE_UP = re.compile(r"(?i)(?:test|demo|sample|example|dummy)_?(?:data|rows|content|objects)|fake|(?:^|_)seed(?:_|$)")
"""Names of files and functions that make rows for trying things out."""


@dataclass(frozen=True, eq=False)
class TableWalk:
    """`write` is done for each `row` of `rows`."""

    rows: RowLoop
    row: str
    write: cst.Call


def table_walk(ctx: Context, loop: cst.For) -> TableWalk | None:
    """The walk of a job over a whole table that starts again from the first row when it was stopped."""
    function = ctx.function_of(loop)
    if not isinstance(function, cst.FunctionDef) or not _is_job(ctx, function) or "migrations/" in ctx.path:
        return None
    rows = table_loop(ctx, loop)
    names = [name.value for name in ctx.walk(loop.target, cst.Name)]
    if rows is None or not names:
        return None
    write = next((call for call in ctx.walk(loop.body, cst.Call) if _writes(ctx, call, names[-1])), None)
    if write is None or _is_part(ctx, rows) or _keeps_progress(ctx, function) or transaction_around(ctx, loop):
        return None
    if tells_done_rows(ctx, loop, write, ctx.source(rows.chain)) or _makes_up(ctx, function):
        return None
    return TableWalk(rows, names[-1], write)


def _is_job(ctx: Context, function: cst.FunctionDef) -> bool:
    """The body of a job, a part of a command, or the main function of a script."""
    return in_job_or_command(ctx, function) or (function.name.value == "main" and "__main__" in ctx.text)


def _makes_up(ctx: Context, function: cst.FunctionDef) -> bool:
    return any(_MADE_UP.search(name) for name in (PurePath(ctx.path).stem, function.name.value))


def _writes(ctx: Context, call: cst.Call, row: str) -> bool:
    """`row.save()`, `X.objects.create(x=row)`, `index.update(row)`, `reindex(row)`."""
    name = last_name(call.func)
    match call.func:
        case cst.Attribute(value=cst.Name(value=owner)) if owner == row:
            return name in ("save", "asave") or bool(words_of(name) & _INDEX)
        case cst.Attribute(value=owner) if name in _INDEXING and _is_index(ctx, owner):
            return _mentions(ctx, call, row)
        case cst.Attribute(value=owner) if name in _SAVES and "objects" in ctx.source(owner):
            return _mentions(ctx, call, row)
        case cst.Name() | cst.Attribute():
            return bool(words_of(name) & _INDEX) and _mentions(ctx, call, row)
    return False


def _is_index(ctx: Context, owner: cst.BaseExpression) -> bool:
    return bool(words_of(ctx.source(owner)) & _INDEX)


def _mentions(ctx: Context, call: cst.Call, row: str) -> bool:
    return any(name.value == row for name in ctx.walk(call, cst.Name))


def _is_part(ctx: Context, rows: RowLoop) -> bool:
    """Whether a text that is no constant picks the rows: those of one parent, by the end of its key."""
    given = (arg for call in ctx.walk(rows.chain, cst.Call) for arg in call.args if arg.keyword is not None)
    return any(_PATTERN.search(arg.keyword.value) and ctx.literal(arg.value) is ... for arg in given if arg.keyword)


def _keeps_progress(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a job says where it is, or is told where to begin."""
    names = {name.value for name in ctx.walk(function.body, cst.Name)}
    names |= {parameter.name.value for parameter in ctx.walk(function.params, cst.Param)}
    names |= {text.strip("\"'") for text in texts_in(ctx, function.body)}
    for call in ctx.tree.every(cst.Call, words=_OPTIONS):
        if last_name(call.func) in _OPTIONS:
            names |= {text.strip("\"'") for arg in call.args for text in texts_in(ctx, arg)}
    return any(_PROGRESS.search(name.lstrip("-").replace("-", "_")) for name in names if " " not in name)
