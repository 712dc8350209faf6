"""What gives its items one by one."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.streams import is_streamed
from tests.asking import context, node

CODE = """
import csv
import gzip
import itertools
import os
import sys
from typing import Iterator


def endless():
    while True:
        yield 1


def two():
    yield 1
    yield 2


def of_each(xs):
    for x in xs:
        yield x


class Graph:
    steps = ()

    def each(self):
        for step in self.steps:
            yield step


def main(graph: Graph, xs, given: Iterator[int], listed: list[int], query, path, paginator, file):
    opened = open(file)
    held = [1, 2, *xs]
    with gzip.open(file) as zipped:
        pass
    cursor = query.connection.cursor()
    cursor.execute("SELECT 1")
    use({})
"""


@pytest.mark.parametrize(
    ("items", "streamed"),
    [
        ("endless()", True),
        ("of_each(xs)", True),
        ("(x for x in endless() if x)", True),
        ("map(str, endless())", True),
        ("enumerate(opened)", True),
        ("opened", True),
        ("zipped", True),
        ("open(file)", True),
        ("sys.stdin", True),
        ("csv.reader(opened)", True),
        ("os.walk(file)", True),
        ("itertools.count()", True),
        ("given", True),
        ("cursor", True),
        ("query.iterator()", True),
        ("path.rglob('*')", True),
        ("paginator.paginate()", True),
        ("query.yield_rows()", True),
        ("two()", False),
        ("graph.each()", False),
        ("xs", False),
        ("listed", False),
        ("held", False),
        ("list(endless())", False),
        ("(x for x in xs)", False),
        ("itertools.islice(endless(), 10)", False),
        ("zip(endless(), (1, 2))", False),
        ("cursor.fetchall()", False),
        ("query.all()", False),
    ],
)
def test_is_streamed(items: str, streamed: bool) -> None:
    ctx = context(CODE.format(items))
    assert is_streamed(ctx, node(ctx, f"use({items})", cst.Call).args[0].value) is streamed
