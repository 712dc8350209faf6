"""What the editor's own settings say: `initializationOptions`, `workspace/configuration`, `didChangeConfiguration`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence

SECTION = "relint"


@dataclass(frozen=True)
class Options:
    """Settings of the editor, spelled in camelCase there. `overrides` are keys of `[tool.relint]`.

    `debounce` is milliseconds; None adapts to how long the last check took. `trusted` lets plugins be loaded from a
    path. `max_file_size` is characters.
    """

    enable: bool = True
    run: str = "onType"
    debounce: int | None = None
    configuration: Path | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    show_syntax_errors: bool = False
    fix_all: bool = True
    disable_rule_comment: bool = True
    unsafe_fixes: bool = True
    baseline: bool = True
    trusted: bool = False
    preview_in_client: bool = False
    log_level: str = "warning"
    max_file_size: int = 2_000_000


_PLAIN: Mapping[str, tuple[str, type]] = {
    "enable": ("enable", bool),
    "run": ("run", str),
    "debounce": ("debounce", int),
    "showSyntaxErrors": ("show_syntax_errors", bool),
    "fixAll": ("fix_all", bool),
    "disableRuleComment": ("disable_rule_comment", bool),
    "unsafeFixes": ("unsafe_fixes", bool),
    "baseline": ("baseline", bool),
    "trusted": ("trusted", bool),
    "previewInClient": ("preview_in_client", bool),
    "logLevel": ("log_level", str),
    "maxFileSize": ("max_file_size", int),
}
"""Settings as the editor spells them: the field that each sets, and its type."""

_CHOICES = {"run": ("onType", "onSave"), "logLevel": ("error", "warning", "info", "debug")}
_LISTS = {"select": "select", "ignore": "ignore", "extendSelect": "extend-select", "exclude": "extend-exclude"}
"""Settings that are keys of `[tool.relint]` under another spelling."""

DEFAULTS = Options()


def told(given: Any) -> Mapping[str, Any]:
    """The settings in what a client sent, without the objects around them; empty where it sent none."""
    for around in ("settings", SECTION):
        if isinstance(given, Mapping) and isinstance(given.get(around), Mapping):
            given = given[around]
    return given if isinstance(given, Mapping) else {}


@dataclass
class Told:
    """What a client has said of its settings.

    What it says later replaces what it said before. What it said at the start holds until it names that setting again:
    from then on one that it leaves out, or sends as null, is at its default.
    """

    initial: Mapping[str, Any] = field(default_factory=dict)
    pushed: Mapping[str, Any] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)

    def with_answers(self, answers: Sequence[Any]) -> list[Mapping[str, Any]]:
        """The settings, for each of the client's answers to `workspace/configuration` (None: it gave none)."""
        later = [{**self.pushed, **told(answer)} for answer in answers]
        self._named.update(*later)
        first = {name: value for name, value in self.initial.items() if name not in self._named}
        return [{**first, **each} for each in later]


def options(given: Any, folder: Path) -> tuple[Options, list[str]]:
    """The options in a JSON object, and what is wrong with it, in words.

    What is wrong is left out: an editor must not lose its diagnostics for a typing error in one setting.
    """
    if given is not None and not isinstance(given, Mapping):
        return DEFAULTS, ["the settings must be an object"]
    values: dict[str, Any] = {}
    overrides: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in told(given).items():
        if value is None:
            continue
        if name in _LISTS:
            if _is_strings(value):
                overrides[_LISTS[name]] = list(value)
            else:
                wrong.append(f"{name} must be a list of strings")
        elif name == "configuration":
            if isinstance(value, str):
                values["configuration"] = _path(value, folder) if value else None
            elif isinstance(value, Mapping):
                overrides = {**value, **overrides}
            else:
                wrong.append("configuration must be a path or an object")
        elif name in _PLAIN:
            field_name, kind = _PLAIN[name]
            if type(value) is not kind or value not in _CHOICES.get(name, (value,)):
                wrong.append(f"{name} cannot be {value!r}")
            else:
                values[field_name] = value
        else:
            wrong.append(f"unknown setting {name}")
    return Options(**values, overrides=overrides), wrong


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _path(value: str, folder: Path) -> Path:
    return folder / Path(value.replace("${workspaceFolder}", str(folder))).expanduser()
