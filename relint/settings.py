"""Settings: what one configuration file (or none) says, ready to be asked by the run. Plain data, picklable."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Mapping

from relint.engine_rules import ENGINE_FAMILY, INTERNAL_ERROR
from relint.globs import Glob, GlobSet
from relint.model import RuleInfo, Safety, Severity
from relint.selectors import chosen, levels
from relint.test_code import is_test_file, is_test_folder

DEFAULT_TARGET = (3, 10)
DEFAULT_EXCLUDE = tuple(
    Glob(pattern)
    for pattern in (
        *(".git", ".hg", ".venv", "venv", "env", ".tox", ".nox", "node_modules", "build", "dist", "__pypackages__"),
        *("site-packages", "*_pb2.py", "*_pb2_grpc.py"),
        ".#*",  # Emacs' locks: dangling symlinks
    )
)


@dataclass(frozen=True)
class Sanctioned:
    """`[tool.relint.sanctioned]`: the values that fixes write. Durations are seconds.

    `timeout` as a string is an expression (`settings.HTTP_TIMEOUT`), `timeout_import` the import that it needs.
    `retry` is `inline`, `tenacity`, `stamina`, `backoff` or `pkg.mod:decorator`. `given` names the fields that the
    project set itself: those make fixes safe.
    """

    timeout: float | int | str = 10
    timeout_import: str | None = None
    retry: str = "inline"
    max_concurrency: int = 10
    queue_size: int = 1000
    batch_size: int = 1000
    attempts: int = 5
    max_delay: float | int = 60
    not_null: str = "three-step"
    given: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Migrations:
    """`[tool.relint.migrations]`: the database that migrations run on, and where checking starts (by app).

    `sql_files` are more .sql files that are migrations.
    """

    database: str | None = None
    version: str | None = None
    start_after: Mapping[str, str] = field(default_factory=dict)
    sql_files: tuple[Glob, ...] = ()


@dataclass(frozen=True)
class Sql:
    """`[tool.relint.sql]`: the driver whose parameters fixes write where the code does not tell."""

    driver: str | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured, with the defaults. `root` is what relative paths and globs start from.

    `rules` is keyed by code, its options are spelled as in the file (`extra-calls`). Made by `relint.config`, which
    has validated the selectors.
    """

    root: Path = field(default_factory=Path.cwd)
    source: Path | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[Glob, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[Glob, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[Glob, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    target_version: tuple[int, int] = DEFAULT_TARGET
    sanctioned: Sanctioned = field(default_factory=Sanctioned)
    versions: Mapping[str, str] = field(default_factory=dict)
    migrations: Migrations = field(default_factory=Migrations)
    sql: Sql = field(default_factory=Sql)
    check_tests: bool = False
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    src: tuple[str, ...] = (".", "src")
    output_format: str | None = None
    baseline: Path | None = None
    severity: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = "warning"
    require_reason: bool = False

    def live(self, path: Path) -> frozenset[str]:
        """Codes of the rules that are live for the file at `path` (relative paths start at the working folder)."""
        absolute = os.path.abspath(path)
        codes = self._chosen
        if not self.check_tests and self._is_test(absolute):
            codes -= self._not_for_tests
        for glob, ignored in self._ignores_by_glob:
            if glob.matches(absolute):
                codes -= ignored
        return codes

    def may_fix(self, code: str) -> bool:
        """Whether fixes of this rule may be applied: `fixable` and `unfixable`, the more specific wins."""
        return self._fixable_level.get(code, -1) > self._unfixable_level.get(code, -1)

    def severity_of(self, code: str, severity: Severity) -> Severity:
        """The severity of a finding after the `severity` table, in which the more specific selector wins."""
        return self._severities.get(code, severity)

    def safety(self, code: str, safety: Safety) -> Safety:
        """The safety of a fix after `extend-safe-fixes`, which promotes unsafe fixes and never display ones."""
        return Safety.SAFE if safety is Safety.UNSAFE and code in self._promoted else safety

    def _is_test(self, absolute: str) -> bool:
        root = os.path.join(self.root, "")
        inside = absolute[len(root) :] if absolute.startswith(root) else absolute
        *folders, name = inside.split(os.sep)
        return is_test_file(name) or any(map(is_test_folder, folders))

    @cached_property
    def _catalogue(self) -> Mapping[str, RuleInfo]:
        from relint import registry

        return registry.catalogue(self.plugins)

    @cached_property
    def _chosen(self) -> frozenset[str]:
        return chosen(self.select, self.extend_select, self.ignore, self._catalogue)

    @cached_property
    def _not_for_tests(self) -> frozenset[str]:
        rules = self._catalogue.values()
        return frozenset(info.code for info in rules if not info.tests and info.family != ENGINE_FAMILY)

    @cached_property
    def _ignores_by_glob(self) -> list[tuple[_AllBut | GlobSet, frozenset[str]]]:
        return [
            (_matcher(glob, self.root), frozenset(levels(selectors, self._catalogue)) - {INTERNAL_ERROR})
            for glob, selectors in self.per_file_ignores.items()
        ]

    @cached_property
    def _fixable_level(self) -> dict[str, int]:
        return levels(self.fixable, self._catalogue)

    @cached_property
    def _unfixable_level(self) -> dict[str, int]:
        return levels(self.unfixable, self._catalogue)

    @cached_property
    def _promoted(self) -> frozenset[str]:
        return frozenset(levels(self.extend_safe_fixes, self._catalogue))

    @cached_property
    def _severities(self) -> dict[str, Severity]:
        weights: dict[str, tuple[int, Severity]] = {}
        for selector, severity in self.severity.items():
            for code, level in levels([selector], self._catalogue).items():
                if code != INTERNAL_ERROR and (code not in weights or level > weights[code][0]):
                    weights[code] = (level, Severity(severity))
        return {code: severity for code, (_, severity) in weights.items()}

    def __getstate__(self) -> dict[str, Any]:
        # What was derived is derived again on the other side: compiled patterns are slow to carry.
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}


class _AllBut:
    """`!src/*` in per-file-ignores: every file that does not match."""

    def __init__(self, globs: GlobSet) -> None:
        self._globs = globs

    def matches(self, path: str) -> bool:
        return not self._globs.matches(path)


def _matcher(glob: Glob, root: Path) -> _AllBut | GlobSet:
    if glob.pattern.startswith("!"):
        return _AllBut(GlobSet([Glob(glob.pattern[1:], glob.base)], root))
    return GlobSet([glob], root)
