"""The timeout that the project has sanctioned, as fixes of several families write it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.model import Fix, Safety
from relint.names import is_none


def sanctioned_timeout(ctx: Context, call: cst.Call, keyword: str = "timeout", position: int | None = None) -> Fix:
    """The fix that gives `call` the sanctioned timeout: safe when the project has set one, else unsafe.

    A value that is there is replaced (of a tuple, the parts that are None), at `position` too.
    """
    value = timeout_text(ctx)
    given = ctx.argument(call, keyword, position)
    if given is None:
        changes = edits.append_argument(ctx, call, f"{keyword}={value}")
    elif isinstance(given.value, cst.Tuple):
        nones = [e.value for e in given.value.elements if is_none(e.value)]
        changes = tuple(ctx.edit(node, value) for node in nones)
    else:
        changes = edits.replace_node(ctx, given.value, value)
    return timeout_fix(ctx, f"{'Add' if given is None else 'Set'} `{keyword}={value}`", changes)


def timeout_text(ctx: Context) -> str:
    """The sanctioned timeout as source text: a number of seconds, or the project's own expression."""
    return str(ctx.settings.sanctioned.timeout)


def timeout_fix(ctx: Context, message: str, changes: Edits) -> Fix:
    """A fix that writes the sanctioned timeout, with the import that it needs."""
    sanctioned = ctx.settings.sanctioned
    if sanctioned.timeout_import:
        changes += edits.import_statement(ctx, sanctioned.timeout_import)
    return Fix(message, changes, Safety.SAFE if "timeout" in sanctioned.given else Safety.UNSAFE)
