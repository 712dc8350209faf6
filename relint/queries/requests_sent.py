"""The requests that a call sends to another host."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.http import waiting
from relint.queries.origins import callable_names

_NOTHING_SENT = ("Client", "AsyncClient", "build_request", "fetch_token", "refresh_token")


def request_of(ctx: Context, call: cst.Call) -> str | None:
    """The dotted name of the function of an HTTP client that a call is: `requests.Session.get`."""
    for name in callable_names(ctx, call.func):
        found = waiting(name)
        if found is not None and not found[0].endswith(_NOTHING_SENT):
            return found[0]
    return None
