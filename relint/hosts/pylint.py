"""relint as a pylint plugin: `load-plugins = ["relint.hosts.pylint"]`.

Each family is a checker: REL101 request-without-timeout is W7101 relint-request-without-timeout. pylint decides what is
enabled and obeys `# pylint: disable=`; `# noqa`, which pylint does not know, and `# relint:` are obeyed here.
See docs/pylint.md.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Mapping

from pylint.checkers import BaseRawFileChecker
from pylint.interfaces import HIGH
from pylint.typing import ExtraMessageOptions

from relint.check import unreadable
from relint.engine_rules import ENGINE_FAMILY
from relint.errors import ConfigError
from relint.hosts.guest import Guest, on_by_default
from relint.lines import Lines
from relint.model import Diagnostic, Position, RuleInfo
from relint.registry import catalogue
from relint.report.escape import escape
from relint.source import Unreadable, decode

if TYPE_CHECKING:
    from astroid import nodes
    from pylint.lint import PyLinter

USAGE_ERROR = 32
"""pylint's exit code for a configuration that it cannot use."""

_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "relint-config",
        {
            "type": "string",
            "default": "",
            "metavar": "<file>",
            "help": "relint's configuration for every file, instead of the nearest pyproject.toml or relint.toml",
        },
    ),
    *(
        (f"relint-{name}", {"type": "yn", "default": False, "metavar": "<y or n>", "help": text})
        for name, text in (
            ("isolated", "Ignore relint's configuration files."),
            ("check-tests", "Report in test code too, where most rules are silent."),
            ("show-info", "Also report single findings of severity info."),
        )
    ),
)


def register(linter: PyLinter) -> None:
    """pylint calls this when it loads the plugin, in every process."""
    if any(isinstance(checker, FamilyChecker) for checker in linter.get_checkers()):
        return  # pylint 3 hands its checkers over to its processes, and then loads the plugins there once more
    rules = catalogue()
    run = _Run(linter)
    for family in dict.fromkeys(info.family for info in rules.values()):
        linter.register_checker(FamilyChecker(linter, run, [info for info in rules.values() if info.family == family]))


def message_id(info: RuleInfo) -> str:
    """REL101 is W7101."""
    return f"W7{info.code[3:]}"


def symbol(info: RuleInfo) -> str:
    """`request-without-timeout` is `relint-request-without-timeout`."""
    return f"relint-{info.name}"


class FamilyChecker(BaseRawFileChecker):
    """The messages of one family."""

    def __init__(self, linter: PyLinter, run: _Run, rules: list[RuleInfo]) -> None:
        family = rules[0].family
        self.name = f"relint-{family}"
        self.options = _OPTIONS if family == ENGINE_FAMILY else ()
        self.msgs = {message_id(info): _definition(info) for info in rules}
        self._run = run
        self._codes = frozenset(info.code for info in rules)
        super().__init__(linter)

    def process_module(self, node: nodes.Module) -> None:
        """Report what was found in one file."""
        for diagnostic, rule, start, end in self._run.findings(node):
            if diagnostic.code in self._codes:
                self.add_message(
                    message_id(rule),
                    line=start[0],
                    col_offset=start[1],
                    end_lineno=end[0],
                    end_col_offset=end[1],
                    args=(escape(diagnostic.message),),
                    confidence=HIGH,
                )


_Place = tuple[int, int]
_Located = tuple[Diagnostic, RuleInfo, _Place, _Place]


class _Run:
    """What the family checkers of one linter share: the engine runs once a file."""

    def __init__(self, linter: PyLinter) -> None:
        self._linter = linter
        self._guest: Guest | None = None  # made in the process that uses it, when the options are known
        self._module: nodes.Module | None = None
        self._found: list[_Located] = []

    def findings(self, module: nodes.Module) -> list[_Located]:
        """The findings of the enabled rules with their places as pylint has them: line, UTF-8 bytes from 0."""
        if self._module is not module:
            self._module = module
            self._found = self._check(module)
        return self._found

    def _check(self, module: nodes.Module) -> list[_Located]:
        rules = catalogue()
        path = module.file or "<stdin>"
        with module.stream() as stream:
            data = stream.read()
        try:
            source = decode(path, data)
        except Unreadable as error:
            return [_located(unreadable(path, str(error)), rules, Lines(""))]
        lines = Lines(source.text)
        enabled = self._enabled_codes(rules, lines)
        try:
            found = self._ready_guest().check(source, lambda info: info.code in enabled)
        except ConfigError as error:
            print(f"relint: {error}", file=sys.stderr)
            raise SystemExit(USAGE_ERROR) from error
        return [_located(diagnostic, rules, lines) for diagnostic in found]

    def _enabled_codes(self, rules: Mapping[str, RuleInfo], lines: Lines) -> frozenset[str]:
        """The codes that are enabled for the run, or by a `# pylint: enable=` in this file."""
        places: list[int | None] = [None]
        if "pylint:" in lines.text:
            # `enable-next` holds for the line below.
            places += [at for number, line in enumerate(lines, 1) if "pylint:" in line for at in (number, number + 1)]
        return frozenset(
            code
            for code, info in rules.items()
            if any(self._linter.is_message_enabled(message_id(info), line) for line in places)
        )

    def _ready_guest(self) -> Guest:
        if self._guest is None:
            config = self._linter.config
            self._guest = Guest(
                config=config.relint_config or None,
                isolated=config.relint_isolated,
                check_tests=config.relint_check_tests,
                show_info=config.relint_show_info,
            )
        return self._guest


def _located(diagnostic: Diagnostic, rules: Mapping[str, RuleInfo], lines: Lines) -> _Located:
    rule = rules[diagnostic.code]
    return diagnostic, rule, _place(diagnostic.start, lines), _place(diagnostic.end, lines)


def _place(position: Position, lines: Lines) -> _Place:
    """Line, and column from 0 in bytes of UTF-8, as in `ast` and so in pylint's own messages."""
    return position.line, len(lines.before(position).encode("utf-8"))


def _definition(info: RuleInfo) -> tuple[str, str, str, ExtraMessageOptions]:
    about = f"{info.summary} {info.code}, {info.url}"
    return "%s", symbol(info), about, ExtraMessageOptions(default_enabled=on_by_default(info))
