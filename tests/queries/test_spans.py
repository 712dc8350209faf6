from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.spans import never_entered, started_span
from tests.asking import context


@pytest.mark.parametrize(
    ("expression", "starts"),
    [
        ("tracer.start_span('a')", True),
        ("trace.get_tracer('b').start_span('a')", True),
        ("self._tracer.start_span('a')", True),
        ("mlflow.start_span('a')", False),
        ("tracer.start_as_current_span('a')", False),
    ],
)
def test_started_span(expression: str, starts: bool) -> None:
    ctx = context(f"import mlflow\nfrom opentelemetry import trace\ndef f(self, tracer):\n    s = {expression}\n")
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c) == expression]
    assert (started_span(ctx, call) is not None) is starts


@pytest.mark.parametrize(
    ("body", "never"),
    [
        ("tracer.start_as_current_span('a')", True),
        ("s = tracer.start_as_current_span('a')\n    s.end()", True),
        ("s = tracer.start_as_current_span('a')\n    s.__enter__()", False),
        ("with tracer.start_as_current_span('a'):\n        pass", False),
        ("return tracer.start_as_current_span('a')", False),
    ],
)
def test_never_entered(body: str, never: bool) -> None:
    ctx = context(f"def f(tracer):\n    {body}\n")
    [call] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith("current_span")]
    assert never_entered(ctx, call) is never
