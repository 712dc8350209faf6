"""How frameworks mark the functions that they call themselves: request handlers, and bodies of jobs."""

from __future__ import annotations

JOB_DECORATORS: frozenset[str] = frozenset(
    {"task", "shared_task", "periodic_task", "actor", "job", "db_task", "db_periodic_task"}
)
"""Last parts of the decorators of Celery, dramatiq, RQ, huey, taskiq and Prefect."""

JOB_PACKAGES: tuple[str, ...] = ("celery", "dramatiq", "rq", "django_rq", "huey", "taskiq", "prefect", "procrastinate")

ROUTE_DECORATORS: frozenset[str] = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route"}
)
"""Methods of an application or router (Flask, FastAPI, Starlette, Sanic, aiohttp) that register a handler by a path."""

REGISTERING: frozenset[str] = frozenset(
    {"Route", "APIRoute", "add_route", "add_api_route", "add_url_rule", *ROUTE_DECORATORS}
    | {f"add_{method}" for method in ("get", "post", "put", "patch", "delete", "head", "view")}
)
"""Functions that are given a path and its handler (Starlette, FastAPI, `aiohttp.web`)."""

HTTP_METHODS: frozenset[str] = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
"""Methods of Django's and DRF's class-based views, beside DRF's actions."""

ACTIONS: frozenset[str] = frozenset({"list", "create", "retrieve", "update", "partial_update", "destroy"})
"""Methods of DRF's view sets."""
