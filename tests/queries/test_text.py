"""What text an expression may be."""

from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.text import MAX_TEXTS, Hole, text_of, with_holes_as
from tests.asking import context


def texts(source: str) -> list[str]:
    """The texts of the argument of the only `use(...)` in the source; a hole is written `<its expression>`."""
    ctx = context(source)
    calls = [c for c in ctx.tree.of(cst.Call) if isinstance(c.func, cst.Name) and c.func.value == "use"]
    assert len(calls) == 1

    def hole(_: int, found: Hole) -> str:
        return f"<{ctx.source(found.node)}{found.spec}>"

    return [with_holes_as(text, hole) for text in text_of(ctx, calls[0].args[0].value)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # literals
        ('use("a" "b")', ["ab"]),
        ('use("a\\n\\x41" r"\\n")', ["a\nA\\n"]),
        ('use(b"a")', ['<b"a">']),
        ('use(f"a {x} {{b}} {y!r} {z:d}")', ["a <x> {b} <y!r> <z:d>"]),
        ("use(f\"a {'b'}\")", ["a b"]),
        # operators
        ('use("a" + x + "b")', ["a<x>b"]),
        ('use("a %s %d 5%%" % (x, y))', ["a <x> <y:d> 5%"]),
        ('use("a %s" % x)', ["a <x>"]),
        ('use("%(a)s %(b)s" % {"a": x, "b": "c"})', ["<x> c"]),
        ('use("%(a)s" % dict(a=x))', ["<x>"]),
        ('use("%(a)s" % vars())', ["<vars()>"]),
        ("use(a % b)", ["<a % b>"]),
        ('use("a {} {} {{}}".format(x, "y"))', ["a <x> y {}"]),
        ('use("a {1} {0} {k}".format(x, y, k=z))', ["a <y> <x> <z>"]),
        ('use("a {x.y} {z:>3}".format(x=o, z=p))', ["a <o!?> <p:>3>"]),
        ('use("?, " * n)', ["?, "]),
        ('use("a" if c else "b")', ["a", "b"]),
        ('use(x or "b")', ["<x>", "b"]),
        ('use("a {t}".replace("{t}", x))', ["a <x>"]),
        ('use("a ".strip())', ["a "]),
        ('s = ""\nfor x in xs:\n    s += "a"\nuse(s.strip())', ["", "a"]),
        # join
        ('use(", ".join(["a", x]))', ["a, <x>"]),
        ('use(",".join("?" for _ in xs))', ["?"]),
        ('use(",".join(["%s"] * len(xs)))', ["%s"]),
        ('use(",".join(xs))', ['<",".join(xs)>']),
        ('use(",".join(map(lambda x: "?", xs)))', ["?"]),
        ('def quoted(x):\n    return "\'" + x + "\'"\nuse(",".join(map(quoted, xs)))', ["'<x>'"]),
        ('async def part():\n    return "a " + x\nasync def f():\n    use(await part())', ["a <x>"]),
        ('async def part():\n    return "a " + x\ndef f():\n    use(part())', ["<part()>"]),
        ('use(",".join(map(quoted, xs)))', ['<",".join(map(quoted, xs))>']),
        ('xs = ["a"]\nxs.append("b")\nif c:\n    xs.append(f"c {d}")\nuse(" AND ".join(xs))', ["a AND b AND c <d>"]),
        ('xs = []\nxs.extend(["a", "b"])\nuse("".join(xs))', ["ab"]),
        ('xs = ["a"]\nxs += ["b"]\nuse("".join(xs))', ["ab"]),
        # names
        ('A = "a"\nB = f"{A} b"\ndef f():\n    use(B)', ["a b"]),
        ('def f(x):\n    s = "a"\n    s += f" {x}"\n    s = s + " b"\n    use(s)', ["a <x> b"]),
        ('def f(x):\n    s = "a"\n    if x:\n        s += "b"\n    use(s)', ["a", "ab"]),
        ('if x:\n    s = "a"\nelif y:\n    s = "b"\nelse:\n    raise E\nuse(s)', ["a", "b"]),
        ('def f(x):\n    s = "a"\n    use(s)\n    s = "b"', ["a"]),
        ('def f(x):\n    for k in x:\n        s = "a"\n        s += k\n        use(s)', ["a<k>"]),
        ('def f(x):\n    s = "a"\n    for k in x:\n        s += " ?"\n    use(s)', ["a", "a ?"]),
        ('def f(x):\n    s = "a %s"\n    s %= x\n    use(s)', ["a <x>"]),
        ('def f(x):\n    try:\n        s = "a"\n    except E:\n        s = "b"\n    use(s)', ["a", "b"]),
        ('def f(x):\n    s = "a" + x\n    def g():\n        use(s)', ["a<x>"]),
        ('def f():\n    with o() as s:\n        use("a" + s)', ["a<s>"]),
        ("def f(s):\n    use(s)", ["<s>"]),
        ('def f(s=None):\n    if s is None:\n        s = "a"\n    use(s)', ["<s>", "a"]),
        ("from m import NAME\nuse(NAME)", ["<NAME>"]),
        ("s = s or s\nuse(s)", ["<s>", "<s>"]),
        ('t = ""\nwhile c:\n    use("a " + t)\n    t = read()', ["a ", "a <t>"]),
        ('t = ""\nwhile c:\n    t = read()\nuse("a " + t)', ["a ", "a <t>"]),
        # loops over literals
        ('for t in ("a", "b"):\n    use("x " + t)', ["x a", "x b"]),
        ('TS = [("a", 1), ("b", 2)]\nfor t, n in TS:\n    use("x " + t)', ["x a", "x b"]),
        ('for k, v in {"a": "b"}.items():\n    use(k + v)', ["ab"]),
        ('for i, t in enumerate(["a"]):\n    use(t)', ["a"]),
        ('use("".join(f"x {t}" for t in ("a",)))', ["x a"]),
        # constants of classes, lookups
        ('class C:\n    N = "a"\n    def f(self):\n        use(self.N + C.N)', ["aa"]),
        ('class C:\n    def f(self, x):\n        self.s = "a" + x\n    def g(self):\n        use(self.s)', ["a<x>"]),
        ('D = {"a": "b", "c": "d"}\nuse(D[k] + " x")', ["b x", "d x"]),
        ('D = {"a": "b"}\nuse(D.get(k, "e"))', ["b", "e"]),
        # functions in the file
        ('def g(x):\n    return f"a {x}"\nuse(g(1))', ["a 1", "a <x>"]),
        ('def _g(x):\n    use("a " + x)\n_g("b")\n_g("c")', ["a b", "a c"]),
        ('def g(x):\n    use("a " + x)\ng("b")', ["a b", "a <x>"]),
        ('class C:\n    def _g(self, x):\n        use("a " + x)\n    def h(self):\n        self._g("b")', ["a b"]),
    ],
)
def test_texts(source: str, expected: list[str]) -> None:
    assert texts(source) == expected


def test_alternatives_are_bounded() -> None:
    branches = "".join(f'    if c{i}:\n        s += f" {{x{i}}}"\n' for i in range(12))
    found = texts(f'def f():\n    s = "a"\n{branches}    use(s)')
    assert len(found) <= MAX_TEXTS
    assert "a" + "".join(f" <x{i}>" for i in range(12)) in found


def test_a_long_chain_is_followed() -> None:
    chain = "".join('    s = s + " b"\n' for _ in range(30))
    assert texts(f'def f():\n    s = "a"\n{chain}    use(s)') == ["a" + " b" * 30]


def test_a_hole_knows_the_expression_that_puts_it_into_the_text() -> None:
    ctx = context('def f(x):\n    s = "a"\n    s += f"b {x}"\n    use(s)')
    use = next(c for c in ctx.tree.of(cst.Call))
    (text,) = text_of(ctx, use.args[0].value)
    hole = next(part for part in text if isinstance(part, Hole))
    assert ctx.source(hole.root) == 'f"b {x}"'
    assert isinstance(hole.site, cst.FormattedStringExpression)
