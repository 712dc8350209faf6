"""What the editor's own settings say: `initializationOptions`, `workspace/configuration`, `didChangeConfiguration`."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Mapping

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


def options(given: Any, folder: Path, before: Options = DEFAULTS) -> tuple[Options, list[str]]:
    """The options in a JSON object, over those of `before`; and what is wrong with it, in words.

    What is wrong is left out: an editor must not lose its diagnostics for a typing error in one setting.
    """
    if not isinstance(given, Mapping):
        return before, [] if given is None else ["the settings must be an object"]
    given = given.get("settings", given) if isinstance(given.get("settings"), Mapping) else given
    given = given.get(SECTION, given) if isinstance(given.get(SECTION), Mapping) else given
    values: dict[str, Any] = {each.name: getattr(before, each.name) for each in fields(before)}
    overrides: dict[str, Any] = {}
    wrong: list[str] = []
    for name, value in given.items():
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
    if overrides or any(name in given for name in (*_LISTS, "configuration")):
        values["overrides"] = overrides
    return Options(**values), wrong


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _path(value: str, folder: Path) -> Path:
    return folder / Path(value.replace("${workspaceFolder}", str(folder))).expanduser()
