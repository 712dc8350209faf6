"""What a piece of code mentions: its nodes, names and texts, nested functions left out."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.nodes import walk


def nodes_in(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node at or under `root`, nested functions left out."""
    return walk(root, (cst.CSTNode,), stop=(cst.FunctionDef, cst.Lambda, cst.ClassDef))


def names_in(ctx: Context, root: cst.CSTNode) -> Iterator[str]:
    """The names that an expression or statement reads or binds, and the attributes of `self` as `self.x`."""
    for name in ctx.walk(root, cst.Name):
        yield name.value
    for attribute in ctx.walk(root, cst.Attribute):
        if isinstance(attribute.value, cst.Name) and attribute.value.value in ("self", "cls"):
            yield f"{attribute.value.value}.{attribute.attr.value}"


def bound_by(ctx: Context, node: cst.CSTNode) -> set[str]:
    """The names that an assignment binds."""
    targets: list[cst.BaseExpression] = []
    if isinstance(node, cst.Assign):
        targets = [target.target for target in node.targets]
    elif isinstance(node, cst.AugAssign | cst.AnnAssign):
        targets = [node.target]
    return {name for target in targets for name in names_in(ctx, target) if name != "self"}


def texts_in(ctx: Context, root: cst.CSTNode) -> Iterator[str]:
    """The texts that are written in an expression or a block."""
    for node in ctx.walk(root, cst.SimpleString, cst.FormattedStringText):
        assert isinstance(node, cst.SimpleString | cst.FormattedStringText)
        yield node.value
