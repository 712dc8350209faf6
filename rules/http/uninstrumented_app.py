"""A web application that OpenTelemetry does not trace, in a project that depends on it.

## Why it is bad
The project installs OpenTelemetry, sets up an exporter, and the application is never told. Its requests have no spans:
what it calls begins a trace of its own each time, and of a slow request nobody can say what it waited for. Nothing
fails; it is noticed in the incident for which the traces were meant.

Off by default: applications are also instrumented from outside, by the `opentelemetry-instrument` command, an operator
of the cluster or a `sitecustomize`, and that cannot be seen. Commands in a `Procfile`, a `Dockerfile`, a compose file,
a `Makefile` or a shell script in the folders above are read; units, charts and images elsewhere are not. All 5 findings
in 22 services and tools were applications of one of them that nothing in its code instruments.

## Example
```python
# path: setup.py
from setuptools import setup

setup(name="shop", install_requires=["flask", "opentelemetry-sdk", "opentelemetry-exporter-otlp"])
```

```python
# path: shop.py
from flask import Flask

app = Flask(__name__)
```

## Use instead
```python
# path: setup.py
from setuptools import setup

setup(name="shop", install_requires=["flask", "opentelemetry-sdk", "opentelemetry-instrumentation-flask"])
```

```python
# path: shop.py
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor

app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
```

Found for `Flask()`, `FastAPI()`, `get_wsgi_application()` and `get_asgi_application()`, kept or returned, where the
nearest `pyproject.toml`, `setup.cfg` or requirements name an OpenTelemetry package. Quiet where an instrumentor,
another product that does the same (Logfire, Sentry, Datadog), or a span that is marked as a server's stands in the
file, in what it imports two modules deep, or in a file around it whose name speaks of telemetry or of starting the
application (`telemetry.py`, `gunicorn.conf.py`).

## References
- https://opentelemetry.io/docs/languages/python/instrumentation/
- https://opentelemetry.io/docs/zero-code/python/
- https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/flask/flask.html
- https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/fastapi/fastapi.html
- https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/django/django.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.instrumentation import uninstrumented_app

rule = Rule(
    code="REL111",
    imports=("flask", "fastapi", "django"),
    words=("Flask", "FastAPI", "get_wsgi_application", "get_asgi_application"),
    default=False,
)


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    framework = uninstrumented_app(ctx, node)
    if framework is not None:
        yield rule.finding(
            node,
            f"`{ctx.source(node.func)}` makes an application that nothing instruments: the project depends on "
            f"OpenTelemetry, and no request to this {framework} application has a span",
        )
