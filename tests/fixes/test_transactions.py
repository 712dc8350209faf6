"""The fixed code of the transaction rules does the same work, and leaves nothing behind when a statement fails."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any, Callable

import asyncpg  # type: ignore[import-untyped]
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.fixes.postgres import new_database
from tests.fixing import fixed, run

SETUP = ("CREATE TABLE a (n INTEGER PRIMARY KEY)", "CREATE TABLE b (n INTEGER PRIMARY KEY)")


# -- sqlite3


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A SQLite database with two tables."""
    name = str(tmp_path / "shop.sqlite")
    with closing(sqlite3.connect(name)) as conn, conn:
        for statement in SETUP:
            conn.execute(statement)
    return name


def rows(path: str) -> list[int]:
    with closing(sqlite3.connect(path)) as conn:
        return [n for (n,) in conn.execute("SELECT n FROM a UNION ALL SELECT n FROM b ORDER BY 1")]


def is_locked(path: str) -> bool:
    """Whether somebody's open transaction keeps others from writing."""
    with closing(sqlite3.connect(path, timeout=0)) as conn:
        try:
            conn.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        return False


def is_locked_by(work: Callable[..., Any], path: str) -> bool:
    """Whether a failed work keeps its transaction open."""
    with pytest.raises(sqlite3.IntegrityError):
        work(path, [(2,), (2,)])
    locked = is_locked(path)
    gc.collect()  # a connection and its cache of statements refer to each other
    return locked


PLAIN = """
    import sqlite3

    def work(path, numbers):
        conn = sqlite3.connect(path)
        conn.execute("INSERT INTO a VALUES (1)")
        conn.executemany("INSERT INTO b VALUES (?)", numbers)
        conn.commit()
"""
CLOSED = PLAIN + "        conn.close()\n"
READ_AFTERWARDS = """
    import sqlite3

    def work(path, numbers):
        conn = sqlite3.connect(path)
        cursor = conn.execute("INSERT INTO a VALUES (1)")
        cursor.executemany("INSERT INTO b VALUES (?)", numbers)
        conn.commit()
        return cursor.execute("SELECT count(*) FROM b").fetchone()
"""
COMMITTED_IF = """
    import sqlite3

    def work(path, numbers):
        conn = sqlite3.connect(path)
        conn.execute("INSERT INTO a VALUES (1)")
        conn.executemany("INSERT INTO b VALUES (?)", numbers)
        if numbers:
            conn.commit()
        conn.close()
"""


@pytest.mark.parametrize("code", [PLAIN, CLOSED, READ_AFTERWARDS, COMMITTED_IF])
def test_sqlite(code: str, path: str) -> None:
    after = fixed(code, "REL201")
    assert after != dedent(code)
    before, work = run(code)["work"], run(after)["work"]
    assert is_locked_by(before, path)
    assert not is_locked_by(work, path)
    assert rows(path) == []
    assert work(path, [(2,), (3,)]) == ((2,) if "return" in code else None)
    assert rows(path) == [1, 2, 3]


def test_the_with_block_closes_the_connection(path: str) -> None:
    conn = sqlite3.connect(path)
    work = run(fixed(CLOSED, "REL201"))["work"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda _: conn)
        work(path, [(2,)])
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        conn.execute("SELECT 1")


def test_what_was_not_committed_stays_uncommitted(path: str) -> None:
    run(fixed(COMMITTED_IF, "REL201"))["work"](path, [])
    assert rows(path) == []


def test_a_handler_that_goes_on_rolls_back(path: str) -> None:
    code = """
        import sqlite3

        def work(path, number):
            conn = sqlite3.connect(path)
            try:
                conn.execute("INSERT INTO a VALUES (?)", (number,))
                conn.execute("INSERT INTO b VALUES (7)")
                conn.commit()
            except sqlite3.Error:
                print("not saved")
            conn.execute("INSERT INTO a VALUES (100)")
            conn.commit()
            conn.close()
    """
    for text, expected in ((code, [1, 2, 7, 100, 101]), (fixed(code, "REL201", unsafe=False), [1, 7, 100, 101])):
        with closing(sqlite3.connect(path)) as conn, conn:
            conn.execute("DELETE FROM a")
            conn.execute("DELETE FROM b")
        work = run(text)["work"]
        work(path, 1)
        work = run(text.replace("(100)", "(101)"))["work"]
        work(path, 2)
        assert rows(path) == expected


# -- PostgreSQL


@pytest.fixture
def database() -> str:
    """URL of a PostgreSQL database with two tables."""
    info = new_database()
    url = f"postgresql://{info['user']}@/{info['name']}?host={info['host']}&port={info['port']}"
    with psycopg.connect(url) as conn:
        for statement in SETUP:
            conn.execute(statement)
    return url


def saved(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        return [n for (n,) in conn.execute("SELECT n FROM a UNION ALL SELECT n FROM b ORDER BY 1").fetchall()]


def idle_in_transaction(url: str) -> int:
    """How many connections sit in a transaction that nobody ends."""
    with psycopg.connect(url) as conn:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        found = conn.execute(query).fetchone()
        return found[0] if found else 0


PSYCOPG = """
    import psycopg

    def work(dsn, numbers):
        conn = psycopg.connect(dsn)
        cursor = conn.cursor()
        cursor.execute("INSERT INTO a VALUES (1)")
        for number in numbers:
            cursor.execute("INSERT INTO b VALUES (%s)", (number,))
        conn.commit()
        conn.close()
"""
PSYCOPG_USED_AGAIN = PSYCOPG.replace("conn.close()", "return conn.execute('SELECT count(*) FROM b').fetchone()")
PSYCOPG2 = PSYCOPG.replace("psycopg", "psycopg2")


@pytest.mark.parametrize("code", [PSYCOPG, PSYCOPG_USED_AGAIN, PSYCOPG2])
def test_psycopg(code: str, database: str) -> None:
    driver = pytest.importorskip("psycopg2" if "psycopg2" in code else "psycopg")
    after = fixed(code, "REL201")
    before, work = run(code)["work"], run(after)["work"]
    with pytest.raises(driver.errors.UniqueViolation) as failure:
        before(database, [2, 2])
    assert idle_in_transaction(database) == 1
    del failure
    with pytest.raises(driver.errors.UniqueViolation) as failure:
        work(database, [2, 2])
    assert idle_in_transaction(database) == 0
    del failure
    assert saved(database) == []
    assert work(database, [2, 3]) == ((2,) if "return" in code else None)
    assert saved(database) == [1, 2, 3]


def test_asyncpg_by_hand(database: str) -> None:
    code = """
        async def work(conn, number):
            tr = conn.transaction()
            await tr.start()
            await conn.execute("INSERT INTO a VALUES (1)")
            await conn.execute("INSERT INTO b VALUES ($1)", number)
            await tr.commit()
    """
    after = fixed("import asyncpg\n" + dedent(code), "REL201", unsafe=False)
    assert "rollback" in after

    async def session(text: str) -> bool:
        """Whether the connection is still in the transaction after a failure and another try."""
        work = run(text)["work"]
        conn = await asyncpg.connect(database)
        try:
            await conn.execute("DELETE FROM a")
            await conn.execute("DELETE FROM b")
            with pytest.raises(asyncpg.DataError):
                await work(conn, "two")
            still_open = bool(conn.is_in_transaction())
            if not still_open:
                await work(conn, 2)
            return still_open
        finally:
            await conn.close()

    assert asyncio.run(session(dedent(code)))
    assert not asyncio.run(session(after))
    assert saved(database) == [1, 2]


# -- drivers whose server is not at hand


class FakeConnection:
    """What PEP 249 asks of a connection; `with` closes it without a commit, as PyMySQL's does."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def cursor(self) -> FakeConnection:
        return self

    def execute(self, statement: str) -> None:
        self.log.append(statement)
        if statement == "FAIL":
            raise ValueError(statement)

    def commit(self) -> None:
        self.log.append("commit")

    def rollback(self) -> None:
        self.log.append("rollback")

    def close(self) -> None:
        self.log.append("close")


@pytest.mark.parametrize("driver", ["pymysql", "MySQLdb", "mysql.connector"])
def test_mysql(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[FakeConnection] = []

    def connect(**_: Any) -> FakeConnection:
        made.append(FakeConnection())
        return made[-1]

    for name in [driver.rpartition(".")[0], driver]:
        if name:
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[driver].connect = connect  # type: ignore[attr-defined]
    if driver == "mysql.connector":
        sys.modules["mysql"].connector = sys.modules[driver]  # type: ignore[attr-defined]
    code = f"""
        import {driver}

        def work(statement):
            conn = {driver}.connect(database="shop")
            conn.cursor().execute(statement)
            conn.commit()
            conn.close()
    """
    after = fixed(code, "REL201", unsafe=False)
    assert "with" not in after
    work = run(after)["work"]
    work("INSERT")
    with pytest.raises(ValueError, match="FAIL"):
        work("FAIL")
    assert [conn.log for conn in made] == [["INSERT", "commit", "close"], ["FAIL", "rollback"]]


# -- SQLAlchemy


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    """A SQLite database with one table."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.sqlite'}")
    Base.metadata.create_all(engine)
    return engine


def names(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(sa.select(Item.name).order_by(Item.name)))


OF_A_MAKER = """
    from sqlalchemy.orm import sessionmaker

    Maker = sessionmaker(engine)

    def work(items):
        session = Maker()
        for item in items:
            session.add(item)
        session.commit()
"""
OF_A_CLASS = """
    from sqlalchemy.orm import Session

    def work(items):
        session = Session(engine)
        session.add_all(items)
        session.commit()
        session.close()
"""
READ_AFTER_COMMIT = """
    from sqlalchemy.orm import Session

    def work(items):
        session = Session(engine)
        session.add_all(items)
        session.commit()
        return [item.name for item in items]
"""
OF_AN_ENGINE = """
    from sqlalchemy import create_engine, insert

    engine = create_engine(url)

    def work(items):
        conn = engine.connect()
        conn.execute(insert(Item), [{"name": item.name} for item in items])
        conn.commit()
        conn.close()
"""


@pytest.mark.parametrize("code", [OF_A_MAKER, OF_A_CLASS, READ_AFTER_COMMIT, OF_AN_ENGINE])
def test_sqlalchemy(code: str, engine: sa.Engine) -> None:
    after = fixed(code, "REL201")
    assert after != dedent(code)
    work = run(after, engine=engine, url=engine.url, Item=Item)["work"]
    with pytest.raises(sa.exc.IntegrityError) as failure:
        work([Item(name="a"), Item(name="a")])
    assert engine.url.database is not None
    assert not is_locked(engine.url.database)
    del failure
    assert names(engine) == []
    assert work([Item(name="a"), Item(name="b")]) == (["a", "b"] if "return" in code else None)
    assert names(engine) == ["a", "b"]


def test_a_borrowed_session_is_usable_after_a_swallowed_error(engine: sa.Engine) -> None:
    code = """
        from sqlalchemy.exc import IntegrityError
        from sqlalchemy.orm import Session

        def work(session: Session, item):
            try:
                session.add(item)
                session.flush()
            except IntegrityError:
                pass
    """
    for text, usable in ((code, False), (fixed(code, "REL201", unsafe=False), True)):
        work = run(text)["work"]
        with Session(engine) as session:
            work(session, Item(name="a"))
            session.commit()
            work(session, Item(name="a"))
            if usable:
                assert session.scalar(sa.select(sa.func.count()).select_from(Item)) == 1
            else:
                with pytest.raises(sa.exc.PendingRollbackError):
                    session.scalar(sa.select(sa.func.count()).select_from(Item))
            session.rollback()
            session.execute(sa.delete(Item))
            session.commit()


def test_an_asynchronous_session(tmp_path: Path) -> None:
    pytest.importorskip("greenlet", reason="SQLAlchemy's asyncio needs it")
    from sqlalchemy.ext.asyncio import create_async_engine

    code = """
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

        Maker = async_sessionmaker(engine)

        async def of_a_maker(items):
            session = Maker()
            session.add_all(items)
            await session.commit()

        async def of_a_class(items):
            session = AsyncSession(engine)
            session.add_all(items)
            await session.commit()
            await session.close()
    """
    after = fixed(code, "REL201")
    assert "async with Maker.begin() as session:" in after
    assert "async with AsyncSession(engine) as session, session.begin():" in after

    async def work() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'shop.sqlite'}")
        async with engine.begin() as conn:
            await conn.run_sync(Base.metadata.create_all)
        module = run(after, engine=engine)
        await module["of_a_maker"]([Item(name="a")])
        await module["of_a_class"]([Item(name="b")])
        with pytest.raises(sa.exc.IntegrityError):
            await module["of_a_class"]([Item(name="c"), Item(name="a")])
        await engine.dispose()

    asyncio.run(work())
    assert names(sa.create_engine(f"sqlite:///{tmp_path / 'shop.sqlite'}")) == ["a", "b"]


# -- Django

DJANGO = """
import json

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        "archive": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    },
    INSTALLED_APPS=[],
)
django.setup()

from django.db import connections, models


class Order(models.Model):
    number = models.IntegerField(unique=True)

    class Meta:
        app_label = "orders"


for connection in connections.all():
    with connection.schema_editor() as editor:
        editor.create_model(Order)


class Task:
    sent = []

    def delay(self, *args, **options):
        # what a worker would see: nothing, as long as the transaction is open
        self.sent.append([list(args), options, connections[options.get("using", "default")].in_atomic_block])


"""


def in_django(code: str, use: str) -> Any:
    """What `use` prints as JSON after `code`, in a process of its own with Django on SQLite in memory."""
    script = DJANGO + dedent(code) + "\n\n" + dedent(use)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_task_is_sent_after_the_commit() -> None:
    code = """
        from django.db import transaction
        from celery import shared_task


        @shared_task
        def mail(number):
            print(number)


        @transaction.atomic
        def place(numbers, fail=False):
            for number in numbers:
                Order.objects.create(number=number)
                mail.delay(number)
            if fail:
                raise ValueError(numbers)


        def archive(number):
            with transaction.atomic(using="archive"):
                Order.objects.using("archive").create(number=number)
                mail.delay(number, using="archive")
    """
    use = """
        mail = Task()
        place([1, 2])
        archive(3)
        try:
            place([4], fail=True)
        except ValueError:
            pass
        print(json.dumps(Task.sent))
    """
    before = in_django(code, use)
    assert before == [[[1], {}, True], [[2], {}, True], [[3], {"using": "archive"}, True], [[4], {}, True]]
    after = in_django(fixed(code, "REL202"), use)
    assert after == [[[1], {}, False], [[2], {}, False], [[3], {"using": "archive"}, False]]


def test_on_commit_gets_the_function() -> None:
    code = """
        from django.db import transaction
        from celery import shared_task


        @shared_task
        def mail(number):
            print(number)


        @transaction.atomic
        def place(number):
            Order.objects.create(number=number)
            transaction.on_commit(mail.delay(number))
    """
    use = "mail = Task()\nplace(1)\nprint(json.dumps(Task.sent))"
    assert in_django(fixed(code, "REL202"), use) == [[[1], {}, False]]


def test_a_savepoint_saves_the_transaction() -> None:
    code = """
        from django.db import IntegrityError, transaction


        @transaction.atomic
        def load(numbers):
            known = 0
            for number in numbers:
                try:
                    Order.objects.create(number=number)
                except IntegrityError:
                    known += 1
            return known


        @transaction.atomic(using="archive")
        def archive(numbers):
            for number in numbers:
                try:
                    Order.objects.using("archive").create(number=number)
                except IntegrityError:
                    continue
    """
    use = """
        from django.db.transaction import TransactionManagementError

        failed = []
        for work, numbers in ((load, [1, 2]), (load, [2, 3, 3, 4]), (archive, [5, 5, 6])):
            try:
                failed.append(work(numbers))
            except TransactionManagementError:
                failed.append("broken")
        print(json.dumps([failed, *(
            list(Order.objects.using(name).values_list("number", flat=True)) for name in ("default", "archive")
        )]))
    """
    assert in_django(code, use) == [[0, "broken", "broken"], [1, 2], []]
    after = fixed(code, "REL203", unsafe=False)
    assert 'with transaction.atomic(using="archive"):' in after
    assert in_django(after, use) == [[0, 2, None], [1, 2, 3, 4], [5, 6]]


def test_set_autocommit() -> None:
    code = """
        from django.db import transaction


        def load(numbers):
            transaction.set_autocommit(False)
            for number in numbers:
                Order.objects.create(number=number)
            transaction.commit()
            transaction.set_autocommit(True)
    """
    use = """
        from django.db import IntegrityError

        try:
            load([1, 1])
        except IntegrityError:
            pass
        transaction.commit()  # somebody else's
        transaction.set_autocommit(True)
        load([2])
        print(json.dumps(list(Order.objects.values_list("number", flat=True))))
    """
    assert in_django(code, use) == [1, 2]
    assert in_django(fixed(code, "REL201", unsafe=False), use) == [2]
