"""The fixed engine, run against a PostgreSQL that closes its connections behind the pool's back."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from tests.fixes.postgres import new_database
from tests.fixing import fixed, run


def test_a_connection_that_the_server_closed_is_not_handed_out() -> None:
    database = new_database()
    code = """
        from sqlalchemy import create_engine
        def make(user, name, host):
            engine = create_engine(f"postgresql+psycopg://{user}@/{name}?host={host}", pool_size=1)
            return engine
        """
    better = fixed(code, "REL207")
    for text, survives in ((code, False), (better, True)):
        engine = run(text)["make"](database["user"], database["name"], database["host"])
        with engine.connect() as connection:
            process = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        with psycopg.connect(
            host=database["host"], user=database["user"], dbname=database["name"], autocommit=True
        ) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [process])
        if survives:
            with engine.connect() as connection:
                assert connection.scalar(sa.text("SELECT 1")) == 1
        else:
            with pytest.raises(sa.exc.OperationalError), engine.connect() as connection:
                connection.scalar(sa.text("SELECT 1"))
        engine.dispose()


def test_the_django_option_is_one_that_django_knows() -> None:
    settings = fixed('DATABASES = {"default": {"NAME": "a", "CONN_MAX_AGE": 60}}\n', "REL207")
    assert run(settings)["DATABASES"]["default"] == {"NAME": "a", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
