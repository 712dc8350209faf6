"""Finds rules and fixers by path and by entry point; there is no list to keep by hand.

What start-up and the word search need of each rule is read from `relint/_index.py`, which this module generates
(`python -m relint.registry`) from the literals in the rule modules. A rule module is imported when it is to run.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
import zlib
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType
from typing import Any, Callable, Iterator, Mapping, NamedTuple

from relint.engine_rules import ENGINE_FAMILY, ENGINE_RULES
from relint.engine_rules import page as engine_page
from relint.errors import ConfigError
from relint.model import PLUGIN_FAMILY, Check, Fixer, RuleInfo, Safety, Severity

ENTRY_POINT_GROUP = "relint.rules"
_RULES = "relint.rules"
_FIXERS = "relint.fixers"


class LoadedRule(NamedTuple):
    """A rule whose module is imported: its listeners with the node types they hear."""

    info: RuleInfo
    listeners: tuple[tuple[tuple[type, ...], Check], ...]


def catalogue(plugins: tuple[str, ...] = ()) -> Mapping[str, RuleInfo]:
    """Every rule by code: the engine's own, the built-in ones, and those of `plugins` (paths or entry point names)."""
    if not plugins:
        return _built_in()
    rules = dict(_built_in())
    for plugin in plugins:
        for info in _plugin_rules(plugin):
            if info.code in rules and rules[info.code].module != info.module:
                raise ConfigError(f"plugin {plugin!r}: the code {info.code} is taken by {rules[info.code].name}")
            rules[info.code] = info
    return MappingProxyType(rules)


@cache
def _built_in() -> Mapping[str, RuleInfo]:
    from relint._index import RULES

    rules = dict(ENGINE_RULES)
    for entry in RULES:
        info = _info(entry)
        rules[info.code] = info
    return MappingProxyType(rules)


def load(info: RuleInfo) -> LoadedRule:
    """Import the rule's module and collect its listeners, in the order they are written."""
    loaded = _loaded.get(info.module)
    if loaded is None:
        functions = _functions(_module(info.module))
        listeners = tuple((f.__relint_types__, f) for f in functions if hasattr(f, "__relint_types__"))
        loaded = _loaded[info.module] = LoadedRule(info, listeners)
    return loaded


def fixer(info: RuleInfo, *, sql: bool = False) -> Fixer | None:
    """The rule's fixer: from the mirrored module under `fixers`, or from the rule's own module for a plugin.

    With `sql`, that for .sql files, which lies in the family's folder `sql`; not every rule has one.
    """
    if info.fix is None:
        return None
    mirrored = info.module.replace(_RULES, _FIXERS, 1)
    if sql:
        family, _, name = mirrored.rpartition(".")
        mirrored = f"{family}.sql.{name}"
        if not folders()[1].joinpath(*mirrored.split(".")[2:]).with_suffix(".py").is_file():
            return None
    if mirrored not in _fixers:
        functions = _functions(_module(mirrored))
        found = [f for f in functions if getattr(f, "__relint_fixer__", None) == info.code]
        _fixers[mirrored] = found[0] if found else None
    return _fixers[mirrored]


def page(rule: str, plugins: tuple[str, ...] = ()) -> str:
    """The Markdown page of a rule given by code or name; raises KeyError for an unknown one."""
    for info in catalogue(plugins).values():
        if rule in (info.code, info.name):
            text = engine_page(info.code) if info.family == ENGINE_FAMILY else _docstring(info)
            return f"# {info.name} ({info.code})\n\n{text.strip()}\n"
    raise KeyError(rule)


def plugin_sources(plugin: str) -> list[Path]:
    """The Python files whose change may change what a plugin finds: of a package, all of it; raises ConfigError."""
    files = _plugin_files_of(plugin)
    if Path(plugin).exists():
        return files
    return sorted({each for file in files for each in _package_around(file)})


def folders() -> tuple[Path, Path]:
    """Where the built-in rules and fixers lie: beside this package in a wheel, above it in a checkout."""
    here = Path(__file__).parent
    base = here if (here / "rules").is_dir() else here.parent
    return base / "rules", base / "fixers"


_loaded: dict[str, LoadedRule] = {}
_fixers: dict[str, Fixer | None] = {}
_plugin_files: dict[str, Path] = {}


def _functions(module: ModuleType) -> list[Callable[..., Any]]:
    return [f for f in vars(module).values() if callable(f) and getattr(f, "__module__", None) == module.__name__]


def _module(name: str) -> ModuleType:
    """Import a rule or fixer module by name, in an installation, a bare checkout, or a plugin folder."""
    if name in sys.modules:
        return sys.modules[name]
    if (path := _plugin_files.get(name)) is not None:
        return _from_file(name, path, loader=_FromSource(name, str(path)))
    for package, folder in zip((_RULES, _FIXERS), folders(), strict=True):
        if name.startswith(package) and package not in sys.modules:
            _package(package, folder)
    return importlib.import_module(name)


def _package(name: str, folder: Path) -> None:
    """Make `relint.rules` importable in a checkout, where the folder is not inside the package."""
    if folder.parent != Path(__file__).parent:
        _from_file(name, folder / "__init__.py", [str(folder)])


class _FromSource(SourceFileLoader):
    """Reads a plugin as it is now: byte code counts as fresh when a file of the same size was saved that second."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _from_file(
    name: str, path: Path, search: list[str] | None = None, loader: SourceFileLoader | None = None
) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path, loader=loader, submodule_search_locations=search)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _docstring(info: RuleInfo) -> str:
    path = _plugin_files.get(info.module) or folders()[0].joinpath(*info.module.split(".")[2:]).with_suffix(".py")
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


# -- the index -------------------------------------------------------------------------------------------------------


def read_rule(path: Path, family: str, module: str) -> dict[str, Any] | None:
    """What a rule module says of itself, read from its `rule = Rule(...)` line without importing it.

    None when the module declares no rule. Raises ValueError when the declaration is not made of literals.
    """
    tree = ast.parse(path.read_text("utf-8"))
    for statement in tree.body:
        match statement:
            case ast.Assign(value=ast.Call(func=ast.Name(id="Rule"), args=[], keywords=keywords)):
                try:
                    declared = {str(k.arg): ast.literal_eval(k.value) for k in keywords}
                except ValueError as error:
                    raise ValueError(f"{path}: Rule(...) must be written with literals only: {error}") from error
                summary = (ast.get_docstring(tree) or "").partition("\n")[0]
                name = path.stem.replace("_", "-")
                return {"name": name, "family": family, "module": module, "summary": summary, **declared}
    return None


def _rules_under(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*/*.py")):
        entry = read_rule(path, path.parent.name, f"{_RULES}.{path.parent.name}.{path.stem}")
        if entry is not None:
            yield entry


def _info(entry: Mapping[str, Any]) -> RuleInfo:
    entry = dict(entry)
    fix = entry.pop("fix", None)
    severity = Severity(entry.pop("severity", "warning"))
    return RuleInfo(fix=Safety(fix) if fix else None, severity=severity, **entry)


def render_index() -> str:
    """The text of `relint/_index.py` for the rules on disk."""
    entries = sorted(_rules_under(folders()[0]), key=lambda entry: str(entry["code"]))
    lines = ["    {\n" + "".join(f"        {k!r}: {v!r},\n" for k, v in e.items()) + "    },\n" for e in entries]
    return (
        '"""Generated by `python -m relint.registry`; a test compares it with the rules."""\n\n'
        "from typing import Any\n\n# fmt: off\nRULES: list[dict[str, Any]] = [\n" + "".join(lines) + "]\n"
    )


# -- plugins ---------------------------------------------------------------------------------------------------------


@cache
def _plugin_rules(plugin: str) -> tuple[RuleInfo, ...]:
    """The rules of one plugin: a folder, a file, or the name of an entry point; raises ConfigError."""
    found = []
    for file in _plugin_files_of(plugin):
        # Two plugins may hold files of one name.
        module = f"relint_plugin_{file.stem}_{zlib.crc32(os.fsencode(file.resolve())):08x}"
        try:
            entry = read_rule(file, PLUGIN_FAMILY, module)
            if entry is not None:
                _plugin_files[module] = file
                found.append(_info(entry))
        except (SyntaxError, ValueError, TypeError, KeyError, OSError) as error:
            raise ConfigError(f"plugin {plugin!r}: {file.name}: {error}") from error
    if not found:
        raise ConfigError(f"plugin {plugin!r} holds no rule")
    return tuple(found)


def _plugin_files_of(plugin: str) -> list[Path]:
    path = Path(plugin)
    if path.is_dir():
        return sorted(path.rglob("*.py"))
    if path.suffix == ".py" and path.is_file():
        return [path]
    return _entry_point_files(plugin)


def _package_around(file: Path) -> list[Path]:
    """The files of the outermost package that the file is in; the file itself when it is in none."""
    top = file
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    return list(top.rglob("*.py")) if top.is_dir() else [file]


def _entry_point_files(name: str) -> list[Path]:
    from importlib.metadata import entry_points

    for entry in entry_points(group=ENTRY_POINT_GROUP):
        if entry.name == name:
            spec = importlib.util.find_spec(entry.value.partition(":")[0])
            if spec is not None and spec.submodule_search_locations:
                return sorted(f for place in spec.submodule_search_locations for f in Path(place).rglob("*.py"))
            if spec is not None and spec.origin:
                return [Path(spec.origin)]
    raise ConfigError(f"plugin {name!r} is neither a path nor an entry point of the group {ENTRY_POINT_GROUP!r}")


if __name__ == "__main__":
    (Path(__file__).parent / "_index.py").write_text(render_index(), "utf-8", newline="\n")
