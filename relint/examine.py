"""Parse one text and run the rules on it: one walk, listeners by node type, positions only for what is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Sequence

import libcst as cst

from relint import deep, listening
from relint.check import crash, engine_diagnostic, unreadable
from relint.context import Context
from relint.earlier import Earlier
from relint.engine_rules import SYNTAX_ERROR
from relint.fingerprint import unformatted
from relint.grafting import Grafted, Misfit, Parts, grafted
from relint.model import Diagnostic, Finding, Position, Related, RuleInfo
from relint.narrow import Narrowed, Unseen
from relint.nesting import too_deep
from relint.parsing import parse as parse_tree
from relint.project import Project
from relint.syntax import parse
from relint.tree import Tree

if TYPE_CHECKING:
    from relint.settings import Settings
    from relint.source import Source

_ROUNDS = 6
"""How often a file is parsed at most; the last time without leaving anything out."""
_PLACE = re.compile(r"error at (\d+):(\d+): ")


def examine(
    source: Source,
    settings: Settings,
    rules: Sequence[RuleInfo],
    *,
    fixes: bool,
    project: Project | None = None,
    narrowed: Narrowed | None = None,
    earlier: Earlier | None = None,
) -> list[Diagnostic]:
    """The findings of `rules` in one file, unsorted and unsuppressed.

    With `narrowed`, what these rules need to see, the rest of the file is not parsed. `earlier` is what the check of
    an earlier version of the text has left, and then what this one leaves.
    """
    earlier = earlier or Earlier()
    return deep.run(lambda: _examine(source, settings, rules, fixes, project or Project(settings), narrowed, earlier))


def _examine(
    source: Source,
    settings: Settings,
    rules: Sequence[RuleInfo],
    fixes: bool,
    project: Project,
    narrowed: Narrowed | None,
    earlier: Earlier,
) -> list[Diagnostic]:
    """The rules are run on what they need to see; those that ask for more are run again with it in sight."""
    found: list[Diagnostic] = []
    valid = narrowed is not None or parse(source.text) is not None
    todo = list(rules)
    for round_ in range(_ROUNDS):
        project.checkpoint()
        tree = _parse(source, narrowed, valid, earlier.parts)
        if isinstance(tree, Diagnostic):
            return [tree]
        ctx = Context(source.path, tree, settings, project)
        requests, asking = [], []
        for info in todo:
            project.checkpoint()
            try:
                found += _run(info, ctx, fixes)
            except Unseen as request:
                requests.append(request)
                asking.append(info)
        if narrowed is None or not requests:
            break
        todo = asking
        earlier.remember(requests)
        narrowed.answer(requests)
        if round_ == _ROUNDS - 2:
            narrowed = None
    return found


def _run(info: RuleInfo, ctx: Context, fixes: bool) -> list[Diagnostic]:
    try:
        return [_locate(finding, info, ctx, fixes) for finding in listening.findings(info, ctx, ctx.tree.seen)]
    except Exception as error:  # noqa: BLE001 - one rule's crash must not hide the others' findings
        return [crash(ctx.path, f"rule {info.code} {info.name}", error)]


def _parse(source: Source, narrowed: Narrowed | None, valid: bool, known: Parts) -> Tree | Diagnostic:
    """The tree of a file, or what keeps it from being one; `valid` when this interpreter could parse it."""
    text = narrowed.render() if narrowed is not None else source.text
    if not (narrowed is not None and narrowed.pieces.shallow) and too_deep(text):
        return unreadable(source.path, "nests too deeply to be parsed")
    try:
        if narrowed is None:
            return Tree(parse_tree(text, valid=valid), text)
        whole = _grafted(narrowed, known)
        return Tree(whole.module if whole else parse_tree(text, valid=True), source.text, narrowed, whole)
    except cst.ParserSyntaxError as error:
        return _syntax_error(source, error)
    except cst.CSTValidationError as error:  # what libcst finds out when it builds the nodes, without a place
        return engine_diagnostic(source.path, SYNTAX_ERROR, f"the file is not valid Python: {error}")
    except RecursionError:
        return unreadable(source.path, "nests too deeply to be parsed")
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of libcst's Rust code: no Exception, and no class to name
            raise
        return unreadable(source.path, f"makes the parser fail: {error}")


def _grafted(narrowed: Narrowed, known: Parts) -> Grafted | None:
    """The tree of what is in sight; None when it must be parsed at once."""
    try:
        whole = grafted(narrowed, known)
    except (Misfit, cst.ParserSyntaxError, cst.CSTValidationError):
        return None
    known.clear()
    known.update(whole.parts)
    return whole


def _locate(finding: Finding, info: RuleInfo, ctx: Context, fixes: bool) -> Diagnostic:
    start, end = ctx.range(finding.node)
    first, last = _logical_line(finding.node, ctx)
    # A text that cannot be edited by offsets is not fixed; a fixer may be the first who looks there.
    fix = listening.fix(finding, info, ctx) if fixes and ctx.tree.faithful else None
    return Diagnostic(
        path=ctx.path,
        start=ctx.tree.position(start),
        end=ctx.tree.position(end),
        code=info.code,
        name=info.name,
        message=finding.message,
        severity=finding.severity,
        url=info.url,
        reach=(ctx.tree.position(first).line, ctx.tree.position(last).line),
        fix=fix if ctx.tree.faithful else None,
        related=tuple(_related(node, message, ctx) for node, message in finding.related),
        scope=_scope(finding.node, ctx),
        statement=unformatted(_statement(finding.node, ctx) or ctx.text[first:last]),
    )


def _related(node: cst.CSTNode, message: str, ctx: Context) -> Related:
    start, end = ctx.range(node)
    return Related(ctx.tree.position(start), ctx.tree.position(end), message)


def _scope(node: cst.CSTNode, ctx: Context) -> str:
    """`Class.method` around a node; empty at module level."""
    around = [a.name.value for a in ctx.ancestors(node) if isinstance(a, cst.FunctionDef | cst.ClassDef)]
    return ".".join(reversed(around))


def _statement(node: cst.CSTNode, ctx: Context) -> str:
    """The text of the simple statement around a node: of `a; b`, the one that holds it."""
    around = (each for each in (node, *ctx.ancestors(node)) if isinstance(each, cst.BaseSmallStatement))
    small = next(around, None)
    return ctx.source(small) if small is not None else ""


def _logical_line(node: cst.CSTNode, ctx: Context) -> tuple[int, int]:
    """Start and end offset of the logical line around a node: of a compound statement, its header."""
    statement = ctx.statement_of(node)
    start, end = ctx.range(statement)
    if isinstance(statement, cst.FunctionDef | cst.ClassDef) and statement.decorators:
        start = ctx.range(statement.decorators[0])[0]
    body = getattr(statement, "body", None)
    if isinstance(body, cst.BaseSuite):
        # A finding in `else`, `except` or `finally` has its own header, which holds the node.
        node_end = ctx.range(node)[1]
        end = max(min(ctx.range(body)[0] - 1, end), min(node_end, end)) if node is not statement else ctx.range(body)[0]
        while end > start and ctx.text[end - 1] in " \t\r\n":
            end -= 1
    return start, end


def _syntax_error(source: Source, error: cst.ParserSyntaxError) -> Diagnostic:
    message = error.message.partition("\n")[0].removeprefix("parser error: ")
    at = Position(max(error.raw_line, 1), max(error.raw_column, 0) + 1)
    if place := _PLACE.match(message):
        # `raw_line` is the line after this one (tried with libcst 1.9).
        at = Position(int(place[1]), int(place[2]) + 1)
        message = message[place.end() :]
    return engine_diagnostic(source.path, SYNTAX_ERROR, f"the file is not valid Python: {message}", at)
