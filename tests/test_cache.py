"""The cache: what it spares, what it must notice, and what may happen to it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Callable, Iterator

import pytest

from relint.cache import Cache, build, state, store
from relint.cache.folder import DATABASE, NAME, clean
from relint.model import Safety
from relint.result import File, FileResult, Task
from relint.run import run
from relint.settings import Settings

ROOT = Path(__file__).parent.parent
UNUSED = "x = 1  # relint: ignore[REL002] why\n"
SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough to be known by `stat` as soon as they are written, and the cache is in use."""
    monkeypatch.setattr(state, "SETTLED", 0.0)
    monkeypatch.delenv("RELINT_NO_CACHE", raising=False)


class Project:
    """A folder with files, checked with a cache of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(root=root)
        self.hits = 0
        self.problems: list[str] = []

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return path

    @property
    def database(self) -> Path:
        return self.root / NAME / DATABASE

    def files(self) -> list[File]:
        return [(path, self.settings) for path in sorted(self.root.rglob("*.py"))]

    def check(self, task: Task = Task()) -> list[FileResult]:  # noqa: B008
        """The results with the cache, which must be those without."""
        cache = Cache()
        found = list(run(self.files(), task, jobs=1, cache=cache))
        self.hits, self.problems = cache.hits, cache.problems
        assert found == list(run(self.files(), task, jobs=1))
        return found

    def codes(self, task: Task = Task()) -> list[str]:  # noqa: B008
        return [each.code for result in self.check(task) for each in result.diagnostics]

    def severities(self) -> list[str]:
        return [each.severity for result in self.check() for each in result.diagnostics]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "project").mkdir()
    return Project(tmp_path / "project")


# What it spares


def test_findings_are_the_same_cold_and_warm(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures", ignore=shutil.ignore_patterns("fixed*"))
    project = Project(tmp_path / "fixtures")
    project.settings = Settings(root=project.root, check_tests=True, select=("ALL",))
    cold = project.check()
    assert project.hits == 0
    assert sum(len(result.diagnostics) for result in cold) > 300
    assert any(each.fix and each.related for result in cold for each in result.diagnostics)
    warm = Cache()
    assert list(run(project.files(), jobs=1, cache=warm)) == cold
    kept = [result for result in cold if not any(each.code in ("REL000", "REL002") for each in result.diagnostics)]
    assert warm.hits == len(kept) > 150


def test_findings_are_the_same_in_mutated_files(project: Project) -> None:
    chance = random.Random(5)
    texts = [path.read_text() for path in sorted((ROOT / "fixtures").glob("*/*/invalid.py"))]
    for text in (*texts, *texts):
        lines = text.splitlines(keepends=True)
        for _ in range(3):
            del lines[chance.randrange(len(lines))]
        project.write("a.py", "".join(lines))
        found = project.check()
        assert project.check() == found
        assert project.hits == 1


_COUNTING = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from relint.cli import main
code = main(sys.argv[1:])
print(code, *[path for path in opened if path.endswith("_file.py")], file=sys.stderr)
print(*sys.modules, file=sys.stderr)
"""


def test_a_warm_run_opens_no_file_and_loads_no_parser(tmp_path: Path) -> None:
    for number in range(5000):
        folder = tmp_path / f"p{number % 50}"
        folder.mkdir(exist_ok=True)
        (folder / f"m{number}_file.py").write_text(f"x = {number}\n")
    for number in range(5):
        (tmp_path / "p1" / f"found{number}_file.py").write_text(SMTP)
    (tmp_path / "requirements.txt").write_text("requests\n")
    time.sleep(2.1)  # until the files have settled

    def relint() -> tuple[bytes, list[str], set[str]]:
        command = [sys.executable, "-c", _COUNTING, "check", "--isolated", "--output-format", "concise", "."]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=120, check=True)
        code_and_opened, loaded = done.stderr.decode().splitlines()[-2:]
        return done.stdout, code_and_opened.split(), set(loaded.split())

    cold, (code, *opened), _ = relint()
    assert (code, len(opened)) == ("1", 5005)
    assert cold.count(b"REL102") == 5
    warm, (code, *opened), loaded = relint()
    assert (warm, code, opened) == (cold, "1", [])
    assert {"libcst", "rich", "sqlglot", "multiprocessing", "relint.examine", "relint.check"}.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith(("relint.rules", "relint.fixers"))]


# What it must notice


def test_a_change_of_content(project: Project) -> None:
    path = project.write("a.py", SMTP)
    assert project.codes() == ["REL102"]
    project.write("a.py", SMTP.replace("'mail')", "'m', 0, 0, 1)"))
    assert project.codes() == []
    assert project.hits == 0
    before = path.stat()
    path.write_text(path.read_text().replace(", 0, 0, 1)", "', 0)  # xx"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert project.codes() != [], "the time was put back"


def test_a_change_of_time_alone(project: Project) -> None:
    path = project.write("a.py", SMTP)
    project.check()
    os.utime(path, (1, 1))
    assert project.codes() == ["REL102"]
    assert project.hits == 1
    replacement = project.write("b.txt", SMTP)
    replacement.replace(path)
    project.check()
    assert project.hits == 1, "another file of the same content took its place"


def test_a_file_that_was_just_written_is_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "SETTLED", 60.0)
    path = project.write("a.py", SMTP)
    assert state.seen(str(path)) == state.UNSETTLED
    project.check()
    path.write_text(SMTP.replace("SMTP(", "sMTP("))
    assert project.codes() == []
    project.check()
    assert project.hits == 1


def test_a_change_of_permissions(project: Project) -> None:
    path = project.write("a.py", SMTP)
    project.check()
    path.chmod(0)
    project.check()
    assert project.hits == (1 if os.geteuid() == 0 else 0), "root reads everything"


@pytest.mark.parametrize(
    "change",
    [
        {"ignore": ("REL102",)},
        {"severity": {"REL102": "info"}},
        {"target_version": (3, 13)},
        {"unfixable": ("REL102",)},
        {"versions": {"django": "5"}},
        {"rules": {"REL102": {"ignore-calls": ["smtplib.SMTP"]}}},
        {"require_reason": True},
    ],
)
def test_a_change_of_settings(project: Project, change: dict[str, object]) -> None:
    project.write("a.py", SMTP)
    project.check()
    before = project.settings
    project.settings = replace(before, **change)  # type: ignore[arg-type]
    project.check()
    assert project.hits == 0
    project.settings = replace(before, fail_on="error", exclude=(), output_format="json")
    project.check()
    assert project.hits == 1, "what says nothing about findings is no change"


def test_a_change_of_another_file(project: Project) -> None:
    head = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
    created = "    operations = [migrations.CreateModel('order', [('id', models.IntegerField())])]\n"
    indexed = "    operations = [migrations.AddIndex('order', models.Index(fields=['id'], name='i'))]\n"
    project.write("shop/migrations/__init__.py", "")
    project.write("shop/migrations/0001_initial.py", head + created)
    project.write("shop/migrations/0002_index.py", head + indexed)
    found = project.codes()
    assert found == ["REL504"]
    project.check()
    assert project.hits == 3
    project.write("settings.py", "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n")
    project.write("manage.py", "import os\n\nos.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\n")
    assert project.codes() == [], "what was absent is there"
    project.check()
    assert project.hits == 5
    project.write("settings.py", "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n")
    assert project.codes() == found, "what was there has changed"
    (project.root / "settings.py").unlink()
    project.check()
    assert project.hits < 4, "what was there is absent"


def test_a_change_of_a_module_that_a_name_is_imported_from(project: Project) -> None:
    """The file names no library: that it concerns a rule at all is told by the module that it imports from."""
    plain = "session = {}\n"
    waits = "import requests\n\nsession = requests.Session()\n"
    bounded = waits + "session.request = limited\n"
    project.write("shop/orders.py", "from shop.http import session\n\n\ndef load(url):\n    session.get(url)\n")
    assert project.codes() == []
    project.write("shop/__init__.py", "")
    project.write("shop/http.py", waits)
    assert project.codes() == ["REL101"], "what was absent is there"
    project.check()
    assert project.hits == 3
    for text, expected in ((plain, []), (waits, ["REL101"]), (bounded, [])):
        project.write("shop/http.py", text)
        assert project.codes() == expected, "what was there has changed"
    project.write("shop/http.py", "from .made import session\n")
    assert project.codes() == []
    project.write("shop/made.py", waits)
    assert project.codes() == ["REL101"], "so has what that module imports"
    project.check()
    assert project.hits == 4
    project.write("shop/http.py", "from .made import *\n")
    assert project.codes() == ["REL101"], "all of it too"
    project.write("shop/made.py", f"__all__ = []\n{waits}")
    assert project.codes() == [], "but not what it leaves out"
    (project.root / "shop" / "made.py").unlink()
    assert project.codes() == [], "what was there is absent"


def test_a_change_of_a_function_that_sql_is_given_to(project: Project) -> None:
    head = "import sqlite3\n\n\ndef rows(sql, *parameters):\n"
    runs = f"{head}    return sqlite3.connect('x').execute(sql, parameters)\n"
    asks = "from .base import rows\n\n\ndef of(name):\n    return rows(f\"SELECT a FROM t WHERE name = '{name}'\")\n"
    project.write("shop/__init__.py", "")
    project.write("shop/orders.py", asks)
    project.write("shop/base.py", f"{head}    print(sql)\n")
    for text in (f"{head}    print(sql)\n", runs, "from shop.db import rows\n", "from shop.db import *\n"):
        project.write("shop/base.py", text)
        assert (project.severities() == ["error"]) is (text is runs)
    project.write("shop/db.py", runs)
    assert project.severities() == ["error"]
    project.check()
    assert project.hits == 4


def test_a_change_of_text_that_is_imported(project: Project) -> None:
    """The file that is checked holds no word of SQL."""
    text = "OF = \"SELECT a FROM t WHERE name = '%s'\"\n"
    project.write("shop/orders.py", "from shop.texts import OF\n\n\ndef of(db, name):\n    db.execute(OF % name)\n")
    project.write("shop/__init__.py", "")
    for module, written, expected in (
        ("texts", "OF = 'Hello %s'\n", []),
        ("texts", text, ["error"]),
        ("texts", "from .more import OF\n", []),
        ("more", text, ["error"]),
        ("more", f"def OF():\n    {text}", []),
    ):
        project.write(f"shop/{module}.py", written)
        assert project.severities() == expected
    project.check()
    assert project.hits == 4


def test_a_change_of_a_model_that_a_package_hands_on(project: Project) -> None:
    project.settings = replace(project.settings, select=("REL404",))
    head = "from django.db import models\n\n\nclass Order(models.Model):\n    name = models.TextField({})\n"
    ordered = f"{head}\n    class Meta:\n        ordering = ['{{}}']\n"
    reads = "from shop.models import Order\n\n\ndef page(start, end):\n    return Order.objects.all()[start:end]\n"
    project.write("shop/views.py", reads)
    project.write("shop/__init__.py", "")
    project.write("shop/models/order.py", head.format(""))
    assert project.codes() == []
    for module, written, expected in (
        ("__init__", "from .order import Order\n", ["REL404"]),
        ("order", ordered.format("", "pk"), []),
        ("order", ordered.format("", "name"), ["REL404"]),
        ("order", ordered.format("unique=True", "name"), []),
        ("__init__", "from .order import *\nfrom .more import *\n", []),
        ("more", "Order = None\n", []),
        ("order", head.format(""), []),
        ("more", "", ["REL404"]),
    ):
        project.write(f"shop/models/{module}.py", written)
        assert project.codes() == expected, written
    project.check()
    assert project.hits == 5


def test_a_file_that_no_rule_asks_for(project: Project) -> None:
    project.write("a.py", SMTP)
    project.check()
    project.write("notes.txt", "")
    (project.root / ".hidden").write_text("")
    project.check()
    assert project.hits == 1


def test_a_change_of_a_rule(project: Project, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.mkdir()
    rule = ROOT / "tests" / "plugins.py"
    (plugin / "rule.py").write_text(
        '"""Names."""\nimport libcst as cst\nfrom relint.model import Rule\nrule = Rule(code="XYZ001", words=("x",))\n'
    )
    assert rule.is_file()
    project.settings = replace(project.settings, plugins=(str(plugin),))
    project.write("a.py", SMTP)
    project.check()
    project.check()
    assert project.hits == 1
    (plugin / "helper.py").write_text("y = 1\n")
    build.stamp.cache_clear()
    build.contents.cache_clear()
    project.check()
    assert project.hits == 0


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What relint's sources are is asked anew by the tests that follow."""
    yield
    build.stamp.cache_clear()
    build.contents.cache_clear()


@pytest.mark.usefixtures("forgotten")
def test_relint_itself_is_known_by_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "fixers", tmp_path / "fixers")
    monkeypatch.setattr(build, "folders", lambda: (tmp_path / "rules", tmp_path / "fixers"))

    def known() -> tuple[str, str]:
        build.stamp.cache_clear()
        build.contents.cache_clear()
        return build.stamp(()), build.contents(())

    first = known()
    assert known() == first
    os.utime(tmp_path / "rules" / "http" / "__init__.py", (1, 1))
    touched = known()
    assert (touched[0] != first[0], touched[1]) == (True, first[1])
    with open(tmp_path / "fixers" / "http" / "__init__.py", "a") as file:
        file.write("# a change\n")
    assert known()[1] != first[1]


def test_suppressions_and_what_ignores_them(project: Project) -> None:
    project.write("a.py", SMTP.rstrip() + "  # relint: ignore[REL102] a test\n")
    assert project.codes() == []
    assert project.codes(Task(suppressed=True)) == ["REL102"]
    assert project.hits == 1
    assert project.codes(Task(noqa=False)) == ["REL102"]
    assert project.hits == 0
    assert project.codes() == []
    assert project.hits == 1


def test_fixes_are_computed_where_there_are_some(project: Project) -> None:
    project.write("a.py", UNUSED)
    project.write("b.py", SMTP)
    project.write("c.py", "x = 1\n")
    assert project.codes() == ["REL003", "REL102"]
    fixed = project.check(Task(fix=True))
    assert project.hits == 2
    assert [result.fixed for result in fixed] == [{"REL003": 1}, None, None]
    assert project.check(Task(fix=True, unsafe=True))[1].fixed == {"REL102": 1}
    assert project.hits == 1
    project.settings = replace(project.settings, extend_safe_fixes=("REL102",))
    assert project.check(Task(fix=True))[1].fixed == {"REL102": 1}
    assert project.check()[1].diagnostics[0].fix is not None
    assert project.check()[1].diagnostics[0].fix.safety is Safety.SAFE  # type: ignore[union-attr]
    assert project.hits == 3, "a run that fixes learns what was found before"


def test_paths_are_spelled_as_given(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.write("a.py", SMTP)
    project.check()
    monkeypatch.chdir(project.root)
    cache = Cache()
    (result,) = run([(Path("a.py"), project.settings)], cache=cache)
    assert cache.hits == 1
    assert (result.path, result.diagnostics[0].path) == ("a.py", "a.py")
    assert path.is_absolute()


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes there")
def test_names_that_are_no_text(project: Project) -> None:
    project.write(os.fsdecode(b"caf\xe9.py"), SMTP)
    project.write("b.py", "x = '\\udc80'  # é\n")
    assert project.codes() == ["REL102"]
    project.check()
    assert project.hits == 2


def test_crashes_and_unreadable_files_are_not_kept(project: Project) -> None:
    (project.root / "a.py").write_bytes(b"x = '\xff'\n")
    (project.root / "b.py").write_text("import smtplib\nsmtplib.SMTP(\n")
    assert project.codes() == ["REL002", "REL001"]
    assert project.codes() == ["REL002", "REL001"]
    assert project.hits == 1


def test_what_is_gone_is_forgotten(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        project.write(f"m{number}.py", SMTP)
    project.check()
    for number in range(10, 20):
        (project.root / f"m{number}.py").unlink()
    for day in range(store.VARIANTS_KEPT + 3):
        monkeypatch.setattr(store, "_today", lambda day=day: 100_000 + day)
        project.settings = replace(project.settings, target_version=(3, day))
        project.check()
    with sqlite3.connect(project.database) as database:
        counts = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("variants", "files", "findings")
        }
    assert counts == {"variants": 8, "files": 80, "findings": 80}


# What may happen to it


def _overwritten(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _scribbled_on(path: Path) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(len(data))
    for _ in range(len(data) // 20):
        data[chance.randrange(100, len(data))] = chance.randrange(256)
    path.write_bytes(data)


def _made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _given_wrong_findings(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE findings SET findings = '[[1]]'")


def _given_wrong_text(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE findings SET text = x'00'")


def _given_other_tables(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE files")


@pytest.mark.parametrize(
    "harm",
    [
        *(_overwritten, _truncated, _emptied, _scribbled_on, _made_a_folder, _given_wrong_findings, _given_wrong_text),
        _given_other_tables,
    ],
)
def test_a_broken_cache_heals(project: Project, harm: Callable[[Path], None]) -> None:
    for number in range(30):
        project.write(f"m{number}.py", SMTP)
    found = project.check()
    harm(project.database)
    assert project.check() == found
    if harm is _made_a_folder:
        assert project.problems
        return
    project.check()
    project.check()
    assert project.hits == 30


def test_whatever_a_cache_holds_no_run_fails(project: Project) -> None:
    for number in range(10):
        project.write(f"m{number}.py", SMTP)
    found = project.check()
    for seed in range(25):
        data = bytearray(project.database.read_bytes())
        chance = random.Random(seed)
        for _ in range(seed + 1):
            at = chance.randrange(len(data))
            data[at : at + 8] = chance.randbytes(8)
        project.database.write_bytes(data)
        assert project.check() == found
        if not project.database.exists():  # it was found to be broken in the middle of the run
            project.check()
    project.check()
    project.check()
    assert (project.hits, project.problems) == (10, [])


def test_a_cache_that_cannot_be_written(project: Project, tmp_path: Path) -> None:
    project.write("a.py", SMTP)
    (project.root / NAME).write_text("a file is in the way")
    assert project.codes() == ["REL102"]
    assert len(project.problems) == 1


def relint(*arguments: str, cwd: Path, limit: str = "") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", f"{limit}\nfrom relint.cli import main\nimport sys\nsys.exit(main(sys.argv[1:]))"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    return subprocess.run([*command, *arguments], cwd=cwd, env=environment, capture_output=True, timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_full_disk(project: Project) -> None:
    for number in range(300):
        project.write(f"m{number}.py", SMTP)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    arguments = ("check", "--isolated", "--output-format", "concise", ".")
    plain = relint(*arguments, "--no-cache", cwd=project.root)
    for extra in ((), (), ("-v",)):
        full = relint(*arguments, *extra, cwd=project.root, limit=limit)
        assert (full.returncode, full.stdout) == (plain.returncode, plain.stdout)
    assert b"warning: no cache in" in full.stderr
    assert relint(*arguments, cwd=project.root).stdout == plain.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_runs_that_are_killed_at_any_moment(project: Project) -> None:
    for number in range(150):
        project.write(f"m{number}.py", SMTP + f"y = {number}\n")
    arguments = ["check", "--isolated", "--output-format", "concise", "."]
    plain = relint(*arguments, "--no-cache", cwd=project.root)
    # It writes after every file, so that a kill is likely to meet a write.
    script = "import sys, relint.cache as c, relint.cli as cli\nc._WRITE_EVERY = 0\nsys.exit(cli.main(sys.argv[1:]))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    chance = random.Random(7)
    for _ in range(12):
        command = [sys.executable, "-c", script, *arguments]
        with subprocess.Popen(command, cwd=project.root, env=environment, stdout=subprocess.DEVNULL) as started:
            time.sleep(chance.uniform(0.15, 1.2))
            started.send_signal(signal.SIGKILL)
    after = relint(*arguments, "-v", cwd=project.root)
    assert (after.returncode, after.stdout) == (plain.returncode, plain.stdout)
    assert b"warning" not in after.stderr
    with sqlite3.connect(project.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM files").fetchone() == (150,)


def test_runs_beside_each_other(project: Project) -> None:
    for number in range(150):
        project.write(f"m{number}.py", SMTP + f"y = {number}\n")
    arguments = ["check", "--isolated", "--output-format", "concise", "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "relint", *arguments]
    started = [
        subprocess.Popen(command, cwd=project.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    ended = [each.communicate(timeout=120) for each in started]
    plain = relint(*arguments, "--no-cache", cwd=project.root)
    assert ended == [(plain.stdout, plain.stderr)] * 4
    with sqlite3.connect(project.database) as database:
        assert database.execute("SELECT count(*) FROM files").fetchone() == (150,)


# The command line


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "a.py").write_text(SMTP)
    (tmp_path / "sample" / "b.py").write_text(UNUSED)
    return tmp_path / "sample"


def test_flags_and_variables(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "kept"
    for options in (["--no-cache"], ["-n"]):
        relint("check", "--isolated", *options, cwd=sample)
        assert not (sample / NAME).exists()
    monkeypatch.setenv("RELINT_NO_CACHE", "1")
    relint("check", "--isolated", cwd=sample)
    assert not (sample / NAME).exists()
    monkeypatch.delenv("RELINT_NO_CACHE")
    relint("check", "--isolated", "--cache-dir", str(elsewhere), cwd=sample)
    monkeypatch.setenv("RELINT_CACHE_DIR", str(elsewhere))
    assert b"cache: 2 of 2 files unchanged" in relint("check", "--isolated", "-v", cwd=sample).stderr
    assert not (sample / NAME).exists()
    monkeypatch.delenv("RELINT_CACHE_DIR")
    relint("check", "--isolated", cwd=sample)
    assert sorted(path.name for path in (sample / NAME).iterdir()) == [".gitignore", "CACHEDIR.TAG", DATABASE]
    assert (sample / NAME / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_every_way_to_run_says_the_same_when_warm(sample: Path) -> None:
    relint("check", "--isolated", "--output-format", "full", cwd=sample)
    relint("baseline", "--isolated", "--baseline", "b.json", "a.py", cwd=sample)
    for options in (
        *(["--output-format", each] for each in ("full", "json", "sarif", "github", "markdown")),
        *(["--diff"], ["--diff", "--unsafe-fixes"], ["--statistics"], ["--baseline", "b.json"], ["--ignore-noqa"]),
        *(["--exit-zero"], ["--select", "REL102"], ["--target-version", "py313"], ["--per-file-ignores", "a.py:REL1"]),
    ):
        runs = [relint("check", "--isolated", *options, *more, cwd=sample) for more in ([], [], ["--no-cache"])]
        assert runs[0].stdout
        assert len({(done.returncode, done.stdout, done.stderr) for done in runs}) == 1, options
    fixed = relint("check", "--isolated", "--fix", "--unsafe-fixes", cwd=sample)
    assert fixed.returncode == 0, fixed
    assert relint("check", "--isolated", cwd=sample).stdout == b"All checks passed!\n"


def test_clean(sample: Path) -> None:
    relint("check", "--isolated", cwd=sample)
    (sample / "inner").mkdir()
    relint("check", "--isolated", cwd=sample / "inner")
    (sample / "inner" / "a.py").write_text(SMTP)
    relint("check", "--isolated", cwd=sample / "inner")
    (sample / "mine" / NAME).mkdir(parents=True)
    (sample / "mine" / NAME / "notes.txt").write_text("not relint's")
    done = relint("clean", cwd=sample)
    assert (done.returncode, done.stdout) == (0, b"")
    assert set(done.stderr.splitlines()) == {b"Removed .relint_cache", b"Removed inner/.relint_cache"}
    assert list(sample.rglob(DATABASE)) == []
    assert (sample / "mine" / NAME / "notes.txt").is_file()
    assert relint("clean", cwd=sample).stderr == b""


def test_clean_takes_a_cache_folder_and_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SMTP)
    relint("check", "--isolated", "--cache-dir", "kept", cwd=tmp_path)
    (tmp_path / "kept" / "mine.txt").write_text("")
    assert list(clean(tmp_path / "kept")) == [tmp_path / "kept"]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["mine.txt"]
