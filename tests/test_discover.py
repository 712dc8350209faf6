"""Which files are checked."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from relint.config import ConfigError, SettingsFinder
from relint.discover import discover, excluded


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


def _tree(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _write(name: str, text: str) -> None:
    _tree(name)
    Path(name).write_text(text, encoding="utf-8")


def _found(*paths: str, **overrides: Any) -> list[str]:
    return [
        path.as_posix() for path, _ in discover([Path(path) for path in paths], SettingsFinder(overrides=overrides))
    ]


def test_folders_are_walked_for_python() -> None:
    _tree("b.py", "a/z.pyi", "a/b.txt", "a.py", "a/plain")
    _write("bin/tool", "#!/usr/bin/env python3\n")
    _write("bin/other", "#!/bin/sh\n")
    assert _found(".") == ["a.py", "a/z.pyi", "b.py", "bin/tool"]


def test_each_file_once_whatever_was_named() -> None:
    _tree("a/x.py", "b.py")
    assert _found("b.py", "a", "./b.py", "a/x.py", "a/../b.py", str(Path.cwd())) == ["a/x.py", "b.py"]


def test_named_files_are_taken_as_they_are() -> None:
    _tree("notes.txt", "venv/x.py")
    assert _found("notes.txt", "venv/x.py", "gone.py") == ["gone.py", "notes.txt", "venv/x.py"]
    assert _found("notes.txt", "venv/x.py", "venv", **{"force-exclude": True}) == ["notes.txt"]


def test_default_excludes() -> None:
    folders = ".git .hg .venv venv env .tox .nox node_modules build dist __pypackages__ site-packages".split()
    _tree(*(f"a/{folder}/x.py" for folder in folders), "a/x_pb2.py", "a/x_pb2_grpc.py", "a/x.py")
    assert _found(".") == ["a/x.py"]


def test_an_excluded_folder_that_is_named_is_walked() -> None:
    _tree("venv/lib/x.py", "venv/lib/build/x.py")
    assert _found("venv") == _found("venv/lib") == ["venv/lib/x.py"]


def test_excludes_have_gitignore_semantics() -> None:
    _tree("gen/a.py", "x/gen/a.py", "keep.py", "x/skip_me.py", "x/skip_not.py")
    _write("relint.toml", 'exclude = ["/gen"]\nextend-exclude = ["skip_*.py", "!skip_not.py"]')
    assert _found(".") == ["keep.py", "x/gen/a.py", "x/skip_not.py"]
    assert _found(".", exclude=["x/"]) == ["gen/a.py", "keep.py"]


def test_command_line_globs_start_at_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    _tree("app/gen/a.py", "app/b.py", "relint.toml")
    monkeypatch.chdir("app")
    assert _found(".", exclude=["gen/*.py"]) == ["b.py"]


def test_settings_are_those_of_the_folder() -> None:
    _tree("a/x.py", "b/x.py", "b/old/x.py")
    _write("relint.toml", 'exclude = ["a"]')
    _write("b/relint.toml", 'exclude = ["old"]')
    assert _found(".") == ["b/x.py"]
    assert [settings.root for _, settings in discover([Path()], SettingsFinder())] == [Path.cwd() / "b"]


def test_git_ignores_are_nested() -> None:
    _tree(".git/HEAD", "a.py", "log/a.py", "src/log/a.py", "src/b.py", "src/c.py", "src/tmp/a.py", "own.py")
    _write(".gitignore", "# logs\nlog/\nb.py\n")
    _write("src/.gitignore", "!log/\n/c.py\n")
    _write("src/tmp/.gitignore", "*\n")
    _write(".git/info/exclude", "own.py\n")
    assert _found(".") == ["a.py", "src/log/a.py"]
    assert _found("src") == ["src/log/a.py"]
    assert _found(".", **{"respect-gitignore": False, "exclude": []}) == [
        *("a.py", "log/a.py", "own.py", "src/b.py", "src/c.py", "src/log/a.py", "src/tmp/a.py")
    ]
    assert _found("log", "src/b.py") == ["log/a.py", "src/b.py"]
    assert _found("log", "src/b.py", "a.py", **{"force-exclude": True}) == ["a.py"]


def test_a_worktree_reads_the_excludes_of_its_repository() -> None:
    _tree("main/.git/worktrees/w/HEAD", "w/a.py", "w/own.py")
    _write("main/.git/info/exclude", "own.py\n")
    _write("main/.git/worktrees/w/commondir", "../..\n")
    _write("w/.git", "gitdir: ../main/.git/worktrees/w\n")
    assert _found("w") == ["w/a.py"]


def test_lines_that_git_does_not_understand_are_passed_over() -> None:
    _tree("a.py", "b.py")
    _write(".gitignore", "!\n/\nb.py\n///\n[\n")
    assert _found(".") == ["a.py"]


def test_one_file_can_be_asked_about() -> None:
    _tree("relint.toml", ".git/HEAD")
    _write(".gitignore", "gone/")
    settings = SettingsFinder().for_folder(Path())
    assert [excluded(Path(name), settings) for name in ("a.py", "venv/a.py", "gone/a.py")] == [False, True, True]


def test_links() -> None:
    _tree("real/a.py")
    os.symlink("real", "folder")
    os.symlink("real/a.py", "file.py")
    os.symlink("gone.py", "dangling.py")
    os.symlink("circle.py", "circle.py")
    os.symlink("circle", "circle")
    os.symlink("..", "real/up")
    os.symlink("user@host.1:2", ".#lock.py")
    assert _found(".") == ["circle.py", "dangling.py", "file.py", "real/a.py"]
    assert _found("folder") == ["folder/a.py"]


def test_what_is_no_file_is_passed_over() -> None:
    _tree("package.py/a.py")
    os.mkfifo("pipe.py")
    os.mkfifo("pipe")
    assert _found(".") == ["package.py/a.py"]


def test_odd_names() -> None:
    names = [os.fsdecode(b"\xff.py"), "new\nline.py", "esc\x1b[31m.py", "[a].py", "!b.py", " .py"]
    _tree(*names)
    _write(".gitignore", "*.txt")
    assert sorted(_found(".")) == sorted(names)


def test_an_unreadable_folder_is_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _tree("a/x.py", "b/x.py")
    scan = os.scandir

    def refusing(path: str) -> Any:
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert _found(".") == ["a", "b/x.py"]


def test_a_broken_configuration_stops_the_run_or_its_own_folder() -> None:
    _tree("a/x.py", "a/deep/x.py", "b/x.py")
    _write("a/pyproject.toml", "[")
    with pytest.raises(ConfigError, match=r"pyproject\.toml"):
        _found(".")
    errors: list[ConfigError] = []
    found = discover([Path(), Path("a/x.py"), Path("a/deep")], SettingsFinder(), errors.append)
    assert [path.as_posix() for path, _ in found] == ["b/x.py"]
    assert len(errors) == 1


def test_a_glob_that_means_nothing() -> None:
    _tree("a.py")
    _write("relint.toml", 'exclude = ["!"]')
    with pytest.raises(ConfigError, match="not a usable glob"):
        _found(".")


def test_five_thousand_files_are_found_at_once() -> None:
    for folder in range(100):
        _tree(*(f"d{folder}/f{file}.py" for file in range(50)))
    _write(".gitignore", "\n".join(f"*.x{number}" for number in range(50)))
    start = time.perf_counter()
    assert len(_found(".")) == 5000
    assert time.perf_counter() - start < 5  # seconds; it takes 0.2 where nothing else runs


def test_what_is_wrong_above_a_named_folder_concerns_no_file_in_it() -> None:
    _write("relint.toml", "selct = []\n")
    _write("project/relint.toml", "")
    _tree("project/x.py", "other/y.py")
    errors: list[ConfigError] = []
    found = list(discover([Path("project"), Path("other")], SettingsFinder(), errors.append))
    assert [path.as_posix() for path, _ in found] == ["project/x.py"]
    assert ["selct" in str(error) for error in errors] == [True]


def test_rules_of_a_project_can_be_selected_by_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "import libcst as cst\nfrom relint.model import Rule\n\nrule = Rule(code='ABC001')\n"
    check = "@rule.on(cst.Call)\ndef check(node, ctx):\n    return ()\n"
    _write("project/rules/own.py", f'"""What is found."""\n{rule}\n{check}')
    _write("project/relint.toml", 'plugins = ["./rules"]\n')
    monkeypatch.chdir("project")
    assert _found(".", select=["ABC001"]) == ["rules/own.py"]
