"""Which `if` makes a shared value with no lock around it."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.lazy_values import lazy_value
from tests.asking import context

CODE = """
import threading

x = None


{decorator}
def get():
    global x
    if {test}:
        x = {value}
    return x
"""


def found(test: str = "x is None", value: str = "Client()", decorator: str = "@staticmethod") -> bool:
    ctx = context(CODE.format(test=test, value=value, decorator=decorator))
    return lazy_value(ctx, next(iter(ctx.tree.of(cst.If)))) is not None


@pytest.mark.parametrize(
    "value", ["Client()", "pool.ThreadPoolExecutor(4)", "boto3.client('s3')", "create_engine(url)"]
)
def test_dear(value: str) -> None:
    assert found(value=value)


@pytest.mark.parametrize("value", ["{}", "dict()", "re.compile('x')", "threading.local()", "get_language()"])
def test_cheap(value: str) -> None:
    assert not found(value=value)


def test_conditions() -> None:
    assert found("not x")
    assert not found("x is not None")
    assert not found("y is None")


def test_a_decorator_that_locks() -> None:
    assert not found(decorator="@synchronized")


@pytest.mark.parametrize(
    ("imports", "knows"),
    [("from concurrent import futures", True), ("from django.db import models", True), ("import thread_tools", False)],
)
def test_a_module_that_knows_threads(imports: str, knows: bool) -> None:
    ctx = context(
        CODE.format(test="x is None", value="Client()", decorator="@staticmethod").replace("import threading", imports)
    )
    assert (lazy_value(ctx, next(iter(ctx.tree.of(cst.If)))) is not None) is knows
