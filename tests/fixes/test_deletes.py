"""Deletes in batches take the rows that one DELETE takes, also where rows stay as they are."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from relint.fix import fix
from relint.settings import Sanctioned, Settings
from relint.source import decode

HEAD = """
import django
from django.conf import settings

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
django.setup()

from django.db import connection, models


class Kept(models.QuerySet):
    def delete(self):
        return self.update(gone=True)


class Session(models.Model):
    last_seen = models.IntegerField()
    gone = models.BooleanField(default=False)
    objects = MANAGER
    everything = models.Manager()

    class Meta:
        app_label = "shop"


with connection.schema_editor() as editor:
    editor.create_model(Session)
Session.everything.bulk_create(Session(last_seen=n % 40) for n in range(100))
"""
TAIL = """
print(sorted(Session.everything.values_list("pk", "gone")))
"""


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("manager", ["models.Manager()", "Kept.as_manager()"])
def test_the_same_rows_go(manager: str) -> None:
    settings = replace(Settings(sanctioned=Sanctioned(batch_size=7)), select=("REL405",))
    delete = "Session.objects.filter(last_seen__lt=30).delete()"
    program = f"{HEAD.replace('MANAGER', manager)}\n{delete}\n{TAIL}"
    result = fix(decode("jobs.py", program.encode()), settings, unsafe=True)
    assert not result.notes
    assert "[:7]" in result.text
    assert run(result.text) == run(program)
