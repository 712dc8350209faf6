"""Migrations with a way back can be taken back."""

from __future__ import annotations

from dataclasses import replace

from django.db import migrations

from relint.fix import fix
from relint.settings import Settings
from relint.source import decode

MIGRATION = """
from django.db import migrations


def fill(apps, schema_editor):
    apps.get_model("shop", "Order").objects.update(state="x")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.RunPython(fill),
        migrations.RunSQL("UPDATE shop_order SET state = 'x'"),
    ]
"""


def reversible(text: str) -> list[bool]:
    names: dict[str, type[migrations.Migration]] = {}
    exec(compile(text, "0002_fill.py", "exec"), names)
    return [operation.reversible for operation in names["Migration"].operations]


def test_every_operation_becomes_reversible() -> None:
    settings = replace(Settings(), select=("REL510",))
    result = fix(decode("shop/migrations/0002_fill.py", MIGRATION.encode()), settings, unsafe=True)
    assert not result.notes
    assert reversible(MIGRATION) == [False, False]
    assert reversible(result.text) == [True, True]
