"""The verbs that fixers write with."""

from __future__ import annotations

import ast
from textwrap import dedent

import libcst as cst
import pytest

from relint import edits
from relint.context import Context
from relint.fix import apply_edits
from tests.asking import context


def first_call(ctx: Context) -> cst.Call:
    return next(c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "f")


def applied(ctx: Context, changes: edits.Edits | None) -> str:
    assert changes is not None
    text = apply_edits(ctx.text, changes)
    ast.parse(text)
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(t=9)"),
        ("f( )", "f( t=9)"),
        ("f(a)", "f(a, t=9)"),
        ("f(a,)", "f(a, t=9)"),
        ("(f(a))", "(f(a, t=9))"),
        ("f(a, b=1)", "f(a, b=1, t=9)"),
        ("f(t=None)", "f(t=9)"),
        ("f(a, t = None, c=1)", "f(a, t = 9, c=1)"),
        ("f(*a)", "f(*a, t=9)"),
        ("f(x for x in y)", "f((x for x in y), t=9)"),
        ("f((x for x in y))", "f((x for x in y), t=9)"),
        ("f(a).g()", "f(a, t=9).g()"),
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n    t=9,\n)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    t=9,\n)"),
        ("f(\n    a,\n    b,  # why\n)", "f(\n    a,\n    b,  # why\n    t=9,\n)"),
        ("f(\n    a,\n    b  # why\n)", "f(\n    a,\n    b,  # why\n    t=9,\n)"),
        ("f(\n    a, b\n)", "f(\n    a, b, t=9\n)"),
        ("f(a,\n  b)", "f(a,\n  b,\n  t=9)"),
        ("f(a,\n  b,\n  c=g(\n    1))", "f(a,\n  b,\n  c=g(\n    1),\n  t=9)"),
        ("f(a, b,\n  c)", "f(a, b,\n  c, t=9)"),
        ("f(\n    a)", "f(\n    a, t=9)"),
        ("f(a, {\n    'k': 1,\n})", "f(a, {\n    'k': 1,\n}, t=9)"),
        ("f(\n    a=g(\n        1,\n    ),\n)", "f(\n    a=g(\n        1,\n    ),\n    t=9,\n)"),
        ("f(a,  # first\n  b)", "f(a,  # first\n  b,\n  t=9)"),
    ],
)
def test_set_keyword(before: str, after: str) -> None:
    ctx = context(before + "\n")
    assert applied(ctx, edits.set_keyword(ctx, first_call(ctx), "t", "9")) == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(x=1)", "f()"),
        ("f(x=1,)", "f()"),
        ("f(a, x=1)", "f(a)"),
        ("f(x=1, b=2)", "f(b=2)"),
        ("f(a, x=1, b=2)", "f(a, b=2)"),
        ("f(a, x=1,)", "f(a,)"),
    ],
)
def test_remove_argument(before: str, after: str) -> None:
    ctx = context(before + "\n")
    call = first_call(ctx)
    arg = ctx.keyword(call, "x")
    assert arg is not None
    assert applied(ctx, edits.remove_argument(ctx, call, arg)) == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("d = {'a': 1}", "d = {'z': 9, 'a': 1}"),
        ("d = {\n    'a': 1,  # why\n}", "d = {\n    'z': 9,\n    'a': 1,  # why\n}"),
        ("d = {'a':\n     1}", "d = {'z': 9, 'a':\n     1}"),
    ],
)
def test_prepend_element(before: str, after: str) -> None:
    ctx = context(before + "\n")
    [element] = ctx.tree.of(cst.DictElement)
    assert applied(ctx, edits.prepend_element(ctx, element, "'z': 9")) == after + "\n"


def statement(ctx: Context, text: str) -> cst.CSTNode:
    return next(s for s in ctx.tree.of(cst.SimpleStatementLine) if ctx.source(s) == text)


def test_insert_around_a_statement() -> None:
    ctx = context("if a:\n    # why\n    f()  # here\n    g()\n")
    target = statement(ctx, "f()")
    before = applied(ctx, edits.insert_before(ctx, target, "x = 1", "y = 2"))
    assert before == "if a:\n    # why\n    x = 1\n    y = 2\n    f()  # here\n    g()\n"
    after = applied(ctx, edits.insert_after(ctx, target, "x = 1"))
    assert after == "if a:\n    # why\n    f()  # here\n    x = 1\n    g()\n"


def test_nothing_is_inserted_beside_statements_that_share_a_line() -> None:
    for code in ("f(); g()\n", "if a: f()\n"):
        ctx = context(code)
        owner = ctx.statement_of(first_call(ctx))
        assert edits.insert_before(ctx, owner, "x = 1") is None
        assert edits.wrap(ctx, [owner], "with x:") is None


def test_delete_statement() -> None:
    ctx = context("def f():\n    a\n    b  # gone too\n    c\n")
    assert applied(ctx, edits.delete_statement(ctx, statement(ctx, "b"))) == "def f():\n    a\n    c\n"
    ctx = context("def f():\n    a\n")
    assert edits.delete_statement(ctx, statement(ctx, "a")) is None, "the block would be empty"


def test_wrap_keeps_comments_blank_lines_and_strings() -> None:
    ctx = context('''\
        def g():
            # above
            f(1)

            # between
            text = """
        as it is
            """
            if x:
                y()
            last()  # trailing
            after()
        ''')
    body = ctx.tree.module.body[0].body.body  # type: ignore[union-attr]
    wrapped = applied(ctx, edits.wrap(ctx, body[:4], "try:", "except E:", "    raise"))  # type: ignore[arg-type]
    assert wrapped == dedent('''\
        def g():
            # above
            try:
                f(1)

                # between
                text = """
        as it is
            """
                if x:
                    y()
                last()  # trailing
            except E:
                raise
            after()
        ''')


@pytest.mark.parametrize(
    ("head", "expected_head", "written"),
    [
        ("import random\n", "import random\n", "random.uniform"),
        ("import random as r\n", "import random as r\n", "r.uniform"),
        ("from random import uniform\n", "from random import uniform\n", "uniform"),
        ("from random import uniform as u\n", "from random import uniform as u\n", "u"),
        ("from random import choice\n", "from random import choice, uniform\n", "uniform"),
        ("from random import (\n    choice,\n)\n", "from random import (\n    choice,\n    uniform,\n)\n", "uniform"),
        ("from random import (\n    choice\n)\n", "from random import (\n    choice,\n    uniform\n)\n", "uniform"),
        (
            "from random import (\n    Random,\n    vonmisesvariate,  # circles\n)\n",
            "from random import (\n    Random,\n    uniform,\n    vonmisesvariate,  # circles\n)\n",
            "uniform",
        ),
        (
            "from random import Random, weibullvariate\n",
            "from random import Random, uniform, weibullvariate\n",
            "uniform",
        ),
        (
            "from random import weibullvariate, choice\n",
            "from random import weibullvariate, choice, uniform\n",
            "uniform",
        ),
        ("from random import a, \\\n    z\n", "from random import a, \\\n    uniform, z\n", "uniform"),
        ("", "import random\n\n", "random.uniform"),
        ("import os\nimport sys\n", "import os\nimport random\nimport sys\n", "random.uniform"),
        ("import os\n\nimport requests\n", "import os\nimport random\n\nimport requests\n", "random.uniform"),
        ("import time\n", "import random\nimport time\n", "random.uniform"),
        ("from os import path\n", "import random\nfrom os import path\n", "random.uniform"),
        ("import requests\n", "import random\n\nimport requests\n", "random.uniform"),
        ('"""Doc."""\n', '"""Doc."""\nimport random\n', "random.uniform"),
        ('"""Doc."""\nimport sys\n', '"""Doc."""\nimport random\nimport sys\n', "random.uniform"),
        (
            "from __future__ import annotations\n",
            "from __future__ import annotations\n\nimport random\n",
            "random.uniform",
        ),
        ("#!/usr/bin/env python\n# why\n", "#!/usr/bin/env python\n# why\nimport random\n", "random.uniform"),
    ],
)
def test_ensure_import(head: str, expected_head: str, written: str) -> None:
    ctx = context(f"{head}f()\n")
    found = edits.ensure_import(ctx, "random.uniform", first_call(ctx))
    assert found is not None
    assert found[0] == written
    assert applied(ctx, found[1]) == f"{expected_head}f()\n"


def test_an_import_is_not_hidden_by_another_meaning() -> None:
    for code in (
        "def g(random):\n    f()\n",
        "random = 3\nf()\n",
        "def g():\n    random = 3\n    f()\n",
        "import numpy.random as random\nf()\n",
    ):
        ctx = context(code)
        assert edits.ensure_import(ctx, "random.uniform", first_call(ctx)) is None, code


def test_imports_for_types_alone_do_not_count() -> None:
    ctx = context("import typing\nif typing.TYPE_CHECKING:\n    import random\nf()\n")
    found = edits.ensure_import(ctx, "random.uniform", first_call(ctx))
    assert found is None or "import random" in "".join(edit.text for edit in found[1])


def test_submodules_need_an_import_of_their_own() -> None:
    ctx = context("import concurrent\nf()\n")
    found = edits.ensure_import(ctx, "concurrent.futures.ThreadPoolExecutor", first_call(ctx))
    assert found is not None
    assert applied(ctx, found[1]) == "import concurrent\nimport concurrent.futures\nf()\n"


def test_ensure_definition_is_shared_and_avoids_taken_names() -> None:
    ctx = context("import os\n\nf()\n")
    first = edits.ensure_definition(ctx, "tasks", "set()", first_call(ctx))
    again = edits.ensure_definition(ctx, "tasks", "set()", first_call(ctx))
    assert first is not None
    assert again is not None
    assert applied(ctx, (*first[1], *again[1])) == "import os\n\ntasks = set()\n\nf()\n"

    checked = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import os\n"
    ctx = context(f"{checked}\nf()\n")
    below = edits.ensure_definition(ctx, "tasks", "set()", first_call(ctx))
    assert below is not None
    assert applied(ctx, below[1]) == f"{checked}\ntasks = set()\n\nf()\n"

    ctx = context("tasks = []\nf()\n")
    other = edits.ensure_definition(ctx, "tasks", "set()", first_call(ctx))
    assert other is not None
    assert other[0] == "tasks_2"

    ctx = context("tasks = set()\nf()\n")
    assert edits.ensure_definition(ctx, "tasks", "set()", first_call(ctx)) == ("tasks", ())


def test_parenthesized() -> None:
    ctx = context("f(a + b, a.b, (x), not y, g()[0])\n")
    texts = [edits.parenthesized(ctx, arg.value) for arg in first_call(ctx).args]
    assert texts == ["(a + b)", "a.b", "x", "(not y)", "g()[0]"]


def test_windows_line_ends_are_kept() -> None:
    ctx = context("if a:\r\n    f()\r\n    g()\r\n")
    text = applied(ctx, edits.insert_after(ctx, statement(ctx, "f()"), "x = 1"))
    assert text == "if a:\r\n    f()\r\n    x = 1\r\n    g()\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "def g():\n    x = f()\n    y = x\n    z = y\n",
            "def g():\n    with f() as x:\n        y = x\n        z = y\n",
        ),
        (
            "def g():\n    x = f(\n        1,\n    )  # why\n\n    # so\n    y = x\n",
            "def g():\n    with f(\n        1,\n    ) as x:  # why\n\n        # so\n        y = x\n",
        ),
        ('def g():\n    x = f()\n    y = """\n  a"""\n', 'def g():\n    with f() as x:\n        y = """\n  a"""\n'),
    ],
)
def test_open_block(before: str, after: str) -> None:
    ctx = context(before)
    assert applied(ctx, edits.open_block(ctx, first_call(ctx), "with ", " as x:", len(before))) == after


def test_open_block_wants_a_statement_of_its_own() -> None:
    ctx = context("x = f(); y = x\n")
    assert edits.open_block(ctx, first_call(ctx), "with ", " as x:", len(ctx.text)) is None


@pytest.mark.parametrize(
    ("before", "written", "after"),
    [
        ("import os\nf()\n", "b.c", "import os\nfrom a import b\nf()\n"),
        ("from a import b\nf()\n", "b.c", "from a import b\nf()\n"),
        ("from a.b import c as d\nf()\n", "d", "from a.b import c as d\nf()\n"),
        ("from a.b import d\nf()\n", "c", "from a.b import c, d\nf()\n"),
        (
            "from a.c import d\nfrom z import y\nf()\n",
            "b.c",
            "from a import b\nfrom a.c import d\nfrom z import y\nf()\n",
        ),
        (
            "from a.z import (\n    d,\n)\nfrom a.c import d\nimport z\nf()\n",
            "b.c",
            "from a.z import (\n    d,\n)\nfrom a.c import d\nfrom a import b\nimport z\nf()\n",
        ),
    ],
)
def test_ensure_member(before: str, written: str, after: str) -> None:
    ctx = context(before)
    found = edits.ensure_member(ctx, "a.b.c", first_call(ctx))
    assert found is not None
    assert (found[0], applied(ctx, found[1])) == (written, after)


def test_wrap_where_blanks_follow_a_tab() -> None:
    ctx = context("if a:\n\tb\nif c:\n\t f()\n\t g()\n")
    text = applied(ctx, edits.wrap(ctx, [statement(ctx, "f()"), statement(ctx, "g()")], "with x:"))
    assert text == "if a:\n\tb\nif c:\n\t with x:\n\t \tf()\n\t \tg()\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(g)"),
        ("f(a)", "f(g, a)"),
        ("f(*a, **b)", "f(g, *a, **b)"),
        ("f(x for x in y)", "f(g, (x for x in y))"),
        ("f(\n    a,\n    b,  # why\n)", "f(\n    g,\n    a,\n    b,  # why\n)"),
        ("f(  # why\n    a)", "f(  # why\n    g,\n    a)"),
    ],
)
def test_prepend_argument(before: str, after: str) -> None:
    ctx = context(before + "\n")
    assert applied(ctx, edits.prepend_argument(ctx, first_call(ctx), "g")) == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(\n    a\n)", "f(\n    a,\n    g,\n)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    g,\n)"),
        ("f(\n    a  # why\n)", "f(\n    a,  # why\n    g,\n)"),
    ],
)
def test_append_argument_never_edits_one_place_twice(before: str, after: str) -> None:
    ctx = context(before + "\n")
    changes = edits.append_argument(ctx, first_call(ctx), "g")
    assert len({edit.start for edit in changes}) == len(changes)
    assert applied(ctx, changes) == after + "\n"


def test_parenthesize_around_another_edit() -> None:
    ctx = context("x = f(a).b\n")
    call = first_call(ctx)
    changes = (*edits.parenthesize(ctx, call), *edits.replace_node(ctx, call.func, "await g"))
    assert apply_edits(ctx.text, changes) == "x = (await g(a)).b\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f():\n    a()\n", "def f():\n    new()\n    a()\n"),
        ('def f():\n    """Doc."""\n    a()\n', 'def f():\n    """Doc."""\n    new()\n    a()\n'),
        ('def f():\n    """Doc."""\n', 'def f():\n    """Doc."""\n    new()\n'),
        ("def f():\n    # why\n    a()\n", "def f():\n    # why\n    new()\n    a()\n"),
        ("def f(): a()\n", None),
    ],
)
def test_insert_at_start(before: str, after: str | None) -> None:
    ctx = context(before)
    [function] = ctx.tree.of(cst.FunctionDef)
    changes = edits.insert_at_start(ctx, function, "new()")
    assert (changes and applied(ctx, changes)) == after


def test_replace_statement() -> None:
    ctx = context("if x:\n    f(1)  # why\n    g(); f(2)\n")
    first, second = [c for c in ctx.tree.of(cst.Call) if ctx.source(c.func) == "f"]
    changes = edits.replace_statement(ctx, ctx.statement_of(first), "if y:", "    f(3)")
    assert applied(ctx, changes) == "if x:\n    if y:\n        f(3)  # why\n    g(); f(2)\n"
    assert edits.replace_statement(ctx, ctx.statement_of(second), "f(3)") is None


def test_ensure_class() -> None:
    ctx = context("import a\n\nx = a.B()\n")
    at = next(iter(ctx.tree.of(cst.Call)))
    text = applied(ctx, edits.ensure_class(ctx, "C", "class C(a.B):\n    pass", at))
    assert text == "import a\n\n\nclass C(a.B):\n    pass\n\nx = a.B()\n"
    assert edits.ensure_class(ctx, "x", "class x:\n    pass", at) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()\n", "def g():\n    pass\n\n\nf()\n"),
        ("import a\nf()\n", "import a\n\n\ndef g():\n    pass\n\n\nf()\n"),
        ("import a\n\nf()\n", "import a\n\n\ndef g():\n    pass\n\n\nf()\n"),
        ("import a\r\n\r\nf()\r\n", "import a\r\n\r\n\r\ndef g():\r\n    pass\r\n\r\n\r\nf()\r\n"),
        ("import a\n\n\ndef g():\n    pass\n\n\nf()\n", "import a\n\n\ndef g():\n    pass\n\n\nf()\n"),
        ("def g():\n    return 1\n\n\nf()\n", "def g_2():\n    pass\n\n\ndef g():\n    return 1\n\n\nf()\n"),
    ],
)
def test_ensure_function(before: str, after: str) -> None:
    ctx = context(before)
    ensured = edits.ensure_function(ctx, "g", "def", "():\n    pass", first_call(ctx))
    assert ensured is not None
    assert applied(ctx, ensured[1]) == after


def test_two_functions_at_once_have_two_blank_lines_between_them() -> None:
    for blank in ("", "\n", "\n\n"):
        ctx = context(f"import a\n{blank}f()\n")
        changes = []
        for name in ("h", "g"):
            ensured = edits.ensure_function(ctx, name, "def", "():\n    pass", first_call(ctx))
            assert ensured is not None
            changes += ensured[1]
        defined = "def g():\n    pass\n\n\ndef h():\n    pass\n"
        assert applied(ctx, tuple(changes)) == f"import a\n\n\n{defined}\n\nf()\n"


def test_values_stand_before_functions() -> None:
    ctx = context("import a\n\n\nf()\n")
    function = edits.ensure_function(ctx, "g", "def", "():\n    pass", first_call(ctx))
    value = edits.ensure_definition(ctx, "v", "1", first_call(ctx))
    assert function is not None
    assert value is not None
    assert applied(ctx, (*function[1], *value[1])) == "import a\n\nv = 1\n\n\ndef g():\n    pass\n\n\nf()\n"


def test_insert_before_leaves_blank_lines_blank() -> None:
    ctx = context("if a:\n    f()\n")
    found = edits.insert_before(ctx, statement(ctx, "f()"), "x = 1", "")
    assert applied(ctx, found) == "if a:\n    x = 1\n\n    f()\n"


def test_line_indent_is_that_of_the_line() -> None:
    ctx = context("if a:\n    x = [\n        f(),\n    ]\n")
    assert edits.line_indent(ctx, first_call(ctx)) == "        "


def test_an_elif_does_not_stand_alone() -> None:
    ctx = context("if a:\n    f()\nelif b:\n    g()\n")
    first, second = ctx.tree.of(cst.If)
    assert edits.is_alone(ctx, first)
    assert not edits.is_alone(ctx, second)
    assert edits.wrap(ctx, [second], "with x:") is None
