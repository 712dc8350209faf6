"""Django projects whose migrations are fixed by the command line and then run, statement by statement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.fixes.locks import Seen
from tests.fixes.test_migrations import DJANGO_SETTINGS, FIRST, Shop

BEFORE = "0002_order_channel"
CONFIGURATION = """
[migrations]
database = "postgresql"

[sanctioned]
batch-size = {batch_size}
"""
DRIVER = '''
"""Management commands, SQL and probes, in one process; prints what the probes see."""
import json, sys, django
from dataclasses import asdict
from django.core.management import call_command
from django.db import connection, connections
from tests.fixes.locks import Probe

django.setup()


class Stopped(Exception):
    pass


def stopping(count):
    """Let `count` UPDATEs pass, then fail: the process dies in the middle of a backfill."""
    left = [count]

    def execute(execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            left[0] -= 1
            if left[0] < 0:
                raise Stopped
        return execute(sql, params, many, context)

    return execute


def probing(table, seen):
    watcher = connections["watcher"]
    watcher.ensure_connection()

    def execute(execute, sql, params, many, context):
        if table not in sql or sql.startswith("SELECT"):
            return execute(sql, params, many, context)
        probe = Probe(connection.connection, watcher.connection, table)
        probe.begin()
        result = execute(sql, params, many, context)
        seen.append(probe.end(sql))
        return result

    return execute


seen = []
for step, *rest in json.loads(sys.argv[1]):
    if step == "sql":
        with connection.cursor() as cursor:
            cursor.execute(rest[0])
    elif step == "stopped":
        try:
            with connection.execute_wrapper(stopping(rest[0])):
                call_command(*rest[1:])
        except Stopped:
            continue
        raise SystemExit("it was not stopped")
    elif step == "probed":
        with connection.execute_wrapper(probing(rest[0], seen)):
            call_command(*rest[1:])
    else:
        call_command(step, *rest)
if seen:
    print(json.dumps([asdict(each) for each in seen]))
'''


class FixedShop(Shop):
    """A shop with models, whose migrations the command line fixes."""

    def __init__(self, folder: Path, engine: str, models: str, migration: str, name: str = BEFORE) -> None:
        super().__init__(folder, engine)
        (folder / "settings.py").write_text(f'{DJANGO_SETTINGS}DATABASES["watcher"] = DATABASES["default"].copy()\n')
        (folder / "shop" / "models.py").write_text(models)
        implicit = "BigAutoField(auto_created=True, serialize=False, verbose_name='ID', "
        self.write("0001_initial", FIRST.replace("BigAutoField(", implicit))
        self.write(name, migration)

    @property
    def migrations(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "shop" / "migrations").glob("0*.py"))

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in (self.folder / "shop" / "migrations").glob("*.py")}

    def relint(self, *arguments: str, batch_size: int = 7, more: str = "") -> str:
        """What `relint check` prints of the migrations rules; the exit code must be 0 or 1."""
        (self.folder / "relint.toml").write_text(CONFIGURATION.format(batch_size=batch_size) + more)
        command = [sys.executable, "-m", "relint", "check", "--select", "REL5", "-j1", *arguments, "."]
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout + done.stderr

    def do(self, *steps: list[Any]) -> list[Seen]:
        """Run steps of the driver in one process; returns what the probes saw."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PYTHONPATH": os.pathsep.join([str(self.folder), os.getcwd()]),
            "DATABASE": json.dumps(self.database),
        }
        command = [sys.executable, "-c", DRIVER, json.dumps(steps)]
        done = subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        last = done.stdout.strip().rpartition("\n")[2]
        return [Seen(**each) for each in json.loads(last)] if last.startswith("[{") else []
