"""relint as a flake8 plugin: `pip install 'relint[flake8]'` is all, flake8 finds it by its entry point.

flake8 decides what is selected, which files are excluded and what `# noqa` silences. See docs/flake8.md.
"""

from __future__ import annotations

import ast
from typing import Any, Callable, ClassVar, Iterator, Sequence

from flake8.exceptions import ExecutionError
from flake8.style_guide import Decision, DecisionEngine

from relint import __version__
from relint.errors import ConfigError
from relint.hosts.guest import Guest, on_by_default
from relint.model import RuleInfo
from relint.registry import catalogue
from relint.report.escape import escape
from relint.source import Source


class Plugin:
    """One file of a flake8 run. flake8 injects the arguments by name; the options are the same for all files."""

    name = "relint"
    version = __version__

    _guest: ClassVar[Guest]
    _wanted: ClassVar[Callable[[RuleInfo], bool]]

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """`tree` says that this runs once a file; it is not used. `lines` may come from stdin."""
        self._source = Source(filename, "".join(lines), b"")

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """Declare `--relint-*` and the rules that are off until their code is selected."""
        manager.add_option(
            "--relint-config",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="relint's configuration for every file, instead of the nearest pyproject.toml or relint.toml",
        )
        for name, text in (
            ("isolated", "ignore relint's configuration files"),
            ("check-tests", "report in test code too, where most rules are silent"),
            ("show-info", "also report single findings of severity info"),
        ):
            manager.add_option(
                f"--relint-{name}", action="store_true", default=False, parse_from_config=True, help=text
            )
        manager.extend_default_ignore([code for code, info in catalogue().items() if not on_by_default(info)])

    @classmethod
    def parse_options(cls, _manager: Any, options: Any, _arguments: Sequence[str]) -> None:
        """Ask flake8 beforehand which codes it will report: rules that it won't are not run."""
        decider = DecisionEngine(options)
        named = {*(options.select or ()), *(options.extend_select or ())}

        def wanted(info: RuleInfo) -> bool:
            # `ignore = X` empties flake8's default ignores, and `select = REL` outweighs them: neither asks for a
            # rule that is off by default.
            asked_for = on_by_default(info) or info.code in named
            return asked_for and decider.decision_for(info.code) is Decision.Selected

        cls._wanted = wanted
        cls._guest = Guest(
            config=options.relint_config,
            isolated=options.relint_isolated,
            check_tests=options.relint_check_tests,
            show_info=options.relint_show_info,
            host_noqa=True,
        )

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Findings as flake8 takes them: line, column from 0 in characters (its carets count them so), text."""
        try:
            found = self._guest.check(self._source, type(self)._wanted)
        except ConfigError as error:
            raise ExecutionError(f"relint: {error}") from error
        for diagnostic in found:
            text = f"{diagnostic.code} {escape(diagnostic.message)}"
            yield diagnostic.start.line, diagnostic.start.column - 1, text, type(self)
