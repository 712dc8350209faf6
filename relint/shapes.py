"""What the syntax of a part of a module must hold for a rule: necessary conditions, as in `relint.patterns`.

They are asked where all patterns of a rule match, of the tree that `ast` has made to find the parts. They see what a
search in text does not: that a word stands in a comment, that a call is in no loop.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Any, Callable, Collection, Iterator, Mapping, Sequence

from relint.libraries.blocking import BLOCKING
from relint.libraries.databases import SINKS
from relint.libraries.http import PASSES_ON, VERBS, WAITING
from relint.libraries.network_errors import SPEAKS_OF_NETWORK
from relint.lines import line_starts
from relint.model import RuleInfo
from relint.patterns import PATTERNS
from relint.reach import Reach, mentions
from relint.syntax import first_line, last_name

Options = Mapping[str, Any]
"""The settings of a rule that differ from its defaults."""
Imported = Callable[[], Mapping[str, frozenset[str]]]

_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal})
_WITHOUT_NODES = frozenset({"ctx", "op", "ops", "type_comment", "attr", "module", "level", "conversion", "kind"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CLIENTS = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3"})
_fields: dict[type, tuple[str, ...]] = {}


class Part:
    """The syntax of a part of a module, and its text."""

    def __init__(
        self, roots: Sequence[ast.AST], text: str, module: Part | None = None, imported: Imported = dict
    ) -> None:
        """`imported` says of the whole module to which libraries lead the names that come from other modules."""
        self._roots = roots
        self.text = text
        self._module = module  # not itself: trees in cycles stay until garbage is collected
        self._imported = imported

    @property
    def module(self) -> Part:
        """The whole module."""
        return self._module or self

    def of(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """The nodes of exactly these types; texts that stand as statements (docstrings) are left out."""
        for kind in kinds:
            yield from self._nodes.get(kind, ())

    @cached_property
    def _nodes(self) -> dict[type, list[ast.AST]]:
        found: dict[type, list[ast.AST]] = {}
        todo = list(self._roots)
        while todo:
            node = todo.pop()
            kind = type(node)
            if kind is ast.Expr and type(node.value) is ast.Constant:  # type: ignore[attr-defined]
                continue
            known = found.get(kind)
            if known is None:
                found[kind] = [node]
            else:
                known.append(node)
            if kind not in _LEAVES:
                for name in _fields_of(kind):
                    value = getattr(node, name)
                    if type(value) is list:
                        todo += [each for each in value if isinstance(each, ast.AST)]
                    elif isinstance(value, ast.AST):
                        todo.append(value)
        return found

    def imports_any(self, libraries: frozenset[str]) -> bool:
        """Whether a name that comes from another module of the project leads to one of these libraries."""
        return any(not words.isdisjoint(libraries) for words in self._imported().values())

    @cached_property
    def reach(self) -> Reach:
        """Which names of the module may stand for which libraries."""
        return Reach([*self._roots, *_walruses(self._roots, self.text)], self._imported())

    @cached_property
    def repeated(self) -> Part:
        """What its loops and comprehensions repeat."""
        repeated: list[ast.AST] = []
        for loop in self.of(ast.For, ast.AsyncFor, ast.While):
            repeated += loop.body
        for made in self.of(ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp):
            repeated += (made.key, made.value) if isinstance(made, ast.DictComp) else (made.elt,)
            repeated += (test for each in made.generators for test in each.ifs)
        return Part(repeated, self.text, self.module)

    @cached_property
    def writes_sql(self) -> bool:
        """Whether one of its texts may be SQL, or a piece of it."""
        texts = [each.value for each in self.of(ast.Constant) if isinstance(each.value, str)]
        return bool(texts) and PATTERNS["sql"]('"' + '\n"'.join(texts))

    @cached_property
    def sql_names(self) -> frozenset[str]:
        """The names that may stand for its texts of SQL: what they are given to, functions that return them."""
        texts = (each for each in self.of(ast.Constant) if isinstance(each.value, str))
        lines = sorted(each.lineno for each in texts if PATTERNS["sql"](f'"{each.value}'))

        def holding(*kinds: type[ast.AST]) -> list[Any]:
            nodes = self.of(*kinds)
            return [n for n in nodes if bisect_left(lines, n.lineno) < bisect_right(lines, n.end_lineno or n.lineno)]

        found = {name for each in holding(ast.Assign, ast.AnnAssign, ast.NamedExpr) for name in _targets(each)}
        functions = list(self.of(*_FUNCTIONS))
        for each in holding(ast.Return, ast.Yield, ast.YieldFrom):
            found |= {f.name for f in functions if f.lineno <= each.lineno <= f.end_lineno}
        return self.reach.following(frozenset(found))

    @cached_property
    def speaks_sql(self) -> bool:
        """Whether it writes SQL, or may fill such a text of another module."""
        return self.writes_sql or PATTERNS["sql from elsewhere"](self.text)

    @cached_property
    def speaks_of_other_hosts(self) -> bool:
        """Whether it names what talks to other hosts, or gets a client of HTTP from another module."""
        return bool(SPEAKS_OF_NETWORK.search(self.text)) or self.imports_any(_CLIENTS)


def _walruses(roots: Sequence[ast.AST], text: str) -> Iterator[ast.AST]:
    """The assignments within the expressions of a module; only statements that hold some by their text are entered."""
    starts = line_starts(text) if ":=" in text else []
    lines = [bisect_right(starts, match.start()) for match in re.finditer(":=", text)]
    todo = list(roots) if lines else []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            first = first_line(node)
            if bisect_left(lines, first) == bisect_right(lines, node.end_lineno or first):
                continue
        if isinstance(node, ast.NamedExpr):
            yield node
        todo += ast.iter_child_nodes(node)


def _targets(node: Any) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {last_name(each) for target in targets for each in ast.walk(target)} - {""}


def _fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    fields = _fields.get(kind)
    if fields is None:
        fields = _fields[kind] = tuple(name for name in kind._fields if name not in _WITHOUT_NODES)
    return fields


# -- SQL -------------------------------------------------------------------------------------------------------------

_FILLS = frozenset({"format", "format_map", "join", "replace", "substitute", "safe_substitute"})
_TAKES = frozenset({*SINKS, "extra"})
_QUERIES = frozenset("select insert update delete exists query pg_insert mysql_insert sqlite_insert sa_delete".split())
"""What begins a query of SQLAlchemy, which is no text."""


def _sql_with_holes(part: Part, _rule: RuleInfo, _options: Options) -> bool:
    """SQL, or a name for it, and something that puts values into a text; or a call that a database gets a text by."""
    if not part.module.speaks_sql:
        return False
    if any(_may_take_sql(call, part) for call in part.of(ast.Call)):
        return True
    return _fills_text(part) and (part.writes_sql or _names_sql(part))


def _names_sql(part: Part) -> bool:
    names = part.module.sql_names
    return any(each.id in names for each in part.of(ast.Name)) or any(e.attr in names for e in part.of(ast.Attribute))


def _fills_text(part: Part) -> bool:
    if any(True for _ in part.of(*_FIELDS)):
        return True
    if any(isinstance(node.op, ast.Add | ast.Mod) and not _counts(node) for node in part.of(ast.BinOp)):
        return True
    if any(isinstance(node.op, ast.Add | ast.Mod) for node in part.of(ast.AugAssign)):
        return True
    return any(last_name(call.func) in _FILLS for call in part.of(ast.Call))


_FIELDS: tuple[type[ast.AST], ...] = (ast.FormattedValue, getattr(ast, "Interpolation", ast.FormattedValue))


def _counts(node: ast.BinOp) -> bool:
    """Whether an operation has a number for one of its sides, and so no text."""
    return _is_number(node.left) or (_is_number(node.right) and isinstance(node.op, ast.Add))


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _may_take_sql(call: ast.Call, part: Part) -> bool:
    name = last_name(call.func)
    if name not in _TAKES:
        return False
    position, keywords = SINKS.get(name, (0, ("where", "select")))
    given = call.args[position : position + 1]
    given += (each.value for each in call.keywords if each.arg is None or each.arg in keywords)
    if name == "copy":
        given = [each for each in given if isinstance(each, ast.JoinedStr)]
    if name not in ("RunSQL", "extra"):  # which take several texts
        given = [each for each in given if not isinstance(each, _NO_TEXT)]
    return any(not isinstance(each, ast.Constant) and not _is_query(each, part) for each in given)


_NO_TEXT = (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.DictComp, ast.Lambda)


def _is_query(node: ast.expr, part: Part) -> bool:
    """`select(User).where(...)`, or a name that is given nothing else in the part."""
    match node:
        case ast.Name(id=name):
            bound = [each.value for each in part.of(ast.Assign) if any(last_name(t) == name for t in each.targets)]
            return bool(bound) and all(isinstance(v, _NO_TEXT) or _is_query_of(v, {*_QUERIES, name}) for v in bound)
        case ast.Call():
            return _is_query_of(node, _QUERIES)
    return False


def _is_query_of(node: ast.expr, names: Collection[str]) -> bool:
    """Whether a chain of calls begins with one of these names: `select(User)`, `sa.select(User)`, `found.all()`."""
    first = node
    while isinstance(node, ast.Call | ast.Attribute):
        first = node if isinstance(node, ast.Call) else first
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name) and node.id in names:
        return node is not first
    return isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr in _QUERIES


# -- functions of libraries ------------------------------------------------------------------------------------------

_BLOCKING = frozenset(name.rpartition(".")[2] for name in (*BLOCKING, *WAITING))


def _library(part: Part, rule: RuleInfo, _options: Options) -> bool:
    """One of the rule's `words` as a name of what may come from one of its `imports`, or another name for it."""
    return _names_library(part, frozenset(rule.imports), frozenset(rule.words))


def _names_library(part: Part, libraries: frozenset[str], words: frozenset[str]) -> bool:
    led = part.module.reach.led(libraries)
    if not led:
        return False
    if any(each.id in words and each.id in led for each in part.of(ast.Name)):
        return True
    if any(each.attr in words and mentions(each.value, led) for each in part.of(ast.Attribute)):
        return True
    other = part.module.reach.aliases & led
    for call in part.of(ast.Call):
        name = last_name(call.func)
        if name in other or (name == "getattr" and any(mentions(each, led) for each in call.args[:1])):
            return True
        if isinstance(call.func, ast.Subscript) and mentions(call.func, led):
            return True
        if name in PASSES_ON and any(last_name(each) in other for each in call.args):
            return True
    return False


def _blocking_in_async(part: Part, rule: RuleInfo, _options: Options) -> bool:
    coroutines = list(part.of(ast.AsyncFunctionDef))
    inside = Part([each for function in coroutines for each in function.body], part.text, part.module)
    return bool(coroutines) and _names_library(inside, frozenset(rule.imports), _BLOCKING)


def _opened(part: Part, rule: RuleInfo, _options: Options) -> bool:
    """A client that is made, or an answer that is streamed."""
    libraries = frozenset(rule.imports)
    if _names_library(part, libraries, frozenset(rule.words)):
        return True
    streams = any(each.arg == "stream" for each in part.of(ast.keyword))
    return streams and _names_library(part, libraries, _SENDS)


def _client(part: Part, rule: RuleInfo, _options: Options) -> bool:
    """A client that is made, or a request in a loop."""
    libraries = frozenset(rule.imports)
    if _names_library(part, libraries, frozenset(rule.words) - _REQUESTS):
        return True
    return _names_library(part.repeated, libraries, _REQUESTS)


_REQUESTS = frozenset({*VERBS, "request"})
_SENDS = _REQUESTS | {"send"}


def _store(part: Part, rule: RuleInfo, options: Options) -> bool:
    """A connection that is made, or (of gRPC) a method of what a project generates."""
    return "grpc" in part.module.text or _library(part, rule, options)


# -- tasks -------------------------------------------------------------------------------------------------------------


def _task(part: Part, rule: RuleInfo, _options: Options) -> bool:
    """What starts a task, or a call of what another module of the project starts one in."""
    words = frozenset(rule.imports)
    if any(word in part.text for word in words):
        return True
    if not part.module.imports_any(words):
        return False
    names = part.module.reach.led(words)
    return any(mentions(call.func, names) for call in part.of(ast.Call))


# -- transactions ----------------------------------------------------------------------------------------------------


def _with_or_decorated(part: Part, _rule: RuleInfo, _options: Options) -> bool:
    """A `with` or a decorator, or one that decorates methods from outside."""
    return PATTERNS["with or a decorator"](part.text) or "method_decorator" in part.module.text


# -- loops -----------------------------------------------------------------------------------------------------------

_COUNTS = frozenset({"count", "exists", "acount", "aexists"})
_ASKS = frozenset({"aggregate", "aaggregate", "scalar", "scalar_one", "scalar_one_or_none"})


def _count_in_a_loop(part: Part, _rule: RuleInfo, _options: Options) -> bool:
    for call in part.repeated.of(ast.Call):
        if isinstance(call.func, ast.Attribute):
            if call.func.attr in _ASKS or (call.func.attr in _COUNTS and not call.args):
                return True
    return False


# -- retries ---------------------------------------------------------------------------------------------------------

_OF_LIBRARY = re.compile(
    r"[rR]etry(?:_with|_context)?$|Retrying$|^(?:on_exception|on_predicate|autoretry_for|max_retries)$|Adapter$|^copy$"
)
_PAUSES = re.compile(r"sleep|back_?off|delay|wait|pause|throttl|cool_?down|retry|call_?later|Timer", re.IGNORECASE)


def _retry(part: Part, rule: RuleInfo, options: Options) -> bool:
    return _retry_by_library(part, rule, options) or _retry_by_hand(part)


def _retry_by_library(part: Part, rule: RuleInfo, options: Options) -> bool:
    """What a library is told to try again; with the option `loops`, what is tried again by hand too."""
    named = [last_name(call.func) for call in part.of(ast.Call)]
    named += [keyword.arg or "" for keyword in part.of(ast.keyword)]
    named += [last_name(each) for function in part.of(*_FUNCTIONS) for each in function.decorator_list]
    named += [last_name(target) for assign in part.of(ast.Assign) for target in assign.targets]
    if any(map(_OF_LIBRARY.search, named)):
        return True
    return bool(options.get("loops")) and _tries_again(part)


def _retry_of_request(part: Part, rule: RuleInfo, options: Options) -> bool:
    """The same, and what is tried again by hand where the module speaks of other hosts."""
    if _retry_by_library(part, rule, options):
        return True
    return _tries_again(part) and part.module.speaks_of_other_hosts


_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))


def _tries_again(part: Part) -> bool:
    return _retry_by_hand(part) or any(True for _ in part.repeated.of(*_TRIES))


def _retry_by_hand(part: Part) -> bool:
    """A loop that waits, and is gone on with after an error or an answer; a function that calls itself after one."""
    if not any(_PAUSES.search(last_name(call.func)) for call in part.of(ast.Call)):
        return False
    again = part.repeated
    if any(_PAUSES.search(last_name(call.func)) for call in again.of(ast.Call)):
        if any(True for _ in again.of(*_TRIES, ast.If)) or any(map(_asks_for_a_code, part.of(ast.While))):
            return True
    called = {last_name(each) for each in part.of(ast.Name, ast.Attribute)}
    return any(function.name in called for function in part.of(*_FUNCTIONS))


def _asks_for_a_code(loop: ast.While) -> bool:
    """`while response.status_code in (429, 503)`."""
    asked = (last_name(node) for node in ast.walk(loop.test) if isinstance(node, ast.Name | ast.Attribute))
    return any("status" in name or "code" in name for name in asked)


Shape = Callable[[Part, RuleInfo, Options], bool]

SHAPES: dict[str, Shape] = {
    "function of a library": _library,
    "blocking call in async": _blocking_in_async,
    "client, or request in a loop": _client,
    "client, or streamed answer": _opened,
    "connection": _store,
    "task": _task,
    "sql with holes": _sql_with_holes,
    "with, or decorated": _with_or_decorated,
    "count in a loop": _count_in_a_loop,
    "retry by a library or by hand": _retry,
    "retry by a library": _retry_by_library,
    "retry by a library, or of a request": _retry_of_request,
}
