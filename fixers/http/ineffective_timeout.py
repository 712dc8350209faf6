"""Makes an adapter's default timeout apply; suggests a session class instead of an attribute that does nothing."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.edits import Edits
from relint.model import Finding, Fix, Safety
from relint.queries.adapters import Ineffective
from relint.queries.origins import origins
from relint.rules.http.ineffective_timeout import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    match finding.data:
        case (cst.FunctionDef() as send, Ineffective() as found):
            changes = _adapter(ctx, send, found)
            return Fix("Use the timeout where none was given", changes) if changes else None
        case cst.Attribute(value=session):
            assert isinstance(finding.node, cst.Assign)
            return _session_class(ctx, session, finding.node)
    return None


def _adapter(ctx: Context, send: cst.FunctionDef, found: Ineffective) -> Edits | None:
    step = ctx.tree.default_indent
    value = ctx.source(found.value)
    match found.node:
        case cst.Call(func=cst.Attribute(value=mapping)):  # kwargs.setdefault("timeout", N)
            statement = ctx.statement_of(found.node)
            if not isinstance(ctx.parent(found.node), cst.Expr):
                return None
            name = ctx.source(mapping)
            return edits.replace_statement(
                ctx, statement, f'if {name}.get("timeout") is None:', f'{step}{name}["timeout"] = {value}'
            )
        case cst.Assign(value=cst.Call(func=cst.Attribute(value=mapping, attr=method), args=[_, default])) as assign:
            statement, target = ctx.statement_of(assign), ctx.source(assign.targets[0].target)
            applied = f"{step}{target} = {value}"
            if method.value == "get" and isinstance(assign.targets[0].target, cst.Subscript):
                asked = f'if {ctx.source(mapping)}.get("timeout") is None:'
                return edits.replace_statement(ctx, statement, asked, applied)
            inserted = edits.insert_after(ctx, statement, f"if {target} is None:", applied)
            return inserted and (*edits.replace_node(ctx, default.value, "None"), *inserted)
        case cst.If(test=cst.Comparison(comparisons=[cst.ComparisonTarget(comparator=mapping)]) as test):
            return edits.replace_node(ctx, test, f'{ctx.source(mapping)}.get("timeout") is None')
        case cst.Param():
            return edits.insert_at_start(ctx, send, "if timeout is None:", f"{step}timeout = {value}")
    return None


_CLASS = """class TimeoutSession({base}):
{step}def request(self, method, url, **kwargs):
{step}{step}kwargs.setdefault("timeout", {value})
{step}{step}return super().request(method, url, **kwargs)"""


def _session_class(ctx: Context, session: cst.BaseExpression, assign: cst.Assign) -> Fix | None:
    """Only a suggestion, and only where one constructor call makes the session and the timeout is a literal."""
    makers = ("requests.Session", "requests.session")
    made = [call for call in origins(ctx, session).calls if ctx.callee(call) in makers]
    deleted = edits.delete_statement(ctx, ctx.statement_of(assign))
    base = edits.ensure_import(ctx, "requests.Session", made[0]) if len(made) == 1 else None
    if base is None or deleted is None or ctx.literal(assign.value) is ...:
        return None
    step = ctx.tree.default_indent
    source = _CLASS.format(base=base[0], step=step, value=ctx.source(assign.value))
    defined = edits.ensure_class(ctx, "TimeoutSession", source, made[0])
    if defined is None:
        return None
    changes = (*deleted, *defined, *base[1], *edits.replace_node(ctx, made[0].func, "TimeoutSession"))
    return Fix("Make the session of a class whose `request` sets the timeout", changes, Safety.DISPLAY)
