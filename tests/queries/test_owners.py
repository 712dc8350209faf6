"""Who made a connection, and does it roll back?"""

from __future__ import annotations

import libcst as cst
import pytest

from relint.context import Context
from relint.queries.owners import calls_on, is_guarded, opened_by, owned, releases, swallowing_handlers
from tests.asking import context

HEAD = """
import sqlite3, psycopg2, asyncpg
from contextlib import closing
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker, scoped_session

engine = create_engine("sqlite://")
Maker = sessionmaker(engine)
registry = scoped_session(Maker)

def new():
    return sqlite3.connect("a")

_one = None

def shared():
    global _one
    if _one is None:
        _one = sqlite3.connect("a")
    return _one

"""


def function_of(code: str) -> tuple[Context, cst.FunctionDef]:
    """The context of a function with this body, and the function."""
    body = "\n".join(f"    {line}" for line in code.splitlines())
    ctx = context(f"{HEAD}def work(given):\n{body}\n")
    return ctx, next(f for f in ctx.tree.of(cst.FunctionDef) if f.name.value == "work")


@pytest.mark.parametrize(
    ("value", "cls"),
    [
        ("sqlite3.connect('a')", "sqlite3.Connection"),
        ("psycopg2.connect('a')", "psycopg2.extensions.connection"),
        ("new()", "sqlite3.Connection"),
        ("Session(engine)", "sqlalchemy.orm.Session"),
        ("Maker()", "sqlalchemy.orm.Session"),
        ("sessionmaker(engine)()", "sqlalchemy.orm.Session"),
        ("engine.connect()", "sqlalchemy.Connection"),
        ("engine.connect().begin()", "sqlalchemy.Transaction"),
        ("given.transaction()", "asyncpg.transaction.Transaction"),
        ("registry()", None),
        ("shared()", None),
        ("given", None),
        ("sqlite3.connect('a', isolation_level=None)", None),
        ("psycopg2.connect('a', autocommit=True)", None),
        ("psycopg2.connect('a', autocommit=False)", "psycopg2.extensions.connection"),
        ("engine.connect().execution_options(isolation_level='AUTOCOMMIT')", None),
    ],
)
def test_opened_by(value: str, cls: str | None) -> None:
    ctx, function = function_of(f"x = {value}")
    assign = next(iter(ctx.walk(function, cst.Assign, stop=())))
    assert opened_by(ctx, assign.value) == cls


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = new()\nx.commit()", ["x"]),
        ("x = None\nx = new()\nx.commit()", ["x"]),
        ("x = new()\nuse(x)", ["x"]),
        ("x = new()\nyield x", ["x"]),
        ("x = new()\nreturn x", []),
        ("x = new()\nreturn 1, x", []),
        ("x = new()\nself.x = x", []),
        ("x = new()\ny = [x]", []),
        ("x = new()\nx = given", []),
        ("x = given or new()", []),
        ("with new() as x:\n    x.commit()", []),
        ("x = new()\nx.autocommit = True", []),
        ("x = new()\nx.autocommit = False", ["x"]),
        ("x = new()\nx.set_session(autocommit=True)", []),
    ],
)
def test_owned(code: str, names: list[str]) -> None:
    ctx, function = function_of(code)
    assert [owner.name for owner in owned(ctx, function)] == names


@pytest.mark.parametrize(
    ("code", "guarded"),
    [
        ("x = new()\nx.commit()", False),
        ("x = new()\nx.commit()\nx.close()", False),
        ("x = new()\nwith x:\n    x.commit()", True),
        ("x = new()\nwith closing(x):\n    x.commit()", True),
        ("x = new()\nwith x.cursor() as c:\n    x.commit()", False),
        ("x = Maker()\nwith x.no_autoflush:\n    x.commit()", False),
        ("x = Maker()\nwith x.begin():\n    x.commit()", True),
        ("x = new()\ntry:\n    x.commit()\nfinally:\n    x.close()", True),
        ("x = new()\nc = x.cursor()\ntry:\n    x.commit()\nfinally:\n    c.close()", False),
        ("x = new()\ntry:\n    x.commit()\nexcept Exception:\n    x.rollback()\n    raise", True),
        ("x = new()\ntry:\n    x.commit()\nexcept Exception:\n    raise", False),
        ("x = new()\ntry:\n    x.commit()\nexcept Exception:\n    print()\nx.close()", True),
        ("x = new()\ntry:\n    x.commit()\nexcept KeyError:\n    print()\nx.close()", False),
        ("x = new()\ntry:\n    x.commit()\nfinally:\n    given.putback(x)", True),
        ("x = new()\ngiven.addfinalizer(x.close)\nx.commit()", True),
    ],
)
def test_is_guarded(code: str, guarded: bool) -> None:
    ctx, function = function_of(code)
    (owner,) = [owner for owner in owned(ctx, function) if owner.name == "x"]
    (commit,) = calls_on(ctx, owner, "commit")
    assert is_guarded(ctx, owner, commit) is guarded


@pytest.mark.parametrize(
    ("handlers", "swallowing"),
    [
        ("except Exception:\n    pass", ["Exception"]),
        ("except sqlite3.Error:\n    return None", ["sqlite3.Error"]),
        ("except KeyError:\n    pass", []),
        ("except Exception:\n    raise", []),
        ("except Exception:\n    x.rollback()", []),
        ("except Exception:\n    undo(x)", []),
        ("except sqlite3.Error:\n    x.rollback()\nexcept Exception:\n    pass", ["Exception"]),
        ("except Exception:\n    pass\nfinally:\n    x.close()", []),
    ],
)
def test_swallowing_handlers(handlers: str, swallowing: list[str]) -> None:
    ctx, function = function_of(f"x = new()\ntry:\n    x.commit()\n{handlers}")
    block = next(iter(ctx.walk(function, cst.Try, stop=())))
    found = swallowing_handlers(ctx, block, "x")
    assert [ctx.source(handler.type) for handler in found if handler.type] == swallowing


@pytest.mark.parametrize(
    ("statement", "receiver", "released"),
    [
        ("x.close()", "x", True),
        ("y.close()", "x", False),
        ("y.rollback()", "x", True),
        ("self.close()", "self.x", True),
        ("self.close()", "x", False),
        ("give_back(x)", "x", True),
        ("give_back(error, db=db)", "db.session", True),
        ("give_back(app)", "app.db.session", True),
        ("give_back(db)", "database.session", False),
        ("give_back(self)", "self.session", False),
        ("x.execute(1)", "x", False),
    ],
)
def test_releases(statement: str, receiver: str, released: bool) -> None:
    ctx, function = function_of(statement)
    assert releases(ctx, function.body, receiver) is released
