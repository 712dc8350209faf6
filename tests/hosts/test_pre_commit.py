"""The hooks as pre-commit runs them: built from a clone without symbolic links, in a repository of somebody else.

They are built from a copy of the working tree, once for all tests but the one of `try-repo`, which always builds anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ("relint", "rules", "fixers", "pyproject.toml", "setup.py", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
FINDING = "import smtplib\n\nserver = smtplib.SMTP('mail')\n"
FIXED = "import smtplib\n\nserver = smtplib.SMTP('mail', timeout=7)\n"
SANCTIONED = "[tool.relint.sanctioned]\ntimeout = 7\n"
OFFLINE = ("(from versions: none)", "NewConnectionError", "Temporary failure in name resolution")

if shutil.which("git") is None:
    pytest.skip("pre-commit needs git", allow_module_level=True)


@dataclass(frozen=True)
class Hooks:
    """A repository that ships the hooks, and pre-commit's folder of built environments."""

    repository: Path
    store: Path

    @property
    def revision(self) -> str:
        return self.run("git", "rev-parse", "HEAD", cwd=self.repository).stdout.strip()

    def run(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        settings = {"core.symlinks": "false", "user.name": "a", "user.email": "a@b.c", "init.defaultBranch": "main"}
        environment = {
            **os.environ,
            "PRE_COMMIT_HOME": str(self.store),
            "PRE_COMMIT_COLOR": "never",
            "PIP_NO_COMPILE": "1",  # half of the time that building takes
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{i}": key for i, key in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{i}": value for i, value in enumerate(settings.values())},
        }
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)

    def commit(self, folder: Path) -> None:
        for command in (("init", "-q"), ("add", "."), ("commit", "-q", "--no-verify", "-m", "all")):
            done = self.run("git", *command, cwd=folder)
            assert done.returncode == 0, done.stderr

    def pre_commit(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        done = self.run(sys.executable, "-m", "pre_commit", *arguments, cwd=cwd)
        output = done.stdout + done.stderr
        if done.returncode == 3 or "CalledProcessError" in output:  # building the environment failed
            if any(sign in output for sign in OFFLINE):
                pytest.skip("pip reaches no package index, so pre-commit cannot build the hooks")
            pytest.fail(output)
        return done


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """Shared by the processes of pytest-xdist: pre-commit locks its store, and a rename happens once."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    hooks = Hooks(shared / "hooks", shared / "store")
    if not hooks.repository.exists():
        with suppress(OSError):  # another process was first
            _shipped(Hooks(tmp_path_factory.mktemp("copy"), hooks.store)).rename(hooks.repository)
    return hooks


def _shipped(hooks: Hooks) -> Path:
    """A repository with what a clone holds of the working tree."""
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, hooks.repository / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, hooks.repository / name, follow_symlinks=False)
    hooks.commit(hooks.repository)
    return hooks.repository


@pytest.fixture
def project(hooks: Hooks, tmp_path: Path) -> Path:
    """Somebody's repository that runs both hooks, with one finding that has a safe fix."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: file://{hooks.repository}\n  rev: {hooks.revision}\n  hooks:\n"
        "  - id: relint\n  - id: relint-fix\n    stages: [manual]\n"
    )
    (folder / "pyproject.toml").write_text(SANCTIONED)
    (folder / "a.py").write_text(FINDING)
    hooks.commit(folder)
    return folder


def check(hooks: Hooks, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    hooks.run("git", "add", ".", cwd=project)
    return hooks.pre_commit("run", *(arguments or ("relint", "--all-files")), cwd=project)


def test_the_manifest_is_valid(hooks: Hooks) -> None:
    done = hooks.pre_commit("validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_nothing_shipped_is_a_link(hooks: Hooks) -> None:
    assert [path for path in hooks.repository.rglob("*") if path.is_symlink()] == []


def test_try_repo_runs_both_hooks(hooks: Hooks, project: Path) -> None:
    done = hooks.pre_commit("try-repo", str(hooks.repository), "--all-files", "--verbose", cwd=project)
    assert done.returncode == 1
    assert "- hook id: relint\n" in done.stdout
    assert "REL102" in done.stdout
    assert "- hook id: relint-fix\n" in done.stdout
    assert "- files were modified by this hook" in done.stdout
    assert (project / "a.py").read_text() == FIXED


def test_a_finding_fails_a_commit_and_the_fix_mends_it(hooks: Hooks, project: Path) -> None:
    found = check(hooks, project)
    assert found.returncode == 1
    assert "a.py:3:10" in found.stdout
    assert (project / "a.py").read_text() == FINDING

    fixed = check(hooks, project, "relint-fix", "--all-files", "--hook-stage", "manual")
    assert fixed.returncode == 1, "pre-commit fails a hook that changes files"
    assert "files were modified by this hook" in fixed.stdout
    assert (project / "a.py").read_text() == FIXED

    assert check(hooks, project).returncode == 0
    assert check(hooks, project, "relint-fix", "--all-files", "--hook-stage", "manual").returncode == 0


def test_an_unsafe_fix_is_left_to_a_person(hooks: Hooks, project: Path) -> None:
    (project / "pyproject.toml").write_text("")
    done = check(hooks, project, "relint-fix", "--all-files", "--hook-stage", "manual")
    assert done.returncode == 1
    assert "REL102" in done.stdout
    assert (project / "a.py").read_text() == FINDING


def test_the_configuration_is_honoured(hooks: Hooks, project: Path) -> None:
    (project / "scripts").mkdir()
    (project / "scripts" / "b.py").write_text(FINDING)
    (project / "a.py").write_text("x = 1\n")
    assert check(hooks, project).returncode == 1

    (project / "pyproject.toml").write_text('[tool.relint.per-file-ignores]\n"scripts/*" = ["REL102"]\n')
    assert check(hooks, project).returncode == 0

    (project / "pyproject.toml").write_text('[tool.relint]\nselect = ["REL3"]\n')
    assert check(hooks, project).returncode == 0

    (project / "pyproject.toml").write_text("[tool.relint]\nselct = []\n")
    broken = check(hooks, project)
    assert broken.returncode == 1
    assert "- exit code: 2" in broken.stdout
    assert 'did you mean "select"?' in broken.stdout


def test_an_excluded_file_stays_excluded_though_it_is_named(hooks: Hooks, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.relint]\nextend-exclude = ["a.py"]\n' + SANCTIONED)
    for hook in (("relint",), ("relint-fix", "--hook-stage", "manual")):
        assert check(hooks, project, *hook, "--files", "a.py").returncode == 0
    assert (project / "a.py").read_text() == FINDING


def test_only_python_files_are_passed(hooks: Hooks, project: Path) -> None:
    (project / "a.py").unlink()
    (project / "a.txt").write_text(FINDING)
    (project / "a.pyi").write_text("def f() -> None: ...\n")
    (project / "tool").write_text("#!/usr/bin/env python3\n" + FINDING)
    (project / "tool").chmod(0o755)
    done = check(hooks, project)
    assert done.returncode == 1
    assert "tool:4:10" in done.stdout
    assert "a.txt" not in done.stdout
