from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.outside import comes_from_outside
from tests.asking import context

CODE = """
    import asyncio

    def kept(found):
        return [x for x in found if x]

    class Service:
        def __init__(self, given):
            self.held = given
            self.parts = make()

        async def run(self, given, typed: list[str], made: list[asyncio.Task], tools: list["SearchTool"], *rest):
            answer = await self.client.search(given)
            first, second = await asyncio.gather(f(1), f(2))
            answers = await asyncio.gather(*(f(x) for x in given))
            filled = []
            by_key = {}
            for x in given:
                filled.append(x)
                by_key[x] = 1
            fixed = ["a"]
            use({expression})

        async def _few(self, xs):
            private(xs)

        async def calls(self):
            await self._few(["a", "b"])
"""


@pytest.mark.parametrize(
    "expression",
    [
        "given", "typed", "given.found", "given['wanted']", "given.get('wanted', [])", "answer['hits']", "first",
        "sorted(set(answers))", "filled", "by_key.items()", "dict.fromkeys(given)", "await self.found()", "answer.rows",
        "[x.name for x in given]", "given[1:]", "set(given) - {'a'}", "range(0, len(given), 10)", "list_projects()",
        "kept(given)", "given or []", "[*given, 'a']", "given.left.union(given.right)", "zip(given, filled)",
        "await asyncio.wait_for(self.found(), 5)",
    ],
)  # fmt: skip
def test_others_say_how_many(expression: str) -> None:
    assert _asked(CODE.replace("{expression}", expression), "use")


@pytest.mark.parametrize(
    "expression",
    [
        "self.parts", "self.parts.values()", "made", "tools", "rest", "fixed", "given[:10]", "given['handlers']",
        "given.get('tools')", "await self.get_plugins()", "await asyncio.gather(first_call, second_call)", "range(10)",
        "given.settings", "unknown()", "await self.task",
    ],
)  # fmt: skip
def test_the_program_says_how_many(expression: str) -> None:
    assert not _asked(CODE.replace("{expression}", expression), "use")


def test_callers_of_a_private_function_tell() -> None:
    assert not _asked(CODE, "private")
    assert _asked(CODE.replace('["a", "b"]', "self.names[1:]").replace("def calls(self)", "def calls(self, names)")
                  .replace("self.names", "names"), "private")  # fmt: skip


def _asked(code: str, function: str) -> bool:
    ctx = context(code)
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == function)
    return comes_from_outside(ctx, use.args[0].value)
