from __future__ import annotations

import libcst as cst
import pytest

from relint.queries.engines import hands_out_dead_connections, lives_on
from tests.asking import context


@pytest.mark.parametrize(
    ("statement", "dead"),
    [
        ("e = create_engine('postgresql://db/a')", True),
        ("e = create_engine('sqlite://')", False),
        ("e = create_engine(DATABASE_URL)", True),
        ("e = create_engine(database)", False),
        ("e = create_engine(make_url(url).set(drivername='postgresql+psycopg'))", True),
        ("e = create_engine(URL.create('sqlite', database='a'))", False),
        ("def f():\n    e = create_engine('mysql://db/a')\n    e.dispose()", False),
        ("def f():\n    e = create_engine('mysql://db/a')\n    return e", True),
        ("def f(self):\n    e = create_engine('mysql://db/a')\n    self.e = e", True),
        ("s = sessionmaker(bind=create_engine('mysql://db/a'))", True),
        ("e = create_engine('mysql://db/a', poolclass=StaticPool)", False),
    ],
)
def test_hands_out_dead_connections(statement: str, dead: bool) -> None:
    ctx = context(f"from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker\n{statement}\n")
    calls = [call for call in ctx.tree.of(cst.Call) if ctx.source(call.func) == "create_engine"]
    assert [hands_out_dead_connections(ctx, call) for call in calls] == [dead]


@pytest.mark.parametrize(
    ("age", "lives"),
    [
        ("60", True),
        ("0", False),
        ("None", True),
        ("60 * 10", True),
        ("0 * 10", False),
        ("env.int('AGE', 60)", True),
        ("env.int('AGE', 0)", False),
        ("int(os.getenv('AGE', '60'))", True),
        ("int(os.getenv('AGE', 0))", False),
        ("AGE", False),
    ],
)
def test_lives_on(age: str, lives: bool) -> None:
    ctx = context(f"x = {age}\n")
    [assign] = ctx.tree.of(cst.Assign)
    assert lives_on(ctx, assign.value) is lives
