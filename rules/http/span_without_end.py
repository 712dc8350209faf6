"""OpenTelemetry spans that an error leaves open.

## Why it is bad
A span is sent when it ends. One that is started by hand and ended by the last line of the function is lost when
anything before that raises: the trace of exactly the request that failed has a hole where it failed.
`start_as_current_span()` returns a context manager: called without `with`, it starts nothing.

## Example
```python
from opentelemetry import trace

tracer = trace.get_tracer(__name__)


def handle(order):
    span = tracer.start_span("handle")
    order.process()
    span.end()
```

## Use instead
```python
from opentelemetry import trace

tracer = trace.get_tracer(__name__)


def handle(order):
    with tracer.start_as_current_span("handle"):
        order.process()
```

Quiet when the span is ended in a `finally`, by `with`, or by `use_span(span, end_on_exit=True)`, and when somebody else
may end it: it is returned, kept, passed on, or used in a nested function; also when nothing happens before its end but
calls of the span itself, or its `start_time` is given: it tells of what is over.

## Fix safety
Unsafe: `with tracer.start_as_current_span(...)` also makes the span the current one, so that what is traced inside
becomes its child, and records an exception that passes through. The span ends at the last line that uses it in its
block. No fix where it is used outside that block.

## References
- https://opentelemetry.io/docs/languages/python/instrumentation/#creating-spans
- https://opentelemetry.io/docs/specs/otel/trace/api/#end
- https://opentelemetry-python.readthedocs.io/en/latest/api/trace.html#opentelemetry.trace.Tracer.start_as_current_span
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.closing import left_open
from relint.queries.spans import never_entered, started_span, works_before_end

rule = Rule(
    code="REL110",
    imports=("opentelemetry",),
    words=("start_span", "start_as_current_span"),
    fix="unsafe",
)


@rule.on(cst.Assign)
def check_started(node: cst.Assign, ctx: Context) -> Iterator[Finding]:
    opened = left_open(ctx, node, started_span)
    if opened is not None and works_before_end(ctx, opened):
        when = "is ended only when nothing before that fails" if opened.closed_late else "is never ended"
        yield rule.finding(opened.call, f"`{opened.name}` {when}: the span of a failure is lost", data=opened)


@rule.on(cst.Call)
def check_entered(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    if never_entered(ctx, node):
        yield rule.finding(node, "`start_as_current_span` does nothing without `with`: no span is started")
