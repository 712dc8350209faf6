"""relint as a guest of another linter, which says which codes it wants and where the text comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Callable

from relint.check import check, crash
from relint.config import ConfigError, Settings, SettingsFinder
from relint.engine_rules import ENGINE_FAMILY
from relint.model import Diagnostic, RuleInfo, Severity
from relint.registry import catalogue
from relint.source import Source


class Guest:
    """Checks texts with relint's own configuration, except that the host selects: what to report, where, and which
    files are its business (`select`, `ignore`, `per-file-ignores` and `exclude` are not read)."""

    def __init__(
        self,
        *,
        config: str | None = None,
        isolated: bool = False,
        check_tests: bool = False,
        show_info: bool = False,
        host_noqa: bool = False,
    ) -> None:
        """`config` is the configuration file to use for everything, `check_tests` overrides it.

        `show_info` lets findings of severity info through that a rule of higher severity makes. `host_noqa`: the host
        obeys `# noqa` itself.
        """
        self._finder = SettingsFinder(
            Path(config) if config else None, isolated, {"check-tests": True} if check_tests else None
        )
        self._show_info = show_info
        self._host_noqa = host_noqa
        self._narrowed: dict[tuple[int, frozenset[str]], tuple[Settings, Settings]] = {}

    def check(self, source: Source, wanted: Callable[[RuleInfo], bool]) -> list[Diagnostic]:
        """The findings of the wanted rules, sorted. ConfigError when the file's configuration is unusable."""
        try:
            settings = self._finder.for_file(Path(source.path))
            rules = catalogue(settings.plugins)
        except ConfigError:
            if any(map(wanted, catalogue().values())):
                raise
            return []  # relint is installed, but not in use
        codes = frozenset(code for code, info in rules.items() if wanted(info))
        if not codes:
            return []
        try:
            found = check(source, self._narrow(settings, codes), fixes=False, host_noqa=self._host_noqa)
        except ConfigError:
            raise
        except Exception as error:  # noqa: BLE001 - the host's own findings must still be printed
            found = [crash(source.path, "relint", error)]
        return [d for d in found if d.code in codes and self._shows(d, rules[d.code])]

    def _shows(self, diagnostic: Diagnostic, rule: RuleInfo) -> bool:
        return self._show_info or diagnostic.severity is not Severity.INFO or rule.severity is Severity.INFO

    def _narrow(self, settings: Settings, codes: frozenset[str]) -> Settings:
        """The same settings for exactly these codes; one object each, because settings derive a lot when first used."""
        key = (id(settings), codes)
        if key not in self._narrowed:
            engine = {code for code, info in catalogue().items() if info.family == ENGINE_FAMILY}
            narrowed = replace(
                settings,
                select=tuple(sorted(codes)),
                extend_select=(),
                ignore=tuple(sorted(engine - codes)),
                per_file_ignores={},
            )
            self._narrowed[key] = (settings, narrowed)  # kept with the original, so that the id stays its own
        return self._narrowed[key][1]


def on_by_default(info: RuleInfo) -> bool:
    """Whether a host reports the rule unasked: what it reports fails its run, so info has to be asked for."""
    return info.default and info.severity is not Severity.INFO
