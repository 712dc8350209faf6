"""One definition in another file of the project: what does an imported name stand for there?"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.definitions import definition_of


def imported_definition(ctx: Context, expression: cst.CSTNode) -> ast.stmt | None:
    """The one statement at the top of another file that defines what a name is imported from there.

    An assignment, a function or a class; None for names that come from elsewhere, are defined there more than once, or
    are only passed on by an import.
    """
    return ctx.memo(("imported", expression), lambda: _imported_definition(ctx, expression))


def _imported_definition(ctx: Context, expression: cst.CSTNode) -> ast.stmt | None:
    dotted = ctx.names.dotted(expression) if isinstance(expression, cst.Name | cst.Attribute) else None
    found = _found(ctx, dotted) if dotted is not None else None
    return found[1] if found is not None else None


def imported_class(ctx: Context, expression: cst.CSTNode) -> tuple[ast.ClassDef, Sequence[ast.stmt]] | None:
    """A class that is imported, and the statements of the file that defines it."""
    dotted = ctx.names.dotted(expression) if isinstance(expression, cst.Name | cst.Attribute) else None
    path, definition = (_found(ctx, dotted) if dotted is not None else None) or (None, None)
    tree = ctx.project.syntax(path) if path is not None else None
    return (definition, tree.body) if tree is not None and isinstance(definition, ast.ClassDef) else None


def _found(ctx: Context, dotted: str) -> tuple[Path, ast.stmt] | None:
    """The file of the project that defines the name that a dotted name stands for, and the one statement that does."""
    place, name = definition_of(ctx.project, ctx.path, dotted) or ("", ".")
    if "." in name:
        return None
    path = Path(place)
    tree = ctx.project.syntax(path)
    found = [] if tree is None else [s for s in tree.body if name in _defined(s)]
    return (path, found[0]) if len(found) == 1 else None


def _defined(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
    return []
