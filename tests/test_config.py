"""Configuration files, the command line, and the settings that come of them."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from relint import registry
from relint.config import ConfigError, Sanctioned, Settings, SettingsFinder, command_line, describe, load
from relint.model import RuleInfo, Safety


def _rule(code: str, name: str, family: str, **more: Any) -> RuleInfo:
    return RuleInfo(code, name, family, f"relint.rules.{family}.{name}", "A rule.", **more)


RULES = {
    rule.code: rule
    for rule in (
        _rule("REL000", "internal-error", "engine"),
        _rule("REL001", "syntax-error", "engine"),
        _rule("REL101", "request-without-timeout", "http", options={"extra-calls": (), "strict": False}),
        _rule("REL104", "subprocess-without-timeout", "http", default=False),
        _rule("REL201", "commit-without-rollback", "transactions", tests=True),
    )
}


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "catalogue", lambda plugins=(): RULES)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _loaded(folder: Path, text: str, **overrides: Any) -> Settings:
    return load(_write(folder / "relint.toml", text), overrides, cwd=folder)


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = _loaded(
        tmp_path,
        """
        select = ["http"]
        ignore = ["REL104"]
        extend-select = ["REL201"]
        per-file-ignores = { "legacy/*" = ["REL101"] }
        exclude = ["old"]
        extend-exclude = ["older"]
        respect-gitignore = false
        force-exclude = true
        fixable = ["REL1"]
        unfixable = ["REL101"]
        extend-safe-fixes = ["REL201"]
        target-version = "py312"
        check-tests = true
        plugins = ["house"]
        src = ["lib"]
        output-format = "json"
        versions = { redis = "8", django = 5 }
        [sanctioned]
        timeout = "settings.HTTP_TIMEOUT"
        timeout-import = "from app import settings"
        retry = "app.retrying:retry"
        max-delay = 2.5
        not-null = "db-default"
        [migrations]
        database = "postgresql"
        version = 16
        start-after = { shop = "0042" }
        [sql]
        driver = "psycopg2"
        [rules.request-without-timeout]
        extra-calls = ["app.http.fetch"]
        [rules.REL101]
        strict = true
        """,
    )
    assert settings.root == tmp_path
    assert settings.source == tmp_path / "relint.toml"
    assert settings.select == ("http",)
    assert {str(glob): codes for glob, codes in settings.per_file_ignores.items()} == {"legacy/*": ("REL101",)}
    assert [str(glob) for glob in settings.exclude + settings.extend_exclude] == ["old", "older"]
    assert (settings.respect_gitignore, settings.force_exclude, settings.check_tests) == (False, True, True)
    assert settings.target_version == (3, 12)
    assert (settings.plugins, settings.src, settings.output_format) == (("house",), ("lib",), "json")
    assert settings.versions == {"redis": "8", "django": "5"}
    assert settings.sanctioned == Sanctioned(
        timeout="settings.HTTP_TIMEOUT",
        timeout_import="from app import settings",
        retry="app.retrying:retry",
        max_delay=2.5,
        not_null="db-default",
        given=frozenset({"timeout", "timeout_import", "retry", "max_delay", "not_null"}),
    )
    assert (settings.migrations.database, settings.migrations.version) == ("postgresql", "16")
    assert settings.migrations.start_after == {"shop": "0042"}
    assert settings.sql.driver == "psycopg2"
    assert settings.rules == {"REL101": {"extra-calls": ["app.http.fetch"], "strict": True}}
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slect = []", 'unknown key "slect"; did you mean "select"?'),
        ("extend_select = []", 'unknown key "extend_select"; did you mean "extend-select"?'),
        ("[sanctioned]\ntimeot = 1", 'unknown key "sanctioned.timeot"; did you mean "timeout"?'),
        ("[migrations]\nzzz = 1", 'unknown key "migrations.zzz"'),
        ("[tool.relint]\nselect = []", "here the keys stand at the top"),
        ('select = "REL1"', "select: must be a list of strings, not 'REL1'"),
        ("select = [1]", "select: must be a list of strings"),
        ('select = ["htp"]', 'select: unknown selector "htp"; did you mean "http"?'),
        ('[per-file-ignores]\n"a*" = ["REL9"]', 'per-file-ignores.a*: unknown selector "REL9"'),
        ("check-tests = 1", "check-tests: must be true or false, not 1"),
        ("sanctioned = 3", "sanctioned: must be a table, not 3"),
        ("versions = []", "versions: must be a table, not a list"),
        ("[versions]\ndjango = 5.1", "versions.django: must be a version"),
        ('target-version = "py2"', "target-version: must be a Python version"),
        ("[sanctioned]\ntimeout = true", "sanctioned.timeout: must be a number of seconds above 0, not True"),
        ("[sanctioned]\ntimeout = nan", "sanctioned.timeout: must be a number of seconds"),
        ("[sanctioned]\ntimeout = -1", "sanctioned.timeout: must be a number of seconds"),
        ('[sanctioned]\ntimeout = "a b"', "sanctioned.timeout: must be a number of seconds or a Python expression"),
        ('[sanctioned]\ntimeout-import = "import"', "sanctioned.timeout-import: must be an import statement"),
        ('[sanctioned]\ntimeout-import = "import a; a()"', "sanctioned.timeout-import: must be an import statement"),
        ("[sanctioned]\nqueue-size = 0", "sanctioned.queue-size: must be an integer above 0, not 0"),
        ('[sanctioned]\nretry = "a b"', "sanctioned.retry: must be inline, tenacity"),
        ('[sanctioned]\nnot-null = "x"', "sanctioned.not-null: must be one of three-step, db-default"),
        ('[migrations]\ndatabase = "postgres"', 'did you mean "postgresql"?'),
        ('[sql]\ndriver = "psycopg3"', "sql.driver: must be one of sqlite3, aiosqlite,"),
        ('[sql]\ndriver = "psycopg3"', 'did you mean "psycopg'),
        ("[rules.REL1]\na = 1", 'rules.REL1: unknown rule "REL1"; did you mean "REL'),
        ("[rules.REL101]\nextra-cals = []", 'unknown option "extra-cals" of rules.REL101; did you mean "extra-calls"?'),
        ("[rules.REL201]\nextra-calls = []", 'unknown option "extra-calls" of rules.REL201; it has none'),
        ("[rules.REL101]\nextra-calls = 3", "rules.REL101.extra-calls: must be a list of strings, not 3"),
        ("[rules.REL101]\nstrict = 1", "rules.REL101.strict: must be a boolean, not 1"),
        ("a = 1\nb = ", ":2: not TOML"),
        ("a = 1\na = 2\n", ":2:6: not TOML: Cannot overwrite a value"),
        ('extend = "gone.toml"', "gone.toml does not exist"),
        ('extend = "relint.toml"', "relint.toml extends itself"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _loaded(tmp_path, text)
    assert message in str(caught.value)
    assert str(tmp_path / "relint.toml") in str(caught.value)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "relint.toml"
    path.write_bytes(b"select = ['\xff']")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match=r"has no \[tool.relint\] table"):
        load(_write(tmp_path / "pyproject.toml", ""))


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    _write(tmp_path / "pyproject.toml", '[tool.relint]\nselect = ["REL101"]\ncheck-tests = true')
    _write(tmp_path / "a/pyproject.toml", "[tool.other]")
    _write(tmp_path / "a/b/pyproject.toml", '[tool.relint]\nselect = ["REL104"]')
    _write(tmp_path / "a/b/relint.toml", 'select = ["REL201"]')
    _write(tmp_path / "a/b/c/relint.toml", 'select = ["REL201"]')
    _write(tmp_path / "a/b/c/.relint.toml", "")
    finder = SettingsFinder(cwd=tmp_path)
    assert finder.for_file(Path("a/x.py")).select == ("REL101",)
    assert finder.for_file(Path("a/x.py")) is finder.for_folder(tmp_path)
    assert finder.for_file(Path("a/b/x.py")).select == ("REL201",)
    assert finder.for_file(Path("a/b/x.py")).check_tests is False
    assert finder.for_file(Path("a/b/c/d/e/x.py")).select is None


def test_a_broken_file_breaks_its_own_folder_only(tmp_path: Path) -> None:
    _write(tmp_path / "relint.toml", "")
    _write(tmp_path / "a/pyproject.toml", "[")
    finder = SettingsFinder(cwd=tmp_path)
    assert finder.for_folder(tmp_path).root == tmp_path
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"a/pyproject.toml:1:"):
            finder.for_file(Path("a/b/x.py"))


def test_the_users_own_file_is_the_last_resort(tmp_path: Path) -> None:
    source = _write(tmp_path / "xdg/relint/relint.toml", 'select = ["REL201"]')
    settings = SettingsFinder(cwd=tmp_path / "p").for_folder(tmp_path / "p")
    assert (settings.source, settings.root, settings.select) == (source, tmp_path / "p", ("REL201",))
    _write(tmp_path / "p/.relint.toml", "")
    assert SettingsFinder(cwd=tmp_path / "p").for_folder(tmp_path / "p").select is None


def test_explicit_and_isolated(tmp_path: Path) -> None:
    _write(tmp_path / "relint.toml", 'select = ["REL101"]')
    _write(tmp_path / "etc/strict.toml", 'select = ["REL201"]')
    explicit = SettingsFinder(explicit=Path("etc/strict.toml"), cwd=tmp_path).for_file(Path("x.py"))
    assert (explicit.select, explicit.root) == (("REL201",), tmp_path)
    isolated = SettingsFinder(isolated=True, overrides={"plugins": ["x"], "ignore": ["http"]}, cwd=tmp_path)
    assert isolated.for_file(Path("x.py")) == Settings(root=tmp_path, ignore=("http",))


@pytest.mark.parametrize(
    ("stated", "target"),
    [(">=3.11", (3, 11)), (">=3.9,<4", (3, 9)), ("~=3.12", (3, 12)), ("<4", (3, 10)), ("==3.13.*", (3, 13))],
)
def test_the_target_is_what_the_project_requires(tmp_path: Path, stated: str, target: tuple[int, int]) -> None:
    _write(tmp_path / "pyproject.toml", f'[project]\nrequires-python = "{stated}"')
    assert SettingsFinder(cwd=Path("/")).for_file(tmp_path / "a/x.py").target_version == target
    assert _loaded(tmp_path / "a", "").target_version == target
    overridden = SettingsFinder(overrides={"target-version": "3.14"}, cwd=tmp_path)
    assert overridden.for_folder(tmp_path).target_version == (3, 14)


def test_extend_lays_the_nearer_file_over_the_other(tmp_path: Path) -> None:
    _write(
        tmp_path / "base.toml",
        """
        select = ["http"]
        ignore = ["REL101", "REL201"]
        extend-exclude = ["gen/*.py"]
        src = ["lib"]
        sanctioned = { timeout = 5, attempts = 3 }
        rules.REL101 = { strict = true }
        """,
    )
    settings = _loaded(
        tmp_path / "app",
        """
        extend = "../base.toml"
        extend-select = ["REL101"]
        extend-exclude = ["old"]
        sanctioned = { attempts = 4 }
        rules.REL101 = { extra-calls = ["f"] }
        """,
    )
    assert (settings.select, settings.ignore, settings.extend_select) == (("http",), ("REL201",), ("REL101",))
    assert [(str(glob), glob.base) for glob in settings.extend_exclude] == [("gen/*.py", tmp_path), ("old", None)]
    assert settings.src == (str(tmp_path / "lib"),)
    assert settings.sanctioned == Sanctioned(timeout=5, attempts=4, given=frozenset({"timeout", "attempts"}))
    assert settings.rules == {"REL101": {"strict": True, "extra-calls": ["f"]}}


def test_the_command_line_is_laid_over_the_file(tmp_path: Path) -> None:
    text = 'select = ["REL201"]\nextend-select = ["REL104"]\nignore = ["REL101"]\nexclude = ["a"]'
    settings = _loaded(tmp_path, text, select=["http"], ignore=["REL104"], exclude=["b"])
    assert (settings.select, settings.extend_select) == (("http",), ())
    assert settings.ignore == ("REL101", "REL104")
    assert [str(glob) for glob in settings.exclude] == ["b"]
    assert _loaded(tmp_path, text, select=["REL101"]).live(tmp_path / "x.py") >= {"REL101"}
    with pytest.raises(ConfigError, match='command line: select: unknown selector "htp"'):
        _loaded(tmp_path, text, select=["htp"])


def test_config_arguments(tmp_path: Path) -> None:
    arguments = ["sanctioned.timeout=5", "sanctioned.attempts = 3", str(tmp_path / "x.toml")]
    explicit, overrides = command_line(arguments, {"select": ["http"], "ignore": None})
    assert explicit == tmp_path / "x.toml"
    assert overrides == {"sanctioned": {"timeout": 5, "attempts": 3}, "select": ["http"]}
    with pytest.raises(ConfigError, match="not TOML"):
        command_line(["select=[http"], {})
    with pytest.raises(ConfigError, match="two files"):
        command_line(["a.toml", "b.toml"], {})


def test_a_plugin_that_cannot_be_read_is_told_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(plugins: tuple[str, ...] = ()) -> dict[str, RuleInfo]:
        raise ConfigError(f"plugin {plugins[0]!r} holds no rule")

    (tmp_path / "house").mkdir()
    monkeypatch.setattr(registry, "catalogue", refusing)
    with pytest.raises(ConfigError, match="holds no rule") as caught:
        _loaded(tmp_path, 'plugins = ["house"]')
    assert str(caught.value).startswith(f"{tmp_path / 'relint.toml'}: plugin '{tmp_path / 'house'}'")


def test_rules_are_live_by_file(tmp_path: Path) -> None:
    text = '[per-file-ignores]\n"legacy/*" = ["REL201", "engine"]\n"!api/" = ["REL101"]'
    settings = _loaded(tmp_path, text)
    assert settings.live(tmp_path / "api/a.py") == {"REL000", "REL001", "REL101", "REL201"}
    assert settings.live(tmp_path / "a.py") == {"REL000", "REL001", "REL201"}
    assert settings.live(tmp_path / "legacy/deep/a.py") == {"REL000"}


@pytest.mark.parametrize(
    "name", ["tests/a.py", "x/test/a.py", "test_a.py", "a_test.py", "x/tests.py", "conftest.py", "unit_tests/a.py"]
)
def test_rules_that_do_not_concern_tests_are_silent_there(tmp_path: Path, name: str) -> None:
    assert _loaded(tmp_path, "").live(tmp_path / name) == {"REL000", "REL001", "REL201"}
    assert "REL101" in _loaded(tmp_path, "check-tests = true").live(tmp_path / name)


def test_a_folder_above_the_root_makes_no_test(tmp_path: Path) -> None:
    assert "REL101" in _loaded(tmp_path / "tests/project", "").live(tmp_path / "tests/project/attest.py")


def test_which_fixes_may_be_applied(tmp_path: Path) -> None:
    settings = _loaded(tmp_path, 'fixable = ["http"]\nunfixable = ["REL101"]\nextend-safe-fixes = ["REL1"]')
    assert [settings.may_fix(code) for code in ("REL101", "REL104", "REL201")] == [False, True, False]
    assert Settings().may_fix("REL201")
    assert settings.safety("REL101", Safety.UNSAFE) is Safety.SAFE
    assert settings.safety("REL101", Safety.DISPLAY) is Safety.DISPLAY
    assert settings.safety("REL201", Safety.UNSAFE) is Safety.UNSAFE


def test_every_key_is_described_with_the_default_of_the_settings() -> None:
    described = {name: (kind, default) for name, kind, default, _ in describe()}
    assert described["sanctioned.max-concurrency"] == ("positive integer", 10)
    assert described["src"] == ("list of paths", (".", "src"))
    assert "venv" in described["exclude"][1]
    assert all(text for *_, text in describe())


def test_importing_the_configuration_is_cheap() -> None:
    code = (
        "import sys, relint.config; print([m for m in ('libcst', 'rich', 'sqlglot', 'pathspec') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_bare_word_on_the_command_line_is_told_about_quotes() -> None:
    with pytest.raises(ConfigError, match="TOML wants quotes and lists"):
        command_line(["select=REL101"], {})
