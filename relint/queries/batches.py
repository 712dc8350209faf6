"""Whether a change of many rows is made a batch at a time."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.queries.migration_models import followed

_CUTTING = ("chunk", "batch", "paginat", "page", "slice", "iterator", "range", "window", "split", "partition", "limit")
"""Parts of the names of what a loop over batches goes over."""
_NAMED = ("chunk", "batch", "paginat")
"""Parts of the names of functions that are given one batch."""
_NESTED = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


def is_batched(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a loop around a change takes a batch at a time (`while`, ranges, chunks, pages), or its function does."""
    child = node
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, cst.While):
            return True
        if isinstance(ancestor, cst.For) and child is not ancestor.iter:
            source = ctx.source(followed(ctx, ancestor.iter)).lower()
            if any(word in source for word in _CUTTING):
                return True
        if isinstance(ancestor, _NESTED):
            return isinstance(ancestor, cst.FunctionDef) and any(word in ancestor.name.value for word in _NAMED)
        child = ancestor
    return False
