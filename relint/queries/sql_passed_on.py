"""Text that no database call in sight gets, but that is assigned, returned or passed on, and not to a reader."""

from __future__ import annotations

import re
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.sql_holes import speaking_name


def passed_on(ctx: Context) -> Iterator[tuple[cst.BaseExpression, str]]:
    """(text expression, the name that it is known by) in a file that speaks SQL; the name '' when it has none.

    What grows comes first: it is the whole of which others are pieces.
    """
    if not _SPEAKS_SQL.search(ctx.text) or speaks_soql(ctx):
        return
    nodes: list[cst.BaseExpression] = [*grown(ctx), *built(ctx)]
    for node in nodes:
        if (name := _known_as(ctx, node)) is not None:
            yield node, name


def speaks_soql(ctx: Context) -> bool:
    """Whether a file asks Salesforce, whose SOQL reads as SQL, but takes no parameters."""
    return _SALESFORCE.search(ctx.text) is not None


def grown(ctx: Context) -> list[cst.Name]:
    """The names that are returned or passed on and that something was added to, in a file that speaks SQL."""

    def answer() -> list[cst.Name]:
        if not _SPEAKS_SQL.search(ctx.text):
            return []
        return [
            name
            for name in ctx.tree.of(cst.Name)
            if isinstance(ctx.parent(name), cst.Return | cst.Arg)
            and not ctx.names.is_store(name)
            and any(b.kind == "augment" for b in ctx.names.bindings(name))
        ]

    return ctx.memo("grown sql", answer)


def built(ctx: Context) -> list[cst.BaseExpression]:
    """The expressions that put text together which may begin SQL, each whole, in a file that speaks it."""

    def answer() -> list[cst.BaseExpression]:
        if not _SPEAKS_SQL.search(ctx.text):
            return []
        nodes = ctx.tree.of(cst.FormattedString, cst.BinaryOperation, cst.Call, cst.ConcatenatedString)
        return [node for node in nodes if _builds_text(node) and _may_begin_sql(node) and not _is_part(ctx, node)]

    return ctx.memo("built sql", answer)


def _builds_text(node: cst.CSTNode) -> bool:
    match node:
        case cst.FormattedString() | cst.ConcatenatedString():
            return True
        case cst.BinaryOperation(operator=cst.Add() | cst.Modulo()):
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="format" | "join"))):
            return True
    return False


def _may_begin_sql(node: cst.CSTNode) -> bool:
    """Whether the first literal of a text, if it is written right here, has a word of SQL; spares the folding."""
    match node:
        case cst.SimpleString(value=value):
            return bool(_BEGINS.search(value[:400])) or not value.strip("rRbBfFuU\"' \n(")
        case cst.FormattedStringText(value=value):
            return bool(_BEGINS.search(value[:400]))
        case cst.FormattedStringExpression():
            return False
        case cst.FormattedString(parts=parts):
            return any(map(_may_begin_sql, parts))
        case cst.ConcatenatedString(left=left) | cst.BinaryOperation(left=left):
            return _may_begin_sql(left)
        case cst.Call(func=cst.Attribute(value=value_, attr=cst.Name(value="format"))):
            return _may_begin_sql(value_)
        case cst.Integer() | cst.Float() | cst.List() | cst.Tuple():
            return False
    return True


def _is_part(ctx: Context, node: cst.CSTNode) -> bool:
    """Whether a larger text expression holds this one."""
    parent = ctx.parent(node)
    while isinstance(parent, cst.Attribute | cst.Element | cst.List | cst.Tuple):
        parent = ctx.parent(parent)
    if isinstance(parent, cst.Arg) and not isinstance(ctx.parent(node), cst.Arg):
        return _builds_text(ctx.parent(parent) or parent)
    return parent is not None and _builds_text(parent) and not (isinstance(parent, cst.Call) and node in _args(parent))


def _args(call: cst.Call) -> list[cst.BaseExpression]:
    return [arg.value for arg in call.args]


def _known_as(ctx: Context, node: cst.CSTNode) -> str | None:
    """The name of what text is assigned to, returned by or passed to; None where it goes to a reader or nowhere."""
    child: cst.CSTNode = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.Raise() | cst.Assert() | cst.Comparison() | cst.Subscript() | cst.FormattedStringExpression():
                return None
            case cst.Arg(keyword=cst.Name(value=keyword)):
                called = ctx.parent(ancestor)
                heard = isinstance(called, cst.Call) and _SPEAKS.search(last_name(called.func))
                return None if heard or _FOR_READERS.search(keyword) else keyword
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="append" | "extend" | "insert"))):
                name = speaking_name(owner)
                return None if _FOR_READERS.search(name) else name
            case cst.Call(func=func):
                if last_name(func) in _SERVICES:
                    return None
                searched = child is not func and ancestor.args[0] is child and last_name(func) in _SEARCHES
                return None if searched or _SPEAKS.search(last_name(func)) or child is func else ""
            case cst.Assign(targets=[cst.AssignTarget(target=only), *_]) | cst.AnnAssign(target=only):
                return _unless_for_readers(only)
            case cst.AugAssign(target=only):
                return _unless_for_readers(only)
            case cst.FunctionDef(name=function_name):
                return None if function_name.value.startswith("as_") else ""
            case cst.Return() | cst.Yield():
                function = ctx.enclosing(node, cst.FunctionDef)
                name = function.name.value if function is not None else ""
                return None if _RETURNS_PROSE.search(name) else name
            case cst.Expr():
                return None
        child = ancestor
    return None


def _unless_for_readers(target: cst.BaseExpression) -> str | None:
    name = speaking_name(target)
    return None if _FOR_READERS.search(name) else name


_SPEAKS_SQL = re.compile(r"\b(?:select|insert|update|delete|merge|with|values|replace)\b", re.IGNORECASE)
_SALESFORCE = re.compile(r"soql(?:\b|_)|simple_salesforce", re.IGNORECASE)
_BEGINS = re.compile(
    r"(?i:\b(?:select|insert|update|delete|merge|with|values|replace)\b|\b(?:like|in)\s*\(?\s*')|[=<>]\s*\(?\s*'"
    r"|\b(?:WHERE|AND|OR|ON|HAVING|LIMIT|OFFSET|LIKE|ILIKE|IN|BETWEEN|SET|COPY|CREATE|ALTER|GRANT|CALL|EXEC|ATTACH|SHOW"
    r"|UNLOAD|COMMENT|DROP)\b"
)
_FOR_READERS = re.compile(
    r"(?:^|_)(?:msg|message|messages|error|errors|err|help|doc|docs|description|desc|reason|title|label|prompt|detail|details"
    r"|suggest(?:ed|ions?)?|warning|comment|log|hint|expected|template_name)(?:$|_)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"^(?:debug|info|warn|warning|error|exception|critical|fatal|log|print|pprint|out|echo|secho|fail|_|gettext|ugettext|_lazy"
    r"|add_argument|write|writeln|notice|trace|abort|skip|format_message|assert\w*)$|(?:Error|Exception|Warning)$|^log_|_log$"
)
_SERVICES = ("search", "run_sync", "run_async", "submit_job", "launch_job", "launch_job_async")
"""Methods of services that take text alone, as those of the Virtual Observatory do."""
_SEARCHES = ("replace", "startswith", "endswith", "removeprefix", "removesuffix", "split", "count", "find", "index")
"""Methods that look for their first argument in other text."""
_RETURNS_PROSE = re.compile(r"^__(?:str|repr|unicode)__$|^as_(?:sql|sqlite|postgresql|mysql|oracle)$|message|descri")
