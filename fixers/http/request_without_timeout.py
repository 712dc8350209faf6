"""Gives the request the sanctioned timeout."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.timeouts import sanctioned_timeout, timeout_fix, timeout_text
from relint.model import Finding, Fix
from relint.rules.http.request_without_timeout import Missing, rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call, missing = finding.node, finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(missing, Missing)
    if not missing.fixable:
        return None
    if missing.passed is not None and not missing.takes_keywords:
        return _bound_in_partial(ctx, missing.passed)
    if missing.name == "aiohttp.ClientTimeout":
        return sanctioned_timeout(ctx, call, "total", 0)
    if missing.name.startswith("aiohttp."):
        return _client_timeout(ctx, call)
    return sanctioned_timeout(ctx, call, "timeout", missing.position)


def _bound_in_partial(ctx: Context, passed: cst.BaseExpression) -> Fix | None:
    """`run_in_executor` and `map` pass no keywords on: the callable gets its timeout before."""
    value = timeout_text(ctx)
    partial = edits.ensure_import(ctx, "functools.partial", passed)
    if partial is None:
        return None
    name, imported = partial
    bound = f"{name}({ctx.source(passed)}, timeout={value})"
    return timeout_fix(ctx, f"Add `timeout={value}`", edits.replace_node(ctx, passed, bound) + imported)


def _client_timeout(ctx: Context, call: cst.Call) -> Fix | None:
    """aiohttp wants an object: `timeout=aiohttp.ClientTimeout(total=10)`."""
    limit = edits.ensure_import(ctx, "aiohttp.ClientTimeout", call)
    if limit is None:
        return None
    name, imported = limit
    value = f"{name}(total={timeout_text(ctx)})"
    return timeout_fix(ctx, f"Add `timeout={value}`", edits.set_keyword(ctx, call, "timeout", value) + imported)
