"""From configuration files and the command line to `Settings`.

Per folder, the nearest of `.relint.toml`, `relint.toml` and `pyproject.toml` with `[tool.relint]` counts, alone; then
the user's own file; then the defaults. What the command line says is laid over it.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Mapping, NamedTuple, Sequence

from relint.config_keys import Place, describe, plugins_of, validated
from relint.errors import ConfigError
from relint.model import RuleInfo
from relint.selectors import resolve
from relint.settings import DEFAULT_TARGET, Migrations, Sanctioned, Settings, Sql

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["ConfigError", "Migrations", "Sanctioned", "Settings", "SettingsFinder", "command_line", "describe", "load"]

FILE_NAMES = (".relint.toml", "relint.toml", "pyproject.toml")
_ADDED_UP = ("extend-select", "extend-exclude", "extend-safe-fixes", "plugins")


def load(
    path: Path, overrides: Mapping[str, Any] | None = None, *, root: Path | None = None, cwd: Path | None = None
) -> Settings:
    """The settings of one configuration file, `overrides` (keys as in the file) laid over them.

    `root` is what the file's relative paths start from, its folder by default; those of `overrides` start at `cwd`.
    ConfigError when the file cannot be read or says something that it cannot say.
    """
    source = Path(os.path.abspath(path))
    base = root or source.parent
    values = _values([*_command_line_layer(overrides, cwd or Path.cwd()), *_file_layers(source, base)], base)
    if "target-version" not in values:
        values["target-version"] = _required_python(str(source.parent)) or DEFAULT_TARGET
    return _settings(values, base, source)


def command_line(arguments: Sequence[str], flags: Mapping[str, Any]) -> tuple[Path | None, dict[str, Any]]:
    """`--config` arguments (a file, or KEY=VALUE in TOML) and the flags given (None: not given), as `explicit` and
    `overrides` of a `SettingsFinder`. ConfigError for two files, or for what is no TOML."""
    explicit: Path | None = None
    overrides: dict[str, Any] = {}
    for argument in arguments:
        if "=" in argument and not os.path.exists(argument):
            overrides = _merged(overrides, _assignment(argument))
        elif explicit:
            raise ConfigError(f"--config names two files: {explicit} and {argument}")
        else:
            explicit = Path(argument)
    return explicit, _merged(overrides, {key: value for key, value in flags.items() if value is not None})


class SettingsFinder:
    """Which settings hold for which file. Answers are kept per folder; equal answers are the same object."""

    def __init__(
        self,
        explicit: Path | None = None,
        isolated: bool = False,
        overrides: Mapping[str, Any] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """`explicit` is the file to use for everything, `isolated` reads none. Nothing is read yet."""
        self.cwd = Path(os.path.abspath(cwd or Path.cwd()))
        self._explicit = self.cwd / explicit if explicit else None
        self._isolated = isolated
        self._overrides = dict(overrides or {})
        self._by_folder: dict[str, Settings | ConfigError] = {}
        self._everywhere: Settings | None = None
        self._user_source: Path | None = None
        self._target_is_set = False

    def for_file(self, path: Path) -> Settings:
        """Settings of the file at `path`, which need not exist; ConfigError when its configuration is unusable."""
        return self.for_folder(Path(os.path.abspath(self.cwd / path)).parent)

    def for_folder(self, path: Path) -> Settings:
        """Settings of the files in the folder `path`; ConfigError when its configuration is unusable."""
        if self._isolated or self._explicit:
            self._everywhere = self._everywhere or self._for_all()
            return self._everywhere
        found = self._nearest(os.path.abspath(self.cwd / path))
        if isinstance(found, ConfigError):
            raise found
        return found

    def _for_all(self) -> Settings:
        if self._explicit and not self._isolated:
            return load(self._explicit, self._overrides, root=self.cwd, cwd=self.cwd)
        # Isolated: no file is read, and no code of others is loaded.
        overrides = {key: value for key, value in self._overrides.items() if key != "plugins"}
        return _settings(_values(_command_line_layer(overrides, self.cwd), self.cwd), self.cwd, None)

    def _nearest(self, folder: str) -> Settings | ConfigError:
        if folder not in self._by_folder:
            found = self._in_folder(folder)
            if found is None:
                parent = os.path.dirname(folder)
                found = self._with_target(folder, self._fallback() if parent == folder else self._nearest(parent))
            self._by_folder[folder] = found
        return self._by_folder[folder]

    def _in_folder(self, folder: str) -> Settings | ConfigError | None:
        for name in FILE_NAMES:
            source = os.path.join(folder, name)
            if not os.path.isfile(source):
                continue
            try:
                if name != "pyproject.toml" or _read(Path(source)) is not None:
                    return load(Path(source), self._overrides, cwd=self.cwd)
            except ConfigError as error:
                return error
        return None

    def _with_target(self, folder: str, found: Settings | ConfigError) -> Settings | ConfigError:
        """Without a configuration file, the `requires-python` of the nearest project still tells the target."""
        if isinstance(found, ConfigError) or found.source not in (None, self._user_source) or self._target_is_set:
            return found
        try:
            target = _required_python_of(Path(folder, "pyproject.toml"))
        except ConfigError as error:
            return error
        return replace(found, target_version=target) if target else found

    def _fallback(self) -> Settings | ConfigError:
        try:
            self._user_source = _user_file()
            layers = _command_line_layer(self._overrides, self.cwd)
            if self._user_source:
                layers += _file_layers(self._user_source, self.cwd)
            values = _values(layers, self.cwd)
            self._target_is_set = "target-version" in values
            return _settings(values, self.cwd, self._user_source)
        except ConfigError as error:
            return error


def _user_file() -> Path | None:
    if sys.platform == "win32":
        home = os.environ.get("APPDATA", "")
    else:
        # The XDG specification: a relative value is to be ignored.
        home = os.environ.get("XDG_CONFIG_HOME", "")
        home = home if os.path.isabs(home) else os.path.expanduser("~/.config")
    for name in FILE_NAMES:
        path = Path(home, "relint", name)
        if home and path.is_file() and _read(path) is not None:
            return path
    return None


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        where = f"{at[1]}:{at[2]}" if at else str(text.count("\n") + 1)
        message = str(error)[: at.start()] if at else str(error)
        spot = (int(at[1]), int(at[2])) if at else (text.count("\n") + 1, 1)
        raise ConfigError(f"{name}:{where}: not TOML: {message}", file=Path(name), at=spot) from error
    except RecursionError as error:
        raise ConfigError(f"{name}: nested too deeply", file=Path(name)) from error
    return parsed


def _assignment(argument: str) -> dict[str, Any]:
    name = f"--config {argument}"
    try:
        return _parse(argument, name)
    except ConfigError as error:
        raise ConfigError(f"{error} (TOML wants quotes and lists: --config 'select=[\"REL101\"]')") from error


def _document(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}", file=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start})", file=path) from error
    return _parse(text, str(path))


def _read(path: Path) -> dict[str, Any] | None:
    """relint's table of a configuration file; None when it is a pyproject.toml without one."""
    document = _document(path)
    if path.name != "pyproject.toml":
        if "relint" in _table(document.get("tool")):
            problem = "here the keys stand at the top, not under [tool.relint]"
            raise ConfigError(f"{path}: {problem}", file=path, key=("tool", "relint"))
        return document
    found = _table(document.get("tool")).get("relint")
    if found is not None and not isinstance(found, dict):
        raise ConfigError(f"{path}: tool.relint must be a table", file=path)
    return found


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class _Layer(NamedTuple):
    """A table as written, the name of its source, and the folder that its paths start from."""

    table: Mapping[str, Any]
    name: str
    base: Path

    def place(self, root: Path, rules: Mapping[str, RuleInfo]) -> Place:
        return Place(self.name, self.base, root, rules)

    def error(self, problem: str, key: str) -> ConfigError:
        return ConfigError(f"{self.name}: {key}: {problem}", file=Path(self.name), key=(key,))


def _command_line_layer(overrides: Mapping[str, Any] | None, cwd: Path) -> list[_Layer]:
    if overrides and "extend" in overrides:
        raise ConfigError("command line: extend: belongs into a file; use --config FILE")
    return [_Layer(overrides, "command line", cwd)] if overrides else []


def _file_layers(source: Path, base: Path) -> list[_Layer]:
    """The file's table, then the ones that it extends."""
    layers: list[_Layer] = []
    seen: list[Path] = []
    while True:
        table = _read(source)
        if table is None:
            raise ConfigError(f"{source}: has no [tool.relint] table", file=source)
        layer = _Layer({key: value for key, value in table.items() if key != "extend"}, str(source), base)
        layers.append(layer)
        if "extend" not in table:
            return layers
        seen.append(source)
        source = validated({"extend": table["extend"]}, layer.place(base, {}))["extend"]
        if source in seen:
            raise layer.error(f"{source} extends itself", "extend")
        if not source.is_file():
            raise layer.error(f"{source} does not exist", "extend")
        base = source.parent


def _values(layers: Sequence[_Layer], root: Path) -> dict[str, Any]:
    """The validated values of all layers, of which the nearest comes first."""
    from relint import registry

    plugins = [plugin for layer in layers for plugin in plugins_of(layer.table, layer.place(root, {}))]
    try:
        rules = registry.catalogue(tuple(dict.fromkeys(plugins)))
    except ConfigError as error:
        named = [layer for layer in layers if "plugins" in layer.table]
        message = f"{', '.join(layer.name for layer in named)}: {error}"
        raise ConfigError(message, file=named[0].place(root, {}).file, key=("plugins", *error.key)) from error
    values: dict[str, Any] = {}
    for layer in reversed(layers):
        values = _laid_over(values, validated(layer.table, layer.place(root, rules)), rules)
    return values


def _settings(values: Mapping[str, Any], root: Path, source: Path | None) -> Settings:
    fields = {_field(key): value for key, value in values.items()}
    if "sanctioned" in fields:
        given = {_field(key): value for key, value in fields["sanctioned"].items()}
        fields["sanctioned"] = Sanctioned(**given, given=frozenset(given))
    if "migrations" in fields:
        fields["migrations"] = Migrations(**{_field(key): value for key, value in fields["migrations"].items()})
    if "sql" in fields:
        fields["sql"] = Sql(**fields["sql"])
    return Settings(root=root, source=source, **fields)


def _field(key: str) -> str:
    return key.replace("-", "_")


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any], rules: Mapping[str, RuleInfo]) -> dict[str, Any]:
    """Validated values of two places, of which `over` is the nearer one.

    A `select` in it starts afresh, `ignore` and the `extend-` lists add up, tables are merged by key (but not
    `per-file-ignores`), anything else is replaced.
    """
    if "select" in over:
        under = {key: value for key, value in under.items() if key != "extend-select"}
    merged = _merged(under, over)
    for key in _ADDED_UP:
        if key in under and key in over:
            merged[key] = (*under[key], *over[key])
    if "per-file-ignores" in over:
        merged["per-file-ignores"] = over["per-file-ignores"]
    if "ignore" in under:
        # What the nearer place selects by the very words that the other ignores is no tie.
        wanted = [resolve(word, rules) for key in ("select", "extend-select") for word in over.get(key, ())]
        kept = [word for word in under["ignore"] if resolve(word, rules) not in wanted]
        merged["ignore"] = (*kept, *over.get("ignore", ()))
    return merged


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two tables merged by key, and so are the tables in them."""
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _required_python(folder: str) -> tuple[int, int] | None:
    """The oldest Python of `requires-python` in the nearest pyproject.toml, from `folder` upwards, that states it."""
    stated = _required_python_of(Path(folder, "pyproject.toml"))
    parent = os.path.dirname(folder)
    return stated or (None if parent == folder else _required_python(parent))


def _required_python_of(pyproject: Path) -> tuple[int, int] | None:
    """`>=3.9,<4` is (3, 9); None when there is no such file or it does not say."""
    if not pyproject.is_file():
        return None
    stated = _table(_document(pyproject).get("project")).get("requires-python")
    if not isinstance(stated, str):
        return None
    bounds = re.findall(r"(?:>=|~=|===?|>)\s*([0-9]+)\.([0-9]+)", stated)
    return max(((int(major), int(minor)) for major, minor in bounds), default=None)
