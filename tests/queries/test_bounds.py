from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.bounds import is_bounded, stops_at_a_number, words_of
from tests.asking import context

CODE = """
    import itertools
    from colors import Color
    from config import NAMES

    few = ["a", "b"]
    many = []
    grown = ["a"]

    class Kind(enum.Enum):
        A = 1

    class Service:
        parts = ("a", "b")

        def __init__(self):
            self.few = ["a"]
            self.many = []

        def add(self, x):
            self.many.append(x)

        def run(self, given, n, flag):
            for x in given:
                grown.append(x)
            use({expression})
"""


@pytest.mark.parametrize(
    "expression",
    [
        "(1, 2)", "[given, n]", "{'a': given}", "range(10)", "range(n)", "range(len(few))", "few", "NAMES", "Color",
        "Kind", "self.few", "self.parts", "given[:10]", "given[n:n + 10]", "itertools.islice(given, 5)",
        "enumerate(few)", "zip(given, few)", "sorted(self.few)", "few if flag else ()", "few + [given]",
        "chunk", "self.current_batch", "handlers", "self.event_handlers.values()", "[x for x in few]", "map(f, few)",
        "given_config.items()", "given.conf['x']",
    ],
)  # fmt: skip
def test_the_text_says_how_many(expression: str) -> None:
    assert _asked(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "given", "range(len(given))", "grown", "self.many", "given[n:]", "enumerate(given)", "zip(given, given)",
        "[*few, *given]", "given or few", "few + given", "[x for x in few for y in given]", "open(given)",
        "given.keys()", "chunks", "chunked(given, 10)", "range(0, len(given), 10)",
    ],
)  # fmt: skip
def test_data_says_how_many(expression: str) -> None:
    assert not _asked(expression)


def test_words_of_a_name() -> None:
    assert words_of("rateLimiter_2") == {"rate", "limiter"}
    assert words_of("HTTP_lock") == {"http", "lock"}


def _asked(expression: str) -> bool:
    ctx = context(CODE.replace("{expression}", expression))
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    return is_bounded(ctx, use.args[0].value)


@pytest.mark.parametrize(
    ("body", "stops"),
    [
        ("n += 1\n        if n >= 10: break", True),
        ("if len(found) == limit: break", True),
        ("if i > 10:\n            break", True),
        ("if n >= 10: break", False),
        ("n += 1\n        if n >= 10: print(n)", False),
        ("if x == 10: break", False),
        ("for y in x:\n            n += 1\n            if n >= 10: break", False),
    ],
)
def test_stops_at_a_number(body: str, stops: bool) -> None:
    ctx = context(f"def f(xs, found, n, limit):\n    for i, x in enumerate(xs):\n        {body}\n")
    loop = next(iter(ctx.tree.of(cst.For)))
    assert stops_at_a_number(ctx, loop) is stops


@pytest.mark.parametrize(
    ("code", "bounded"),
    [
        ("def _f(xs): use(xs)\n_f([1, 2])\n_f((3,))", True),
        ("def _f(xs): use(xs)\n_f([1, 2])\n_f(rows())", False),
        ("def _f(xs): use(xs)", False),
        ("def f(xs): use(xs)\nf([1, 2])", False),
        ("def f(xs):\n    ys = list(xs)\n    ys = ys[:5]\n    use(ys)", True),
        ("def f(xs):\n    ys = list(xs)\n    ys = ys[5:]\n    use(ys)", False),
    ],
)
def test_given_and_cut(code: str, bounded: bool) -> None:
    ctx = context(code)
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    assert is_bounded(ctx, use.args[0].value) is bounded
