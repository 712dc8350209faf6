from __future__ import annotations

import libcst as cst

from relint.queries.mentions import bound_by, names_in, nodes_in, texts_in
from tests.asking import context

CODE = """
def work(self, log):
    self.left, n = n - 1, f"{n} left"
    def inner(): hidden("no")
    total += 1
    log.info("gone", self.name.first)
"""


def test_what_a_function_mentions() -> None:
    ctx = context(CODE)
    body = ctx.tree.module.body[0]
    assert set(names_in(ctx, body)) == {"self", "self.left", "n", "total", "log", "self.name"}
    assert list(texts_in(ctx, body)) == [" left", '"gone"']
    assert not any(isinstance(node, cst.Call) and ctx.source(node).startswith("hidden") for node in nodes_in(body))


def test_what_is_bound() -> None:
    ctx = context(CODE)
    assert [bound_by(ctx, node) for node in ctx.tree.of(cst.Assign)] == [{"self.left", "n"}]
    assert [bound_by(ctx, node) for node in ctx.tree.of(cst.AugAssign)] == [{"total"}]
    assert [bound_by(ctx, node) for node in ctx.tree.of(cst.Return, cst.FunctionDef)] == [set(), set()]
