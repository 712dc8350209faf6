"""Calls that make a row of a table, and whether one that is made a second time stands there twice."""

from __future__ import annotations

import ast
import re
from textwrap import dedent
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.libraries.models import MODEL, PRIMARY_KEY, UNIQUE
from relint.names import last_name
from relint.queries.handlers import caught_words
from relint.queries.imported import imported_definition

_HARMLESS = re.compile(
    r"(?:Log|Logs|LogEntry|Event|History|Audit\w*|Visit|View|Click|Metric|Session|Token|Status|Version|Revision"
    r"|Snapshot|Attempt|Report|Run|Execution|Job|Task)s?$"
)
"""Rows that tell what has happened: one for each time is what they are for."""
_VIOLATION = re.compile(r"Integrity|Unique|Duplicate|Conflict|Exists")
_CREATES = frozenset({"create", "acreate"})


def made_model(ctx: Context, call: cst.Call) -> cst.BaseExpression | None:
    """The model of which a call makes a row: `Order.objects.create()`, `session.add(Order())`, `order.save()`."""
    match call.func:
        case cst.Attribute(value=cst.Attribute(value=model, attr=cst.Name(value="objects")), attr=cst.Name(value=verb)):
            return model if verb in _CREATES else None
        case cst.Attribute(attr=cst.Name(value="add")) if len(call.args) == 1:
            return _class_of_new(ctx, call.args[0].value)
        case cst.Attribute(value=cst.Name() as row, attr=cst.Name(value="save")) if not call.args:
            return _class_of_new(ctx, row)
    return None


def is_made_twice(ctx: Context, call: cst.Call, model: cst.BaseExpression, function: cst.FunctionDef) -> bool:
    """Whether a row that `call` makes in a function is there twice when the function is called twice.

    Not where the function looks for such rows, or deals with the violation of a constraint, or moves something: what
    it has deleted is not there to be made of a second time. Not either where the table is unknown, keeps a second row
    of the same content out, or tells what has happened.
    """
    name = last_name(model)
    return not _HARMLESS.search(name) and not _is_guarded(ctx, function, name) and _may_repeat(ctx, call, model)


def _class_of_new(ctx: Context, row: cst.BaseExpression) -> cst.BaseExpression | None:
    value = ctx.value_of(row) if isinstance(row, cst.Name) else row
    return value.func if isinstance(value, cst.Call) and last_name(value.func)[:1].isupper() else None


def _is_guarded(ctx: Context, function: cst.FunctionDef, model: str) -> bool:
    if any(last_name(call.func) in ("delete", "adelete") for call in ctx.walk(function.body, cst.Call)):
        return True
    for mention in ctx.walk(function.body, cst.Name):
        if mention.value == model and not _is_creation(ctx, mention):
            return True
    handlers = ctx.walk(function.body, cst.ExceptHandler)
    return any(_VIOLATION.search(word) for handler in handlers for word in caught_words(ctx, handler))


def _is_creation(ctx: Context, mention: cst.Name) -> bool:
    """Whether a model is mentioned to make a row of it, or for one of its constants or errors."""
    outer = ctx.parent(mention)
    match outer:
        case cst.Call(func=func):
            return func is mention
        case cst.ImportAlias():
            return True
        case cst.Attribute(value=owner, attr=cst.Name(value="objects")) if owner is mention:
            verb = ctx.parent(outer)
            return isinstance(verb, cst.Attribute) and verb.attr.value in _CREATES
        case cst.Attribute(value=owner, attr=cst.Name(value=word)) if owner is mention:
            return word[:1].isupper()
    return False


def _may_repeat(ctx: Context, call: cst.Call, model: cst.BaseExpression) -> bool:
    """Whether the table is known, and keeps no second row of the same content out."""
    text = _text_of_class(ctx, model)
    if text is None or not MODEL.search(text) or UNIQUE.search(text):
        return False
    keys = set(PRIMARY_KEY.findall(text)) | {"id", "pk", "uuid"}
    given = {arg.keyword.value for made in _constructions(ctx, call) for arg in made.args if arg.keyword is not None}
    return not keys & given and not any(ctx.unpacks(made) for made in _constructions(ctx, call))


def _constructions(ctx: Context, call: cst.Call) -> Iterator[cst.Call]:
    yield call
    for row in [arg.value for arg in call.args[:1]] + [getattr(call.func, "value", None)]:
        value = ctx.value_of(row) if isinstance(row, cst.Name) else row
        if isinstance(value, cst.Call):
            yield value


def _text_of_class(ctx: Context, model: cst.BaseExpression) -> str | None:
    cls = ctx.class_def(model)
    if cls is not None:
        found: ast.stmt | None = ast.parse(dedent(ctx.source(cls))).body[0]
    else:
        found = imported_definition(ctx, model)
    return ast.unparse(found) if isinstance(found, ast.ClassDef) else None
