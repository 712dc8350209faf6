"""Gives the client the sanctioned timeout."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.fixers.timeouts import sanctioned_timeout
from relint.libraries.sockets import TIMEOUT_POSITION, WITHOUT_PARAMETER
from relint.model import Finding, Fix
from relint.queries.sockets import stays_here
from relint.rules.http.socket_without_timeout import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call = finding.node
    assert isinstance(call, cst.Call)
    if finding.data in WITHOUT_PARAMETER:
        return None
    if finding.data == "socket.create_connection" and not stays_here(ctx, call):
        return None
    return sanctioned_timeout(ctx, call, "timeout", TIMEOUT_POSITION.get(finding.data))
