"""Gives the client the sanctioned timeout, in the unit that its library counts in."""

from __future__ import annotations

import math

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.timeouts import timeout_fix, timeout_text
from relint.libraries.data_stores import Store
from relint.model import Finding, Fix
from relint.queries.versions import minimum_version
from relint.rules.http.connection_without_timeout import Unlimited, rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call, unlimited = finding.node, finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(unlimited, Unlimited)
    if not unlimited.fixable:
        return None
    if unlimited.name == "ldap.initialize":
        return _directory_option(ctx, call)
    value = _value(ctx, unlimited.store)
    changes: edits.Edits = ()
    added = []
    for missing in unlimited.missing:
        name = _spelled(ctx, missing)
        given = ctx.argument(call, name, unlimited.store.position_of(missing) if unlimited.store is not None else 1)
        if given is not None:
            changes += edits.replace_node(ctx, given.value, value)
        else:
            added.append(f"{name}={value}")
    if added:
        changes += edits.append_argument(ctx, call, *added)
    names = ", ".join(f"`{_spelled(ctx, name)}={value}`" for name in unlimited.missing)
    return timeout_fix(ctx, f"Add {names}", changes)


def _value(ctx: Context, store: Store | None) -> str:
    timeout = ctx.settings.sanctioned.timeout
    unit = store.unit if store is not None else "seconds"
    if unit == "milliseconds":
        return f"int({timeout} * 1000)" if isinstance(timeout, str) else str(round(timeout * 1000))
    if unit == "whole seconds" and isinstance(timeout, float):
        return str(math.ceil(timeout))
    return timeout_text(ctx)


def _spelled(ctx: Context, name: str) -> str:
    """PyMongo below 4.2 knows no `timeoutMS`."""
    if name == "timeoutMS" and (minimum_version(ctx, "pymongo") or (4, 2)) < (4, 2):
        return "socketTimeoutMS"
    return name


def _directory_option(ctx: Context, call: cst.Call) -> Fix | None:
    """python-ldap takes its options after the object is made: `connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 10)`."""
    match ctx.parent(call), call.func:
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name() | cst.Attribute() as made)]
        ), cst.Attribute() as func:
            line = f"{ctx.source(made)}.set_option({ctx.source(func.value)}.OPT_NETWORK_TIMEOUT, {timeout_text(ctx)})"
            inserted = edits.insert_after(ctx, ctx.statement_of(call), line)
            return None if inserted is None else timeout_fix(ctx, f"Add `{line}`", inserted)
    return None
