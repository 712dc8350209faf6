"""Web applications, and whether anything in sight has OpenTelemetry trace their requests."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.modules import places
from relint.queries.versions import requirements

APPLICATIONS: dict[str, str] = {
    "flask.Flask": "Flask",
    "flask.app.Flask": "Flask",
    "fastapi.FastAPI": "FastAPI",
    "fastapi.applications.FastAPI": "FastAPI",
    "django.core.wsgi.get_wsgi_application": "Django",
    "django.core.asgi.get_asgi_application": "Django",
}
"""What makes an application -> the framework, as `opentelemetry-instrumentation-*` names it."""
_NEEDS = re.compile(r"(?im)(?:^|[\"'])\s*opentelemetry[-_.](?:api|sdk|distro|exporter|instrumentation)(?![a-z])")
_INSTRUMENTS = re.compile(
    r"Instrumentor\b|\binstrument_(?:app|fastapi|flask|django|wsgi|asgi)\b|OpenTelemetry(?:Middle|Flask|Asgi)|\blogfire\b"
    r"|opentelemetry\.instrumentation|opentelemetry-instrument\b|auto_instrumentation|\bsentry_sdk\.init|\bddtrace\b|SpanKind\.SERVER"
)
"""An instrumentor, one of its short forms, the command that brings it, another product, or spans made by hand."""
_STARTS = re.compile(r"^(?:Procfile.*|Dockerfile.*|Containerfile.*|.*compose.*\.ya?ml|Makefile|.*\.sh)$")
_TELLING = re.compile(
    r"(?i)otel|telemetry|trac(?:e|ing)|observ|instrument|monitoring|gunicorn|^(?:manage|main|app|wsgi|asgi|settings)\.py$"
)
"""Files that start an application or set up its traces."""
_DEPTH = 2


def uninstrumented_app(ctx: Context, call: cst.Call) -> str | None:
    """The framework of the application that a call makes, when the project needs OpenTelemetry and never uses it there.

    What the file imports is searched two modules deep, and the files with telling names around it, those that start the
    application included.
    """
    framework = APPLICATIONS.get(ctx.callee(call) or "")
    if framework is None or not isinstance(ctx.parent(call), cst.Assign | cst.AnnAssign | cst.Return):
        return None
    if not _needs_opentelemetry(ctx) or _INSTRUMENTS.search(ctx.text):
        return None
    return None if ctx.memo("instrumented", lambda: any(map(_INSTRUMENTS.search, _texts(ctx)))) else framework


def _needs_opentelemetry(ctx: Context) -> bool:
    """Whether the nearest files that say what the project needs name OpenTelemetry."""

    def answer() -> bool:
        told = (requirements(ctx, folder) for folder in ctx.project.around(Path(ctx.path)))
        nearest = next((texts for texts in told if texts), [])
        return any(_NEEDS.search(text) for text in nearest)

    return ctx.memo("needs opentelemetry", answer)


def _texts(ctx: Context) -> Iterator[str]:
    """The texts in which an application may be instrumented."""
    yield from _imported_texts(ctx)
    for folder in ctx.project.around(Path(ctx.path)):
        names = ctx.project.listing(folder)
        yield from _telling_texts(ctx, folder)
        yield from (ctx.project.text(folder / name) or "" for name in names if _STARTS.match(name))
        for name in names:
            if "." not in name:
                yield from _telling_texts(ctx, folder / name, whole=_TELLING.search(name) is not None)


def _telling_texts(ctx: Context, folder: Path, whole: bool = False) -> Iterator[str]:
    for name in ctx.project.listing(folder):
        if name.endswith(".py") and (whole or _TELLING.search(name)):
            yield ctx.project.text(folder / name) or ""


def _imported_texts(ctx: Context) -> Iterator[str]:
    """The texts of the modules that the file imports, and of those that they import."""
    seen: set[str] = set()
    todo = [(ctx.path, dotted, _DEPTH) for dotted in ctx.names.imported()]
    while todo:
        importer, dotted, depth = todo.pop()
        for path, _ in places(ctx.project, importer, f"{dotted}.x"):  # of anything in it, when it is a module
            if path not in seen:
                seen.add(path)
                yield ctx.project.text(path) or ""
                if depth > 1:
                    todo += [(path, name, depth - 1) for name in _imports_of(ctx, path)]


def _imports_of(ctx: Context, path: str) -> Iterator[str]:
    """The names that another file imports, relative ones with their dots."""
    tree = ctx.project.syntax(Path(path))
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = "." * level + (f"{module}." if module else "")
                yield from (base + alias.name for alias in names)
