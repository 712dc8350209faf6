"""The loops that repeat a node."""

from __future__ import annotations

from typing import Iterator, TypeAlias

import libcst as cst

from relint.context import Context
from relint.names import COMPREHENSIONS

Loop: TypeAlias = cst.For | cst.CompFor


def loops_around(ctx: Context, node: cst.CSTNode) -> Iterator[Loop]:
    """The `for` loops and comprehensions of the same function that repeat a node, innermost first.

    None from a handler or an assertion outwards: what stands there is not done for each item.
    """
    child = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.ClassDef() | cst.ExceptHandler() | cst.Assert():
                return
            case cst.For() if child is ancestor.body:
                yield ancestor
            case cst.CompFor() if child in ancestor.ifs:
                yield ancestor
            case _ if isinstance(ancestor, COMPREHENSIONS) and child is not ancestor.for_in:
                yield ancestor.for_in
        child = ancestor
