"""The fixed code of spans: every span ends, the one of a failure too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixing import fixed, run


def test_the_span_of_a_failure_ends() -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    code = """
        # opentelemetry
        def handle(tracer, work):
            span = tracer.start_span("handle")
            span.set_attribute("tried", True)
            answer = work()
            span.end()
            return answer
        """

    def fail() -> Any:
        raise ValueError("broken")

    ended = []
    for text in (code, fixed(code, "REL110")):
        exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        handle = run(text)["handle"]
        assert handle(provider.get_tracer("tests"), lambda: 5) == 5
        with pytest.raises(ValueError, match="broken"):
            handle(provider.get_tracer("tests"), fail)
        spans = exporter.get_finished_spans()
        assert all(span.attributes["tried"] for span in spans)
        ended.append([span.name for span in spans])
    assert ended == [["handle"], ["handle", "handle"]]
