"""What is known of a URL from its text."""

from __future__ import annotations

import libcst as cst

from relint.context import Context


def is_local_url(ctx: Context, url: cst.BaseExpression) -> bool:
    """Whether a URL leads to no peer: `data:` and `file:` texts, and `path.as_uri()`."""
    return _leading_text(ctx, url).startswith(("data:", "file:")) or _is_where_files_go(ctx, url)


def _is_where_files_go(ctx: Context, url: cst.BaseExpression) -> bool:
    """`if parts.scheme == "file":`."""
    child: cst.CSTNode = url
    for ancestor in ctx.ancestors(url):
        match ancestor:
            case cst.If(
                test=cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.Equal(), comparator=scheme)]),
                body=body,
            ) if child is body and ctx.literal(scheme) == "file":
                return True
            case cst.FunctionDef() | cst.Lambda():
                return False
        child = ancestor
    return False


def _leading_text(ctx: Context, expression: cst.BaseExpression) -> str:
    """The literal text that an expression begins with."""
    match expression:
        case cst.FormattedString(parts=[cst.FormattedStringText(value=text), *_]):
            return text
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Modulo()):
            return _leading_text(ctx, left)
        case cst.ConcatenatedString(left=left):
            return _leading_text(ctx, left)
        case cst.Call(func=cst.Attribute(value=template, attr=cst.Name(value="format"))):
            return _leading_text(ctx, template)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="as_uri"))):
            return "file:"
        case cst.Name() if (bound := ctx.value_of(expression)) is not None and not isinstance(bound, cst.Name):
            return _leading_text(ctx, bound)
    value = ctx.literal(expression)
    return value if isinstance(value, str) else ""
