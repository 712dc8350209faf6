"""Edits that import what a fix needs: the place that knows where imports go."""

from __future__ import annotations

import sys
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.edits.statements import is_docstring, statement_start
from relint.lines import line_end, line_start
from relint.model import Edit, Edits
from relint.names import Scope


def ensure_import(ctx: Context, dotted: str, at: cst.CSTNode, *, from_import: bool = False) -> tuple[str, Edits] | None:
    """How to write `dotted` at the node `at`, and the edits that import it if it is not imported.

    `random.uniform` is written `random.uniform` after `import random`, or by the name it has already. With
    `from_import` a new import is written `from tenacity import wait_random`. None when the name means something else
    at that place.
    """
    scope = ctx.names.scope_of(at)
    known = _imported_as(ctx, dotted, scope)
    if known is not None:
        return known, ()
    module, _, last = dotted.rpartition(".")
    if from_import or _top_from_import(ctx, module) is not None:
        if not _may_bind(ctx, last, scope):
            return None
        return last, _from_import(ctx, module, last)
    first = module.partition(".")[0]
    if not _may_bind(ctx, first, scope):
        return None
    return dotted, (_add_line(ctx, f"import {module}"),)


def ensure_member(ctx: Context, dotted: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """As `ensure_import`, for a name that is customarily written with its module: a new import reads
    `from django.db import transaction`, and `django.db.transaction.atomic` is written `transaction.atomic`.
    """
    module, _, last = dotted.rpartition(".")
    if _imported_as(ctx, dotted, ctx.names.scope_of(at)) is not None or _top_from_import(ctx, module) is not None:
        return ensure_import(ctx, dotted, at)
    found = ensure_import(ctx, module, at, from_import=True)
    return None if found is None else (f"{found[0]}.{last}", found[1])


def ensure_module(ctx: Context, module: str, at: cst.CSTNode) -> tuple[str, Edits] | None:
    """As `ensure_import`, for a module itself."""
    scope = ctx.names.scope_of(at)
    known = _imported_as(ctx, module, scope)
    if known is not None:
        return known, ()
    if not _may_bind(ctx, module.partition(".")[0], scope):
        return None
    return module, (_add_line(ctx, f"import {module}"),)


def import_statement(ctx: Context, statement: str) -> Edits:
    """The edit that adds an import line as it is written (`from app import settings`), unless it is there."""
    if any(ctx.source(s) == statement for s in ctx.tree.top if isinstance(s, cst.SimpleStatementLine)):
        return ()
    return (_add_line(ctx, statement),)


def after_imports(ctx: Context) -> int:
    """Start of the line below the module's imports, those for type checkers too; below the docstring or the head
    comments when there are none."""
    body = ctx.tree.top
    imports = _top_imports(ctx)
    if imports:
        last: cst.CSTNode | None = imports[-1]
        for statement in body[body.index(imports[-1]) + 1 :]:
            if not isinstance(statement, cst.If) or not _is_for_type_checkers(ctx, statement):
                break
            last = statement
    else:
        first = body[0] if body else None
        last = first if isinstance(first, cst.SimpleStatementLine) and is_docstring(first) else None
    if last is not None:
        end = line_end(ctx.text, ctx.range(last)[1])
        return min(end + (2 if ctx.text.startswith("\r\n", end) else 1), len(ctx.text))
    return line_start(ctx.text, statement_start(ctx, body[0])) if body else len(ctx.text)


def _imported_as(ctx: Context, dotted: str, scope: Scope) -> str | None:
    """How `dotted` can be written at `scope` with the imports there are."""
    for around in scope:
        for name, bindings in ctx.names.imports(around):
            if len(bindings) != 1 or bindings[0].kind != "import" or not bindings[0].target:
                continue
            target = bindings[0].target
            found = ctx.names.find_text(name, scope)
            if found is None or found[1] is not bindings or _under_type_checking(ctx, bindings[0].node):
                continue
            if target == dotted:
                return name
            if dotted.startswith(f"{target}.") and _reaches(ctx, target, dotted, bindings[0].node):
                return f"{name}{dotted[len(target) :]}"
    return None


def _reaches(ctx: Context, target: str, dotted: str, node: cst.CSTNode) -> bool:
    """Whether importing `target` makes `dotted` usable: `import a` alone does not give the submodule `a.b`."""
    module = dotted.rpartition(".")[0]
    if target == module:
        return True
    plain = (a for found in ctx.tree.every(cst.Import, words=("import",)) for a in found.names if a.asname is None)
    return not isinstance(node, cst.ImportFrom) and any(alias.evaluated_name == module for alias in plain)


def _under_type_checking(ctx: Context, node: cst.CSTNode) -> bool:
    around = ctx.enclosing(node, cst.If)
    return around is not None and _is_for_type_checkers(ctx, around)


def _is_for_type_checkers(ctx: Context, block: cst.If) -> bool:
    return "TYPE_CHECKING" in ctx.source(block.test)


def _may_bind(ctx: Context, name: str, scope: Scope) -> bool:
    """Whether a module-level import may bind `name` for use at `scope`."""
    if name in ctx.names.module.bindings:
        # `import a.b` beside `import a.c` binds one and the same module.
        return all(b.kind == "import" and b.target == name for b in ctx.names.module.bindings[name]) and (
            ctx.names.is_free(name, scope)
        )
    return ctx.names.find_text(name, scope) is None


def _top_from_import(ctx: Context, module: str) -> cst.ImportFrom | None:
    for statement in ctx.tree.top:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                    if not small.relative and small.module is not None and ctx.source(small.module) == module:
                        return small
    return None


def _from_import(ctx: Context, module: str, name: str) -> Edits:
    existing = _top_from_import(ctx, module)
    if existing is None or isinstance(existing.names, cst.ImportStar):
        return (_add_line(ctx, f"from {module} import {name}"),)
    later = _first_behind(existing.names, name)
    start, end = ctx.range(later or existing.names[-1])
    indent = ctx.text[line_start(ctx.text, start) : start]
    separator = ", " if indent.strip() or existing.lpar is None else f",\n{indent}"
    if later is not None:
        return (Edit(start, start, f"{name}{separator}", once=True),)
    return (Edit(end, end, f"{separator}{name}", once=True),)  # before the comma of the last name, if it has one


def _first_behind(aliases: Sequence[cst.ImportAlias], name: str) -> cst.ImportAlias | None:
    """The first name that sorts behind `name`; None where it comes last, or the names are in another order."""
    keys = [_sort_key(alias.evaluated_name) for alias in aliases]
    behind = [alias for alias in aliases if _sort_key(alias.evaluated_name) > _sort_key(name)]
    return behind[0] if behind and keys == sorted(keys) else None


def _sort_key(name: str) -> tuple[int, str]:
    """The order of isort and ruff: constants, classes, the rest."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower())


def _add_line(ctx: Context, line: str) -> Edit:
    """An import line where a sorted file has it: among the plain imports of the first group, beside what is imported
    from the same package, or below all imports."""
    imports = _top_imports(ctx)
    if not imports:
        offset = after_imports(ctx)
        return Edit(offset, offset, f"{line}\n" + ("\n" if offset == 0 else ""), once=True)
    if _is_plain_stdlib(line):
        group = [s for s in imports if _is_plain_stdlib(ctx.source(s))]
        later = [s for s in group if ctx.source(s) > line]
        if later:
            return _line_above(ctx, later[0], line)
        if group:
            return _line_below(ctx, group[-1], line)
        others = [s for s in imports if not _is_future(ctx.source(s))]
        if others:
            same_group = _package_of(ctx.source(others[0])) in sys.stdlib_module_names
            return _line_above(ctx, others[0], line if same_group else f"{line}\n")
    if line.startswith("from ") and (same := [s for s in imports if _is_from(ctx.source(s), _package_of(line))]):
        modules = [ctx.source(s).split()[1] for s in same]
        later = [s for s in same if ctx.source(s).split()[1] > line.split()[1]]
        if later and modules == sorted(modules):
            return _line_above(ctx, later[0], line)
        return _line_below(ctx, same[-1], line)
    return _line_below(ctx, imports[-1], f"\n{line}" if _is_future(ctx.source(imports[-1])) else line)


def _line_above(ctx: Context, statement: cst.CSTNode, line: str) -> Edit:
    start = statement_start(ctx, statement)
    return Edit(start, start, f"{line}\n", once=True)


def _line_below(ctx: Context, statement: cst.CSTNode, line: str) -> Edit:
    end = line_end(ctx.text, ctx.range(statement)[1])
    return Edit(end, end, f"\n{line}", once=True)


def _is_future(text: str) -> bool:
    return text.startswith("from __future__")


def _is_plain_stdlib(text: str) -> bool:
    return text.startswith("import ") and _package_of(text) in sys.stdlib_module_names


def _is_from(text: str, package: str) -> bool:
    return text.startswith("from ") and _package_of(text) == package


def _package_of(text: str) -> str:
    """The first package that an import statement names."""
    return text.split()[1].partition(".")[0].rstrip(",")


def _top_imports(ctx: Context) -> list[cst.SimpleStatementLine]:
    """The import lines at the head of the module, below its docstring, up to the first other statement."""
    found = []
    for index, statement in enumerate(ctx.tree.top):
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        if all(isinstance(s, cst.Import | cst.ImportFrom) for s in statement.body):
            found.append(statement)
        elif not (index == 0 and is_docstring(statement)):
            break
    return found
