from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.entry_points import answers_get, called_from, entry_point
from relint.queries.row_locks import evaluated
from tests.asking import context

IMPORTS = "from celery import shared_task\nfrom django.views import View\nfrom fastapi import FastAPI\n"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("@shared_task\ndef f(): pass", "job"),
        ("@shared_task(bind=True)\ndef f(self): pass", "job"),
        ("@app.task\ndef f(): pass", "job"),
        ("@app.get('/x')\nasync def f(): pass", "route"),
        ("@cache.get('x')\ndef f(): pass", None),
        ("def f(request): pass", "view"),
        ("class A(View):\n    def post(self, request): pass", "view"),
        ("class A(View):\n    def helper(self, request): pass", None),
        ("class A(Other):\n    def post(self, request): pass", None),
        ("class A(BaseCommand):\n    def handle(self): pass", "command"),
        ("def f(): pass", None),
        ("@receiver(signal)\ndef f(request): pass", None),
    ],
)
def test_entry_point(code: str, kind: str | None) -> None:
    ctx = context(f"{IMPORTS}{code}\n")
    [function] = ctx.tree.of(cst.FunctionDef)
    assert entry_point(ctx, function) == kind


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("class A(View):\n    def get(self, request): pass", True),
        ("class A(View):\n    def post(self, request): pass", False),
        ("def f(request): return g()", True),
        ("def f(request): return request.POST", False),
        ("@require_http_methods(['POST'])\ndef f(request): pass", False),
        ("def f(): pass", False),
    ],
)
def test_answers_get(code: str, reads: bool) -> None:
    ctx = context(f"from django.views.decorators.http import require_http_methods\n{IMPORTS}{code}\n")
    [function] = ctx.tree.of(cst.FunctionDef)
    assert answers_get(ctx, function) is reads


def test_called_from() -> None:
    ctx = context("def f(): pass\nclass A:\n    def f(self): pass\n    def g(self):\n        self.f()\n        f()\n")
    plain, method, _ = ctx.tree.of(cst.FunctionDef)
    assert [ctx.source(call) for call in called_from(ctx, plain)] == ["f()"]
    assert [ctx.source(call) for call in called_from(ctx, method)] == ["self.f()"]


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("A.select_for_update().get(pk=1).save()", "A.select_for_update().get(pk=1)"),
        ("list(A.select_for_update().filter(a=1))", "list(A.select_for_update().filter(a=1))"),
        ("A.select_for_update()[0]", "A.select_for_update()[0]"),
        ("rows = A.select_for_update()\n    rows.first()", "rows.first()"),
        ("return A.select_for_update()", None),
        ("A.select_for_update().update(a=1)", None),
        ("rows = A.select_for_update()\n    return rows", None),
    ],
)
def test_evaluated(statement: str, place: str | None) -> None:
    ctx = context(f"def f():\n    {statement}\n")
    [lock] = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func).endswith("select_for_update")]
    found = evaluated(ctx, lock)
    assert (None if found is None else ctx.source(found.place)) == place
