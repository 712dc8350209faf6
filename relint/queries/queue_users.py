"""What other modules of the project do with a queue that one of them makes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

import libcst as cst

from relint.context import Context
from relint.elsewhere import Place, ask, elsewhere, inherited
from relint.modules import neighbours
from relint.names import last_name
from relint.queries.queue_items import Use, handing_out, held_by, takes_in_a_loop, use_of, yields_to_an_end
from relint.queries.queues import Traffic, traffic_of_parameter, traffic_of_uses

_MOST = 8
"""Modules that are asked what they do with one queue."""


@dataclass(frozen=True)
class _Held:
    """A queue as other modules reach it: `name` of a module, or of the objects of a class at its top level.

    `getters` are methods of that class which hand out an item. `only`: nothing else in the package has such a name.
    """

    path: str
    name: str
    cls: str = ""
    getters: tuple[str, ...] = ()
    only: bool = False


def used_elsewhere(ctx: Context, made: cst.Call, queue: Traffic) -> Use:
    """What other modules do with a queue that they are handed, or that an object or module holds for them."""
    return _of_those_handed(ctx, queue) | _of_those_who_reach_it(ctx, made, queue)


def _of_those_handed(ctx: Context, queue: Traffic) -> Use:
    """`Worker(self.queue)`, `Thread(target=work, args=(queue,))`."""
    found = Use()
    for function, parameter in queue.handed:

        def question(there: Context, named: cst.BaseExpression, parameter: int | str = parameter) -> Use:
            given = traffic_of_parameter(there, named, parameter)
            return use_of(there, given) | _of_those_handed(there, given)

        found |= ask(ctx, elsewhere(ctx, function), f"use of argument {parameter}", question) or Use()
    return found


def _of_those_who_reach_it(ctx: Context, made: cst.Call, queue: Traffic) -> Use:
    """`self.bus.messages.put(x)`, `from app.bus import messages`, and the callers of what hands out the items."""
    found = Use()
    if (held := _held(ctx, made, queue)) is None:
        return found
    reaching = _mentions(held)
    paths = [path for path in neighbours(ctx.project, ctx.path) if path != held.path]
    using = [path for path in paths if reaching.search(ctx.project.text(path) or "") is not None]

    def question(there: Context, _: cst.BaseExpression) -> Use:
        return _use_there(there, held)

    for path in using[:_MOST]:
        found |= ask(ctx, Place(path, held.name), f"use of {held}", question) or Use()
    return found


def _mentions(held: _Held) -> re.Pattern[str]:
    """How a module that uses what is held may write it: `.messages.put(x)`, `Worker(bus.messages)`."""
    if not held.cls:
        return re.compile(rf"\b{held.name}\b")
    uses = rf"{held.name}\s*(?:\.\s*(?:put|get)(?:_nowait)?\s*[(,)]|[,)])"
    return re.compile(rf"\.\s*(?:{'|'.join([uses, *(rf'{getter}[ ]*[(]' for getter in held.getters)])})")


def _held(ctx: Context, made: cst.Call, queue: Traffic) -> _Held | None:
    target = held_by(ctx, made)
    name = last_name(target) if target is not None else ""
    if isinstance(target, cst.Name) and ctx.enclosing(made, cst.ClassDef) is None:
        return _Held(os.path.abspath(ctx.path), name)
    cls = ctx.enclosing(made, cst.ClassDef)
    if not name or cls is None or ctx.names.scope_of(cls) is not ctx.names.module:
        return None
    functions = [handing_out(ctx, get) for get in queue.gets]
    getters = sorted({function.name.value for function in functions if function is not None})
    return _Held(os.path.abspath(ctx.path), name, cls.name.value, tuple(getters), _is_only(ctx, name))


def _is_only(ctx: Context, name: str) -> bool:
    """Whether a single class of the package has an attribute of a name."""
    given = re.compile(rf"(?:\bself\.|\n[ \t]*){name}[ \t]*(?::[^=\n]+)?=(?!=)")
    here = os.path.abspath(ctx.path)
    paths = (path for path in neighbours(ctx.project, ctx.path) if path != here)
    if any(given.search(ctx.project.text(path) or "") is not None for path in paths):
        return False
    return sum(bool(ctx.names.attribute(cls, name)) for cls in ctx.tree.every(cst.ClassDef)) == 1


def _use_there(there: Context, held: _Held) -> Use:
    kinds: tuple[type[cst.Name | cst.Attribute], ...] = (cst.Attribute,) if held.cls else (cst.Attribute, cst.Name)
    named = [node for node in there.tree.every(*kinds, words=(held.name,)) if last_name(node) == held.name]
    use = use_of(there, traffic_of_uses(there, [node for node in named if _is_it(there, node, held, held.name)]))
    for getter in held.getters:
        for node in there.tree.every(cst.Attribute, words=(getter,)):
            if node.attr.value == getter and _is_it(there, node, held, getter):
                use |= Use(taken=takes_in_a_loop(there, node), lasts=not yields_to_an_end(there, node))
    return use


def _is_it(there: Context, node: cst.Name | cst.Attribute, held: _Held, name: str) -> bool:
    """Whether an expression of another module is what is held, or a method of the object that holds it.

    An attribute of an object of which nothing is known is, if only one class has such an attribute.
    """
    wanted = f"{held.cls}.{name}" if held.cls else name
    place = elsewhere(there, node)
    if place is not None or not isinstance(node, cst.Attribute) or not held.cls:
        return place is not None and (place.path, place.text.replace("()", "")) == (held.path, wanted)
    if (cls := there.names.self_class(node.value)) is not None:
        return any((base.path, base.text) == (held.path, held.cls) for base in inherited(there, cls))
    return held.only and there.class_of(node.value) is None and there.instance_of(node.value) is None
