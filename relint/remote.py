"""Files for machines that cannot read them: contents travel with the work, answers about other files on demand.

A worker that is asked for a file which it was not sent says so, and the batch goes out again with what it lacked. So it
finds what the machine with the files would find.
"""

from __future__ import annotations

import platform
import threading
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal, Mapping, Sequence

from relint import __version__
from relint.cache import build
from relint.digests import digest
from relint.errors import ConfigError
from relint.project import Files
from relint.result import Checked, Task
from relint.source import Unreadable, decode
from relint.worker import Work, check_file, run_batch

Question = tuple[Literal["names", "bytes"], str]
Answer = tuple[str, ...] | bytes | None
_ROUNDS = 30
"""Times a batch is sent, before the files that still lack something are checked where they lie."""

# The interpreter runs one of them at a time anyway, and loading a rule is nothing for two threads at once.
_one_at_a_time = threading.Lock()


class Sent(Files):
    """The other files that were sent along. What is missing is noted, and answered as if it were not there."""

    def __init__(self, answers: Mapping[Question, Answer]) -> None:
        self.missing: set[Question] = set()
        self._answers = answers

    def names(self, folder: str) -> tuple[str, ...] | None:
        """As of the folder where the files lie."""
        names = self._answer(("names", folder))
        return names if isinstance(names, tuple) else None

    def read(self, path: str) -> tuple[str, str] | None:
        """As of the file where it lies."""
        data = self._answer(("bytes", path))
        if not isinstance(data, bytes):
            return None
        try:
            return decode(path, data).text, digest(data)
        except Unreadable:
            return None

    def _answer(self, question: Question) -> Answer:
        if question not in self._answers:
            self.missing.add(question)
            return None
        return self._answers[question]


@dataclass(frozen=True)
class Lacking:
    """Instead of a result: what the file cannot be checked without."""

    questions: frozenset[Question]


def identity(plugins: tuple[str, ...]) -> dict[str, str]:
    """What must be the same on two machines for the same findings. ConfigError when a plugin is not installed."""
    return {
        "relint": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in ("libcst", "sqlglot")},
        "source files of relint and its plugins": build.contents(plugins)[:8],
    }


def difference(expected: Mapping[str, str], other: Mapping[str, str]) -> str | None:
    """The first thing that two identities differ in, for people."""
    for name, wanted in expected.items():
        if other[name] != wanted:
            return f"{name}: {other[name]} there, {wanted} here"
    return None


def check_batch(
    batch: Sequence[Work], task: Task, answers: Mapping[Question, Answer], expected: Mapping[str, str]
) -> list[Checked | Lacking]:
    """What a worker does. ConfigError when it would find other things than the machine that asks."""
    plugins = sorted({plugin for work in batch for plugin in work.settings.plugins})
    if why := difference(expected, identity(tuple(plugins))):
        raise ConfigError(f"a worker differs in {why}")
    results: list[Checked | Lacking] = []
    with _one_at_a_time:
        for work in batch:
            files = Sent(answers)
            checked = check_file(work, task, files)
            results.append(Lacking(frozenset(files.missing)) if files.missing else checked)
    return results


def send(batch: Sequence[Work], task: Task, executor: Executor, expected: Mapping[str, str]) -> list[Checked]:
    """The results of a batch whose files are read here and checked by the executor; raises what that raises."""
    results: dict[int, Checked] = {}
    waiting = {index: loaded for index, work in enumerate(batch) if (loaded := _loaded(work)) is not None}
    answers: dict[Question, Answer] = {}
    for _ in range(_ROUNDS):
        future = executor.submit(check_batch, list(waiting.values()), task, answers, expected)
        lacking: set[Question] = set()
        for index, result in zip(list(waiting), future.result(), strict=True):
            if isinstance(result, Lacking):
                lacking |= result.questions
            else:
                results[index] = result
                del waiting[index]
        if not waiting:
            break
        answers |= {question: _answered(question) for question in lacking}
    left = [index for index in range(len(batch)) if index not in results]
    with _one_at_a_time:
        results |= dict(zip(left, run_batch([batch[index] for index in left], task), strict=True))
    return [results[index] for index in range(len(batch))]


def _loaded(work: Work) -> Work | None:
    """The work with the file's content; None when it cannot be read, which is found out here."""
    data = _bytes(work.path)
    return None if data is None else replace(work, data=data)


def _answered(question: Question) -> Answer:
    kind, path = question
    return Files().names(path) if kind == "names" else _bytes(path)


def _bytes(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None
