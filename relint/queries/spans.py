"""Spans of OpenTelemetry: who starts one, and is it ever ended?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.closing import SPAN, Closable
from relint.names import last_name
from relint.queries.closing import Opened

_OTHER_TRACERS = frozenset({"ddtrace", "opentracing", "jaeger_client", "sentry_sdk", "mlflow", "elasticapm"})
_ENTERS = frozenset({"__enter__", "enter_context", "__exit__"})


def started_span(ctx: Context, call: cst.Call) -> tuple[str, Closable] | None:
    """The span that `tracer.start_span(...)` starts."""
    return ("start_span", SPAN) if _is_tracers(ctx, call, "start_span") else None


def works_before_end(ctx: Context, opened: Opened) -> bool:
    """Whether anything happens between the start of a span and its end that may fail: a call of something else.

    A span with a `start_time` of its own tells of what is over.
    """
    if ctx.keyword(opened.call, "start_time") is not None or ctx.unpacks(opened.call):
        return False
    ends = [use for use in opened.uses if (parent := ctx.parent(use)) and ctx.source(parent) == f"{opened.name}.end"]
    start, stop = ctx.range(opened.call)[1], ctx.range(ends[0])[0] if ends else len(ctx.text)
    function = ctx.function_of(opened.call)
    calls = ctx.walk(function.body, cst.Call) if isinstance(function, cst.FunctionDef) else ()
    return any(start < ctx.range(call)[0] < stop and not _of_span(ctx, call, opened.name) for call in calls)


def _of_span(ctx: Context, call: cst.Call, name: str) -> bool:
    """Whether a call is a method of the span or writes to the log, or stands in the arguments of one."""
    around = [call, *(a for a in ctx.ancestors(call) if isinstance(a, cst.Call))]
    texts = [ctx.source(each.func) for each in around]
    return any(text.startswith((f"{name}.", "logger.", "log.", "logging.", "_logger.", "LOG.")) for text in texts)


def never_entered(ctx: Context, call: cst.Call) -> bool:
    """Whether `start_as_current_span(...)` is called and its context manager never entered: no span is started."""
    if not _is_tracers(ctx, call, "start_as_current_span"):
        return False
    match ctx.parent(call):
        case cst.Expr():
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            found = ctx.names.find(name)
            if found is None or not isinstance(found[0].node, cst.FunctionDef) or len(found[1]) != 1:
                return False
            uses = ctx.names.uses(found[0], name.value)
            return all(_only_reads(ctx, use) for use in uses)
    return False


def _is_tracers(ctx: Context, call: cst.Call, method: str) -> bool:
    """Whether a call is a method of an OpenTelemetry tracer: of one in sight, or of what is called so."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != method:
        return False
    owner = call.func.value
    made = ctx.value_of(owner) if isinstance(owner, cst.Name | cst.Attribute) else owner
    if isinstance(made, cst.Call):
        return last_name(made.func) in ("get_tracer", "getTracer") or "tracer" in last_name(made.func).lower()
    package = (ctx.qualname(call.func) or "").partition(".")[0]
    return last_name(owner).lower().endswith("tracer") and package not in _OTHER_TRACERS


def _only_reads(ctx: Context, use: cst.Name) -> bool:
    parent = ctx.parent(use)
    return isinstance(parent, cst.Attribute) and parent.attr.value not in _ENTERS
