"""Jobs that do costly work for every row of a table, and whether one that was stopped half way goes on where it was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.blocking import waits_outside
from relint.libraries.one_off import MADE_UP
from relint.names import last_name
from relint.queries.atomic import transaction_around
from relint.queries.bounds import words_of
from relint.queries.callees import with_callees
from relint.queries.done_rows import tells_done_rows
from relint.queries.entry_points import entry_point
from relint.queries.made_rows import is_made_twice, made_model
from relint.queries.mentions import texts_in
from relint.queries.row_loops import RowLoop, in_job_or_command, table_loop

_SAVES = frozenset({"save", "asave", "update", "update_or_create", "create"})
_INDEX = frozenset("elastic elasticsearch es haystack index indexer opensearch reindex search solr whoosh".split())
_INDEXING = frozenset(
    {"index", "reindex", "update_index", "update", "add_document", "update_document", "index_document"}
)
_INDEXES = frozenset({"index", "reindex"})
_OPTIONS = ("add_argument", "add_option", "option", "argument")
_PATTERN = re.compile(r"__i?(?:startswith|endswith|contains|regex)$")
_PROGRESS = re.compile(
    r"(?i)checkpoint|resum|watermark|cursor|bookmark|already|done|processed_(?:id|pk|until)|progress_|skip|restart"
    r"|(?:last|start|from|min|max|since|after|until|offset|begin)_?(?:id|pk|key|from|after|at|date|seen|time|row|offset)?$"
)
"""Words in names, options and texts by which a job goes on where it was, or is told which part to do."""


@dataclass(frozen=True, eq=False)
class TableWalk:
    """`write` is done for each of `rows`; the `cost` of a pass is what it waits for, or None for the write itself."""

    rows: RowLoop
    write: cst.Call
    cost: cst.Call | None


def table_walk(ctx: Context, loop: cst.For) -> TableWalk | None:
    """The walk of a job over a whole table that starts again from the first row when it was stopped.

    Rows that are only saved are not meant: to save them again costs little, and harms nobody.
    """
    function = ctx.function_of(loop)
    if not isinstance(function, cst.FunctionDef) or not _is_job(ctx, function) or "migrations/" in ctx.path:
        return None
    rows = table_loop(ctx, loop)
    names = [name.value for name in ctx.walk(loop.target, cst.Name)]
    if rows is None or not names or _is_part(ctx, rows):
        return None
    found = _costly_write(ctx, function, loop, names[-1])
    if found is None or _keeps_progress(ctx, function) or transaction_around(ctx, loop) or _makes_up(ctx, function):
        return None
    write, cost = found
    if tells_done_rows(ctx, loop, write, ctx.source(rows.chain)):
        return None
    return TableWalk(rows, write, cost)


def _is_job(ctx: Context, function: cst.FunctionDef) -> bool:
    """The body of a job, a part of a command, or the main function of a script."""
    return in_job_or_command(ctx, function) or (function.name.value == "main" and "__main__" in ctx.text)


def _makes_up(ctx: Context, function: cst.FunctionDef) -> bool:
    return any(MADE_UP.search(name) for name in (PurePath(ctx.path).stem, function.name.value))


def _costly_write(
    ctx: Context, function: cst.FunctionDef, loop: cst.For, row: str
) -> tuple[cst.Call, cst.Call | None] | None:
    """What is written for each row, and what a pass waits for; the index and rows made twice cost enough themselves."""
    calls = list(ctx.walk(loop.body, cst.Call))
    for call in calls:
        if _indexes(ctx, call, row) or (entry_point(ctx, function) == "job" and _makes_twice(ctx, call, function)):
            return call, None
    write = next((call for call in calls if _writes(ctx, call, row)), None) or _written_after(ctx, function, loop)
    cost = None if write is None else next(_waits(ctx, calls), None)
    return (write, cost) if write is not None and cost is not None else None


def _indexes(ctx: Context, call: cst.Call, row: str) -> bool:
    """`row.update_index()`, `index.update(row)`, `reindex(row)`."""
    name = last_name(call.func)
    match call.func:
        case cst.Attribute(value=cst.Name(value=owner)) if owner == row:
            return bool(words_of(name) & _INDEXES)
        case cst.Attribute(value=owner) if name in _INDEXING and words_of(ctx.source(owner)) & _INDEX:
            return _mentions(ctx, call, row)
        case cst.Name() | cst.Attribute():
            return bool(words_of(name) & _INDEXES) and _mentions(ctx, call, row)
    return False


def _makes_twice(ctx: Context, call: cst.Call, function: cst.FunctionDef) -> bool:
    model = made_model(ctx, call)
    return model is not None and is_made_twice(ctx, call, model, function)


def _writes(ctx: Context, call: cst.Call, row: str) -> bool:
    """`row.save()`, `X.objects.create(x=row)`."""
    name = last_name(call.func)
    match call.func:
        case cst.Attribute(value=cst.Name(value=owner)) if owner == row:
            return name in ("save", "asave")
        case cst.Attribute(value=owner) if name in _SAVES and "objects" in ctx.source(owner):
            return _mentions(ctx, call, row)
    return False


def _written_after(ctx: Context, function: cst.FunctionDef, loop: cst.For) -> cst.Call | None:
    """`X.objects.bulk_update(changed, [...])` below the loop that fills `changed`: nothing is written before."""
    calls = (call for call in ctx.walk(function.body, cst.Call) if ctx.range(call)[0] > ctx.range(loop)[1])
    for call in calls:
        match call:
            case cst.Call(
                func=cst.Attribute(attr=cst.Name(value="bulk_update" | "bulk_create")),
                args=[cst.Arg(value=cst.Name(value=rows)), *_],
            ) if _is_filled(ctx, loop, rows):
                return call
    return None


def _is_filled(ctx: Context, loop: cst.For, rows: str) -> bool:
    return any(ctx.source(call.func) == f"{rows}.append" for call in ctx.walk(loop.body, cst.Call))


def _waits(ctx: Context, calls: list[cst.Call]) -> Iterator[cst.Call]:
    """The calls that wait for another machine, a process or the clock, themselves or in a function of the file."""
    for call in calls:
        if waits_outside(ctx.callee(call) or ""):
            yield call
        elif (function := ctx.function_def(call.func)) is not None:
            below = (c for each in with_callees(ctx, function) for c in ctx.walk(each.body, cst.Call))
            if any(waits_outside(ctx.callee(c) or "") for c in below):
                yield call


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
