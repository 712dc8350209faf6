"""Gives the client the sanctioned timeout."""

from __future__ import annotations

import libcst as cst
from relint.rules.http.socket_without_timeout import rule

from relint.context import Context
from relint.libraries.sockets import WITHOUT_PARAMETER
from relint.model import Finding, Fix
from relint.queries.sanctions import sanctioned_timeout


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if ctx.callee(call) in WITHOUT_PARAMETER or ctx.unpacks(call):
        return None
    return sanctioned_timeout(ctx, call)
