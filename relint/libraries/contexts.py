"""What belongs to the request or task at hand and is kept in context variables, which a new thread does not have.

Sources: https://docs.python.org/3/library/contextvars.html; https://docs.python.org/3/library/threading.html (a thread
starts with an empty context; from Python 3.14 on with a copy where `sys.flags.thread_inherit_context` is set, by
default on free-threaded builds only); CPython 3.11 `asyncio.base_events.BaseEventLoop.run_in_executor` (submits the
function as it is) and `asyncio.to_thread` (runs it in a copy of the context); flask 3.1 `ctx.py` ("cannot be used to
move a request context to a different thread"), quart 0.22, structlog 26.1 `contextvars.py`, asgi-correlation-id 5.0
`context.py`, asgiref 3.13 `local.py`, anyio 4.16 (`to_thread.run_sync` runs the function in the caller's context).
"""

from __future__ import annotations

VARIABLE = "contextvars.ContextVar"
"""The class of context variables."""

LOCAL = "asgiref.local.Local"
"""The class of objects whose attributes are context variables; with `thread_critical`, those of one thread."""

VARIABLES: frozenset[str] = frozenset(
    {"asgi_correlation_id.correlation_id", "asgi_correlation_id.context.correlation_id"}
)
"""Context variables of libraries that a middleware sets for each request."""

PROXIES: frozenset[str] = frozenset(
    f"{library}.{name}" for library in ("flask", "quart") for name in ("g", "request", "session", "current_app")
)
"""Objects that stand for those of the current request, and raise `RuntimeError` without one."""

PUSHES: frozenset[str] = frozenset(
    {"app_context", "request_context", "test_request_context", "copy_current_request_context", "bind_contextvars"}
    | {"bound_contextvars", "attach", "use_span", "set_span_in_context", "copy_current_websocket_context"}
)
"""Last names of what gives a thread a context of its own."""

LOGGERS: frozenset[str] = frozenset({"structlog.get_logger", "structlog.stdlib.get_logger", "structlog.getLogger"})
"""What returns a logger that adds the bound context variables to each line."""

BINDS: frozenset[str] = frozenset({"structlog.contextvars.bind_contextvars", "structlog.contextvars.bound_contextvars"})
"""What binds such variables."""

LEVELS: frozenset[str] = frozenset(
    "debug info warning warn error critical exception fatal msg log adebug ainfo awarning aerror".split()
)
"""The methods that log."""

CURRENT_SPAN: frozenset[str] = frozenset({"opentelemetry.trace.get_current_span"})
"""What gives the span at hand: one that records nothing where there is none."""

SPANS: frozenset[str] = frozenset({"start_as_current_span", "start_as_current_observation", "use_span"})
"""Last names of what opens a span for a block or a function."""
