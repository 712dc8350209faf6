"""Questions about what other modules of the project define, asked in those modules.

A name that a file imports from the project is an expression of the module that defines it: `client.session` is
`Client().session` there. The module is parsed as far as the question needs it, and answers with a value: nodes of its
tree never leave it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import libcst as cst

from relint import modules, parsing
from relint.definitions import definition_of, surface_of
from relint.kept import Kept
from relint.leads import leads_to
from relint.libraries.shared import SHARED, is_shared
from relint.names import is_none
from relint.narrow import Narrowed, Unseen
from relint.nesting import too_deep
from relint.outline import outline
from relint.project import Project
from relint.tree import Tree

if TYPE_CHECKING:
    from relint.context import Context

_Answer = TypeVar("_Answer")
Question = Callable[["Context", cst.BaseExpression], _Answer]

_MODULES = 200
"""Modules that a process keeps the answers of."""
_TEXT = 200_000
"""Characters of them that it keeps as trees, which take a few hundred times that."""
_ROUNDS = 6
_DEPTH = 20
"""Modules asked by modules."""


@dataclass(frozen=True)
class Place:
    """An expression of another module of the project, as written at its top level."""

    path: str
    text: str

    @property
    def head(self) -> str:
        """The name that it begins with."""
        return self.text.partition(".")[0].partition("(")[0]

    def called(self) -> Place:
        """What a call of it gives."""
        return replace(self, text=f"{self.text}()")

    def attribute(self, name: str) -> Place:
        """Its attribute."""
        return replace(self, text=f"{self.text}.{name}")


def elsewhere(ctx: Context, expression: cst.CSTNode) -> Place | None:
    """What an expression is in another module of the project; None when it comes from none."""
    return ctx.settled("elsewhere", expression, lambda: _elsewhere(ctx, expression))


def defined_at(ctx: Context, dotted: str) -> Place | None:
    """The place of a dotted name, None when it is not the project's."""
    found = definition_of(ctx.project, ctx.path, dotted)
    return Place(*found) if found is not None else None


def ask(ctx: Context, place: Place | None, name: str, question: Question[_Answer]) -> _Answer | None:
    """The answer of another module; None without a place, and where the question leads back to itself.

    `name` stands for the question. Its answer must be a value that holds no node.
    """
    return None if place is None else _asking.ask(ctx.project, place, name, question)


def _ask_of_shared(ctx: Context, place: Place | None, name: str, question: Question[str | None]) -> str | None:
    """The name of something in a library that modules share; nothing is parsed where the place leads to none."""
    if place is None or not leads_to(ctx.project, place.path, place.text):
        return None
    found = ask(ctx, place, name, question)
    return found if found is not None and is_shared(found) else None


# -- what the context asks ---------------------------------------------------------------------------------------------


def is_own(ctx: Context, dotted: str) -> bool:
    """Whether a dotted name belongs to the project."""
    return not _is_known(dotted) and modules.is_own(ctx.project, ctx.path, dotted)


def named(ctx: Context, expression: cst.Name | cst.Attribute, dotted: str) -> str | None:
    """What an imported name of the project is called where it comes from: an alias, or a method of an object there."""
    if not is_own(ctx, dotted):
        return None
    if isinstance(expression, cst.Attribute) and (owner := ctx.instance_of(expression.value)) is not None:
        return f"{owner}.{expression.attr.value}" if is_shared(owner) else None
    place = elsewhere(ctx, expression)
    if place is None or place.text != place.head or _is_defined_there(ctx, place):
        return None
    return _ask_of_shared(ctx, place, "name", lambda there, e: there.qualname(e))


def instance(ctx: Context, expression: cst.CSTNode) -> str | None:
    """The class of a library that an expression is an instance of, as another module of the project tells it."""
    return _ask_of_shared(ctx, elsewhere(ctx, expression), "instance", lambda there, e: there.instance_of(e))


def made_from(ctx: Context, cls: str) -> str | None:
    """The class of a library from which a class of the project, given by its dotted name, is made."""
    place = defined_at(ctx, cls)
    called = place.called() if place is not None else None
    return _ask_of_shared(ctx, called, "instance", lambda there, e: there.instance_of(e))


def constant(ctx: Context, name: cst.Name | cst.Attribute) -> Any:
    """The literal that another module of the project binds a name to, once; Ellipsis when it is none."""
    dotted = ctx.names.dotted(name)
    place = None if dotted is None or _is_known(dotted) else defined_at(ctx, dotted)
    if place is None or place.text != place.head:
        return ...
    value = ask(ctx, place, "literal", lambda there, e: (there.literal(e),))
    return ... if value is None else value[0]


def _is_defined_there(ctx: Context, place: Place) -> bool:
    """Whether a module defines a name itself, as a function or class."""
    known = surface_of(ctx.project, place.path)
    kinds = {definition.kind for definition in known.definitions.get(place.head, ())}
    return place.head not in known.imports and kinds <= {"def", "class"}


def _is_known(dotted: str) -> bool:
    """Whether a dotted name begins with a module of Python or of a library."""
    package = dotted.partition(".")[0]
    return package == "builtins" or package in sys.stdlib_module_names or package in SHARED


# -- where -------------------------------------------------------------------------------------------------------------


def _elsewhere(ctx: Context, expression: cst.CSTNode) -> Place | None:
    match expression:
        case cst.Call(func=func):
            place = elsewhere(ctx, func)
            return place.called() if place is not None else None
        case cst.Await(expression=inner) | cst.NamedExpr(value=inner):
            return elsewhere(ctx, inner)
        case cst.BooleanOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            known = {elsewhere(ctx, side) for side in (left, right) if not is_none(side)}
            return known.pop() if len(known) == 1 else None
        case cst.Name() | cst.Attribute():
            dotted = ctx.names.dotted(expression)
            if dotted is not None:
                return defined_at(ctx, dotted)
            return _of_bindings(ctx, expression) or _of_owner(ctx, expression)
    return None


def _of_bindings(ctx: Context, expression: cst.Name | cst.Attribute) -> Place | None:
    """The place of all that a name or attribute is given in the file."""
    found: set[Place | None] = set()
    for binding in ctx.definitions(expression) or ():
        if binding.annotation is not None and (cls := ctx.annotated(binding.annotation)) is not None:
            place = defined_at(ctx, cls)
            found.add(place.called() if place is not None else None)
        elif binding.kind in ("assign", "with") and binding.value is not None:
            if not is_none(binding.value):
                found.add(elsewhere(ctx, binding.value))
        elif binding.kind != "parameter" or not is_none(binding.value):
            return None
    return found.pop() if len(found) == 1 else None


def _of_owner(ctx: Context, expression: cst.Name | cst.Attribute) -> Place | None:
    """An attribute of an object of another module, or one that a base class there has."""
    if not isinstance(expression, cst.Attribute):
        return None
    value, name = expression.value, expression.attr.value
    cls = ctx.names.self_class(value) or ctx.class_of(value) or _class_of_super(ctx, value)
    if cls is None:
        if (known := ctx.instance_of(value)) is not None and is_shared(known):
            return None
        place = elsewhere(ctx, value)
        return place.attribute(name) if place is not None else None
    if not ctx.names.attribute(cls, name):
        found = [base.called().attribute(name) for base in inherited(ctx, cls)]
        return next((place for place in found if leads_to(ctx.project, place.path, place.text)), None)
    return None


def inherited(ctx: Context, cls: cst.ClassDef) -> list[Place]:
    """The base classes in other modules of the project."""
    bases = [b.value for ancestor in ctx.names.ancestry(cls) for b in ancestor.bases if not b.star]
    return [place for base in bases if (place := elsewhere(ctx, base)) is not None]


def _class_of_super(ctx: Context, value: cst.BaseExpression) -> cst.ClassDef | None:
    match value:
        case cst.Call(func=cst.Name(value="super")):
            return ctx.enclosing(value, cst.ClassDef)
    return None


# -- asking ------------------------------------------------------------------------------------------------------------


class _Module:
    """Another module, of which only what questions lead to is parsed."""

    def __init__(self, path: str, project: Project) -> None:
        self.project = project
        self._path = path
        self._text = project.text(path)
        self._context: Context | None = None
        self._narrowed: Narrowed | None = None
        self._shown: set[str] = set()
        self.size = 0
        """Characters of its text that are held as a tree."""
        self._expressions: dict[str, cst.BaseExpression] = {}
        self._answers: dict[tuple[str, str], Any] = {}
        if self._text is not None and (pieces := outline(self._text)) is not None:
            self._narrowed = Narrowed(self._text, pieces)

    def answer(self, place: Place, name: str, question: Question[Any]) -> Any:
        key = (place.text, name)
        if key not in self._answers:
            self._answers[key] = self._answer(place, question)
        return self._answers[key]

    def _answer(self, place: Place, question: Question[Any]) -> Any:
        expression = self._expression(place.text)
        self._show(place.head)
        for round_ in range(_ROUNDS):
            ctx = self._tree_in_sight()
            if ctx is None:
                return None
            try:
                return question(ctx, expression)
            except Unseen as request:
                self._context = None
                if self._narrowed is not None:
                    self._narrowed.answer([request])
                if round_ == _ROUNDS - 2:
                    self._narrowed = None
        return None

    def forget_tree(self) -> None:
        """Keep the answers only."""
        self._context, self.size = None, 0

    def _expression(self, text: str) -> cst.BaseExpression:
        if text not in self._expressions:
            self._expressions[text] = cst.parse_expression(text)
        return self._expressions[text]

    def _show(self, name: str) -> None:
        """Bring what defines a name into sight: of a class its header, and what it is asked for later."""
        if self._narrowed is None or name in self._shown:
            return
        self._shown.add(name)
        for piece in self._narrowed.pieces:
            if name in piece.binds and not self._narrowed.is_open(piece):
                self._narrowed.show(piece, whole=piece.kind != "class")
                self._context = None

    def _tree_in_sight(self) -> Context | None:
        if self._context is None and self._text is not None:
            shown = self._narrowed.render() if self._narrowed is not None else self._text
            module = _parsed(shown, valid=self._narrowed is not None and self._narrowed.pieces.shallow)
            if module is None:
                return None
            from relint.context import Context

            tree = Tree(module, self._text, self._narrowed)
            self.size = len(shown.replace("  ", ""))
            self._context = Context(self._path, tree, self.project.settings, self.project)
        return self._context


def _parsed(text: str, *, valid: bool) -> cst.Module | None:
    """The tree of a text; None for one that cannot be parsed. `valid` when Python's own parser has read it."""
    if not valid and too_deep(text):
        return None
    try:
        return parsing.parse(text, valid=valid)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of libcst's Rust code: no Exception, and no class to name
            raise
        return None


class _Asking:
    """The modules of a process, and which of them are being asked.

    What is asked of a module that is being asked already may be told otherwise than in another order of questions, so
    nothing is kept of the modules that had a part in it.
    """

    def __init__(self) -> None:
        self.kept: Kept[_Module] = Kept(_MODULES)
        self._open: list[tuple[str, str, str]] = []
        self._asked: list[_Module] = []
        self._circular = False

    def ask(self, project: Project, place: Place, name: str, question: Question[Any]) -> Any:
        key = (place.path, place.text, name)
        self._circular = self._circular or any(path == place.path for path, _, _ in self._open)
        if key in self._open or len(self._open) >= _DEPTH:
            self._circular = True
            return None
        module = self.kept.ask(place.path, project, lambda beside: _Module(place.path, beside))
        module.project.join(project)
        self._asked.append(module)
        self._open.append(key)
        try:
            return module.answer(place, name, question)
        finally:
            project.absorb(module.project.consulted)
            self._open.pop()
            if not self._open:
                self._end()

    def _end(self) -> None:
        """Nothing is asked any more: let go of what need not be kept."""
        if self._circular:
            self._circular = False
            self.kept.drop(self._asked)
        for module in self._asked:
            module.project.leave()
        self._asked.clear()
        held = 0
        for module in self.kept.newest_first():
            held += module.size
            if held > _TEXT:
                module.forget_tree()


_asking = _Asking()
