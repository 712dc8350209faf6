"""relint and the linters beside it: what is installed, and how each is run. Every tool runs in the linted folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import HOURS, Cost, Failed, cost

ROOT = Path(__file__).parent.parent
RULES_OF_SEMGREP = Path(__file__).with_name("semgrep.yml")
_OF_RELINT = ("relint", "rules", "fixers", "pyproject.toml", "setup.py", "README.md", "LICENSE")


def _words(command: str) -> tuple[str, ...]:
    return tuple(command.split())


@dataclass(frozen=True)
class Tool:
    """A linter, with as few rules as are like relint's."""

    name: str
    rules: str
    """Which ones, for the reader."""
    pinned: tuple[str, ...]
    """Requirements, the tool first; none: this checkout."""
    arguments: tuple[str, ...]
    slice: str
    """How much it is given: `large`, `medium` or `small`, by how slow it is."""
    cold: tuple[str, ...] = ()
    """Arguments that turn its cache off."""
    warm: tuple[str, ...] = ()
    """Arguments that turn its cache on, with {cache} for a folder; none: it has no cache."""
    one: tuple[str, ...] | None = ()
    """Arguments for one process; None: it cannot be told."""
    every: tuple[str, ...] | None = None
    """Arguments for a process a CPU; None: it works in one only."""
    one_by_environment: tuple[tuple[str, str], ...] = ()
    good: tuple[int, ...] = (0, 1)
    """Exit codes of a run that went well."""


@dataclass(frozen=True)
class Setting:
    """How a tool is run."""

    warm: bool
    every_cpu: bool


COLD_ONE, COLD_EVERY, WARM_ONE, WARM_EVERY = (Setting(w, e) for w in (False, True) for e in (False, True))

RELINT = Tool(
    name="relint",
    rules="all that are on by default",
    pinned=(),
    arguments=_words("check --isolated --no-respect-gitignore --quiet --output-format=concise ."),
    slice="large",
    cold=("--no-cache",),
    warm=("--cache-dir={cache}",),
    one=("-j1",),
    every=(f"-j{os.cpu_count()}",),
)
RUFF = Tool(
    name="ruff",
    rules="S113, S608, RUF006, ASYNC",
    pinned=("ruff==0.17.6",),
    arguments=_words(
        "check --isolated --no-respect-gitignore --quiet --output-format=concise --select=S113,S608,RUF006,ASYNC ."
    ),
    slice="large",
    cold=("--no-cache",),
    warm=("--cache-dir={cache}",),
    every=(),
    one_by_environment=(("RAYON_NUM_THREADS", "1"),),
)
PEERS = (
    RUFF,
    Tool(
        name="bandit",
        rules="B113, B608",
        pinned=("bandit==1.9.4",),
        arguments=_words("--quiet --recursive --tests=B113,B608 ."),
        slice="large",
    ),
    Tool(
        name="pylint",
        rules="missing-timeout",
        pinned=("pylint==4.1.4",),
        arguments=_words(
            f"--rcfile={os.devnull} --disable=all --enable=missing-timeout --recursive=y --persistent=n --score=n ."
        ),
        slice="medium",
        one=("-j1",),
        every=("-j0",),
        good=tuple(range(32)),  # a sum of what was found
    ),
    Tool(
        name="semgrep",
        rules="3 like REL101, REL301, REL401",
        pinned=("semgrep==1.178.0",),
        arguments=(
            *_words("scan --quiet --metrics=off --disable-version-check --no-git-ignore --max-target-bytes=0"),
            f"--config={RULES_OF_SEMGREP}",
            ".",
        ),
        slice="medium",
        one=("-j1",),
        every=(f"-j{os.cpu_count()}",),
    ),
    Tool(
        name="flake8 + flake8-async + flake8-bugbear",
        rules="ASYNC, B",
        pinned=("flake8==7.5.0", "flake8-async==26.8.1", "flake8-bugbear==26.10.27"),
        arguments=_words("--isolated --select=ASYNC,B ."),
        slice="small",
        one=("-j1",),
        every=("-jauto",),
    ),
    Tool(
        name="Fixit",
        rules="UseAsyncSleepInAsyncDef",
        pinned=("fixit==2.2.1",),
        arguments=_words("--quiet --rules=fixit.rules:UseAsyncSleepInAsyncDef lint ."),
        slice="small",
        one=None,
        every=(),
        good=(0, 1, 2, 3),  # 1: findings; 2: files that it cannot parse
    ),
)


@dataclass(frozen=True)
class Installed:
    """A tool in a virtual environment of its own."""

    tool: Tool
    folder: Path
    version: str

    def program(self, name: str) -> str:
        """The path of a program in the environment."""
        return str(self.folder / ("Scripts" if sys.platform == "win32" else "bin") / name)

    def settings(self) -> list[Setting]:
        """How it can be run."""
        tool = self.tool
        caches = (False, True) if tool.warm else (False,)
        processes = [every for every, told in ((False, tool.one), (True, tool.every)) if told is not None]
        return [Setting(warm, every) for warm in caches for every in processes]

    def run(self, cwd: Path, setting: Setting, cache: Path, more: Sequence[str] = ()) -> Cost:
        """Lint a folder once; raise `Failed`."""
        tool = self.tool
        chosen = (tool.every if setting.every_cpu else tool.one) or ()
        chosen += tuple(each.format(cache=cache) for each in tool.warm) if setting.warm else tool.cold
        command = [self.program(tool.name.split()[0].lower()), *tool.arguments[:-1], *chosen, *more, tool.arguments[-1]]
        environment = {} if setting.every_cpu else dict(tool.one_by_environment)
        return cost(command, cwd, good=tool.good, env=environment)


def install(tool: Tool, place: Path) -> Installed:
    """Put a tool into an environment below `place`, unless it is there; relint each time. Raise `Failed`."""
    named = "-".join(tool.pinned).replace("==", "-") or "relint"
    folder = place / named
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    finished = folder / "finished"
    if not finished.exists():
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        if tool.pinned:
            _run([str(python), "-m", "pip", "install", "--quiet", *tool.pinned])
        finished.touch()
    if not tool.pinned:
        _install_checkout(python)
    package = tool.pinned[0].partition("==")[0] if tool.pinned else "relint"
    ask = f"import importlib.metadata as m; print(m.version({package!r}))"
    return Installed(tool, folder, _run([str(python), "-c", ask]).strip())


def _install_checkout(python: Path) -> None:
    """A copy is built: setuptools would leave its build folder in the checkout, and reuse it."""
    with tempfile.TemporaryDirectory() as place:
        for name in _OF_RELINT:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, Path(place) / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        _run([*pip, place])
        _run([*pip, "--force-reinstall", "--no-deps", place])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=HOURS)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.strip()[-1500:]}")
    return done.stdout
