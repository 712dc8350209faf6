from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.unpacked import unpacked
from tests.asking import context


@pytest.mark.parametrize(
    ("before", "call", "given", "complete"),
    [
        ("", "f(1, a=2)", {}, True),
        ("", "f(**{'a': 1, 'b': 2})", {"a": "1", "b": "2"}, True),
        ("", "f(**{'a': 1, name: 2})", {"a": "1"}, False),
        ("", "f(**{'a': 1, **more})", {"a": "1"}, False),
        ("", "f(**given)", {}, False),
        ("", "f(**made())", {}, False),
        ("options = {'a': 1}", "f(**options)", {"a": "1"}, True),
        ("options = {'a': 1} if x else {'b': 2}", "f(**options)", {}, False),
        ("if x: options = {'a': 1}\nelse: options = {'b': 2}", "f(**options)", {"a": "1", "b": "2"}, True),
        ("options = {'a': 1}\noptions.update(more)", "f(**options)", {"a": "1"}, False),
        ("options = {'a': 1}\noptions['b'] = 2", "f(**options)", {"a": "1"}, False),
    ],
)
def test_unpacked(before: str, call: str, given: dict[str, str], complete: bool) -> None:
    ctx = context(f"{before}\n{call}")
    node = next(found for found in ctx.tree.of(cst.Call) if ctx.source(found) == call)
    found = unpacked(ctx, node)
    assert {name: ctx.source(value) for name, value in found.given.items()} == given
    assert found.complete is complete
