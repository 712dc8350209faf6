"""Edits that define what fixes share, at module level, and names that are free."""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.edits.imports import after_imports
from relint.model import Edit, Edits
from relint.names import Binding
from relint.nodes import walk


def ensure_definition(ctx: Context, name: str, value: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """A module-level `name = value` below the imports, shared by all fixes of the file.

    An equal definition that is there is used; another meaning of the name makes it `name_2`, and so on.
    """
    for chosen, found in _candidates(ctx, name, at):
        if not found:
            offset = after_imports(ctx)
            blank = "\n" if offset else ""
            return chosen, (Edit(offset, offset, f"{blank}{chosen} = {value}\n", once=True),)
        if len(found) == 1 and found[0].kind == "assign" and found[0].value is not None:
            if ctx.source(found[0].value) == value.partition("  #")[0]:
                return chosen, ()
    return None


def ensure_function(ctx: Context, name: str, keyword: str, rest: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """A module-level function below the imports, shared by all fixes of the file.

    Written `{keyword} {name}{rest}`, where `rest` has no final newline and is indented by four spaces; an equal
    function that is there is used.
    """
    rest = rest.replace("    ", ctx.tree.default_indent)
    for chosen, found in _candidates(ctx, name, at):
        text = f"{keyword} {chosen}{rest}"
        if not found:
            return chosen, (_function_below_imports(ctx, text),)
        if len(found) == 1 and "\n".join(ctx.source(found[0].node).splitlines()) == text:
            return chosen, ()
    return None


def ensure_class(ctx: Context, name: str, source: str, at: cst.CSTNode) -> Edits | None:
    """A module-level class (`source`, without a line end) below the imports; None when its name is taken."""
    if name in ctx.names.module.bindings or not ctx.names.is_free(name, ctx.names.scope_of(at)):
        return None
    offset = after_imports(ctx)
    return (Edit(offset, offset, f"\n\n{source}\n", once=True),)


def _candidates(ctx: Context, name: str, at: cst.CSTNode) -> Iterator[tuple[str, list[Binding]]]:
    """`name`, `name_2` and so on, as far as `at` sees what the module binds by that name, with what it binds."""
    for chosen in (name, *(f"{name}_{number}" for number in range(2, 10))):
        if ctx.names.is_free(chosen, ctx.names.scope_of(at)):
            yield chosen, ctx.names.module.bindings.get(chosen, [])


def _function_below_imports(ctx: Context, text: str) -> Edit:
    """With two blank lines around it."""
    offset = after_imports(ctx)
    before = "\n\n" if offset else ""
    follows = ctx.text[offset:].lstrip("\r\n")
    between = ctx.text[offset : len(ctx.text) - len(follows)]
    gap = max(between.count("\n"), between.count("\r"))
    after = "\n" * (2 - min(gap, 2)) if follows else ""
    return Edit(offset, offset, f"{before}{text}\n{after}", once=True)


def free_name(ctx: Context, name: str, at: cst.CSTNode) -> str:
    """`name`, or `name_2`..., so that binding it in the function around `at` hides nothing that is read there."""
    functions = [scope.node for scope in ctx.names.scope_of(at) if isinstance(scope.node, cst.FunctionDef)]
    root = functions[-1] if functions else ctx.tree.module
    taken = {node.value for node in walk(root, (cst.Name,))}
    taken |= {key for around in ctx.names.scope_of(at) if around.node is not ctx.tree.module for key in around.bindings}
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}_{number}"
    return chosen
