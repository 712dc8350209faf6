"""NOT NULL columns of Django in three steps: the files that are written run, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixes.locks import FILL, MANY, STATEMENTS, stopping_everybody
from tests.fixes.test_migrations import ENGINES, HEAD, OLD_INSERT, old_code_can_insert, schema
from tests.fixes.three_step import BEFORE, FixedShop

MODELS = """
import uuid
from django.db import models

class Order(models.Model):
    state = models.CharField(max_length=20)
    region = models.CharField(max_length=20, null=True)
    channel = models.CharField(default="it's \\"web\\"", max_length=20)
    paid = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    token = models.UUIDField(default=uuid.uuid4, editable=False)
    tags = models.JSONField(default=dict)
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    created = models.DateTimeField(auto_now_add=True)
"""
MIGRATION = (
    "import uuid\nfrom decimal import Decimal\n"
    + HEAD
    + """
        migrations.AddField(
            model_name="order",
            name="channel",
            field=models.CharField(default='it\\'s "web"', max_length=20),
        ),
        migrations.AddField("order", "paid", models.BooleanField(default=False)),
        migrations.AddField("order", "note", models.TextField(blank=True)),
        migrations.AddField("order", "token", models.UUIDField(default=uuid.uuid4, editable=False)),
        migrations.AddField("order", "tags", models.JSONField(default=dict)),
        migrations.AddField(
            "order", "weight", models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("1.5")),
            preserve_default=False,
        ),
        migrations.AddField("order", "created", models.DateTimeField(auto_now_add=True)),
    ]
"""
)
STEPS = [BEFORE, "0003_backfill_order_channel", "0004_order_channel_not_null"]
ROWS = "INSERT INTO shop_order (state, region) VALUES " + ", ".join(f"('{number}', 'EU')" for number in range(30))
VALUES = "SELECT state, region, channel, paid, note, tags, weight FROM shop_order ORDER BY id"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shop(folder: Path, engine: str, *, fixed: bool = True) -> FixedShop:
    made = FixedShop(folder, engine, MODELS, MIGRATION)
    if fixed:
        assert "7 fixed, 0 remaining" in made.relint("--fix", "--unsafe-fixes")
    return made


def test_it_leads_where_the_one_migration_led(tmp_path: Path, engine: str) -> None:
    before, after = shop(tmp_path / "before", engine, fixed=False), shop(tmp_path / "after", engine)
    assert after.migrations == ["0001_initial", *STEPS]
    for each in (before, after):
        each.do(["migrate", "shop", "0001"], ["sql", ROWS], ["migrate"], ["makemigrations", "--check", "--dry-run"])
    after.do(*(["sqlmigrate", "shop", step] for step in STEPS))
    assert schema(before.url()) == schema(after.url())
    assert before.sql(VALUES) == after.sql(VALUES)
    for each, tokens in ((before, 1), (after, 30)):
        assert each.sql("SELECT count(DISTINCT token), count(created) FROM shop_order") == [(tokens, 30)]
        assert each.sql("SELECT count(*) FROM django_migrations WHERE app = 'shop'") == [(len(each.migrations),)]

    for each in (before, after):
        each.do(["migrate", "shop", "0001"])
    assert schema(before.url()) == schema(after.url())
    after.do(["migrate", "shop", STEPS[2]], ["migrate", "shop", STEPS[0]], ["migrate"])
    before.do(["migrate"])
    assert schema(before.url()) == schema(after.url())
    assert before.sql(VALUES) == after.sql(VALUES)


def test_nothing_is_left_to_find_or_to_fix(tmp_path: Path) -> None:
    fixed = shop(tmp_path, "sqlite")
    texts = fixed.texts()
    assert "All checks passed" in fixed.relint()
    assert "All checks passed" in fixed.relint("--fix", "--unsafe-fixes")
    assert fixed.texts() == texts
    for text in texts.values():
        compile(text, "migration", "exec")


def test_old_code_writes_between_the_steps(tmp_path: Path, engine: str) -> None:
    fixed = shop(tmp_path, engine)
    fixed.do(["migrate", "shop", STEPS[0]])
    assert old_code_can_insert(fixed)
    fixed.sql(OLD_INSERT.replace("'old'", "'mine'"))
    fixed.sql("UPDATE shop_order SET channel = 'phone' WHERE state = 'mine'")
    fixed.do(["migrate", "shop", STEPS[1]])
    by_state = "SELECT state, channel, note FROM shop_order ORDER BY id"
    assert fixed.sql(by_state) == [("old", 'it\'s "web"', ""), ("mine", "phone", "")]
    assert old_code_can_insert(fixed)
    assert fixed.sql("SELECT count(*) FROM shop_order WHERE channel IS NULL AND token IS NULL") == [(1,)]
    fixed.do(["migrate", "shop", STEPS[2]])
    assert fixed.sql(by_state)[2] == ("old", 'it\'s "web"', "")
    assert fixed.sql("SELECT count(DISTINCT token) FROM shop_order") == [(3,)]
    with pytest.raises(sa.exc.IntegrityError):
        fixed.sql(OLD_INSERT)


def test_a_backfill_that_was_stopped_goes_on(tmp_path: Path, engine: str) -> None:
    fixed = shop(tmp_path, engine)
    fixed.do(["migrate", "shop", "0001"], ["sql", ROWS], ["migrate", "shop", STEPS[0]])
    fixed.do(["stopped", 2, "migrate", "shop", STEPS[1]])
    assert fixed.sql("SELECT count(channel) FROM shop_order") == [(14,)], "two batches are committed"
    fixed.do(["migrate", "shop", STEPS[1]])
    assert fixed.sql("SELECT count(channel), count(token), count(weight) FROM shop_order") == [(30, 30, 30)]


def test_a_last_step_that_failed_is_run_again(tmp_path: Path) -> None:
    fixed = shop(tmp_path, "postgresql")
    fixed.do(["migrate", "shop", STEPS[1]], ["sql", OLD_INSERT])
    fixed.sql("ALTER TABLE shop_order ADD CONSTRAINT order_channel_set CHECK (channel IS NOT NULL) NOT VALID")
    fixed.do(["migrate"])
    checks = "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'shop_order'::regclass"
    assert fixed.sql(checks) == [(0,)]


# -- locks -----------------------------------------------------------------------------------------------------------

FILL_TABLE = FILL.format(table="shop_order", column="state")
ONE_FIELD = """
from django.db import models

class Order(models.Model):
    state = models.CharField(max_length=20)
    region = models.CharField(max_length=20, null=True)
    channel = models.CharField(default="web", max_length=20)
"""
IN_PLACE = HEAD + 'migrations.AlterField("order", "region", models.CharField(max_length=20, default="EU"))]\n'


def test_no_statement_reads_the_table_under_a_lock_that_stops_others(tmp_path: Path) -> None:
    migration = HEAD + 'migrations.AddField("order", "channel", models.CharField(default="web", max_length=20))]\n'
    fixed = FixedShop(tmp_path, "postgresql", ONE_FIELD, migration)
    fixed.relint("--fix", "--unsafe-fixes", batch_size=50_000)
    fixed.do(["migrate", "shop", "0001"], ["sql", FILL_TABLE])
    seen = fixed.do(["probed", "shop_order", "migrate"])
    assert fixed.sql("SELECT count(*) FROM shop_order WHERE channel = 'web'") == [(MANY,)]
    assert [s.verb for s in seen] == STATEMENTS
    assert stopping_everybody(seen) == []
    assert [s.read for s in seen if "VALIDATE" in s.sql] == [MANY], "it is read, and others go on meanwhile"


def test_the_probe_sees_what_is_wrong(tmp_path: Path) -> None:
    unfixed = FixedShop(tmp_path, "postgresql", ONE_FIELD, IN_PLACE, "0002_region")
    unfixed.do(["migrate", "shop", "0001"], ["sql", FILL_TABLE.replace(str(MANY), "1000")])
    found = stopping_everybody(unfixed.do(["probed", "shop_order", "migrate"]))
    assert any("SET NOT NULL" in sql for sql in found)


# -- REL503 ----------------------------------------------------------------------------------------------------------

REQUIRED = """
from django.db import models

class Order(models.Model):
    state = models.CharField(max_length=20)
    region = models.CharField(max_length=20, default="EU")
"""
OLD_ROWS = "INSERT INTO shop_order (state) VALUES " + ", ".join(f"('{number}')" for number in range(30))


def test_a_field_made_not_null_is_filled_and_checked(tmp_path: Path, engine: str) -> None:
    before = FixedShop(tmp_path / "before", engine, REQUIRED, IN_PLACE, "0002_region")
    after = FixedShop(tmp_path / "after", engine, REQUIRED, IN_PLACE, "0002_region")
    assert "1 fixed, 0 remaining" in after.relint("--fix", "--unsafe-fixes")
    for each in (before, after):
        each.do(["migrate", "shop", "0001"], ["sql", OLD_ROWS], ["migrate"], ["makemigrations", "--check", "--dry-run"])
    assert schema(before.url()) == schema(after.url())
    regions = "SELECT id, region FROM shop_order ORDER BY id"
    assert before.sql(regions) == after.sql(regions)
    for each in (before, after):
        each.do(["migrate", "shop", "0001"])
    assert schema(before.url()) == schema(after.url())
    seen = after.do(["probed", "shop_order", "migrate"]) if engine == "postgresql" else []
    assert stopping_everybody(seen) == []


# -- where nothing is written ----------------------------------------------------------------------------------------


def test_a_database_that_ran_the_migration_is_left_alone(tmp_path: Path) -> None:
    made = shop(tmp_path, "sqlite", fixed=False)
    texts = made.texts()
    made.relint("--fix", "--unsafe-fixes", more='\n[migrations.start-after]\nshop = "0002"\n')
    assert made.texts() == texts, "`start-after` makes it history"

    empty = "from django.db import migrations\n\nclass Migration(migrations.Migration):\n"
    made.write("0003_more", f'{empty}    dependencies = [("shop", "{BEFORE}")]\n')
    texts = made.texts()
    shown = made.relint("--fix", "--unsafe-fixes")
    assert "Not written here: `0003_more` depends on it" in shown
    assert made.texts() == texts, "what stands behind it may have run"


def test_nothing_is_written_over_a_file(tmp_path: Path) -> None:
    made = shop(tmp_path, "sqlite", fixed=False)
    (tmp_path / "shop" / "migrations" / f"{STEPS[2]}.py").write_text("NOTES = 1\n")
    texts = made.texts()
    assert f"there is a `{STEPS[2]}.py` already" in made.relint("--fix", "--unsafe-fixes")
    assert made.texts() == texts


def test_a_diff_shows_all_files_and_writes_none(tmp_path: Path) -> None:
    made = shop(tmp_path, "sqlite", fixed=False)
    texts = made.texts()
    shown = made.relint("--diff", "--unsafe-fixes")
    for name in STEPS:
        assert f"+++ {Path('shop', 'migrations', name)}.py" in shown
    assert made.texts() == texts
