"""The fixed code of lost updates, run against a real Django model with somebody else in between."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.conf import settings
from django.db import connection, models

from tests.fixing import fixed, run


@pytest.fixture(scope="module")
def items() -> Any:
    """A model with a stock, whose table is there."""
    if not settings.configured:
        settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
        django.setup()

    class Item(models.Model):
        stock = models.IntegerField()
        title = models.CharField(max_length=9, default="")

        class Meta:
            app_label = "updates"

    with connection.schema_editor() as editor:
        editor.create_model(Item)
    yield Item
    with connection.schema_editor() as editor:
        editor.delete_model(Item)


def test_what_another_wrote_is_kept(items: Any) -> None:
    code = """
        def reserve(Item, pk, quantity, between):
            item = Item.objects.get(pk=pk)
            between(pk)
            item.stock -= quantity
            item.save()
        """

    def another(pk: int) -> None:
        items.objects.filter(pk=pk).update(stock=models.F("stock") - 3, title="new")

    left = []
    for text in (code, fixed(code, "REL204")):
        reserve = run(text)["reserve"]
        item = items.objects.create(stock=10)
        reserve(items, item.pk, 2, lambda pk: None)
        item.refresh_from_db()
        assert item.stock == 8
        reserve(items, item.pk, 2, another)
        item.refresh_from_db()
        left.append((item.stock, item.title))
    assert left == [(6, ""), (3, "new")]
