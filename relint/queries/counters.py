"""Columns that count rows, stepped by hand where such a row is made or deleted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, TypeAlias

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.atomic import opened_by_with, transaction_around
from relint.queries.bounds import word_list
from relint.queries.entry_points import called_from, entry_point
from relint.queries.migration_target import requests_are_atomic

Step: TypeAlias = cst.AugAssign | cst.Assign | cst.Arg
_COLUMN = re.compile(r"^(?:count|num|number|n|nr|total)_(?:of_)?(\w+)$|^(\w+)_(?:count|counter|total)$")
_MAKES = frozenset(
    "create acreate bulk_create get_or_create update_or_create save asave delete adelete add remove".split()
)
_F = frozenset({"django.db.models.F", "django.db.models.expressions.F"})
_RECOUNTS = re.compile(
    r"(?i)re_?count|re_?calc|re_?compute|re_?sync|re_?build|reconcil|synchroni[sz]e|(?:update|refresh|fix|reset)_\w*count"
    r"|(?:update|refresh|fix|reset)_?(?:stats|statistics|totals)|Count\("
)
"""What counts anew: in names of functions, of commands, and in queries."""
_JOBS = ("tasks.py", "jobs.py", "cron.py")


@dataclass(frozen=True, eq=False)
class Counter:
    """`step` changes `column` by hand beside `write`, which makes or deletes what it counts."""

    column: str
    step: Step
    write: cst.Call


def drifting_counter(ctx: Context, step: Step) -> Counter | None:
    """The counter that stays wrong when the function fails between its step and the row that it counts.

    None where both are in one transaction, as far as the file shows, and where something in sight counts anew.
    """
    column = _stepped(ctx, step)
    function = ctx.function_of(step)
    if column is None or not isinstance(function, cst.FunctionDef):
        return None
    counted = _counted(column)
    row = _row(step)
    if not counted or (row is not None and not _is_saved(ctx, function, row)):
        return None
    own = f"{ctx.source(row)}." if row is not None else "."
    for write in ctx.walk(function.body, cst.Call):
        if ctx.source(write.func) in (f"{own}save", f"{own}asave"):
            continue
        if _makes(ctx, write, counted, function) and not _share_transaction(ctx, step, write, function):
            return None if _is_counted_anew(ctx) else Counter(column, step, write)
    return None


def _stepped(ctx: Context, step: Step) -> str | None:
    """The column of `row.x += 1`, `row.x = row.x + 1`, `row.x = F("x") + 1` and `update(x=F("x") + 1)`."""
    match step:
        case cst.AugAssign(
            target=cst.Attribute(attr=cst.Name(value=column)), operator=cst.AddAssign() | cst.SubtractAssign()
        ):
            return column
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute(attr=cst.Name(value=column)) as target)],
            value=cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract()),
        ):
            return column if ctx.source(left) == ctx.source(target) or _reads(ctx, left, column) else None
        case cst.Arg(
            keyword=cst.Name(value=column),
            value=cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract()),
        ):
            call = ctx.parent(step)
            updates = isinstance(call, cst.Call) and last_name(call.func) in ("update", "aupdate")
            return column if updates and _reads(ctx, left, column) else None
    return None


def _reads(ctx: Context, expression: cst.BaseExpression, column: str) -> bool:
    """`F("column")`"""
    if not isinstance(expression, cst.Call) or len(expression.args) != 1 or ctx.callee(expression) not in _F:
        return False
    return bool(ctx.literal(expression.args[0].value) == column)


def _counted(column: str) -> frozenset[str]:
    """What a column counts, word by word in the singular: `post` of `num_posts`, `up` and `vote` of `up_vote_count`."""
    found = _COLUMN.match(column)
    return frozenset(map(_singular, word_list(found[1] or found[2]))) if found is not None else frozenset()


def _singular(word: str) -> str:
    return re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")


def _row(step: Step) -> cst.BaseExpression | None:
    match step:
        case cst.AugAssign(target=cst.Attribute(value=row)):
            return row
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(value=row))]):
            return row
    return None


def _is_saved(ctx: Context, function: cst.FunctionDef, row: cst.BaseExpression) -> bool:
    text = ctx.source(row)
    for call in ctx.walk(function.body, cst.Call):
        match call.func:
            case cst.Attribute(value=owner, attr=cst.Name(value="save" | "asave")) if ctx.source(owner) == text:
                return True
    return False


def _makes(ctx: Context, write: cst.Call, counted: frozenset[str], function: cst.FunctionDef) -> bool:
    """Whether a call makes or deletes a row of what is counted: `Post.objects.create()`, `post.delete()`."""
    match write.func:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in _MAKES:
            words = {_singular(word) for name in _names(ctx, owner, function) for word in word_list(name)}
            return bool(words & counted)
    return False


def _names(ctx: Context, owner: cst.BaseExpression, function: cst.FunctionDef) -> Iterator[str]:
    """The names that say what a row is: its own, its class's, that of its model or relation."""
    cls = ctx.names.class_of_method(function)
    match owner:
        case cst.Call(func=cst.Name(value="super")):
            yield cls.name.value if cls is not None else ""
        case cst.Name(value="self"):
            yield cls.name.value if cls is not None else ""
        case cst.Name(value=name):
            yield name
            value = ctx.value_of(owner)
            if isinstance(value, cst.Call):
                yield last_name(value.func)
        case cst.Attribute(value=inner, attr=cst.Name(value=name)):
            yield from (last_name(inner),) if name == "objects" else (name,)
        case cst.Call(func=cst.Attribute(value=inner)):
            yield from _names(ctx, inner, function)


def _share_transaction(ctx: Context, step: cst.CSTNode, write: cst.CSTNode, function: cst.FunctionDef) -> bool:
    """Whether a transaction holds both, or one is open around all calls of the function that are in sight."""
    if set(_transactions(ctx, step)) & set(_transactions(ctx, write)):
        return True
    if transaction_around(ctx, function.body.body[0]) is not None:  # by a decorator
        return True
    if entry_point(ctx, function) in ("view", "route") and requests_are_atomic(ctx):
        return True
    calls = called_from(ctx, function)
    return bool(calls) and all(transaction_around(ctx, call) is not None for call in calls)


def _transactions(ctx: Context, node: cst.CSTNode) -> Iterator[cst.With]:
    for around in ctx.ancestors(node):
        if isinstance(around, cst.FunctionDef):
            return
        if isinstance(around, cst.With) and any(opened_by_with(ctx, item.item) for item in around.items):
            yield around


def _is_counted_anew(ctx: Context) -> bool:
    """Whether something in the file, in the jobs beside it, or a command of the project counts the rows anew."""
    return _RECOUNTS.search(ctx.text) is not None or ctx.memo("recounts", lambda: any(_recounts(ctx)))


def _recounts(ctx: Context) -> Iterator[bool]:
    for folder in ctx.project.around(Path(ctx.path)):
        names = ctx.project.listing(folder)
        yield any(_RECOUNTS.search(name) for name in names if name.endswith(".py"))
        yield from (_RECOUNTS.search(ctx.project.text(folder / n) or "") is not None for n in _JOBS if n in names)
        for app in (folder, *(folder / name for name in names if "." not in name)):
            commands = ctx.project.listing(app / "management" / "commands")
            yield any(_RECOUNTS.search(name) for name in commands)
