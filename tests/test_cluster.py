"""Files checked elsewhere: on any executor whose workers see no file, and on a real Dask cluster."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator, Sequence

import pytest

from relint import cluster, dispatch, remote
from relint.cluster import Cluster
from relint.errors import ConfigError
from relint.result import Checked, File, FileResult, Task
from relint.run import run
from relint.settings import Settings
from relint.worker import Work

ROOT = Path(__file__).parent.parent
SMTP = "import smtplib\n\nsmtplib.SMTP('mail')\n"


class Deadly(Settings):
    """Ends the process that checks `killer.py`."""

    def live(self, path: Path) -> frozenset[str]:
        if path.name == "killer.py":
            os._exit(3)
        return super().live(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    """Real findings, many of which rest on other files; and files that cannot be read."""
    root = tmp_path_factory.mktemp("project")
    nothing_to_find = shutil.ignore_patterns("valid*", "fixed*")
    for family in ("http", "migrations", "sql"):
        shutil.copytree(ROOT / "fixtures" / family, root / family, ignore=nothing_to_find)
    (root / "latin.py").write_bytes(b"x = '\xff'\n")
    settings = Settings(root=root, check_tests=True)
    return [(path, settings) for path in [*sorted(root.rglob("*.py")), root / "gone.py"]]


@pytest.fixture(scope="module")
def found_here(files: list[File]) -> list[FileResult]:
    """What a run without workers finds in them."""
    return list(run(files, jobs=1))


class Blind:
    """Checks like a cluster, on threads of this process that are kept from reading files."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def __call__(self, works: Sequence[Work], sizes: Sequence[int], task: Task) -> Iterator[Checked]:
        made = dispatch.batches(works, sizes, 20_000)
        yield from cluster.in_order(made, task, self._executor, remote.identity(()), BrokenExecutor, 2)


@pytest.mark.parametrize("task", [Task(), Task(fix=True, unsafe=True), Task(suppressed=True)])
def test_results_are_those_of_a_local_run(files: list[File], task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    local = list(run(files, task, jobs=1))
    asked: list[remote.Question] = []
    answered = remote._answered

    def answering(question: remote.Question) -> remote.Answer:
        asked.append(question)
        return answered(question)

    monkeypatch.setattr(remote, "_answered", answering)
    with ThreadPoolExecutor(2) as executor:
        assert list(run(files, task, elsewhere=Blind(executor))) == local
    assert {kind for kind, _ in asked} == {"names", "bytes"}
    codes = {each.code for result in local for each in result.diagnostics}
    assert {"REL002", "REL501"} <= codes or task.fix


def test_a_name_from_another_module(tmp_path: Path) -> None:
    """That the file concerns a rule at all is told by a module that the worker has to ask for."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("from .http import session\n")
    (tmp_path / "shop" / "http.py").write_text("import requests\n\nsession = requests.Session()\n")
    orders = tmp_path / "shop" / "orders.py"
    orders.write_text("from shop import session\n\n\ndef load(url):\n    return session.get(url)\n")
    files: list[File] = [(orders, Settings(root=tmp_path))]
    with ThreadPoolExecutor(2) as executor:
        (result,) = run(files, elsewhere=Blind(executor))
    assert [each.code for each in result.diagnostics] == ["REL101"]


def test_a_file_that_never_stops_asking_is_checked_here(
    files: list[File], found_here: list[FileResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_ROUNDS", 1)
    with ThreadPoolExecutor(2) as executor:
        assert list(run(files, elsewhere=Blind(executor))) == found_here


def test_workers_that_would_find_other_things_are_refused(files: list[File]) -> None:
    expected = remote.identity(()) | {"libcst": "0.1"}
    work = Work(str(files[0][0]), files[0][1], SMTP.encode())
    with pytest.raises(ConfigError, match=r"libcst: \d+\.\S+ there, 0\.1 here"):
        remote.check_batch([work], Task(), {}, expected)


def test_plugins_do_not_travel(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("")
    work = Work(str(tmp_path / "a.py"), Settings(root=tmp_path, plugins=(str(tmp_path / "rules.py"),)))
    with pytest.raises(ConfigError, match="install it as a package on the workers"):
        list(Cluster("tcp://127.0.0.1:1")([work], [1], Task()))


def test_without_the_package(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SMTP)
    script = "import sys; sys.modules['distributed'] = None\nfrom relint.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", script, "check", "--isolated", "--scheduler", "tcp://127.0.0.1:8786"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    message = "error: --scheduler needs the package distributed: pip install 'relint[dask]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


# A real scheduler with two worker processes


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    config = pytest.importorskip("dask").config
    # One death is enough to say which batch was deadly.
    with config.set({"distributed.scheduler.allowed-failures": 0}):
        local = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
        )
        with local:
            yield local


def test_a_cluster_finds_the_same(dask: Any, files: list[File], found_here: list[FileResult]) -> None:
    assert list(run(files, elsewhere=Cluster(dask.scheduler_address))) == found_here


def test_the_command_line(dask: Any, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures" / "samples" / "order_service", tmp_path / "orders")
    command = [sys.executable, "-m", "relint", "check", "--isolated", "--output-format", "json", "."]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    local, remote_run = (
        subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True, timeout=120)
        for more in ([], ["--scheduler", dask.scheduler_address])
    )
    assert (remote_run.returncode, remote_run.stdout, remote_run.stderr) == (local.returncode, local.stdout, b"")
    assert b"REL101" in local.stdout


def test_a_lost_worker_is_replaced(dask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_BATCH", (1, 1))
    settings = Settings(root=tmp_path)
    files: list[File] = []
    for number in range(60):
        (tmp_path / f"m{number}.py").write_text(SMTP)
        files.append((tmp_path / f"m{number}.py", settings))
    results = run(files, elsewhere=Cluster(dask.scheduler_address))
    first = next(results)
    pids = [worker.process.pid for worker in dask.workers.values()]
    os.kill(pids[0], signal.SIGKILL)
    found = [first, *results]
    assert [result.path for result in found] == [str(path) for path, _ in files]
    assert {tuple(each.code for each in result.diagnostics) for result in found} == {("REL102",)}


def test_a_file_that_kills_workers_costs_one_file(dask: Any, tmp_path: Path) -> None:
    settings = Deadly(root=tmp_path)
    files: list[File] = []
    for name in ("a.py", "killer.py", "z.py"):
        (tmp_path / name).write_text(SMTP)
        files.append((tmp_path / name, settings))
    found = list(run(files, elsewhere=Cluster(dask.scheduler_address)))
    assert [[each.code for each in result.diagnostics] for result in found] == [["REL102"], ["REL000"], ["REL102"]]


def test_versions_are_compared_at_the_start(dask: Any, files: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "__version__", "9.9")
    with pytest.raises(ConfigError, match=r"the worker tcp://127\S+ differs in relint: \S+ there, 9\.9 here"):
        list(run(files, elsewhere=Cluster(dask.scheduler_address)))


def test_nothing_answers(files: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_PATIENCE", 1)
    with pytest.raises(ConfigError, match=r"nothing answers at tcp://127\.0\.0\.1:1:"):
        list(run(files, elsewhere=Cluster("tcp://127.0.0.1:1")))
