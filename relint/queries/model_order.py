"""Does a Django model say in which order its rows come (`Meta.ordering`)?"""

from __future__ import annotations

import ast
from typing import Sequence

import libcst as cst

from relint.context import Context
from relint.queries.imported import imported_class

_PLAIN_BASES = frozenset({"Model"})
_PLAIN_MANAGERS = frozenset({"Manager"})


def model_is_ordered(ctx: Context, model: cst.BaseExpression) -> bool | None:
    """Whether the model's rows have an order of their own; None when its class, or a base of it, is out of sight."""
    if (cls := ctx.class_def(model)) is not None:
        tree = ctx.memo("ast", lambda: _syntax(ctx.text))
        found = [s for s in (tree.body if tree else ()) if isinstance(s, ast.ClassDef) and s.name == cls.name.value]
        return _is_ordered(found[0], tree.body) if len(found) == 1 and tree is not None else None
    imported = imported_class(ctx, model)
    return _is_ordered(*imported) if imported is not None else None


def _syntax(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _is_ordered(cls: ast.ClassDef, around: Sequence[ast.stmt]) -> bool | None:
    if _has_manager_of_its_own(cls):
        return None
    meta = next((s for s in cls.body if isinstance(s, ast.ClassDef) and s.name == "Meta"), None)
    if meta is not None:
        for statement in meta.body:
            if isinstance(statement, ast.Assign) and "ordering" in map(ast.unparse, statement.targets):
                return bool(getattr(statement.value, "elts", True))
        if meta.bases:
            return None
    answers = [_of_base(base, around, inherits=meta is None) for base in cls.bases]
    if None in answers or not answers:
        return None
    return any(answers)


def _of_base(base: ast.expr, around: Sequence[ast.stmt], *, inherits: bool) -> bool | None:
    """What a base class says: `models.Model` nothing; an abstract one hands on its Meta where the class has none, one
    with a table its order in any case."""
    if ast.unparse(base).rpartition(".")[2] in _PLAIN_BASES:
        return False
    found = [s for s in around if isinstance(s, ast.ClassDef) and s.name == ast.unparse(base)]
    if len(found) != 1:
        return None
    answer = _is_ordered(found[0], around)
    return answer if inherits or answer is None or not _is_abstract(found[0]) else False


def _is_abstract(cls: ast.ClassDef) -> bool:
    meta = (s for s in cls.body if isinstance(s, ast.ClassDef) and s.name == "Meta")
    return any(ast.unparse(statement) == "abstract = True" for inner in meta for statement in inner.body)


def _has_manager_of_its_own(cls: ast.ClassDef) -> bool:
    """Whether `objects` is a manager that may order the rows itself."""
    for statement in cls.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="objects")], value=value)
                | ast.AnnAssign(target=ast.Name(id="objects"), value=value)
            ):
                plain = isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in _PLAIN_MANAGERS
                if not plain:
                    return True
    return False
