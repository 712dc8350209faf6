"""Management commands and scripts that change data once."""

from __future__ import annotations

from pathlib import PurePath

import libcst as cst

from relint.context import Context
from relint.libraries.one_off import GUARD, ONE_OFF
from relint.names import last_name
from relint.queries.done_rows import asks_for, tells_done_rows
from relint.queries.migration_models import followed, model_of

_CONDITIONS = frozenset({"Q", "filter", "exclude"})
_WRITES = frozenset({"bulk_update", "bulk_create", "create"})


def unguarded_write(ctx: Context) -> cst.Call | None:
    """The first call that writes rows in a one-off task which keeps no record of having run; None in other files."""
    return ctx.memo("unguarded write", lambda: _unguarded_write(ctx))


def _unguarded_write(ctx: Context) -> cst.Call | None:
    path = PurePath(ctx.path)
    if not ONE_OFF.search(path.stem) or GUARD.search(ctx.text) or not _is_task(ctx, path):
        return None
    return next((call for call in ctx.tree.of(cst.Call) if _writes(ctx, call)), None)


def _is_task(ctx: Context, path: PurePath) -> bool:
    """A command of Django, or a script."""
    return path.parts[-3:-1] == ("management", "commands") or "__main__" in ctx.text


def _writes(ctx: Context, call: cst.Call) -> bool:
    match call:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="save")), args=args):
            return all(arg.keyword is not None for arg in args) and ctx.in_loop(call) and not _is_done_once(ctx, call)
        case cst.Call(func=cst.Attribute(value=rows, attr=cst.Name(value="update")), args=args):
            stored = {arg.keyword.value for arg in args if arg.keyword is not None}
            known = asks_for(ctx.source(followed(ctx, rows)), stored) or _is_done_once(ctx, call)
            return model_of(ctx, rows) is not None and not known
        case cst.Call(func=cst.Attribute(value=rows, attr=cst.Name(value=method))) if method in _WRITES:
            return model_of(ctx, rows) is not None and not (method == "create" and _is_missing(ctx, call))
    return False


def _is_done_once(ctx: Context, write: cst.Call) -> bool:
    """Whether a second run leaves the rows alone that are done, because a condition of the function asks for them."""
    loop, function = ctx.enclosing(write, cst.For), ctx.enclosing(write, cst.FunctionDef)
    if loop is None or function is None:
        return False
    calls = (call for call in ctx.walk(function.body, cst.Call) if last_name(call.func) in _CONDITIONS)
    return tells_done_rows(ctx, loop, write, " ".join(map(ctx.source, calls)))


def _is_missing(ctx: Context, create: cst.Call) -> bool:
    """Whether a row is made only where none was found: in `except Tag.DoesNotExist`."""
    handler = ctx.enclosing(create, cst.ExceptHandler)
    return handler is not None and handler.type is not None and "DoesNotExist" in ctx.source(handler.type)
