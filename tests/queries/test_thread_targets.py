from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.thread_targets import leaks_connection, thread_target
from tests.asking import context


@pytest.mark.parametrize(
    ("call", "runs"),
    [
        ("threading.Thread(target=f)", True),
        ("threading.Thread(None, f)", True),
        ("threading.Timer(1, f)", True),
        ("ThreadPoolExecutor().submit(f, 1)", True),
        ("form.submit(f)", False),
        ("threading.Thread(target=other)", False),
    ],
)
def test_thread_target(call: str, runs: bool) -> None:
    code = "import threading\nfrom concurrent.futures import ThreadPoolExecutor\nfrom a import form, other\n"
    ctx = context(f"{code}def f(): pass\n{call}\n")
    found = [thread_target(ctx, each) for each in ctx.tree.of(cst.Call) if ctx.source(each) == call]
    assert [each is not None for each in found] == [runs]


@pytest.mark.parametrize(
    ("body", "leaks"),
    [
        ("A.objects.count()", True),
        ("g()", False),
        ("A.objects.count()\n    connection.close()", False),
        ("A.objects.count()\n    file.close()", True),
        ("close_old_connections()\n    A.objects.count()", False),
    ],
)
def test_leaks_connection(body: str, leaks: bool) -> None:
    ctx = context(f"def f():\n    {body}\n")
    [function] = ctx.tree.of(cst.FunctionDef)
    assert leaks_connection(ctx, function) is leaks
