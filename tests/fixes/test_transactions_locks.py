"""The fixed code of locked rows: the transaction is open from the lock to the last use of the row."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.conf import settings
from django.db import connection

from tests.fixing import fixed, run


@pytest.fixture(autouse=True)
def _configured() -> None:
    if not settings.configured:
        settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
        django.setup()


def test_the_transaction_covers_the_row() -> None:
    code = """
        def shared_task(function):
            return function
        # celery
        @shared_task
        def reserve(Item, seen):
            item = Item.objects.select_for_update().get(pk=1)
            seen.append(item.save())
            seen.append(Item.in_transaction())
        """
    seen: list[Any] = []

    class Item:
        @staticmethod
        def in_transaction() -> bool:
            return bool(connection.in_atomic_block)

        def select_for_update(self) -> Item:
            return self

        def get(self, pk: int) -> Item:
            seen.append(self.in_transaction())
            return self

        def save(self) -> bool:
            return self.in_transaction()

    Item.objects = Item()  # type: ignore[attr-defined]
    run(code)["reserve"](Item, seen)
    assert seen == [False, False, False]
    seen.clear()
    run(fixed(code, "REL205"))["reserve"](Item, seen)
    assert seen == [True, True, False]
