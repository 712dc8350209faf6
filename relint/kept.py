"""Answers about other files that outlive the check of one file: kept together with what they rest on."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Callable, Generic, Hashable, TypeVar

from relint.project import Project

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, eq=False)
class _Held(Generic[_Answer]):
    answer: _Answer
    project: Project
    """Whose record says what the answer rests on."""


class Kept(Generic[_Answer]):
    """The last answers of a process. One is given again where all that it rests on is still the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[Hashable, _Held[_Answer]] = OrderedDict()

    def ask(self, key: Hashable, project: Project, answer: Callable[[Project], _Answer]) -> _Answer:
        """The answer to a question of a project, which has it on record afterwards."""
        full: Any = (key, project.settings.root, project.settings.src)
        held = self._held.get(full)
        if held is None or not project.holds(held.project.consulted):
            beside = project.beside()
            held = self._held[full] = _Held(answer(beside), beside)
            project.absorb(beside.consulted)
        else:
            held.project.join(project)
        self._held.move_to_end(full)
        while len(self._held) > self._size:
            self._held.popitem(last=False)
        return held.answer

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
