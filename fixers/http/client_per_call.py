"""Builds the client once: above the loop, or in a function that keeps it."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.libraries.pooled_clients import may_be_shared
from relint.model import Finding, Fix, Safety
from relint.queries.client_sites import Rebuilt
from relint.rules.http.client_per_call import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    call, found = finding.node, finding.data
    assert isinstance(call, cst.Call)
    assert isinstance(found, Rebuilt)
    if found.where == "requests":
        return _session(ctx, call, found)
    if found.loop is not None:
        return _hoisted(ctx, call, found.loop)
    return _cached(ctx, call, found.name) if may_be_shared(found.name) else None


def _session(ctx: Context, call: cst.Call, found: Rebuilt) -> Fix | None:
    assert isinstance(call.func, cst.Attribute | cst.Name)
    made = edits.ensure_import(ctx, "requests.Session", call)
    if made is None or found.loop is None:
        return None
    name, imported = made
    session = edits.free_name(ctx, "session", call)
    above = edits.insert_before(ctx, found.loop, f"{session} = {name}()")
    if above is None:
        return None
    method = found.name.rpartition(".")[2]
    changes = (*above, *edits.replace_node(ctx, call.func, f"{session}.{method}"), *imported)
    return Fix("Use one session for all of them", changes, Safety.DISPLAY)


def _hoisted(ctx: Context, call: cst.Call, loop: cst.For) -> Fix | None:
    assign = ctx.parent(call)
    statement = ctx.statement_of(call)
    if not isinstance(assign, cst.Assign):
        return None
    above = edits.insert_before(ctx, loop, ctx.source(assign))
    removed = edits.delete_statement(ctx, statement)
    if above is None or removed is None:
        return None
    return Fix("Build it above the loop", (*above, *removed), Safety.DISPLAY)


def _cached(ctx: Context, call: cst.Call, name: str) -> Fix | None:
    if isinstance(ctx.parent(call), cst.WithItem):
        return None  # the block closes it
    cache = edits.ensure_import(ctx, "functools.cache", call)
    if cache is None or any(isinstance(n, cst.Name) and n.value == "self" for n in ctx.walk(call, cst.Name)):
        return None
    decorator, imported = cache
    wanted = _factory_name(ctx, call, name)
    made = edits.ensure_function(ctx, wanted, f"@{decorator}\ndef", f"():\n    return {ctx.source(call)}", call)
    if made is None or "\n" in ctx.source(call):
        return None
    chosen, defined = made
    changes = (*edits.replace_node(ctx, call, f"{chosen}()"), *defined, *imported)
    return Fix(f"Build it once, in `{chosen}`", changes)


def _factory_name(ctx: Context, call: cst.Call, name: str) -> str:
    """`s3_client`, `redis_client`, `engine`."""
    if name.startswith("boto3."):
        service = ctx.literal(call.args[0].value) if call.args else None
        plain = str(service).replace("-", "_") if isinstance(service, str) else "aws"
        return f"{plain}_client"
    return "redis_client" if name.startswith("redis") else "make_engine"
