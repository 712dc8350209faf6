"""Gives the wait the sanctioned timeout."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from relint.context import Context
from relint.fixers.timeouts import sanctioned_timeout
from relint.libraries.subprocesses import WAITS
from relint.model import Finding, Fix, Safety
from relint.rules.http.subprocess_without_timeout import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    assert isinstance(finding.node, cst.Call)
    # A limit that is right for peers says nothing of processes: unsafe even when the project has sanctioned one.
    return replace(sanctioned_timeout(ctx, finding.node, "timeout", WAITS[finding.data]), safety=Safety.UNSAFE)
