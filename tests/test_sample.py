"""The order service of the README shows every family, and its fixes leave code that compiles and is done."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent.parent / "fixtures" / "samples" / "order_service"
FAMILIES = {"REL1", "REL2", "REL3", "REL4", "REL5", "REL6"}


@pytest.fixture
def service(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "order_service", ignore=shutil.ignore_patterns("__pycache__")))


def relint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "relint", *arguments], cwd=cwd, capture_output=True, text=True)


def findings(service: Path) -> list[dict[str, Any]]:
    done = relint("check", "--output-format", "json", ".", cwd=service)
    assert done.returncode in (0, 1), done.stderr
    items: list[dict[str, Any]] = json.loads(done.stdout)
    return items


def compile_all(service: Path) -> None:
    for file in service.rglob("*.py"):
        compile(file.read_text(encoding="utf-8"), str(file), "exec")


def test_shows_every_family_and_safe_fixes(service: Path) -> None:
    compile_all(service)
    found = findings(service)
    assert {item["code"][:4] for item in found} == FAMILIES
    safe = {item["code"] for item in found if item["fix"] and item["fix"]["applicability"] == "safe"}
    assert {"REL101", "REL102", "REL201", "REL203", "REL301", "REL307", "REL601"} <= safe


def test_safe_fixes_fix_what_they_promise(service: Path) -> None:
    promised = [item for item in findings(service) if item["fix"] and item["fix"]["applicability"] == "safe"]
    relint("check", "--fix", ".", cwd=service)
    compile_all(service)
    left = findings(service)
    assert not [item for item in left if item["fix"] and item["fix"]["applicability"] == "safe"]
    assert promised


def test_all_fixes_settle(service: Path) -> None:
    relint("check", "--fix", "--unsafe-fixes", ".", cwd=service)
    compile_all(service)
    texts = {file: file.read_bytes() for file in service.rglob("*.py")}
    relint("check", "--fix", "--unsafe-fixes", ".", cwd=service)
    assert {file: file.read_bytes() for file in service.rglob("*.py")} == texts
