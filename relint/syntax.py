"""Python's own syntax tree of a text: ten times faster than libcst's, for what is read and never rewritten."""

from __future__ import annotations

import ast
import warnings


def parse(text: str) -> ast.Module | None:
    """The `ast` of a text; None when this interpreter cannot parse it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def last_name(node: ast.AST) -> str:
    """The name, or the last attribute, that an expression ends in; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def first_line(statement: ast.stmt) -> int:
    """The number of the line that a statement begins in, with its decorators."""
    decorators = getattr(statement, "decorator_list", ())
    return min((each.lineno for each in decorators), default=statement.lineno)
