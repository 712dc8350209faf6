"""What a module's top level defines, told by its text alone: no tree is built to see that a name leads nowhere.

Regular expressions take rather too much than too little; what they lead to is asked of the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Iterable, Iterator, Literal

from relint.remembered import remembered

_STATEMENT = re.compile(r"\n(?=[A-Za-z_@])")
_DEFINED = re.compile(r"[ \t]*(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_ASSIGNED = re.compile(r"[ \t]*(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?::[^=\n]+)?=(?!=)")
_COMPOUND = re.compile(r"(?:if|try|else|elif|except|finally|with)\b")
_MEMBER = re.compile(r"\n[ \t]+(?=(?:async[ \t]+)?def[ \t]|(?:self\.|cls\.)?\w+[ \t]*(?::[ \t]*[^=\n]+)?(?:=(?!=)|\n))")
_NESTED = re.compile(r"\n[ \t]+(?=(?:(?:async[ \t]+)?def|class)[ \t]|\w+[ \t]*(?::[^=\n]+)?=(?!=))")
_FROM = re.compile(r"\n[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|((?:[^\n\\;#]|\\\n)+))")
_IMPORT = re.compile(r"\n[ \t]*import[ \t]+([^\n;#]+)")
_STAR = re.compile(r"\bimport[ \t]*\(?[ \t]*\*")
_LISTED = re.compile(r"\n__all__[ \t]*(?::[^=\n]+)?=[ \t]*[\[(]([^\[\]()]*)[\])][ \t]*(?=[\n#]|\Z)")
_NAMED_IN_STRING = re.compile(r"(?:\"(\w+)\"|'(\w+)')")
_COMMENT = re.compile(r"#[^\n]*")
_INNER = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_CHAIN = re.compile(r"(?<![\w\"'.])[^\W\d]\w*(?:(?:\x00)*\.\w+)*\x00*")
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_RETURN = re.compile(r"\n[ \t]+return[ \t]+(?=[A-Za-z_(])")
_GIVEN = re.compile(r"\n[ \t]+((?:self\.|cls\.)?\w+)[ \t]*(?::[ \t]*([^=\n]+))?=(?!=)[ \t]*(?=[A-Za-z_(])")
_BASES = re.compile(r"class[ \t]+\w+[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_ANNOTATED = re.compile(r"\)[ \t]*->[ \t]*([^\n]+?):[ \t]*(?:#[^\n]*|\.\.\.)?(?:\n|\Z)")

Kind = Literal["def", "class", "assign", "compound"]


@dataclass(frozen=True, eq=False)
class Definition:
    """What gives a name its meaning: a statement, or the `if` or `try` that holds it."""

    kind: Kind
    text: str

    @cached_property
    def chains(self) -> tuple[str, ...]:
        """The names that its value may go back to: `requests.Session()`, `self.http`; a call ends in `()`.

        Of a class, its base classes.
        """
        match self.kind:
            case "def":
                return tuple(_results(self.text))
            case "class":
                bases = _BASES.match(self.text)
                return tuple(_chains(bases[1])) if bases else ()
        return tuple(_chains(self.text))


@dataclass
class Surface:
    """The names of a module's top level, those inside its classes, and what imports anywhere in it bind.

    `handed_on` are the names that an import at the top level gives their one meaning, `stars` the modules of which all
    names are imported, `listed` the names of an `__all__` that is written out and not changed.
    """

    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    members: dict[str, list[Definition]] = field(default_factory=dict)
    imports: dict[str, set[str]] = field(default_factory=dict)
    handed_on: dict[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    listed: frozenset[str] | None = None

    def __contains__(self, name: str) -> bool:
        return name in self.definitions or name in self.imports


@remembered(256)
def surface(text: str) -> Surface:
    """The surface of a module."""
    text = f"\n{text}"
    imported = list(_imported(text))
    found = Surface(imports=_targets(imported), stars=_stars(text), listed=_listed(text))
    for statement in _statements(text):
        for name, kind in _names(statement):
            found.definitions.setdefault(name, []).append(Definition(kind, statement))
            if kind == "class":
                for member, definition in _members(statement):
                    found.members.setdefault(member, []).append(definition)
    found.handed_on = {
        name: target
        for at, name, target in imported
        if not text[at + 1].isspace() and name not in found.definitions and len(found.imports[name]) == 1
    }
    return found


def imports(text: str) -> dict[str, set[str]]:
    """The names that imports anywhere in a text bind, each with the dotted names that it may stand for."""
    return _targets(_imported(f"\n{text}"))


def star_imports(text: str) -> tuple[str, ...]:
    """The modules of which a text imports all names."""
    return _stars(f"\n{text}") if _STAR.search(text) is not None else ()


def _statements(text: str) -> Iterator[str]:
    starts = [found.end() for found in _STATEMENT.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        if text[start] != "@":
            yield text[start:end]


def _names(statement: str) -> Iterator[tuple[str, Kind]]:
    if found := _DEFINED.match(statement):
        yield found[2], "def" if found[1] == "def" else "class"
    elif _COMPOUND.match(statement):
        for nested in _NESTED.finditer(statement):
            for name, _ in _names(statement[nested.end() :]):
                yield name, "compound"
    elif found := _ASSIGNED.match(statement):
        for name in found[1].split(","):
            yield name.strip(), "assign"


def _members(cls: str) -> list[tuple[str, Definition]]:
    """The methods of a class, and what it or its methods set."""
    found: list[tuple[str, Definition]] = []
    starts = [each.end() for each in _MEMBER.finditer(cls)]
    methods = [start for start in starts if _DEFINED.match(cls, start)]
    for start, end in pairwise([*methods, len(cls)]):
        defined = _DEFINED.match(cls, start)
        assert defined is not None
        found.append((defined[2], Definition("def", cls[start:end])))
    own = cls[: methods[0]] if methods else cls
    for given in _GIVEN.finditer(cls):
        name = given[1]
        if "." in name or given.end() <= len(own):
            found.append((name.rpartition(".")[2], Definition("assign", _logical_line(cls, given.start() + 1))))
    for name, annotation in re.findall(r"\n[ \t]+(\w+)[ \t]*:[ \t]*([^=\n]+)(?=\n|\Z)", own):
        found.append((name, Definition("assign", annotation)))
    return found


def _targets(imported: Iterable[tuple[int, str, str]]) -> dict[str, set[str]]:
    bound: dict[str, set[str]] = {}
    for _, name, target in imported:
        bound.setdefault(name, set()).add(target)
    return bound


def _imported(text: str) -> Iterator[tuple[int, str, str]]:
    """(where, name, dotted name that it stands for) of all that imports bind; `where` is the end of a line."""
    for found in _FROM.finditer(text):
        base = found[1]
        joint = "" if base.endswith(".") else "."
        for name, local in _aliases(_COMMENT.sub("", found[2] or found[3])):
            yield found.start(), local or name, f"{base}{joint}{name}"
    for found in _IMPORT.finditer(text):
        for name, local in _aliases(found[1]):
            first = name.partition(".")[0]
            yield found.start(), local or first, name if local else first


def _stars(text: str) -> tuple[str, ...]:
    return tuple(found[1] for found in _FROM.finditer(text) if (found[2] or found[3]).strip() == "*")


def _listed(text: str) -> frozenset[str] | None:
    found = _LISTED.search(text)
    names = _COMMENT.sub("", found[1]) if found is not None else ""
    if found is None or text.count("__all__") > 1 or _NAMED_IN_STRING.sub("", names).strip(", \t\n"):
        return None
    return frozenset(double or single for double, single in _NAMED_IN_STRING.findall(names))


def _aliases(names: str) -> Iterator[tuple[str, str]]:
    for item in names.replace("\\\n", " ").split(","):
        name, _, local = item.partition(" as ")
        if name.strip().replace(".", "").isidentifier():
            yield name.strip(), local.strip()


def _results(function: str) -> Iterator[str]:
    """What a function returns: what it says it does, or else what it is seen to."""
    if (annotated := _ANNOTATED.search(function)) is not None:
        yield from _chains(annotated[1], brackets=True)
        return
    found = [c for each in _RETURN.finditer(function) for c in _chains(_logical_line(function, each.end()))]
    given: dict[str, list[str]] = {}
    for each in _GIVEN.finditer(function) if found else ():
        given.setdefault(each[1], []).append(_logical_line(function, each.end()))
    seen: set[str] = set()
    while found:
        chain = found.pop()
        yield chain
        head, dot, rest = chain.partition(".")
        head = head.removesuffix("()")
        if head not in seen:
            seen.add(head)
            below = [c for line in given.get(head, ()) for c in _chains(line)]
            found += below + [f"{c}.{rest}" for c in below if dot]


def _chains(text: str, *, brackets: bool = False) -> Iterator[str]:
    """The dotted names of an expression, without those inside its brackets."""
    text = re.sub(r"[\"']", " ", text) if brackets else _without_brackets(text)
    for found in _CHAIN.finditer(text):
        yield found[0].replace("\x00", "()")


def _without_brackets(text: str) -> str:
    text = _COMMENT.sub("", _STRING.sub("", text))
    while True:
        shorter = _INNER.sub(lambda found: "\x00" if found[0][0] == "(" else "", text)
        if shorter == text:
            return text
        text = shorter


def _logical_line(text: str, start: int) -> str:
    """The line that begins at `start`, and the next ones while a bracket is open."""
    at = start
    while True:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[start:end]
        opened, closed = (sum(map(line.count, brackets)) for brackets in ("([{", ")]}"))
        if end == len(text) or opened <= closed:
            return line
        at = end + 1
