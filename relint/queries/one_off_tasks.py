"""Management commands and scripts that do harm when they are run a second time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.one_off import COUNTERS, GUARD, MADE_UP, ONCE
from relint.names import last_name
from relint.queries.done_rows import asks_for, tells_done_rows
from relint.queries.made_rows import is_made_twice, made_model
from relint.queries.migration_models import followed
from relint.queries.row_loops import table_loop

_CONDITIONS = frozenset({"Q", "filter", "exclude"})
_ARITHMETIC = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)
_STEPS = (cst.AddAssign, cst.SubtractAssign, cst.MultiplyAssign, cst.DivideAssign)
_ABSENCE = re.compile(r"\b(?:not|in|hasattr|getattr)\b|\bis None\b|==\s*0|\.(?:exists|count|first|last)\(")
"""Tests by which a pass finds out that something is not there yet."""


@dataclass(frozen=True, eq=False)
class SecondRun:
    """What `write` does again: it adds to the column `added`, or makes a row of `model` for each of `rows`.

    With neither, the task says itself that it may be run only once.
    """

    write: cst.Call
    added: str = ""
    model: str = ""
    rows: str = ""


def second_run(ctx: Context) -> SecondRun | None:
    """The first harm that a second run of a task does which keeps no record of the first; None in other files."""
    return ctx.memo("second run", lambda: _second_run(ctx))


def _second_run(ctx: Context) -> SecondRun | None:
    path = PurePath(ctx.path)
    if not _is_task(ctx, path) or GUARD.search(ctx.text) or MADE_UP.search(path.stem):
        return None
    calls = list(ctx.tree.of(cst.Call))
    found = (_updated(ctx, call) or _saved(ctx, call) or _made(ctx, call) for call in calls)
    if (harm := next((each for each in found if each is not None), None)) is not None or not ONCE.search(ctx.text):
        return harm
    return next((SecondRun(call) for call in calls if ctx.in_loop(call) and _is_save(call)), None)


def _is_task(ctx: Context, path: PurePath) -> bool:
    """A command of Django, or a script that uses it."""
    return path.parts[-3:-1] == ("management", "commands") or ("__main__" in ctx.text and "django" in ctx.text)


def _is_save(call: cst.Call) -> bool:
    return last_name(call.func) in ("save", "asave") and all(arg.keyword is not None for arg in call.args)


# -- adding up ---------------------------------------------------------------------------------------------------------


def _updated(ctx: Context, call: cst.Call) -> SecondRun | None:
    """`rows.update(total=F("total") + 1)`."""
    match call.func:
        case cst.Attribute(value=rows, attr=cst.Name(value="update")):
            for arg in call.args:
                column = arg.keyword.value if arg.keyword is not None else ""
                if _steps(ctx, arg.value, column) and not _is_known(ctx, call, column, ctx.source(followed(ctx, rows))):
                    return SecondRun(call, added=column)
    return None


def _steps(ctx: Context, value: cst.BaseExpression, column: str) -> bool:
    """`F(column) + n`, where the column is not a count of what happens."""
    match value:
        case cst.BinaryOperation(left=left, operator=operator, right=right) if isinstance(operator, _ARITHMETIC):
            calls = [call for side in (left, right) for call in ctx.walk(side, cst.Call) if last_name(call.func) == "F"]
            own = any(call.args and ctx.literal(call.args[0].value) == column for call in calls)
            return own and not COUNTERS.search(column)
    return False


def _saved(ctx: Context, call: cst.Call) -> SecondRun | None:
    """`row.total += n` and `row.save()`, for each of many rows."""
    function, loop = ctx.function_of(call), ctx.enclosing(call, cst.For)
    match call.func:
        case cst.Attribute(value=cst.Name() as row, attr=cst.Name(value="save" | "asave")):
            if not isinstance(function, cst.FunctionDef) or loop is None or _is_new(ctx, row):
                return None
            for step, column, by in _own_steps(ctx, loop, row.value):
                if not (_is_set(ctx, function, row.value, column, step) or _depends(ctx, function, by, column)):
                    if not _is_known(ctx, call, column, ""):
                        return SecondRun(call, added=f"{row.value}.{column}")
    return None


def _own_steps(
    ctx: Context, loop: cst.For, row: str
) -> Iterator[tuple[cst.AugAssign | cst.Assign, str, cst.BaseExpression]]:
    """The statements that step a column of `row`: `row.x += n`, `row.x = row.x + n`."""
    for step in ctx.walk(loop.body, cst.AugAssign, cst.Assign):
        match step:
            case cst.AugAssign(
                target=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=column)),
                operator=operator,
                value=by,
            ) if owner == row and isinstance(operator, _STEPS):
                pass
            case cst.Assign(
                targets=[
                    cst.AssignTarget(
                        target=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=column)) as target
                    )
                ],
                value=cst.BinaryOperation(left=left, operator=operator, right=right) as by,
            ) if owner == row and isinstance(operator, _ARITHMETIC):
                if ctx.source(target) not in (ctx.source(left), ctx.source(right)):
                    continue
                by = right if ctx.source(left) == ctx.source(target) else left
            case _:
                continue
        if not COUNTERS.search(column):
            yield step, column, by


def _is_new(ctx: Context, row: cst.Name) -> bool:
    """Whether the task has made the row itself: what it adds to starts from nothing in each run."""
    given = [binding.value for binding in ctx.definitions(row) or () if binding.kind == "assign"]
    makers = [last_name(value.func) for value in given if isinstance(value, cst.Call)]
    return any(maker[:1].isupper() or maker == "create" for maker in makers)


def _is_set(ctx: Context, function: cst.FunctionDef, row: str, column: str, step: cst.CSTNode) -> bool:
    """Whether a function gives a column a value of its own as well, from which it is then worked out anew."""
    text = f"{row}.{column}"
    return any(
        assign is not step and any(ctx.source(target.target) == text for target in assign.targets)
        for assign in ctx.walk(function.body, cst.Assign)
    )


def _depends(ctx: Context, function: cst.FunctionDef, by: cst.BaseExpression, column: str) -> bool:
    """Whether what is added is worked out from the column, so that a second run has nothing left to add."""
    names = {name.value for name in ctx.walk(by, cst.Name)}
    assigned = ctx.walk(function.body, cst.Assign)
    sources = [a.value for a in assigned if any(ctx.source(target.target) in names for target in a.targets)]
    read = (attribute.attr.value for value in (by, *sources) for attribute in ctx.walk(value, cst.Attribute))
    return column in read


def _is_known(ctx: Context, write: cst.Call, column: str, asked: str) -> bool:
    """Whether a condition tells the rows that are done: it asks for the column, or for another that is set."""
    loop, function = ctx.enclosing(write, cst.For), ctx.enclosing(write, cst.FunctionDef)
    if function is None:
        return True
    calls = (call for call in ctx.walk(function.body, cst.Call) if last_name(call.func) in _CONDITIONS)
    tests = (ctx.source(test.test) for test in ctx.walk(function.body, cst.If))
    known = " ".join([asked, *map(ctx.source, calls), *tests])
    return asks_for(known, {column}) or (loop is not None and tells_done_rows(ctx, loop, write, known))


# -- making rows -------------------------------------------------------------------------------------------------------


def _made(ctx: Context, call: cst.Call) -> SecondRun | None:
    """A row that is made for each row of another table, whether or not it is there."""
    model, function = made_model(ctx, call), ctx.function_of(call)
    if model is None or not isinstance(function, cst.FunctionDef):
        return None
    loops = [loop for loop in ctx.ancestors(call) if isinstance(loop, cst.For)]
    rows = next((each for loop in loops if (each := _rows_of(ctx, loop))), "")
    if not rows or _asks_for_absence(ctx, loops[-1]) or _is_asked_for(ctx, last_name(model)):
        return None
    return SecondRun(call, model=last_name(model), rows=rows) if is_made_twice(ctx, call, model, function) else None


def _rows_of(ctx: Context, loop: cst.For) -> str:
    """The model over whose rows a loop goes, where nothing leaves out those that are done; else nothing."""
    match followed(ctx, loop.iter):
        case cst.Call(func=cst.Attribute(value=cst.Attribute(value=model, attr=cst.Name(value="objects")), attr=raw)):
            if raw.value == "raw":
                return last_name(model)
    found = table_loop(ctx, loop)
    return found.model if found is not None and not _leaves_out(ctx, found.chain) else ""


def _asks_for_absence(ctx: Context, loop: cst.For) -> bool:
    return any(_ABSENCE.search(ctx.source(test.test)) for test in ctx.walk(loop.body, cst.If))


def _leaves_out(ctx: Context, chain: cst.Call) -> bool:
    """Whether a query leaves out rows by what else is there: `exclude(...)`, `filter(total__isnull=True)`."""
    calls = list(ctx.walk(chain, cst.Call))
    keywords = [arg.keyword.value for call in calls for arg in call.args if arg.keyword is not None]
    return any(last_name(call.func) == "exclude" for call in calls) or any("isnull" in each for each in keywords)


def _is_asked_for(ctx: Context, model: str) -> bool:
    """Whether the file looks anywhere for rows of a model."""
    looks = rf"\b{model}\s*\.\s*(?:\w+\s*\.\s*(?!a?create\b|bulk_create\b)\w+\s*\(|DoesNotExist)"
    return re.search(looks, ctx.text) is not None
