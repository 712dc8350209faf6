"""Rules are found by path and by entry point."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relint import registry
from relint.check import check
from relint.errors import ConfigError
from relint.model import Severity
from relint.registry import catalogue, page
from relint.source import decode
from tests.plugins import only, plugin, replacement

ROOT = Path(__file__).parent.parent


def test_every_built_in_rule_loads_with_a_listener_and_its_fixer() -> None:
    for info in catalogue().values():
        if info.module:
            assert registry.load(info).listeners, info.code
            assert (registry.fixer(info) is not None) == (info.fix is not None), info.code


def test_a_plugin_is_a_file_or_a_folder(tmp_path: Path) -> None:
    path = plugin(tmp_path, "TST001", "one", replacement("uno"))
    (tmp_path / "helpers.py").write_text("x = 1\n")
    for given in (path, tmp_path):
        info = catalogue((str(given),))["TST001"]
        assert (info.name, info.summary, info.severity) == ("finds-one", "Finds one.", Severity.WARNING)
    assert "TST001" not in catalogue()
    assert page("finds-one", (str(path),)).startswith("# finds-one (TST001)\n\nFinds one.")


def test_a_plugin_is_read_as_it_is_now(tmp_path: Path) -> None:
    """Byte code of a file that has the same size and time counts as fresh elsewhere."""
    path = plugin(tmp_path, "TST001", "abc", name="rule")
    (tmp_path / "a.py").write_text("abc = xyz = 1\n")
    (tmp_path / "relint.toml").write_text(f'plugins = ["{path.name}"]\nselect = ["TST001"]\n')
    command = [sys.executable, "-m", "relint", "check", "--no-cache", "--output-format", "concise", "a.py"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for word in ("abc", "xyz"):
        before = path.stat()
        path.write_text(path.read_text().replace("abc", word))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        found.append(done.stdout.splitlines()[0])
    assert found == ["a.py:1:1: TST001 `abc` is found", "a.py:1:7: TST001 `xyz` is found"]


def test_plugins_may_have_files_of_one_name(tmp_path: Path) -> None:
    paths = []
    for folder, code in (("a", "TST001"), ("b", "TST002")):
        (tmp_path / folder / "rules").mkdir(parents=True)
        paths.append(plugin(tmp_path / folder / "rules", code, "one", name="rule"))
    found = check(decode("a.py", b"one\n"), only(*paths))
    assert [d.code for d in found] == ["TST001", "TST002"]


def test_a_plugin_runs_only_where_its_words_stand(tmp_path: Path) -> None:
    path = plugin(tmp_path, "TST001", "one")
    path.write_text(path.read_text() + "\nraise ZeroDivisionError\n")
    assert check(decode("a.py", b"two\n"), only(path)) == []
    (crash,) = check(decode("a.py", b"one\n"), only(path))
    assert (crash.code, "ZeroDivisionError" in crash.message) == ("REL000", True)


def test_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "team_rules"
    package.mkdir()
    (package / "__init__.py").write_text("")
    plugin(package, "TST003", "one")
    entry = importlib.metadata.EntryPoint("team", "team_rules", "relint.rules")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [entry] if group == "relint.rules" else [])
    monkeypatch.syspath_prepend(str(tmp_path))
    assert catalogue(("team",))["TST003"].name == "finds-one"


def test_a_code_has_one_rule(tmp_path: Path) -> None:
    path = plugin(tmp_path, "REL102", "one")
    with pytest.raises(ConfigError, match="the code REL102 is taken by socket-without-timeout"):
        catalogue((str(path),))
    paths = (plugin(tmp_path, "TST001", "two"), plugin(tmp_path, "TST001", "three"))
    with pytest.raises(ConfigError, match="the code TST001 is taken by finds-two"):
        catalogue(tuple(map(str, paths)))
    assert catalogue((str(paths[0]), str(paths[0])))["TST001"].name == "finds-two", "named twice is no clash"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "is neither a path nor an entry point"),
        ("x = 1\n", "holds no rule"),
        ("def (:\n", "bad.py: invalid syntax"),
        ("rule = Rule(code=CODE)\n", "literals only"),
        ("rule = Rule(code='TST001', color='red')\n", "color"),
        ("rule = Rule(code='TST001', severity='awful')\n", "awful"),
        ("rule = Rule(words=('x',))\n", "code"),
        ("\0", "null bytes"),
    ],
)
def test_a_plugin_that_cannot_be_used(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "bad.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigError, match=words) as raised:
        catalogue((str(path),))
    assert str(path) in str(raised.value)


def test_rules_load_in_a_bare_checkout(tmp_path: Path) -> None:
    code = (
        "from relint.registry import catalogue, fixer, load; info = catalogue()['REL102'];"
        "print(load(info).info.name, fixer(info).__name__)"
    )
    environment = {"PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("socket-without-timeout fix\n", "")
