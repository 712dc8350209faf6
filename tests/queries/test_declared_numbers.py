"""What the file says of a value that is made out of sight: the last argument of `use(...)`."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from relint.names import last_name
from relint.queries.declared_numbers import is_declared_number
from relint.settings import Settings
from tests.asking import context


def declared(code: str) -> bool:
    ctx = context(code)
    call = next(call for call in ctx.tree.of(cst.Call) if last_name(call.func) == "use")
    return is_declared_number(ctx, call.args[-1].value)


@pytest.mark.parametrize(
    "code",
    [
        "def f(n: int): use(n)",
        "N = NewType('N', int)\ndef f(n: N): use(n)",
        "N = typing.NewType('N', int)\ndef f(ns: list[N]): use(written(ns))",
        "def f(n: int | None = None): use(n)",
        "def f(n: 'Optional[float]'): use(n)",
        "def f(n: Optional[uuid.UUID]): use(str(n))",
        "def f(n: Annotated[int, Query()]): use(n)",
        "def f(ns: list[int]): use(','.join(map(str, ns)))",
        "def f(ns: Iterable[int]): use(','.join(str(n) for n in ns))",
        "def f(ns: list[int]): use(written(ns))",
        "def f(n):\n    if not isinstance(n, (int, float)):\n        raise TypeError\n    use(n)",
        "def f(ns):\n    for n in ns:\n        if not isinstance(n, int):\n            raise E\n    use(','.join(ns))",
        "def f(ns):\n    ns = [int(n) for n in ns]\n    use(','.join(str(n) for n in ns))",
        "def f(n):\n    n = int(n)\n    use(n)",
        "def f(ns):\n    for n in ns:\n        row = find(int(n))\n        if row:\n            use(n)",
        "def f(n):\n    if int(n) < 0:\n        return\n    use(n)",
        "def f(n):\n    return use(n) if int(n) > -1 else ''",
        "p.add_argument('--days', '-d', type=int)\ndef f(args): use(args.days)",
        "p.add_argument('-d', '--least-price', type=float)\ndef f(options): use(options['least_price'])",
        "p.add_argument('--newest', dest='rows', type=int)\ndef f(args):\n    n = args.rows\n    use(n)",
        "@argument('--limit', type=int)\ndef f(args): use(args.limit)",
        "def f(n):\n    if n > -1:\n        use(n)",
        "def f(n):\n    if isinstance(n, int) and n:\n        use(n)",
        "def f(n):\n    assert isinstance(n, int)\n    use(n)",
        "def f(n: int | Limit): use(n)",
        "def f(n: Union[Limit, int]): use(n)",
        "def f(n: datetime.date): use(n)",
        "def f(ns: list[tuple[int, int]]):\n    for n, m in ns: use(n)",
        "def f(n): use(min(n.get('n', 5), 20))",
        "class A:\n    def __init__(self, n: int):\n        self.n = n\n    def f(self): use(self.n)",
        "def n(a) -> int: return a\nuse(n(b))",
        "class A:\n    def n(self) -> float | None: pass\n    def f(self): use(self.n())",
    ],
)
def test_number(code: str) -> None:
    assert declared(code)


@pytest.mark.parametrize(
    "code",
    [
        "N = NewType('N', str)\ndef f(n: N): use(n)",
        "N = int_like('N', int)\ndef f(n: N): use(n)",
        "def f(n: N): use(n)",
        "def f(n): use(n)",
        "def f(n=1): use(n)",
        "def f(n):\n    use(n)\n    int(n)",
        "def f(n):\n    a = m and int(n)\n    use(n)",
        "def f(n):\n    if m:\n        int(n)\n    use(n)",
        "def f(n):\n    try:\n        int(n)\n    except ValueError:\n        use(n)",
        "def f(n):\n    int(n)\n    n = read()\n    use(n)",
        "p.add_argument('--days', type=int)\ndef f(row): use(row.days)",
        "p.add_argument('--days', type=int)\nq.add_argument('--days')\ndef f(args): use(args.days)",
        "p.add_argument('--days', type=int)\ndef f(args): use(args.day)",
        "def f(n: int | str): use(n)",
        "def f(n: Union[int, list[str]]): use(n)",
        "def f(n: Union[Limit, Any, int]): use(n)",
        "def f(ns: list[tuple[int, str]]):\n    for n, m in ns: use(n)",
        "def f(ns: dict[str, int]): use(','.join(ns))",
        "def f(n: int, m): use(written(n, m))",
        "def f(n):\n    if isinstance(n, int):\n        pass\n    use(n)",
        "def f(n):\n    if n > other:\n        use(n)",
        "def f(n):\n    if isinstance(n, int):\n        pass\n    else:\n        use(n)",
        "def f(n, m): use(max(n, m))",
        "def f(n: int):\n    n = other()\n    use(n)",
        "def n(a) -> str: return a\nuse(n(b))",
        "async def n(a) -> int: return a\nuse(n(b))",
        "class A:\n    def e(self, n: int): self.n = n\n    def g(self, n): self.n = n\n    def f(self): use(self.n)",
    ],
)
def test_not_known_to_be_a_number(code: str) -> None:
    assert not declared(code)


def test_a_new_type_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "ids.py").write_text("OrderId = NewType('OrderId', int)\nName = NewType('Name', str)\n")
    for name, number in (("OrderId", True), ("Name", False)):
        code = f"from . import ids\ndef f(n: list[ids.{name}]): use(written(n))"
        ctx = context(code, str(tmp_path / "app.py"), Settings(root=tmp_path))
        call = next(call for call in ctx.tree.of(cst.Call) if last_name(call.func) == "use")
        assert is_declared_number(ctx, call.args[0].value) is number


def test_what_a_function_of_another_file_returns(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text(
        "def days() -> int: return 30\ndef name() -> str: return 'x'\ndef limit() -> int | None: ...\n"
        "def most() -> Optional[int]: ...\ndef label() -> str | None: ...\n"
    )
    for name, number in (("days", True), ("name", False), ("limit", True), ("most", True), ("label", False)):
        code = f"import config\nuse(config.{name}())"
        ctx = context(code, str(tmp_path / "app.py"), Settings(root=tmp_path))
        call = next(call for call in ctx.tree.of(cst.Call) if last_name(call.func) == "use")
        assert is_declared_number(ctx, call.args[0].value) is number
