"""One definition in another file of the project: what does an imported name stand for there?"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Iterator

import libcst as cst

from relint.context import Context


def imported_definition(ctx: Context, expression: cst.CSTNode) -> ast.stmt | None:
    """The one statement at the top of another file that defines what a name is imported from there.

    An assignment, a function or a class; None for names that come from elsewhere, are defined there more than once, or
    are only passed on by an import.
    """
    return ctx.memo(("imported", expression), lambda: _imported_definition(ctx, expression))


def _imported_definition(ctx: Context, expression: cst.CSTNode) -> ast.stmt | None:
    dotted = ctx.names.dotted(expression) if isinstance(expression, cst.Name | cst.Attribute) else None
    module, _, name = (dotted or "").rpartition(".")
    if not module or module.partition(".")[0] in sys.stdlib_module_names:
        return None
    for path in ctx.memo(("files of module", module), lambda: list(_files(ctx, module))):
        tree = ctx.project.syntax(path)
        found = [] if tree is None else [s for s in tree.body if name in _defined(s)]
        return found[0] if len(found) == 1 else None
    return None


def _files(ctx: Context, module: str) -> Iterator[Path]:
    """Where a module may lie: `.a.b` from the file's own folder, `a.b` from the `src` folders and each one above it."""
    here = Path(ctx.path).absolute()
    parts = module.lstrip(".").split(".")
    level = len(module) - len(module.lstrip("."))
    if 0 < level <= len(here.parents):
        folders = [here.parents[level - 1]]
    else:
        roots = (ctx.settings.root / folder for folder in ctx.settings.src)
        folders = list(dict.fromkeys([*ctx.project.around(here), *roots]))
    for folder in folders:
        for part in parts[:-1]:
            if part not in ctx.project.listing(folder):
                break
            folder = folder / part
        else:
            below = ctx.project.listing(folder)
            if f"{parts[-1]}.py" in below:
                yield folder / f"{parts[-1]}.py"
            elif parts[-1] in below and "__init__.py" in ctx.project.listing(folder / parts[-1]):
                yield folder / parts[-1] / "__init__.py"


def _defined(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
    return []
