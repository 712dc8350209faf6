"""What the project has said its pattern is, as fixes write it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Fix, Safety


def sanctioned_timeout(ctx: Context, call: cst.Call, keyword: str = "timeout") -> Fix:
    """The fix that gives `call` the sanctioned timeout: safe when the project has set one, else unsafe."""
    sanctioned = ctx.settings.sanctioned
    value = str(sanctioned.timeout)
    changes = edits.set_keyword(ctx, call, keyword, value)
    if sanctioned.timeout_import:
        changes += edits.import_statement(ctx, sanctioned.timeout_import)
    safety = Safety.SAFE if "timeout" in sanctioned.given else Safety.UNSAFE
    return Fix(f"Add `{keyword}={value}`", changes, safety)
