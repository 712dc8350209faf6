"""Closes the thread's connection in a `finally`."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.rules.transactions.thread_leaks_connection import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    function = finding.data
    assert isinstance(function, cst.FunctionDef)
    if not isinstance(function.body, cst.IndentedBlock) or function.asynchronous is not None:
        return None
    first, *others = function.body.body
    statements = others if edits.is_docstring(first) else [first, *others]
    named = edits.ensure_import(ctx, "django.db.connection", first, from_import=True)
    if named is None or not statements:
        return None
    connection, imported = named
    step = ctx.tree.module.default_indent
    changes = edits.wrap(ctx, statements, "try:", "finally:", f"{step}{connection}.close()")
    return None if changes is None else Fix("Close the connection of the thread", (*changes, *imported))
