"""Run the rules on one .sql file. What its statements mean is up to the queries; libcst is never loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

from relint import listening
from relint.check import crash
from relint.model import Diagnostic, Finding, Related, RuleInfo
from relint.project import Project
from relint.sql_context import SqlContext, SqlNode
from relint.sql_text import without_comments

if TYPE_CHECKING:
    from relint.settings import Settings
    from relint.source import Source


def examine(
    source: Source, settings: Settings, rules: Sequence[RuleInfo], *, fixes: bool, project: Project | None = None
) -> list[Diagnostic]:
    """The findings of `rules` in one .sql file, unsorted and unsuppressed."""
    ctx = SqlContext(source.path, source.text, settings, project or Project(settings))
    found: list[Diagnostic] = []
    for info in rules:
        try:
            found += [_locate(f, info, ctx, fixes) for f in listening.findings(info, ctx, _no_syntax_nodes)]
        except Exception as error:  # noqa: BLE001 - one rule's crash must not hide the others' findings
            found.append(crash(source.path, f"rule {info.code} {info.name}", error))
    return found


def _no_syntax_nodes(*_: type) -> tuple[Any, ...]:
    return ()


def _locate(finding: Finding, info: RuleInfo, ctx: SqlContext, fixes: bool) -> Diagnostic:
    node: SqlNode = finding.node
    statement = ctx.text[node.statement.start : node.statement.end]
    return Diagnostic(
        path=ctx.path,
        start=ctx.lines.position(node.start),
        end=ctx.lines.position(node.end),
        code=info.code,
        name=info.name,
        message=finding.message,
        severity=finding.severity,
        url=info.url,
        reach=(ctx.lines.position(node.statement.start).line, ctx.lines.position(node.statement.end).line),
        fix=listening.fix(finding, info, ctx, sql=True) if fixes else None,
        related=tuple(_related(other, message, ctx) for other, message in finding.related),
        statement=" ".join(without_comments(statement).split()),
    )


def _related(node: SqlNode, message: str, ctx: SqlContext) -> Related:
    return Related(ctx.lines.position(node.start), ctx.lines.position(node.end), message)
