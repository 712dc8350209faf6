"""Which module of the project gives a name its meaning: through imports that only hand it on, told by texts alone."""

from __future__ import annotations

import os

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
        if (target := _from_star(project, file, head, frozenset())) is not None:
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


def _from_star(project: Project, file: str, name: str, seen: frozenset[str]) -> str | None:
    """The dotted name that a module has from one of its star imports; None unless exactly one of them brings it.

    A star import of what is not in sight may bring any name, so that nothing is known then.
    """
    stars = surface_of(project, file).stars
    brought = [_brings(project, file, star, name, seen | {file}) for star in stars]
    if None in brought or brought.count(True) != 1:
        return None
    return _inside(stars[brought.index(True)], name)


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
    return None if None in inner else any(inner)


def _inside(module: str, name: str) -> str:
    return f"{module}{'' if module.endswith('.') else '.'}{name}"  # `.` is the file's own package
