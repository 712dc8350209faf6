"""Which model a queryset in a Django migration belongs to."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.managers import MANAGERS_BY_HABIT
from relint.names import last_name

_OF_ALL = frozenset({"all", "using", "order_by"})


def model_of(ctx: Context, rows: cst.BaseExpression) -> str | None:
    """The model whose manager a queryset expression starts from, in lower case; None when it is no queryset."""
    current = followed(ctx, rows)
    while True:
        match current:
            case cst.Call(func=cst.Attribute(value=inner)):
                current = inner
            case cst.Attribute(value=owner, attr=cst.Name(value=manager)) if _is_manager(ctx, owner, manager):
                return _model_name(ctx, owner)
            case cst.Name():
                named = followed(ctx, current)
                if named is current:
                    return None
                current = named
            case _:
                return None


def emptied_models(ctx: Context, function: cst.FunctionDef) -> set[str]:
    """The models of which a function deletes all rows, whatever happens: `Order.objects.all().delete()`."""

    def answer() -> set[str]:
        calls = [c for c in ctx.walk(function.body, cst.Call) if call_name(c) == "delete" and _is_all(c)]
        models = {model_of(ctx, c) for c in calls if ctx.statement_of(c) in function.body.body}
        return {model for model in models if model is not None}

    return ctx.memo(("emptied models", function), answer)


def followed(ctx: Context, expression: cst.BaseExpression) -> cst.BaseExpression:
    """What a name was given when it was bound once."""
    if isinstance(expression, cst.Name) and (value := ctx.value_of(expression)) is not None:
        return value
    return expression


def call_name(call: cst.BaseExpression) -> str:
    """The last name of what an expression calls; empty when it is no call."""
    return last_name(call.func) if isinstance(call, cst.Call) else ""


def _is_manager(ctx: Context, owner: cst.BaseExpression, name: str) -> bool:
    """Whether an attribute is a manager: by its usual names, of a historical model any public one."""
    if name in MANAGERS_BY_HABIT:
        return True
    return name.islower() and name[0] != "_" and call_name(followed(ctx, owner)) == "get_model"


def _is_all(delete: cst.Call) -> bool:
    """Whether nothing narrows the queryset that `delete()` is called on."""
    current = delete.func
    while isinstance(current, cst.Attribute):
        inner = current.value
        if not isinstance(inner, cst.Call):
            return True
        if call_name(inner) not in _OF_ALL:
            return False
        current = inner.func
    return False


def _model_name(ctx: Context, owner: cst.BaseExpression) -> str:
    value = followed(ctx, owner)
    if isinstance(value, cst.Call) and call_name(value) == "get_model" and value.args:
        name = ctx.literal(value.args[-1].value)
        if isinstance(name, str):
            return name.rpartition(".")[2].lower()
    return owner.value.lower() if isinstance(owner, cst.Name) else ctx.source(owner).lower()
