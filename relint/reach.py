"""Which names of a module may stand for a library, its objects or its functions: by names alone, rather too many.

Where an assignment, an annotation, a base class or a `return` mentions a name, what is bound there may be what that
is. A scope is not told from another. `relint.names` knows better, of a tree that takes ten times as long to make.
"""

from __future__ import annotations

import ast
import re
from typing import Iterable, Iterator, Mapping

from relint.libraries.http import VERBS
from relint.syntax import last_name

_WORD = re.compile(r"[^\W\d]\w*")
_ANSWERING = frozenset({*VERBS, "request", "urlopen", "send"})
"""Methods and functions whose answers lead nowhere."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_INSTANCE = ("self", "cls", "super")


class Reach:
    """The names of one module; `imported` says what those lead to that come from other modules of the project."""

    def __init__(self, statements: Iterable[ast.AST], imported: Mapping[str, frozenset[str]]) -> None:
        self.aliases: set[str] = set()
        """Names that may be given to a function, so that it is called by another name than its own."""
        self._seeds: dict[str, set[str]] = {name: set(words) for name, words in imported.items()}
        self.aliases.update(imported)
        self._leads: dict[str, set[str]] = {}
        self._led: dict[frozenset[str], frozenset[str]] = {}
        todo = [(each, "") for each in statements]
        while todo:
            node, function = todo.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                function = node.name
            self._read(node, function)
            for block in _BLOCKS:
                below = getattr(node, block, None)
                if type(below) is list:
                    todo += [(each, function) for each in below]

    def led(self, libraries: frozenset[str]) -> frozenset[str]:
        """The names that may lead to one of these libraries."""
        known = self._led.get(libraries)
        if known is None:
            seeds = frozenset(name for name, words in self._seeds.items() if not words.isdisjoint(libraries))
            known = self._led[libraries] = self.following(seeds)
        return known

    def following(self, names: frozenset[str]) -> frozenset[str]:
        """Some names, and those that may be given what they stand for."""
        found, todo = set(names), list(names)
        while todo:
            new = self._leads.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return frozenset(found)

    def _read(self, node: ast.AST, function: str) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    self._import(alias.asname or alias.name.partition(".")[0], alias.name, renamed=alias.asname)
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    self._import(alias.asname or alias.name, f"{module}.{alias.name}", renamed=alias.asname)
            case ast.Assign(targets=targets, value=value):
                self._bind([name for target in targets for name in _targets(target)], value, function)
            case ast.NamedExpr(target=target, value=value):
                self._bind(list(_targets(target)), value, function)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                self._lead(_mentioned(annotation), _targets(target))
                if value is not None:
                    self._bind(list(_targets(target)), value, function)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        self._lead(_mentioned(item.context_expr), _targets(item.optional_vars))
            case (
                ast.Return(value=ast.expr() as value)
                | ast.Expr(value=ast.Yield(value=ast.expr() as value) | ast.YieldFrom(value=value))
            ):
                self._lead(_mentioned(value), [function])
            case ast.ClassDef(name=name, bases=bases):
                for base in bases:
                    self._lead(_mentioned(base), [name, *_INSTANCE])
            case (
                ast.FunctionDef(name=name, args=args, returns=returns)
                | ast.AsyncFunctionDef(name=name, args=args, returns=returns)
            ):
                if returns is not None:
                    self._lead(_mentioned(returns), [name])
                self._read_parameters(args)

    def _import(self, local: str, dotted: str, *, renamed: str | None) -> None:
        self._seeds.setdefault(local, set()).update(dotted.split("."))
        if renamed:
            self.aliases.add(local)

    def _bind(self, names: list[str], value: ast.expr, function: str) -> None:
        if isinstance(value, ast.Yield) and value.value is not None:
            self._lead(_mentioned(value.value), [function])
        self._lead(_mentioned(value), names)
        match value:
            case ast.Call(func=func, args=[ast.Constant(value=str() as module), *_]) if (
                "import" in last_name(func).lower()
            ):
                for name in names:
                    self._import(name, module, renamed=None)
            case ast.Call(func=func) if last_name(func) not in ("partial", "getattr"):
                return
        self.aliases.update(names)

    def _read_parameters(self, args: ast.arguments) -> None:
        positional = [*args.posonlyargs, *args.args]
        defaults = [*zip(reversed(positional), reversed(args.defaults), strict=False)]
        for parameter, default in [*defaults, *zip(args.kwonlyargs, args.kw_defaults, strict=True)]:
            if default is not None:
                self._bind([parameter.arg], default, "")
        for parameter in [*positional, *args.kwonlyargs]:
            if parameter.annotation is not None:
                self._lead(_mentioned(parameter.annotation), [parameter.arg])

    def _lead(self, mentioned: Iterable[str], names: Iterable[str]) -> None:
        names = set(names)
        for each in mentioned:
            self._leads.setdefault(each, set()).update(names)


def mentions(expression: ast.expr, names: frozenset[str]) -> bool:
    """Whether an expression may be, or come from, what one of the names stands for."""
    return not names.isdisjoint(_mentioned(expression))


def _mentioned(expression: ast.expr) -> Iterator[str]:
    """The names in an expression, and those in its texts, without what asks a peer for an answer."""
    todo: list[ast.AST] = [expression]
    while todo:
        match todo.pop():
            case ast.Name(id=name):
                yield name
            case ast.Attribute(value=value, attr=name):
                yield name
                todo.append(value)
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _ANSWERING:
                pass
            case ast.Constant(value=value):
                if isinstance(value, str) and len(value) < 100:  # an annotation, or the name of a module
                    yield from _WORD.findall(value)
            case node:
                todo += ast.iter_child_nodes(node)


def _targets(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _targets(element)
