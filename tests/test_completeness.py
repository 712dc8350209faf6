"""What every rule must have, and that generated files are what the rules say now."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relint import docs, registry, scaffold
from relint.model import RuleInfo
from relint.registry import catalogue
from relint.testing import CHECKS

ROOT = Path(__file__).parent.parent
RULES = [info for info in catalogue().values() if info.module]


def test_the_index_is_fresh() -> None:
    index = ROOT / "relint" / "_index.py"
    assert index.read_text("utf-8") == registry.render_index(), "run python -m relint.registry"


def test_the_pages_are_fresh() -> None:
    for path, text in docs.generated(ROOT).items():
        assert path.read_text("utf-8") == text, f"{path} is stale: run python -m relint.docs"


def test_every_rule_module_is_in_the_index() -> None:
    modules = {p for p in (ROOT / "rules").glob("*/*.py") if p.name != "__init__.py"}
    listed = {ROOT.joinpath(*info.module.split(".")[1:]).with_suffix(".py") for info in RULES}
    assert modules == listed


def test_codes_and_names_are_unique() -> None:
    everything = list(catalogue().values())
    assert len({info.name for info in everything}) == len(everything)
    assert len({info.code for info in everything}) == len(everything)
    assert len(list(registry._rules_under(ROOT / "rules"))) == len(RULES)


@pytest.mark.parametrize("info", RULES, ids=lambda info: info.code)
def test_family_name_and_triggers(info: RuleInfo) -> None:
    assert info.code[3] == str(scaffold.FAMILIES.index(info.family) + 1)
    assert re.fullmatch(r"REL[1-9][0-9]{2}", info.code)
    assert info.imports or info.words, "without a trigger every file would be parsed"
    for word in (*info.imports, *info.words):
        assert re.fullmatch(r"\w+", word), f"{word!r} is no plain identifier"
    assert registry.load(info).listeners
    assert (registry.fixer(info) is None) == (info.fix is None)
    assert (ROOT / "fixers" / info.family / f"{info.name.replace('-', '_')}.py").exists() == (info.fix is not None)


def test_fixtures_belong_to_rules() -> None:
    folders = {p for p in (ROOT / "fixtures").glob("*/*") if p.is_dir() and p.parent.name != "samples"}
    assert folders == {ROOT / "fixtures" / info.family / info.name.replace("-", "_") for info in RULES}


def test_rules_never_import_rules_and_open_no_files() -> None:
    for path in (ROOT / "rules").glob("*/*.py"):
        text = path.read_text("utf-8")
        assert not re.search(r"^\s*(from|import) relint\.(rules|fixers)", text, re.MULTILINE), path
        assert "libcst.matchers" not in text, path
        assert not re.search(r"\bopen\(|read_text|read_bytes", text.partition("from __future__")[2]), path


def test_the_engine_knows_no_rule_by_name() -> None:
    for path in (ROOT / "relint").rglob("*.py"):
        if path.name in ("_index.py", "registry.py", "scaffold.py"):
            continue
        assert not re.search(r"^\s*(from|import) relint\.(rules|fixers)", path.read_text("utf-8"), re.MULTILINE), path


def test_only_fixers_write_code() -> None:
    for path in [*(ROOT / "rules").rglob("*.py"), *(ROOT / "relint" / "queries").glob("*.py")]:
        assert not re.search(r"relint\.edits|relint import edits|relint\.fixers", path.read_text("utf-8")), path


def test_a_new_rule_is_green_at_once(tmp_path: Path) -> None:
    """What `relint new` writes passes the harness in a bare checkout, so that the author starts from green."""
    for folder in ("relint", "rules", "fixers"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    for test in ("conftest.py", "test_fixtures.py"):
        shutil.copy(ROOT / "tests" / test, tmp_path / "tests" / test)

    paths = scaffold.new(tmp_path, "jobs", "pool-without-limit")
    assert [p.relative_to(tmp_path).parts[0] for p in paths] == ["rules", "fixers", "fixtures", "fixtures", "fixtures"]
    code = scaffold.next_code(tmp_path, "jobs")
    taken = f"REL{int(code[3:]) - 1}"
    assert f'code="{taken}"' in paths[0].read_text()

    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    run = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "check": False}
    subprocess.run([sys.executable, "-m", "relint.registry"], **run)
    tests = subprocess.run([sys.executable, "-m", "pytest", "-q", "-k", taken], **run)
    assert f"{len(CHECKS)} passed" in tests.stdout, tests.stdout + tests.stderr


def test_start_up_imports_nothing_heavy() -> None:
    program = (
        "import sys, relint.cli, relint.check, relint.run, relint.config, relint.registry\n"
        "relint.registry.catalogue()\n"
        "heavy = {'libcst', 'rich', 'sqlglot', 'pathspec', 'relint.rules'} & set(sys.modules)\n"
        "print(*sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
