"""Code of a migration that runs on some database engines only."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.migrations import ENGINE_NAMES
from relint.queries.migration_target import ENGINES, target

_DIALECT_CLASSES = {
    "PGDialect": frozenset({"postgresql"}),
    "MySQLDialect": frozenset({"mysql", "mariadb"}),
    "SQLiteDialect": frozenset({"sqlite"}),
}
_DIALECT_WORDS = ("dialect", "vendor", "engine.name")
_ALL = frozenset(ENGINE_NAMES)


def runs_on_target(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a statement may run on the target: not under `if dialect == "mysql"` when that is another engine."""
    if not ctx.memo("names a dialect", lambda: any(word in ctx.text for word in _DIALECT_WORDS)):
        return True
    engine = target(ctx).engine
    child = node
    for ancestor in ctx.ancestors(node):
        if isinstance(ancestor, cst.If) and child is not ancestor.test:
            true_on, false_on = _engines_of_test(ctx, ancestor.test)
            if engine not in (false_on if child is ancestor.orelse else true_on):
                return False
        child = ancestor
    return not _has_left(ctx, node, engine)


def _engines_of_test(ctx: Context, test: cst.BaseExpression) -> tuple[frozenset[str], frozenset[str]]:
    """The engines on which a test may be true, and those on which it may be false."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            true_on, false_on = _engines_of_test(ctx, inner)
            return false_on, true_on
        case cst.BooleanOperation(left=left, right=right, operator=operator):
            first, second = _engines_of_test(ctx, left), _engines_of_test(ctx, right)
            if isinstance(operator, cst.And):
                return first[0] & second[0], first[1] | second[1]
            return first[0] | second[0], first[1] & second[1]
        case cst.Call(func=cst.Name(value="isinstance"), args=[_, cst.Arg(value=dialect)]):
            named = ctx.source(dialect).rpartition(".")[2]
            if named in _DIALECT_CLASSES:
                return _DIALECT_CLASSES[named], _ALL - _DIALECT_CLASSES[named]
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            if not _is_dialect(ctx, left):
                left, right = right, left
            engines = frozenset(ENGINES[name] for name in _strings(ctx, right) if name in ENGINES)
            if "mysql" in engines:
                engines |= {"mariadb"}  # whose driver answers to the name mysql
            if engines and _is_dialect(ctx, left):
                if isinstance(operator, cst.Equal | cst.In):
                    return engines, _ALL - engines
                if isinstance(operator, cst.NotEqual | cst.NotIn):
                    return _ALL - engines, engines
    return _ALL, _ALL


def _has_left(ctx: Context, node: cst.CSTNode, engine: str) -> bool:
    """Whether an earlier `if dialect != "postgresql": return` of the same function leaves on this engine."""
    function = ctx.enclosing(node, cst.FunctionDef)
    start = ctx.range(node)[0]
    for statement in function.body.body if function is not None else ():
        if isinstance(statement, cst.If) and ctx.range(statement)[1] <= start and statement.body.body:
            last = statement.body.body[-1]
            if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return):
                if engine not in _engines_of_test(ctx, statement.test)[1]:
                    return True
    return False


def _is_dialect(ctx: Context, expression: cst.BaseExpression) -> bool:
    text = ctx.source(expression)
    if isinstance(expression, cst.Name) and (value := ctx.value_of(expression)) is not None:
        text += f" {ctx.source(value)}"
    return any(word in text for word in _DIALECT_WORDS)


def _strings(ctx: Context, expression: cst.BaseExpression) -> list[str]:
    if isinstance(expression, cst.Tuple | cst.List | cst.Set):
        return [s for element in expression.elements for s in _strings(ctx, element.value)]
    value = ctx.literal(expression)
    return [value] if isinstance(value, str) else []
