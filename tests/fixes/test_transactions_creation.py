"""The fixed code of rows that are created when they are missing, run against a real Django model."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.conf import settings
from django.db import connection, models

from tests.fixing import fixed, run


@pytest.fixture(scope="module")
def customers() -> Any:
    """A model with a unique e-mail address, whose table is there."""
    if not settings.configured:
        settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
        django.setup()

    class Customer(models.Model):
        email = models.CharField(max_length=99, unique=True)
        active = models.BooleanField(default=False)

        class Meta:
            app_label = "creation"

    with connection.schema_editor() as editor:
        editor.create_model(Customer)
    yield Customer
    with connection.schema_editor() as editor:
        editor.delete_model(Customer)


@pytest.mark.parametrize(
    "code",
    [
        """
        def customer(Customer, email):
            try:
                found = Customer.objects.get(email=email)
            except Customer.DoesNotExist:
                found = Customer.objects.create(email=email, active=True)
            return found
        """,
        """
        def customer(Customer, email):
            if not Customer.objects.filter(email=email).exists():
                Customer.objects.create(email=email, active=True)
            return Customer.objects.get(email=email)
        """,
    ],
)
def test_one_row_however_often(customers: Any, code: str) -> None:
    better = fixed(code, "REL206")
    assert "get_or_create" in better
    for text, email in ((code, "a@example.com"), (better, "b@example.com")):
        customer = run(text)["customer"]
        first, second = customer(customers, email), customer(customers, email)
        assert first.pk == second.pk
        assert first.active
        assert customers.objects.filter(email=email).count() == 1
    customers.objects.all().delete()
