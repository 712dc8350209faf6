"""Running one rule on one file, whatever the file is written in."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator

from relint import registry
from relint.file_context import FileContext
from relint.model import Finding, Fix, RuleInfo


def findings(info: RuleInfo, ctx: FileContext, nodes: Callable[..., Iterable[Any]]) -> Iterator[Finding]:
    """What a rule finds, each once; `nodes(*types)` gives the syntax nodes of some types."""
    ctx.rule = info
    seen: set[tuple[Any, str]] = set()
    for types, check in registry.load(info).listeners:
        for node in _heard(types, ctx, nodes):
            for finding in check(node, ctx):
                if (key := (finding.node, finding.message)) not in seen:
                    seen.add(key)
                    yield finding


def _heard(types: tuple[type, ...], ctx: FileContext, nodes: Callable[..., Iterable[Any]]) -> Iterator[Any]:
    described = [kind for kind in types if hasattr(kind, "found_in")]
    for kind in described:
        yield from kind.found_in(ctx)
    if len(described) < len(types):
        yield from nodes(*(kind for kind in types if kind not in described))


def fix(finding: Finding, info: RuleInfo, ctx: FileContext, *, sql: bool = False) -> Fix | None:
    """The finding's fix with its safety settled; None when there is none."""
    fixer = registry.fixer(info, sql=sql)
    if fixer is None or (found := fixer(finding, ctx)) is None:
        return None
    assert info.fix is not None
    safety = ctx.settings.safety(info.code, found.safety or info.fix)
    return Fix(found.message, tuple(sorted(found.edits)), safety, found.create)
