"""Does an imported name of the project lead to a library whose objects are handed around? Told by texts alone."""

from __future__ import annotations

import re
from typing import Iterable, Iterator, Mapping

from relint.definitions import definition_of, named_by_stars, surface_of
from relint.kept import Kept
from relint.libraries.shared import MADE_BY, SHARED, gives_shared, is_shared
from relint.modules import places
from relint.project import Project
from relint.surface import Surface, imports, star_imports

_MOST = 50
"""Expressions followed from one; what needs more is taken for one that leads to what it has led to so far."""
_WORD = re.compile(r"[^\W\d]\w*")
_ATTRIBUTE = re.compile(r"\.(\w+)")
_ANY = "*"
_shared: Kept[Mapping[str, frozenset[str]]] = Kept(64)
_answers: Kept[frozenset[str]] = Kept(8_000)


def shared_names(project: Project, path: str, text: str) -> Mapping[str, frozenset[str]]:
    """The names that a text imports from the project, with the parts of the library names that they lead to.

    Or that an attribute leads to which the text reads of anything.
    """

    def found() -> Mapping[str, frozenset[str]]:
        imported = tuple((name, tuple(sorted(targets))) for name, targets in imports(text).items())
        read = frozenset(_ATTRIBUTE.findall(text))
        stars = star_imports(text)
        words = frozenset(_WORD.findall(text)) if stars else frozenset()

        def names(beside: Project) -> dict[str, frozenset[str]]:
            brought = named_by_stars(beside, path, stars, words).items()
            return _shared_names(beside, path, [*((name, (target,)) for name, target in brought), *imported], read)

        return _shared.ask((path, imported, read, stars, words), project, names)

    return project.memo(("shared names", path), found)


def _shared_names(
    project: Project, path: str, imported: Iterable[tuple[str, Iterable[str]]], read: frozenset[str]
) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, targets in imported:
        words: set[str] = set()
        for target in targets:
            if (place := definition_of(project, path, target)) is not None:
                words |= _leads_to(project, place[0], f"{place[1]}.{_ANY}", read)
            else:
                words |= _of_module(project, path, target)
        if words:
            found[name] = frozenset(words)
    return found


def leads_to(project: Project, path: str, expression: str) -> frozenset[str]:
    """The parts of the names of `relint.libraries.shared` that an expression at a module's top level goes back to."""
    return project.memo(
        ("leads to", path, expression),
        lambda: _answers.ask((path, expression), project, lambda beside: _leads_to(beside, path, expression)),
    )


def _leads_to(project: Project, path: str, expression: str, read: frozenset[str] = frozenset()) -> frozenset[str]:
    """`read` are the attributes that `*` stands for."""
    found: set[str] = set()
    seen = {(path, expression)}
    todo = [(path, expression)]
    while todo and len(seen) < _MOST:
        path, chain = todo.pop()
        for target in _below(project, path, chain, read):
            if isinstance(target, str):
                found.update(target.split("."))
            elif target not in seen:
                seen.add(target)
                todo.append(target)
    return frozenset(found)


def _below(project: Project, path: str, chain: str, read: frozenset[str]) -> Iterator[str | tuple[str, str]]:
    """What an expression of a module goes back to: names of libraries, and (module, expression) of the project."""
    known = surface_of(project, path)
    head, dot, rest = chain.partition(".")
    rest = dot + rest
    name = head.removesuffix("()")
    for target in sorted(known.imports.get(name, ())):
        if target.partition(".")[0] not in SHARED:
            if (place := definition_of(project, path, target)) is not None:
                yield place[0], place[1] + head[len(name) :] + rest
            elif rest and (place := definition_of(project, path, target + rest)) is not None:
                yield place
            continue
        dotted = (target + head[len(name) :] + rest).removesuffix(f".{_ANY}")
        plain = dotted.replace("()", "")
        if gives_shared(plain) if dotted.endswith("()") else is_shared(plain):
            yield MADE_BY.get(plain, plain)
    for each in _followed(known, name, rest, read):
        yield path, each


def _followed(known: Surface, name: str, rest: str, read: frozenset[str]) -> Iterator[str]:
    """The expressions of the same module that `name` + `rest` goes back to."""
    if name in ("self", "cls"):
        yield from _of_members(known, rest, read)
    for definition in known.definitions.get(name, ()):
        if definition.kind != "class":
            yield from (chain + rest for chain in definition.chains)
            continue
        yield from (chain + rest for chain in definition.chains)
        yield from _of_members(known, rest, read)


def _of_members(known: Surface, rest: str, read: frozenset[str]) -> Iterator[str]:
    """What attributes of objects of the module's classes go back to; which class it is cannot be told here."""
    attribute, dot, below = rest[1:].partition(".")
    if attribute == _ANY:
        wanted, below = set(read), rest
    else:
        wanted, below = {attribute.removesuffix("()")}, dot + below
    for member in sorted(wanted & known.members.keys()):
        for definition in known.members[member]:
            yield from (chain + below for chain in definition.chains)


def _of_module(project: Project, path: str, module: str) -> set[str]:
    """The libraries that an imported module itself imports: which of its names is meant cannot be told here."""
    files = [file for file, name in places(project, path, f"{module}.*") if name == "*"]
    targets = [t for file in files for found in surface_of(project, file).imports.values() for t in found]
    return {word for target in targets if is_shared(target) for word in target.split(".")}
