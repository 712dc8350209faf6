"""The keys of `[tool.relint]` as one table, and the check of a TOML table against it.

The table drives validation and what `relint config` lists.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, NamedTuple

from relint import selectors
from relint.errors import ConfigError, did_you_mean
from relint.globs import Glob
from relint.libraries.databases import DRIVERS
from relint.model import RuleInfo
from relint.settings import Settings


class Key(NamedTuple):
    """One key: `name` is dotted below tables, a part like `<app>` stands for any word; `type` is one of `_READERS`."""

    name: str
    type: str
    help: str


KEYS = (
    Key("extend", "path", "another configuration file, whose keys hold where this one has none"),
    Key("select", "list of selectors", "the rules to run; unset: every rule that is on by default"),
    Key("ignore", "list of selectors", "rules to leave out; the more specific selector wins, on a tie this one"),
    Key("extend-select", "list of selectors", "rules to run besides the selected ones"),
    Key("per-file-ignores.<glob>", "list of selectors", "rules to leave out in files that match (`!glob`: all others)"),
    Key("exclude", "list of globs", "what is not looked at (gitignore syntax); replaces the default"),
    Key("extend-exclude", "list of globs", "more that is not looked at"),
    Key("respect-gitignore", "boolean", "leave out what git ignores"),
    Key("force-exclude", "boolean", "leave out excluded files even when they are named on the command line"),
    Key("fixable", "list of selectors", "rules whose fixes may be applied"),
    Key("unfixable", "list of selectors", "rules whose fixes may not be applied"),
    Key("extend-safe-fixes", "list of selectors", "rules whose unsafe fixes count as safe here"),
    Key("target-version", "Python version", 'oldest Python that runs the code: "py311"; unset: requires-python'),
    Key("check-tests", "boolean", "run every rule in test files too"),
    Key("plugins", "list of plugins", "folders with rules of the project's own, or names of installed rule packages"),
    Key("src", "list of paths", "folders that imports across files start from"),
    Key("output-format", "string", "how findings are printed"),
    Key("severity.<selector>", "severity", "how bad findings of these rules are: error, warning or info"),
    Key("fail-on", "fail-on", "the least severity that makes the exit code 1"),
    Key("require-reason", "boolean", "a suppression comment without a reason is a finding (REL005)"),
    Key("baseline", "path", "file of accepted findings, written by `relint baseline`"),
    Key("sanctioned.timeout", "seconds or expression", 'timeout that fixes write: 10, or "settings.HTTP_TIMEOUT"'),
    Key("sanctioned.timeout-import", "import statement", 'the import that it needs: "from app import settings"'),
    Key("sanctioned.retry", "retry", "inline, tenacity, stamina, backoff or package.module:decorator"),
    Key("sanctioned.max-concurrency", "positive integer", "tasks or threads at a time"),
    Key("sanctioned.queue-size", "positive integer", "items that a queue holds"),
    Key("sanctioned.batch-size", "positive integer", "rows handled at a time"),
    Key("sanctioned.attempts", "positive integer", "tries before giving up"),
    Key("sanctioned.max-delay", "seconds", "longest wait between two tries"),
    Key("sanctioned.not-null", "not-null", "three-step or db-default: how a column that is not null is added"),
    Key("versions.<package>", "version", 'what runs: redis = "8"; unset: the lower bound of the requirement'),
    Key("migrations.database", "database", "what the migrations run on"),
    Key("migrations.version", "version", "its version"),
    Key("migrations.start-after.<app>", "string", "last migration (Alembic: revision) that is not checked any more"),
    Key("migrations.sql-files", "list of globs", "more .sql files that are migrations"),
    Key("sql.driver", "sql driver", "whose parameters fixes write where the code does not tell"),
    Key("rules.<rule>.<option>", "rule option", "options of one rule, named by code or name"),
)

CHOICES = {
    "not-null": ("three-step", "db-default"),
    "severity": ("error", "warning", "info"),
    "fail-on": ("warning", "error"),
    "database": ("postgresql", "mysql", "mariadb", "sqlite", "oracle", "mssql"),
    "sql driver": tuple(dict.fromkeys(driver.name for driver in DRIVERS.values())),
}
"""Types whose values are one of a few words."""

_RETRIES = ("inline", "tenacity", "stamina", "backoff")


def describe() -> list[tuple[str, str, Any, str]]:
    """Every key as (dotted name, type, default, help)."""
    defaults = Settings()
    return [(key.name, key.type, _default(key.name, defaults), key.help) for key in KEYS]


def _default(name: str, holder: Any) -> Any:
    for part in name.split("."):
        if part.startswith("<") or part == "extend":
            return None
        holder = getattr(holder, part.replace("-", "_"))
    return tuple(map(str, holder)) if isinstance(holder, tuple) and holder and isinstance(holder[0], Glob) else holder


@dataclass(frozen=True, eq=False)
class Place:
    """Where a table was written: `name` for messages, `base` that its paths start from, `root` of the settings.

    `rules` are those that its selectors can mean.
    """

    name: str
    base: Path
    root: Path
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)

    @property
    def file(self) -> Path | None:
        """The file, where it is one."""
        return Path(self.name) if os.path.isabs(self.name) else None


def validated(table: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The table with its values as `Settings` holds them, keys as written; ConfigError at the first thing wrong."""
    checked = _checked_table(table, (), place)
    if "per-file-ignores" in checked:
        checked["per-file-ignores"] = {
            _glob(pattern, place): ignored for pattern, ignored in checked["per-file-ignores"].items()
        }
    for selector in checked.get("severity", ()):
        try:
            selectors.resolve(selector, place.rules)
        except ConfigError as error:
            raise _error(place, ("severity", selector), str(error)) from error
    if "rules" in checked:
        checked["rules"] = _by_code(checked["rules"], place)
    return checked


def plugins_of(table: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """What the table names under `plugins`, as `Settings` holds it: needed before its selectors can be judged."""
    named: tuple[str, ...] = _checked_table({"plugins": table.get("plugins", [])}, (), place)["plugins"]
    return named


def _checked_table(table: Any, path: tuple[str, ...], place: Place) -> dict[str, Any]:
    if not isinstance(table, Mapping):
        raise _error(place, path, f"must be a table, not {_kind(table)}")
    checked = {}
    for name, value in table.items():
        inner = (*path, name)
        keys = [key for key in KEYS if _covers(key.name.split("."), inner)]
        if not keys:
            siblings = {key.name.split(".")[len(path)] for key in KEYS if _covers(key.name.split("."), path)}
            problem = f'unknown key "{".".join(inner)}"{did_you_mean(name, siblings)}'
            raise ConfigError(f"{place.name}: {problem}", file=place.file, key=inner)
        if keys[0].name.count(".") >= len(inner):
            checked[name] = _checked_table(value, inner, place)
        else:
            try:
                checked[name] = _READERS[keys[0].type](value, place)
            except (ValueError, ConfigError) as error:
                word = error.key if isinstance(error, ConfigError) else ()
                raise _error(place, inner, str(error), word) from error
    return checked


def _covers(key: list[str], path: tuple[str, ...]) -> bool:
    return len(path) <= len(key) and all(part == word or part[0] == "<" for part, word in zip(key, path, strict=False))


def _error(place: Place, path: tuple[str, ...], problem: str, word: tuple[str, ...] = ()) -> ConfigError:
    message = f"{place.name}: {'.'.join(path)}: {problem}" if path else f"{place.name}: {problem}"
    return ConfigError(message, file=place.file, key=(*path, *word))


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return f"{value!r}"


def _by_code(rules: Mapping[str, Mapping[str, Any]], place: Place) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, options in rules.items():
        try:
            code = selectors.one_rule(name, place.rules)
        except ConfigError as error:
            raise _error(place, ("rules", name), str(error)) from error
        allowed = {option.replace("_", "-"): default for option, default in place.rules[code].options.items()}
        for option, value in options.items():
            if option not in allowed:
                hint = did_you_mean(option, allowed) or f"; it has {', '.join(sorted(allowed)) or 'none'}"
                problem = f'unknown option "{option}" of rules.{name}{hint}'
                raise ConfigError(f"{place.name}: {problem}", file=place.file, key=("rules", name, option))
            if not _fits(value, allowed[option]):
                wanted = _TYPE_NAMES.get(type(allowed[option]), type(allowed[option]).__name__)
                raise _error(place, ("rules", name, option), f"must be {wanted}, not {_kind(value)}")
        found.setdefault(code, {}).update(options)
    return found


_TYPE_NAMES = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    tuple: "a list of strings",
    list: "a list of strings",
    dict: "a table",
}


def _fits(value: Any, default: Any) -> bool:
    """Whether an option's value has the type of its default; a default None says nothing of the type."""
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, (tuple, list)):
        return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    if isinstance(default, float):
        return isinstance(value, (int, float))
    return isinstance(value, type(default))


def _string(value: Any, place: Place) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {_kind(value)}")
    return value


def _boolean(value: Any, place: Place) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_kind(value)}")
    return value


def _positive_integer(value: Any, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"must be an integer above 0, not {_kind(value)}")
    return value


def _seconds(value: Any, place: Place) -> float | int:
    # `0 < value < inf` is false for nan too.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise ValueError(f"must be a number of seconds above 0, not {_kind(value)}")
    return value


def _strings(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"must be a list of strings, not {_kind(value)}")
    return list(value)


def _selectors(value: Any, place: Place) -> tuple[str, ...]:
    chosen = tuple(_strings(value))
    for selector in chosen:
        selectors.resolve(selector, place.rules)
    return chosen


def _glob(pattern: str, place: Place) -> Glob:
    return Glob(pattern, None if place.base == place.root else place.base)


def _globs(value: Any, place: Place) -> tuple[Glob, ...]:
    return tuple(_glob(pattern, place) for pattern in _strings(value))


def _paths(value: Any, place: Place) -> tuple[str, ...]:
    paths = _strings(value)
    return tuple(paths if place.base == place.root else (str(place.base / path) for path in paths))


def _plugins(value: Any, place: Place) -> tuple[str, ...]:
    """Absolute where there is such a path, else the name of a package's entry point."""
    return tuple(str(place.base / path) if (place.base / path).exists() else path for path in _strings(value))


def _version(value: Any, place: Place) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f'must be a version such as "5.1" or 16, not {_kind(value)}')
    if not re.match(r"[0-9]+(\.[0-9]+)*", str(value)):
        raise ValueError(f'must be a version such as "5.1" or 16, not {_kind(value)}')
    return str(value)


def _python_version(value: Any, place: Place) -> tuple[int, int]:
    found = re.fullmatch(r"(?:py)?3\.?([0-9]{1,2})", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f'must be a Python version such as "py311" or "3.11", not {_kind(value)}')
    return (3, int(found[1]))


def _timeout(value: Any, place: Place) -> float | int | str:
    if not isinstance(value, str):
        return _seconds(value, place)
    if _tree(value, "eval") is None:
        raise ValueError(f"must be a number of seconds or a Python expression, not {value!r}")
    return value


def _import_statement(value: Any, place: Place) -> str:
    statement = _string(value, place).strip()
    tree = _tree(statement, "exec")
    if [type(node).__name__ for node in getattr(tree, "body", ())] not in (["Import"], ["ImportFrom"]):
        raise ValueError(f"must be an import statement, not {value!r}")
    return statement


def _tree(source: str, mode: str) -> object | None:
    only_ast = 0x400  # ast.PyCF_ONLY_AST, without importing ast
    try:
        tree: object = compile(source, "<configuration>", mode, only_ast, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def _retry(value: Any, place: Place) -> str:
    text = _string(value, place)
    if text in _RETRIES or re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*", text):
        return text
    raise ValueError(f"must be {', '.join(_RETRIES)} or package.module:decorator, not {text!r}")


def _choice(kind: str) -> Callable[[Any, Place], str]:
    def read(value: Any, place: Place) -> str:
        if value in CHOICES[kind]:
            return str(value)
        hint = did_you_mean(value, CHOICES[kind]) if isinstance(value, str) else ""
        raise ValueError(f"must be one of {', '.join(CHOICES[kind])}, not {_kind(value)}{hint}")

    return read


def _path(value: Any, place: Place) -> Path:
    return Path(os.path.abspath(place.base / Path(_string(value, place)).expanduser()))


def _anything(value: Any, place: Place) -> Any:
    return value


_READERS: Mapping[str, Callable[[Any, Place], Any]] = {
    "boolean": _boolean,
    "string": _string,
    "positive integer": _positive_integer,
    "seconds": _seconds,
    "seconds or expression": _timeout,
    "import statement": _import_statement,
    "version": _version,
    "Python version": _python_version,
    "retry": _retry,
    "not-null": _choice("not-null"),
    "database": _choice("database"),
    "sql driver": _choice("sql driver"),
    "severity": _choice("severity"),
    "fail-on": _choice("fail-on"),
    "list of selectors": _selectors,
    "list of globs": _globs,
    "list of paths": _paths,
    "list of plugins": _plugins,
    "path": _path,
    "rule option": _anything,  # judged by the rule's own options, see _by_code
}
