"""What may be asked about any file, whatever it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, TypeVar

if TYPE_CHECKING:
    from relint.model import RuleInfo
    from relint.project import Project
    from relint.settings import Settings

_Answer = TypeVar("_Answer")


class FileContext:
    """One file: its path, its text, the settings, and the door to other files."""

    def __init__(self, path: str, settings: Settings, project: Project) -> None:
        self.path = path
        self.settings = settings
        self.project = project
        self.rule: RuleInfo | None = None
        """The rule that runs now: whose options `option` answers."""
        self._memo: dict[Any, Any] = {}

    @property
    def text(self) -> str:
        """The text that was checked."""
        raise NotImplementedError

    def memo(self, key: Any, answer: Callable[[], _Answer]) -> _Answer:
        """The answer of `answer()`, computed once a file for each key."""
        try:
            return self._memo[key]  # type: ignore[no-any-return]
        except KeyError:
            value = self._memo[key] = answer()
            return value

    def option(self, name: str) -> Any:
        """The running rule's own setting, or the default it declares."""
        assert self.rule is not None
        given = self.settings.rules.get(self.rule.code, {})
        return given[name] if name in given else self.rule.options[name]
