"""The columns of a class that SQLAlchemy or SQLModel maps to a table, and which of them tell each row from others."""

from __future__ import annotations

import ast
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.queries.imported import class_syntax
from relint.queries.model_order import ModelOrder, assigned, is_true
from relint.syntax import last_name

_COLUMNS = frozenset({"Column", "mapped_column", "Field"})


def mapped_columns(ctx: Context, cls: cst.BaseExpression) -> ModelOrder | None:
    """What a mapped class says of its columns; None when it is out of sight, or says nothing."""
    return ctx.memo(("mapped columns", cls), lambda: _mapped_columns(ctx, cls))


def _mapped_columns(ctx: Context, cls: cst.BaseExpression) -> ModelOrder | None:
    found = class_syntax(ctx, cls)
    if found is None:
        return None
    said = ModelOrder(abstract=False)
    key = set()
    for name, kind, call in _columns(found):
        said.fields[name] = kind
        if _is_said(call, "primary_key"):
            key.add(name)
        elif _is_said(call, "unique"):
            said.unique.append(frozenset({name}))
    said.unique += [frozenset(key)] if key else []
    said.key = key.pop() if len(key) == 1 else None
    for name, value in assigned(found.body):
        if name == "__table_args__":
            said.unique += _unique_together(value)
    return said if said.fields else None


def _columns(cls: ast.ClassDef) -> Iterator[tuple[str, str, ast.Call | None]]:
    """(name, name of its type, call that makes it) of each column in the body of a class."""
    for statement in cls.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if last_name(call.func) in _COLUMNS:
                yield name, _type(call, None), call
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.Call() as call) if (
                last_name(call.func) in _COLUMNS
            ):
                yield name, _type(call, annotation), call
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=None):
                if ast.unparse(annotation).startswith(("Mapped[", "orm.Mapped[")):
                    yield name, _last_inside(annotation), None


def _is_said(call: ast.Call | None, keyword: str) -> bool:
    """Whether a column is given the literal True by keyword, `Field(sa_column=Column(unique=True))` too."""
    inner = ast.walk(call) if call is not None else ()
    return any(is_true(node, keyword) for node in inner if isinstance(node, ast.Call))


def _type(call: ast.Call, annotation: ast.expr | None) -> str:
    for arg in call.args:
        if not isinstance(arg, ast.Constant):
            return last_name(arg.func if isinstance(arg, ast.Call) else arg)
    return _last_inside(annotation) if annotation is not None else ""


def _last_inside(annotation: ast.expr) -> str:
    """`datetime` of `Mapped[datetime | None]`."""
    names = [last_name(node) for node in ast.walk(annotation) if isinstance(node, ast.Name | ast.Attribute)]
    return next((name for name in names if name not in ("Mapped", "Optional", "orm")), "")


def _unique_together(arguments: ast.expr) -> Iterator[frozenset[str]]:
    """`UniqueConstraint("a", "b")` and `Index("name", "a", unique=True)` in `__table_args__`."""
    for call in (node for node in ast.walk(arguments) if isinstance(node, ast.Call)):
        texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        partial = any((keyword.arg or "").endswith("_where") for keyword in call.keywords)
        if len(texts) == len(call.args) and texts and not partial:
            if last_name(call.func) in ("UniqueConstraint", "PrimaryKeyConstraint"):
                yield frozenset(texts)
            elif last_name(call.func) == "Index" and is_true(call, "unique"):
                yield frozenset(texts[1:])
