"""One definition in another file of the project: what does an imported name stand for there?"""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst

from relint.context import Context
from relint.definitions import definition_of
from relint.syntax import parse


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


def own_syntax(ctx: Context) -> ast.Module | None:
    """The `ast` of the file; None when this interpreter cannot parse it."""
    return ctx.memo("ast", lambda: parse(ctx.text))


def class_syntax(ctx: Context, expression: cst.BaseExpression) -> ast.ClassDef | None:
    """The one class that an expression names, at the top of this file or of another of the project."""
    if (here := ctx.class_def(expression)) is not None:
        tree = own_syntax(ctx)
        found = [s for s in tree.body if isinstance(s, ast.ClassDef) and s.name == here.name.value] if tree else []
        return found[0] if len(found) == 1 else None
    imported = imported_definition(ctx, expression)
    return imported if isinstance(imported, ast.ClassDef) else None


def class_named(ctx: Context, dotted: str) -> ast.ClassDef | None:
    """The one class of the project that a dotted name stands for, as seen from this file."""
    found = _found(ctx, dotted)
    return found[1] if found is not None and isinstance(found[1], ast.ClassDef) else None


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
