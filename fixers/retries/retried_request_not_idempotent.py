"""Names the key that makes a repetition harmless."""

from __future__ import annotations

from relint.context import Context
from relint.model import Finding, Fix
from relint.rules.retries.retried_request_not_idempotent import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix:
    return Fix("Send an `Idempotency-Key` header that is made once, before the first attempt", ())
