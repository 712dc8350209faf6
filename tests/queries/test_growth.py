from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.growth import grows
from tests.asking import context

CODE = """
    class Service:
        def __init__(self, urls):
            self.found = urls

        def run(self, given, urls, search):
            copied = []
            for url in urls:
                copied.append(url)
            use({expression})
"""


@pytest.mark.parametrize(
    "expression",
    [
        "urls", "given.user_ids", "given['files']", "given.list_files()", "self.found", "copied", "sorted(set(urls))",
        "urls or []", "enumerate(given.url_list)", "[x for x in urls]", "search(given).all()", "given.iterdir()",
        "rows_by_user.items()", "range(len(urls))", "(await given.documents())", "given.text_chunks",
    ],
)  # fmt: skip
def test_data_says_how_many(expression: str) -> None:
    assert _asked(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "given", "given.handlers", "self.parts", "given.message_handlers", "base_urls", "urls[:10]",
        "given.files(limit=10)", "given.config['urls']", "['urls']", "given.all()",
    ],
)  # fmt: skip
def test_no_sign_of_data(expression: str) -> None:
    assert not _asked(expression)


def _asked(expression: str) -> bool:
    ctx = context(CODE.replace("{expression}", expression))
    use = next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "use")
    return grows(ctx, use.args[0].value)
