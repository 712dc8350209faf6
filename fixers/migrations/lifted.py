"""Expressions that a fix takes over into a new file, with the imports that they need there."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Iterable, Iterator

import libcst as cst

from relint import edits
from relint.context import Context

_STRINGS = (cst.SimpleString, cst.FormattedString, cst.TemplatedString)


@dataclass(frozen=True, order=True)
class Import:
    """`from module import name as alias`; without a name, `import module as alias`."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def local(self) -> str:
        """The name that it binds."""
        return self.alias or self.name or self.module.partition(".")[0]


@dataclass(frozen=True)
class Lifted:
    """The source of an expression, its further lines indented from nothing, and what it imports."""

    text: str
    imports: frozenset[Import] = frozenset()

    def at(self, indent: str) -> str:
        """The source on a line that is indented so."""
        return self.text.replace("\n", f"\n{indent}")


def lifted(ctx: Context, node: cst.BaseExpression, without: cst.Arg | None = None) -> Lifted | None:
    """An expression of the file (a call `without` one of its arguments) for another file.

    None when it means something there only that it means here: it uses names that are not imported.
    """
    if any(type(inner) in _STRINGS and "\n" in ctx.source(inner) for inner in (node, *ctx.walk(node, *_STRINGS))):
        return None  # what a text holds must not be indented anew
    imports: set[Import] = set()
    for name in ctx.walk(node, cst.Name):
        if not _stands_for_itself(ctx, name) or (without is not None and without in ctx.ancestors(name)):
            continue
        needed = _imports_of(ctx, name)
        if needed is None:
            return None
        imports |= needed
    text = ctx.source(node)
    if without is not None:
        assert isinstance(node, cst.Call)
        offset = ctx.range(node)[0]
        for edit in edits.remove_argument(ctx, node, without):
            text = text[: edit.start - offset] + edit.text + text[edit.end - offset :]
    first, *others = text.replace("\r\n", "\n").split("\n")
    indent = edits.line_indent(ctx, node)
    return Lifted("\n".join([first, *(line.removeprefix(indent) for line in others)]), frozenset(imports))


def import_lines(imports: Iterable[Import]) -> list[str]:
    """The import statements of a module, the standard library's first, as isort sorts them."""
    groups: dict[bool, list[Import]] = {True: [], False: []}
    for each in sorted(imports):
        groups[each.module.partition(".")[0] in sys.stdlib_module_names].append(each)
    lines: list[str] = []
    for group in groups.values():
        lines += [*([""] if lines and group else []), *_statements(group)]
    return lines


def clashes(imports: Iterable[Import], *taken: str) -> bool:
    """Whether two of the imports, or one and a name that the new module gives a meaning, are called the same."""
    locals_: dict[str, Import] = {}
    for each in imports:
        other = locals_.setdefault(each.local, each)
        if each.local in taken or (other != each and (other.name or each.name)):
            return True
    return False


def _statements(group: list[Import]) -> Iterator[str]:
    for each in group:
        if not each.name:
            yield f"import {each.module}" + (f" as {each.alias}" if each.alias else "")
    for module in sorted({each.module for each in group if each.name}, key=str.lower):
        named = [f"{i.name} as {i.alias}" if i.alias else i.name for i in group if i.module == module and i.name]
        yield f"from {module} import {', '.join(named)}"


def _stands_for_itself(ctx: Context, name: cst.Name) -> bool:
    """Whether a name is looked up: it is no attribute, no keyword and no parameter."""
    match ctx.parent(name):
        case cst.Attribute(attr=attr) if attr is name:
            return False
        case cst.Arg(keyword=keyword) if keyword is name:
            return False
    return True


def _imports_of(ctx: Context, name: cst.Name) -> set[Import] | None:
    """What gives a name its meaning: nothing for a builtin, None for what only this file knows."""
    found = ctx.names.find(name)
    if found is None:
        return set() if (ctx.names.dotted(name) or "").startswith("builtins.") else None
    if found[0] is not ctx.names.module or any(binding.kind != "import" for binding in found[1]):
        return None
    dotted = _chain(ctx, name)
    imports = set()
    for binding in found[1]:
        if isinstance(binding.node, cst.ImportFrom):
            source = re.sub(r"\s", "", ctx.source(binding.node)[len("from") :].partition("import")[0])
            original = (binding.target or "").rpartition(".")[2]
            imports.add(Import(source, original, "" if original == name.value else name.value))
        elif isinstance(binding.node, cst.Import):
            for alias in binding.node.names:
                module = ctx.source(alias.name)
                given = ctx.source(alias.asname.name) if alias.asname is not None else ""
                if given == name.value or (not given and f"{dotted}.".startswith(f"{module}.")):
                    imports.add(Import(module, "", given))
    return imports or None


def _chain(ctx: Context, name: cst.Name) -> str:
    """`a.b.c` for the `a` in it."""
    whole: cst.CSTNode = name
    while isinstance(above := ctx.parent(whole), cst.Attribute) and above.value is whole:
        whole = above
    return ctx.source(whole)
