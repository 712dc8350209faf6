"""The fixed code of clients that are built again and again: it does the same with one client."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.fixing import fixed, run


def test_one_engine_serves_all_jobs(monkeypatch: Any) -> None:
    made: list[Any] = []
    real = sa.create_engine

    def counted(*args: Any, **kwargs: Any) -> Any:
        made.append(real(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(sa, "create_engine", counted)
    code = """
        import sqlalchemy
        def shared_task(function):
            return function
        # celery
        @shared_task
        def add(a, b):
            engine = sqlalchemy.create_engine("sqlite://")
            with engine.connect() as connection:
                return connection.scalar(sqlalchemy.text("SELECT :a + :b"), {"a": a, "b": b})
        """
    for text, engines in ((code, 3), (fixed(code, "REL105"), 1)):
        made.clear()
        add = run(text)["add"]
        assert [add(1, 2), add(2, 3), add(3, 4)] == [3, 5, 7]
        assert len(made) == engines
