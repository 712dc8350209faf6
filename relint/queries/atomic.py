"""The transaction around a node: which block or decorator opened it?"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal, Sequence

import libcst as cst

from relint.context import Context
from relint.libraries.connections import OWNERS
from relint.names import is_none, parameters
from relint.queries.imported import imported_definition

_ATOMIC = frozenset({"django.db.transaction.atomic", "django.db.transaction.Atomic"})
_BEGINNINGS = frozenset({"begin", "begin_nested", "transaction"})
_MAKERS = frozenset(
    {
        "sqlalchemy.Engine",
        "sqlalchemy.ext.asyncio.AsyncEngine",
        "sqlalchemy.orm.sessionmaker",
        "sqlalchemy.ext.asyncio.async_sessionmaker",
        "sqlalchemy.orm.scoped_session",
        "asyncpg.Connection",
    }
)
_COMMITTING = frozenset({"commits", "commits and closes"})
_HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "dispatch"})


@dataclass(frozen=True, eq=False)
class Transaction:
    """A transaction that is open around a node.

    `using` is the text of the database alias that a Django transaction was given, None for the default one.
    """

    kind: Literal["django", "sqlalchemy", "connection"]
    opener: cst.BaseExpression
    using: str | None = None


def transaction_around(ctx: Context, node: cst.CSTNode) -> Transaction | None:
    """The innermost transaction in which a node runs: a `with` block or a decorator of its own function."""
    child = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.With(items=items) if child is ancestor.body:
                for item in reversed(items):
                    if (found := opened_by_with(ctx, item.item)) is not None:
                        return found
            case cst.FunctionDef():
                return _opened_by_decorator(ctx, ancestor) if child is ancestor.body else None
            case cst.Lambda() | cst.ClassDef():
                return None
        child = ancestor
    return None


def opened_by_with(ctx: Context, item: cst.BaseExpression) -> Transaction | None:
    """The transaction that `with item:` opens."""
    return ctx.memo(("opened by with", item), lambda: _opened_by_with(ctx, item))


def atomic_wrappers(ctx: Context) -> Sequence[str]:
    """The dotted names that `[tool.relint.rules.REL202] atomic-wrappers` adds; REL203 obeys them too."""
    return list(ctx.settings.rules.get("REL202", {}).get("atomic-wrappers", ()))


def is_named(dotted: str | None, names: Sequence[str]) -> bool:
    """Whether a dotted name is one of `names`; a relative import (`.db.write`) is known by its end."""
    if dotted is None:
        return False
    if dotted.startswith("."):
        return any(f".{name}".endswith(f".{dotted.lstrip('.')}") for name in names)
    return dotted in names


def _opened_by_with(ctx: Context, item: cst.BaseExpression) -> Transaction | None:
    found = _by_library(ctx, item)
    if found is None and isinstance(item, cst.Call):
        return _of_context_manager(ctx, item)
    return found


def _by_library(ctx: Context, item: cst.BaseExpression) -> Transaction | None:
    if isinstance(item, cst.Call) and (found := _atomic(ctx, item) or _begun(ctx, item)) is not None:
        return found
    return _by_connection(ctx, item)


def _atomic(ctx: Context, expression: cst.BaseExpression) -> Transaction | None:
    """`transaction.atomic`, with or without a call; a subclass of it in the file; a configured wrapper."""
    call = expression if isinstance(expression, cst.Call) else None
    named = expression if call is None else call.func
    dotted = ctx.qualname(named)
    if dotted not in _ATOMIC and not is_named(dotted, atomic_wrappers(ctx)):
        cls = ctx.class_def(named)
        if cls is None or ctx.base_of(cls) not in _ATOMIC:
            return None
    using = ctx.argument(call, "using", 0) if call is not None and dotted in _ATOMIC else None
    given = using is not None and not is_none(using.value)
    return Transaction("django", expression, ctx.source(using.value) if using is not None and given else None)


def _begun(ctx: Context, call: cst.Call) -> Transaction | None:
    """`session.begin()`, `maker.begin()`, `engine.begin()`, `conn.transaction()`."""
    match call.func:
        case cst.Attribute(value=owner, attr=cst.Name(value=method)) if method in _BEGINNINGS:
            cls = ctx.instance_of(owner)
            if cls in OWNERS or cls in _MAKERS:
                return Transaction("sqlalchemy" if method != "transaction" else "connection", call)
    return None


def _by_connection(ctx: Context, item: cst.BaseExpression) -> Transaction | None:
    """`with conn:` where that commits."""
    if OWNERS.get(ctx.instance_of(item) or "") in _COMMITTING:
        return Transaction("connection", item)
    return None


def _of_context_manager(ctx: Context, call: cst.Call) -> Transaction | None:
    """The transaction in which an own context manager yields, or that an own function returns."""
    function = ctx.function_def(call.func)
    if function is None:
        return Transaction("django", call) if wraps_atomic(imported_definition(ctx, call.func)) else None
    if function in ctx.ancestors(call):
        return None
    names = {(name or "").rpartition(".")[2] for name, _ in ctx.decorators(function)}
    if names & {"contextmanager", "asynccontextmanager"}:
        for found in ctx.walk(function.body, cst.Yield):
            if (inner := _directly_around(ctx, found, function)) is not None:
                return Transaction(inner.kind, call, _literal_alias(inner))
    elif not function.decorators:
        returned = [r.value for r in ctx.walk(function.body, cst.Return) if r.value is not None]
        if len(returned) == 1 and isinstance(returned[0], cst.Call):
            inner = _atomic(ctx, returned[0])
            return Transaction(inner.kind, call, _literal_alias(inner)) if inner is not None else None
    return None


def _directly_around(ctx: Context, node: cst.CSTNode, function: cst.FunctionDef) -> Transaction | None:
    """As `transaction_around`, by library calls only: one definition is followed, not two."""
    for ancestor in ctx.ancestors(node):
        if ancestor is function:
            return None
        if isinstance(ancestor, cst.With):
            for item in reversed(ancestor.items):
                if (found := _by_library(ctx, item.item)) is not None:
                    return found
    return None


def _opened_by_decorator(ctx: Context, function: cst.FunctionDef) -> Transaction | None:
    for decorator in function.decorators:
        if (found := _decorated(ctx, decorator.decorator)) is not None:
            return found
    cls = ctx.names.class_of_method(function)
    for decorator in cls.decorators if cls is not None else ():
        match decorator.decorator:
            case cst.Call(args=[_, cst.Arg(keyword=cst.Name(value="name"), value=name)]) as call:
                method = ctx.literal(name)
                covers = method == function.name.value or (
                    method == "dispatch" and function.name.value in _HTTP_METHODS
                )
                if covers and (found := _decorated(ctx, call)) is not None:
                    return found
    return None


def _decorated(ctx: Context, decorator: cst.BaseExpression) -> Transaction | None:
    """`@atomic`, `@atomic(...)`, `@method_decorator(atomic)`, an own decorator that calls inside a transaction."""
    if isinstance(decorator, cst.Call) and decorator.args:
        if (ctx.callee(decorator) or "").rpartition(".")[2] == "method_decorator":
            return _decorated(ctx, decorator.args[0].value)
    if (found := _atomic(ctx, decorator)) is not None:
        return found
    named = decorator.func if isinstance(decorator, cst.Call) else decorator
    function = ctx.function_def(named)
    if function is None:
        return Transaction("django", decorator) if wraps_atomic(imported_definition(ctx, named)) else None
    return _of_decorator(ctx, function, decorator)


def _of_decorator(ctx: Context, function: cst.FunctionDef, decorator: cst.BaseExpression) -> Transaction | None:
    """The transaction in which an own decorator calls what it decorates."""
    names = {p.name.value for f in (function, *_nested(ctx, function)) for p in parameters(f)[:1]}
    for inner in _nested(ctx, function):
        for call in ctx.walk(inner.body, cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value in names:
                if (found := _directly_around(ctx, call, inner)) is not None:
                    return Transaction(found.kind, decorator, _literal_alias(found))
    return None


def _nested(ctx: Context, function: cst.FunctionDef) -> list[cst.FunctionDef]:
    return list(ctx.walk(function.body, cst.FunctionDef, stop=(cst.ClassDef, cst.Lambda)))


def wraps_atomic(definition: ast.stmt | None) -> bool:
    """Whether a function of another file is a context manager that yields, or a decorator that calls what it is given,
    directly inside `with atomic()` of the default database."""
    if not isinstance(definition, ast.FunctionDef):
        return False
    given = {
        argument.arg for f in ast.walk(definition) if isinstance(f, ast.FunctionDef) for argument in f.args.args[:1]
    }
    for block in ast.walk(definition):
        if isinstance(block, ast.With) and any(_is_atomic(item.context_expr) for item in block.items):
            inside = [node for statement in block.body for node in ast.walk(statement)]
            if any(isinstance(node, ast.Yield) for node in inside):
                return any("contextmanager" in ast.unparse(decorator) for decorator in definition.decorator_list)
            if any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in given for n in inside):
                return True
    return False


def _is_atomic(expression: ast.expr) -> bool:
    match expression:
        case ast.Call(func=ast.Name(id="atomic") | ast.Attribute(attr="atomic"), args=[], keywords=keywords):
            return all(keyword.arg not in (None, "using") for keyword in keywords)
    return False


def _literal_alias(inner: Transaction) -> str | None:
    """An alias written in the wrapper, where it means the same at the place of its use: a literal."""
    return inner.using if inner.using is not None and inner.using[:1] in "\"'" else None
