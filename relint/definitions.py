"""Which module of the project gives a name its meaning: through imports that only hand it on, told by texts alone."""

from __future__ import annotations

import os
import re
from typing import Sequence

from relint.libraries.shared import SHARED
from relint.modules import places
from relint.project import Project
from relint.surface import Surface, surface

Definition = tuple[str, str]
"""The path of a module, and an expression as written at its top level."""


def definition_of(project: Project, path: str, dotted: str) -> Definition | None:
    """The module of the project that gives a dotted name its meaning, and the name there; None when there is none.

    `from app.models import Order` is `Order` of `app/models/order.py` where `app/models/__init__.py` says
    `from .order import Order`, or `from .order import *`. The way ends in a module that gives the name several
    meanings, or hands on what is not the project's or leads back here.
    """
    key = ("definition", os.path.dirname(path), dotted)
    return project.work_out(key, lambda beside: _definition_of(beside, path, dotted, frozenset()))


def from_stars(project: Project, path: str, stars: Sequence[str], name: str) -> str | None:
    """The dotted name that a file has from one of its star imports; "" when none of them brings it.

    None when two do, and when that cannot be told: a star import of what is not in sight may bring any name, but for
    a constant (`ORDERS_OF`) that another brings.
    """
    brought = [_brings(project, path, star, name, frozenset({path})) for star in stars]
    if brought.count(True) > 1 or (None in brought and not (True in brought and _CONSTANT.fullmatch(name))):
        return None
    return _inside(stars[brought.index(True)], name) if True in brought else ""


def named_by_stars(project: Project, path: str, stars: Sequence[str], words: frozenset[str]) -> dict[str, str]:
    """Those of some words that star imports bring as names, each with the dotted name that it stands for."""
    known = (_offered(project, path, star, frozenset({path})) for star in stars)
    names = sorted(words.intersection(frozenset().union(*known)))
    return {name: target for name in names if (target := from_stars(project, path, stars, name))}


def surface_of(project: Project, path: str) -> Surface:
    """The surface of a module; an empty one where it cannot be read."""
    return project.memo(("surface", path), lambda: surface(project.text(path) or ""))


def _definition_of(project: Project, path: str, dotted: str, seen: frozenset[Definition]) -> Definition | None:
    if dotted.partition(".")[0] in SHARED:
        return None
    for file, expression in places(project, path, dotted):
        head = expression.partition(".")[0].removesuffix("()")
        if head in surface_of(project, file):
            target = surface_of(project, file).handed_on.get(head)
            return _handed_on(project, (file, expression), head, target, seen) or (file, expression)
        if target := from_stars(project, file, surface_of(project, file).stars, head):
            return _handed_on(project, (file, expression), head, target, seen)
    return None


def _handed_on(
    project: Project, found: Definition, head: str, target: str | None, seen: frozenset[Definition]
) -> Definition | None:
    """What a module has a name from that it takes from a target; None where that is nothing, or leads back here."""
    file, expression = found
    if target is None or (file, head) in seen:  # `x` may be `x.x` of the module itself, and so on
        return None
    return _definition_of(project, file, target + expression[len(head) :], seen | {(file, head)})


def _brings(project: Project, file: str, star: str, name: str, seen: frozenset[str]) -> bool | None:
    """Whether `from star import *` brings a name; None where that cannot be told."""
    module = next((path for path, rest in places(project, file, _inside(star, name)) if rest == name), None)
    if module is None:
        return None
    known = surface_of(project, module)
    if "__all__" in known:
        return name in known.listed if known.listed is not None else None
    if name.startswith("_"):
        return False
    if name in known:
        return True
    if module in seen or not known.stars:
        return False
    inner = [_brings(project, module, each, name, seen | {module}) for each in known.stars]
    if True in inner and _CONSTANT.fullmatch(name):
        return True
    return None if None in inner else any(inner)


def _offered(project: Project, file: str, star: str, seen: frozenset[str]) -> frozenset[str]:
    """The names that `from star import *` may bring: what the module has, and what its own star imports do."""
    module = next((path for path, rest in places(project, file, _inside(star, "*")) if rest == "*"), None)
    if module is None or module in seen:
        return frozenset()
    known = surface_of(project, module)
    inner = (_offered(project, module, each, seen | {module}) for each in known.stars)
    return frozenset(known.definitions.keys() | known.imports.keys()).union(*inner)


def _inside(module: str, name: str) -> str:
    return f"{module}{'' if module.endswith('.') else '.'}{name}"  # `.` is the file's own package


_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]{3,}")
