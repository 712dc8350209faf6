"""Which applications nothing instruments, in projects that depend on OpenTelemetry."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.queries.instrumentation import uninstrumented_app
from relint.settings import Settings
from tests.asking import context

APP = "from flask import Flask\nfrom shop import tools\n\napp = Flask(__name__)\n"
INSTRUMENTOR = "from opentelemetry.instrumentation.flask import FlaskInstrumentor\n"


def framework(folder: Path, code: str = APP, **files: str) -> str | None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    ctx = context(code, str(folder / "shop" / "main.py"), Settings(root=folder))
    return next((found for call in ctx.tree.of(cst.Call) if (found := uninstrumented_app(ctx, call))), None)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (APP, "Flask"),
        ("import fastapi\n\napp = fastapi.FastAPI()\n", "FastAPI"),
        ("from django.core.asgi import get_asgi_application as make\n\napp = make()\n", "Django"),
        ("from shop import Flask\n\napp = Flask()\n", None),
        ("from flask import Flask\n\nprint(Flask(__name__))\n", None),
    ],
)
def test_applications(tmp_path: Path, code: str, expected: str | None) -> None:
    assert framework(tmp_path, code, requirements_dot_txt="opentelemetry-sdk==1.30\n") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flask\nopentelemetry-api>=1\n", "Flask"),
        ("flask\n  opentelemetry_exporter_otlp\n", "Flask"),
        ("flask\n# opentelemetry-sdk\n", None),
        ("flask\nmy-opentelemetry-sdk\n", None),
    ],
)
def test_requirements(tmp_path: Path, text: str, expected: str | None) -> None:
    assert framework(tmp_path, requirements_dot_txt=text) == expected


@pytest.mark.parametrize(
    "where",
    [
        "shop__tools_dot_py",
        "telemetry_dot_py",
        "gunicorn_dot_conf_dot_py",
        "shop__tracing__setup_dot_py",
        "config__settings_dot_py",
    ],
)
def test_instrumented(tmp_path: Path, where: str) -> None:
    files = {"requirements_dot_txt": "opentelemetry-sdk\n", "shop__models_dot_py": ""}
    assert framework(tmp_path, **files) == "Flask"
    assert framework(tmp_path, **files, **{where: INSTRUMENTOR}) is None


def test_command(tmp_path: Path) -> None:
    command = "CMD opentelemetry-instrument gunicorn shop.main:app\n"
    assert framework(tmp_path, requirements_dot_txt="opentelemetry-distro\n", Dockerfile=command) is None
