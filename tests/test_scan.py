"""Comments and nesting, told without parsing."""

from __future__ import annotations

import io
import random
import time
import tokenize
from pathlib import Path

import pytest

from relint import nesting
from relint.nesting import MAX_BRACKETS, MAX_ELIFS, MAX_PATTERN, MAX_STEPS, MAX_STRINGS, too_deep
from relint.outline import outline
from relint.scan import comments
from relint.syntax import parse

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1  # a\n# b", ["# a", "# b"]),
        ("x = '# no'  # a", ["# a"]),
        ("x = '''# no\n# no''' # a", ["# a"]),
        ('x = "\'" # a', ["# a"]),
        ("x = '\\'# no' # a", ["# a"]),
        ("x = r'\\' # a", []),  # the string goes on to the end of the line
        ("x = 'a\\\n# no' # a", ["# a"]),
        ("x = 'a\\\r\n# no' # a", ["# a"]),
        ("x = '\n# a", ["# a"]),  # a string that is not closed ends with its line
        ("x = f'{y}# no' # a", ["# a"]),
        ("x = f'{y['# no']}# no' # a", ["# a"]),
        ("x = f'{{# no' # a", ["# a"]),
        ("x = f'{y:{z}# no}# no' # a", ["# a"]),
        ("x = f'{y!r:>{z[1:2]}}' # a", ["# a"]),
        ("x = rf'\\{y}# no' # a", ["# a"]),
        ('x = f"""{\ny # a\n}# no""" # b', ["# a", "# b"]),
        ("x = f'\n# a", ["# a"]),
        ("x = '' # a", ["# a"]),
        ("x = '''''' # a", ["# a"]),
        ("x = '''a'''' # no", []),
        ("# a\r# b\r\n# c\x0c", ["# a", "# b", "# c\x0c"]),
    ],
)
def test_comments(text: str, found: list[str]) -> None:
    assert [comment for _, comment in comments(text)] == found
    assert all(text.startswith(comment, at) for at, comment in comments(text))


@pytest.mark.parametrize("path", sorted(ROOT.glob("relint/*.py")), ids=lambda path: path.name)
def test_comments_are_those_of_tokenize(path: Path) -> None:
    text = path.read_text("utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    assert [comment for _, comment in comments(text)] == [t.string for t in tokens if t.type == tokenize.COMMENT]


@pytest.mark.parametrize(
    "text", ['"\\' * 500_000, "'" * 500_000, "f'{" * 200_000, "f'{x:" * 100_000, "\\" * 500_000, "'''\\''" * 99_999]
)
def test_time_is_linear(text: str) -> None:
    began = time.process_time()
    list(comments(text))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("one", "most"),
    [
        (lambda n: "(" * n + ")" * n, MAX_BRACKETS),
        (lambda n: "f'{" + "[" * (n - 1) + "]" * (n - 1) + "}'", MAX_BRACKETS),
        (lambda n: "a" + "+a" * n, MAX_STEPS),
        (lambda n: "a" + ".b" * n, MAX_STEPS),
        (lambda n: "lambda x, y: " * n + "1", MAX_STEPS),
        (lambda n: "x = (" + "'a'\n" * n + ")", MAX_STRINGS),
        (lambda n: "if a: b\n" + "elif a: b\n" * n, MAX_ELIFS),
        (lambda n: "match a:\n  case " + "[" * n + "]" * n + ": b\n", MAX_PATTERN),
    ],
)
def test_limits(one, most: int) -> None:  # type: ignore[no-untyped-def]
    assert not too_deep(one(most))
    assert too_deep(one(most + 1))
    assert not _is_shallow(one(most + 1))


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "(1), " * 5000 + "]",
        "x = {" + "'a': b + c.d,\n" * 5000 + "}",
        "a = b + c\n" * 5000,
        "a = b + c; " * 5000,
        "x = '" + "(" * 5000 + "'",
        "# " + "(" * 5000,
        "x = f'" + "{a}" * 5000 + "'",
        "x = f'" + "{{" * 5000 + "'",
        "case = " + "f(" * 50 + ")" * 50,
        "x = case(" + "f(" * 50 + ")" * 50 + ")",
    ],
)
def test_long_is_not_deep(text: str) -> None:
    assert not too_deep(text)
    assert _is_shallow(text) or parse(text) is None


def test_what_a_definition_leaves_open_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nesting, "MAX_BRACKETS", 3)
    monkeypatch.setattr(nesting, "MAX_STEPS", 4)
    chance = random.Random(1)
    pieces = ["def f():\n", "  class A:\n", "((", "[\n", ")", "]\n", "'", '"""\n', "f'{", "}'\n", "+ a + b\n", "\\\n"]
    answers = set()
    for _ in range(5000):
        text = "".join(chance.choices(pieces, k=chance.randint(1, 12)))
        nesting._known.cache_clear()
        whole = nesting._scanned(text)[0]
        assert nesting._nests(text) == whole, text
        answers.add((whole, text.count("def") > 1))
    nesting._known.cache_clear()
    assert len(answers) == 4


def _is_shallow(text: str) -> bool:
    pieces = outline(text)
    return pieces is not None and pieces.shallow
