"""Many files: order, processes that die, and fixes that cannot be written."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from relint import dispatch, worker, writing
from relint import run as running
from relint.fix import Fixed
from relint.model import NewFile
from relint.pool import processes
from relint.result import File, FileResult, Task
from relint.run import run
from relint.settings import Settings
from relint.source import Source
from relint.worker import Work
from relint.writing import write_fixes

UNUSED = "x = 1  # relint: ignore[REL002] why\n"


class Deadly(Settings):
    """Ends the process that checks `killer.py`, as an overflow of the C stack does."""

    def live(self, path: Path) -> frozenset[str]:
        if path.name == "killer.py":
            os._exit(3)
        return super().live(path)


def written(folder: Path, names: list[str], text: str = UNUSED, settings: Settings | None = None) -> list[File]:
    files: list[File] = []
    for name in names:
        (folder / name).write_text(text)
        files.append((folder / name, settings or Settings(root=folder)))
    return files


def codes(result: FileResult) -> list[str]:
    return [diagnostic.code for diagnostic in result.diagnostics]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "POOL_FROM", 0)
    monkeypatch.setattr(running, "_SMALLEST_BATCH", 1)


@pytest.mark.usefixtures("small_batches")
def test_results_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    files = written(tmp_path, [f"m{number:02}.py" for number in range(40)])
    (tmp_path / "m07.py").write_text("y = 2\n" * 5000)
    alone = list(run(files, jobs=1))
    assert [result.path for result in alone] == [str(path) for path, _ in files]
    assert sum(codes(result) == ["REL003"] for result in alone) == 39
    assert list(run(files, jobs=3)) == alone
    assert list(run(files, Task(fix=True), jobs=3)) == list(run(files, Task(fix=True), jobs=1))


@pytest.mark.usefixtures("small_batches")
def test_a_process_that_dies_costs_one_file(tmp_path: Path) -> None:
    names = [*(f"m{number:02}.py" for number in range(20)), "killer.py", "z1.py", "z2.py"]
    results = list(run(written(tmp_path, names, settings=Deadly(root=tmp_path)), jobs=2))
    assert [Path(result.path).name for result in results] == names
    found = {Path(result.path).name: codes(result) for result in results}
    assert found.pop("killer.py") == ["REL000"]
    assert set(map(tuple, found.values())) == {("REL003",)}


_PLUGIN = """
'''Kills the process that checks a file with the word killer in it.'''
import os, pathlib, signal
import libcst as cst
from relint.model import Rule
rule = Rule(code="XYZ001", words=("killer",))

@rule.on(cst.Name)
def check(node, ctx):
    once = pathlib.Path(ctx.path).with_name("once")
    if node.value == "killer" and not once.exists():
        if "once" in ctx.text:
            once.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return iter(())
"""


def with_killer(folder: Path, text: str) -> list[File]:
    (folder / "plugin.py").write_text(_PLUGIN)
    names = [f"m{number:02}.py" for number in range(20)]
    settings = Settings(root=folder, plugins=(str(folder / "plugin.py"),))
    return written(folder, names, settings=settings) + written(folder, ["m05_killer.py"], text, settings)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("small_batches")
def test_a_file_that_kills_every_process_is_reported(tmp_path: Path) -> None:
    results = {Path(each.path).name: each for each in run(with_killer(tmp_path, "killer = 1\n" + UNUSED), jobs=2)}
    (died,) = results.pop("m05_killer.py").diagnostics
    assert (died.code, died.message) == ("REL000", "the process that checked this file died, twice: please report it")
    assert {tuple(codes(result)) for result in results.values()} == {("REL003",)}
    assert len(results) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.usefixtures("small_batches")
def test_a_process_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    results = list(run(with_killer(tmp_path, "killer = 'once'\n" + UNUSED), jobs=2))
    assert {tuple(codes(result)) for result in results} == {("REL003",)}
    assert (tmp_path / "once").exists()
    (note,) = {note for result in results for note in result.notes}
    assert "a process died" in note


_SLOW = """
import sys, time
from relint import run
from relint.cli import main
run.POOL_FROM = 0
run._SMALLEST_BATCH = 1
if __name__ == "__main__":
    sys.exit(main(["check", "--isolated", "--no-cache", "-j2", *sys.argv[1:]]))
"""
_SLEEPER = """
'''Takes long.'''
import pathlib, os, time
import libcst as cst
from relint.model import Rule
rule = Rule(code="XYZ001", words=("slow",))

@rule.on(cst.Module)
def check(node, ctx):
    pathlib.Path(ctx.path).with_suffix(f".{os.getpid()}").write_text("")
    time.sleep(60)
    return iter(())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("group", [False, True])
def test_ctrl_c_ends_every_process_at_once(tmp_path: Path, group: bool) -> None:
    (tmp_path / "run.py").write_text(_SLOW.replace('"--isolated", ', ""))
    (tmp_path / "plugin.py").write_text(_SLEEPER)
    (tmp_path / "relint.toml").write_text('plugins = ["plugin.py"]\n')
    (tmp_path / "code").mkdir()
    for number in range(8):
        (tmp_path / "code" / f"m{number}.py").write_text("slow = 1\n")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "run.py", "code"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as started:
        deadline = time.monotonic() + 60
        while len(workers := [int(path.suffix[1:]) for path in (tmp_path / "code").glob("m*.[0-9]*")]) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        began = time.monotonic()
        if group:
            os.killpg(started.pid, signal.SIGINT)
        else:
            started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert (started.returncode, out, err) == (130, b"", b"\ninterrupted\n")
    for process in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_pool_that_is_left_early_leaves_nothing() -> None:
    threads, children = set(threading.enumerate()), set(multiprocessing.active_children())

    def leave() -> None:
        with processes(2) as pool:
            pool.submit(time.sleep, 600)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert {thread for thread in threading.enumerate() if not thread.daemon} <= threads
    assert set(multiprocessing.active_children()) <= children


def test_garbage_is_collected_between_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda _: collected.append(1))
    monkeypatch.setattr(worker, "_COLLECT_AFTER", 100)
    works = [Work(str(path), settings) for path, settings in written(tmp_path, [f"m{n}.py" for n in range(9)])]
    assert len(worker.run_batch(works, Task())) == 9
    assert collected == [], "the collector is on"
    gc.disable()
    try:
        worker.run_batch(works, Task())
    finally:
        gc.enable()
    assert 1 < len(collected) < 9


def test_small_runs_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "in_order", lambda *_: pytest.fail("a pool for a few bytes"))
    assert len(list(run(written(tmp_path, ["a.py", "b.py"]), jobs=4))) == 2


def test_batches_hold_neighbours_of_even_size() -> None:
    works = [Work(f"m{number}", Settings()) for number in range(6)]
    made = dispatch.batches(works, [60, 60, 500, 10, 10, 10], limit=100)
    assert [[work.path for work in batch] for batch in made] == [["m0"], ["m1"], ["m2"], ["m3", "m4", "m5"]]


def test_unreadable_files_hide_no_other(tmp_path: Path) -> None:
    files = written(tmp_path, ["a.py", "gone.py", "loop.py", "z.py"])
    (tmp_path / "gone.py").unlink()
    (tmp_path / "loop.py").unlink()
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    assert [codes(result) for result in run(files)] == [["REL003"], ["REL002"], ["REL002"], ["REL003"]]


def test_text_comes_with_findings_only(tmp_path: Path) -> None:
    (with_finding,) = run(written(tmp_path, ["a.py"]))
    (clean,) = run(written(tmp_path, ["b.py"], "x = 1\n"))
    assert (with_finding.text, clean.text) == (UNUSED, "")


def fixed(path: Path, settings: Settings) -> FileResult:
    (result,) = run([(path, settings)], Task(fix=True))
    return result


def test_fixes_are_written_by_write_fixes_alone(tmp_path: Path) -> None:
    ((path, settings),) = written(tmp_path, ["a.py"])
    result = fixed(path, settings)
    assert path.read_text() == UNUSED
    assert write_fixes(result, settings, Task(fix=True)) == result
    assert path.read_text() == "x = 1\n"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    ((path, settings),) = written(tmp_path, ["a.py"])
    result = fixed(path, settings)
    path.write_text("x = 2\n")
    after = write_fixes(result, settings, Task(fix=True))
    assert path.read_text() == "x = 2\n"
    assert (codes(after), after.text, after.fixed) == (["REL003"], UNUSED, None)
    assert "changed" in str(after.error)


def test_a_file_that_cannot_be_written_keeps_its_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((path, settings),) = written(tmp_path, ["a.py"])

    def refuse(_source: Source, _text: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(writing, "write", refuse)
    after = write_fixes(fixed(path, settings), settings, Task(fix=True))
    assert (codes(after), after.error) == (["REL003"], "fixes not written: Permission denied")


def test_an_encoding_that_cannot_hold_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\n" + UNUSED.encode())
    settings = Settings(root=tmp_path)
    monkeypatch.setattr("relint.fix.fix", lambda *_, **__: Fixed("# \N{SNOWMAN}\n", {"REL003": 1}, []))
    after = write_fixes(fixed(path, settings), settings, Task(fix=True))
    assert "encode" in str(after.error)
    assert path.read_bytes().endswith(UNUSED.encode())


def creating(monkeypatch: pytest.MonkeyPatch, *new: Path) -> None:
    files = tuple(NewFile(str(path), "y = 1\n") for path in new)
    monkeypatch.setattr("relint.fix.fix", lambda *_, **__: Fixed("x = 1\n", {"REL003": 1}, [], create=files))


def test_ctrl_c_leaves_no_new_file_without_its_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((path, settings),) = written(tmp_path, ["a.py"])
    creating(monkeypatch, tmp_path / "b.py")
    result = fixed(path, settings)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("relint.writing.write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_fixes(result, settings, Task(fix=True))
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".py"] == ["a.py"]


def test_new_files_are_written_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((path, settings),) = written(tmp_path, ["a.py"])
    creating(monkeypatch, tmp_path / "b.py")
    assert write_fixes(fixed(path, settings), settings, Task(fix=True)).error is None
    assert (path.read_text(), (tmp_path / "b.py").read_text()) == ("x = 1\n", "y = 1\n")


def test_new_files_never_replace_one_nor_leave_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    ((path, settings),) = written(project, ["a.py"])
    (project / "taken.py").write_text("mine\n")
    for refused, why in (("taken.py", "exists already"), ("../out.py", "outside the project")):
        creating(monkeypatch, project / "new.py", project / refused)
        after = write_fixes(fixed(path, settings), settings, Task(fix=True))
        assert why in str(after.error)
        assert codes(after) == ["REL003"]
        assert path.read_text() == UNUSED, "all of a fix or nothing"
        assert sorted(each.name for each in project.iterdir()) == ["a.py", "taken.py"]
        assert (project / "taken.py").read_text() == "mine\n"
    assert not (tmp_path / "out.py").exists()
