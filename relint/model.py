"""The objects that travel through relint: rules, findings, fixes, diagnostics.

All are frozen. `Rule` and `RuleInfo` describe; `Finding` points at a node of a tree that is still alive; `Diagnostic`
is the same finding as plain data, which crosses processes and is what reports print.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Callable, Iterator, Literal, Mapping, TypeVar

Check = Callable[[Any, Any], "Iterator[Finding]"]
Fixer = Callable[["Finding", Any], "Fix | None"]
Node = Any
"""A syntax node of Python, or a `relint.sql_context.SqlNode`."""

_Function = TypeVar("_Function", bound=Callable[..., Any])

PLUGIN_FAMILY = "plugin"
DOCS_URL = "https://relint.readthedocs.io/rules"

State = Literal["new", "baseline", "suppressed"]
"""Whether a finding is reported, or accepted by a baseline or a comment."""


class Severity(str, Enum):
    """How bad a finding is. Only errors and warnings set the exit code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Safety(str, Enum):
    """What a fix promises; see docs/fix-safety.md."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


@dataclass(frozen=True)
class RuleInfo:
    """What is known of a rule without importing its module: one entry of the generated index."""

    code: str
    name: str
    family: str
    module: str
    summary: str
    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    severity: Severity = Severity.WARNING
    fix: Safety | None = None
    default: bool = True
    tests: bool = False
    yields: bool = False
    shared: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the rule's page; empty for a plugin's rule."""
        if self.family == PLUGIN_FAMILY:
            return ""
        return f"{DOCS_URL}/{self.name}/"


@dataclass(frozen=True, eq=False)
class Rule:
    """Declared once a rule module, with literals only: the index is read from the source, not by importing it.

    A file concerns the rule when it holds one of `imports` and one of `words` (of those that are given), which are
    plain identifiers, and a match of all `anywhere`, which name entries of `relint.patterns`. The function, or
    statement outside of functions, from which a finding starts must hold one of `words` too or, where they are given, a
    match of all `near`, which name patterns as well, or shapes of `relint.shapes`: what does not may be left out when
    the file is parsed.
    A `.sql` file concerns it when each of `sql` stands there, in any case and spacing; `A|B` is either of two.
    `yields` says that its findings wait until nothing else is found at their place: a fix of another rule may bring
    them to light. `shared` says that it is about objects which modules hand to each other: a file concerns it also when
    a name that it imports from the project leads to one of `imports` there. `options` are the rule's own settings with
    their defaults.
    """

    code: str
    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    severity: str = "warning"
    fix: str | None = None
    default: bool = True
    tests: bool = False
    yields: bool = False
    shared: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def on(self, *types: type[Any]) -> Callable[[_Function], _Function]:
        """Tag `check(node, ctx) -> Iterator[Finding]` as a listener for nodes of exactly these types.

        A type that is no syntax node finds its own in a file by its class method `found_in(ctx)`: that is how a rule
        hears the same thing said in Python and in SQL.
        """

        def tag(function: _Function) -> _Function:
            function.__relint_types__ = types  # type: ignore[attr-defined]
            return function

        return tag

    def fixer(self, function: _Function) -> _Function:
        """Tag `fix(finding, ctx) -> Fix | None` as the fixer of this rule."""
        function.__relint_fixer__ = self.code  # type: ignore[attr-defined]
        return function

    def finding(
        self,
        node: Node,
        message: str,
        *,
        data: Any = None,
        severity: str | None = None,
        related: tuple[tuple[Node, str], ...] = (),
    ) -> Finding:
        """A finding of this rule at `node`; `data` is what the fixer needs of what the check learned."""
        return Finding(self.code, node, message, Severity(severity or self.severity), data, related)


@dataclass(frozen=True, eq=False)
class Finding:
    """One place where a rule holds, in a tree that is alive."""

    code: str
    node: Node
    message: str
    severity: Severity
    data: Any = None
    related: tuple[tuple[Node, str], ...] = ()


@dataclass(frozen=True, order=True)
class Edit:
    """Replace the characters `start:end` of the text that was checked by `text` (newlines are written as `\\n`).

    `once` marks an insertion that several fixes may ask for (an import, a module-level definition): equal ones are
    applied once.
    """

    start: int
    end: int
    text: str
    once: bool = False


Edits = tuple[Edit, ...]


@dataclass(frozen=True)
class NewFile:
    """A file that a fix creates, never over an existing one."""

    path: str
    text: str


@dataclass(frozen=True)
class Fix:
    """Edits that are applied together or not at all. `safety` None means what the rule declares."""

    message: str
    edits: Edits
    safety: Safety | None = None
    create: tuple[NewFile, ...] = ()


@dataclass(frozen=True, order=True)
class Position:
    """A place in a text: 1-based line, 1-based column in characters."""

    line: int
    column: int


@dataclass(frozen=True)
class Related:
    """Another place that explains a finding."""

    start: Position
    end: Position
    message: str


@dataclass(frozen=True)
class Diagnostic:
    """A finding as plain data.

    `reach` is the first and last line (1-based) of the statement around it: a suppression comment on either silences
    it. `fix.edits` hold character offsets into the text that was checked, and `fix.safety` is never None. `scope` is
    the qualified name of the function or class around it, `statement` the text of its statement without formatting:
    with them a finding is known again after lines have moved (see `relint.fingerprint`).
    """

    path: str
    start: Position
    end: Position
    code: str
    name: str
    message: str
    severity: Severity
    url: str = ""
    reach: tuple[int, int] = (0, 0)
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    scope: str = ""
    statement: str = ""
    state: State = "new"

    @property
    def sort_key(self) -> tuple[str, Position, str, str]:
        """Reports print by path, line, column, code."""
        return (self.path, self.start, self.code, self.message)
