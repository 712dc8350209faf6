"""Answers about other files that outlive the check of one file: kept together with what they rest on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable, Generic, Hashable, Iterable, Iterator, Mapping, TypeVar

from relint.project import Project

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, eq=False)
class _Held(Generic[_Answer]):
    answer: _Answer
    record: Mapping[str, str]
    """What the answer rests on."""


class Kept(Generic[_Answer]):
    """The last answers of a process. One is given again where all that it rests on is still the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[Hashable, _Held[_Answer]] = OrderedDict()

    def ask(self, key: Hashable, project: Project, answer: Callable[[Project], _Answer]) -> _Answer:
        """The answer to a question of a project, which has it on record afterwards."""
        full: Any = (key, project.settings.root, project.settings.src)
        held = self._held.get(full)
        if held is None or not project.holds(held.record):
            beside = project.beside()
            held = self._held[full] = _Held(answer(beside), beside.consulted)
            project.absorb(held.record)
        self._held.move_to_end(full)
        while len(self._held) > self._size:
            self._held.popitem(last=False)
        return held.answer

    def newest_first(self) -> Iterator[_Answer]:
        """The answers, those last asked for first."""
        return (held.answer for held in reversed(self._held.values()))

    def drop(self, answers: Iterable[_Answer]) -> None:
        """Forget some of them."""
        dropped = set(map(id, answers))
        for key in [key for key, held in self._held.items() if id(held.answer) in dropped]:
            del self._held[key]

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
