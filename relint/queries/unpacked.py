"""What `**mapping` gives a call."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from relint.context import Context


@dataclass(frozen=True, eq=False)
class Unpacked:
    """The arguments that are certainly in sight; `complete` says that there are no others."""

    given: dict[str, cst.BaseExpression]
    complete: bool


def unpacked(ctx: Context, call: cst.Call) -> Unpacked:
    """The arguments of a call that are written in dict displays: `options = {"wait": 3}; retry(**options)`.

    Of a name that is one of several displays, all their keys. What is later done to the dict (`options.update(more)`)
    may add to it or replace a value: then the display holds the defaults.
    """
    given: dict[str, cst.BaseExpression] = {}
    complete = True
    for argument in call.args:
        if argument.star != "**":
            continue
        is_name = isinstance(argument.value, cst.Name)
        for value in (ctx.bindings(argument.value) or (None,)) if is_name else (argument.value,):
            complete = _add(ctx, given, value) and complete
        complete = complete and not (is_name and _is_changed(ctx, argument.value))
    return Unpacked(given, complete)


def _add(ctx: Context, given: dict[str, cst.BaseExpression], value: cst.CSTNode | None) -> bool:
    """Add the keys of a display; False: not all of them are in sight."""
    if not isinstance(value, cst.Dict):
        return False
    whole = True
    for element in value.elements:
        key = ctx.literal(element.key) if isinstance(element, cst.DictElement) else ...
        if isinstance(key, str):
            given.setdefault(key, element.value)
        else:
            whole = False
    return whole


def _is_changed(ctx: Context, name: cst.BaseExpression) -> bool:
    """Whether anything but unpacking it is done to a dict."""
    assert isinstance(name, cst.Name)
    found = ctx.names.find(name)
    uses = ctx.names.uses(found[0], name.value) if found is not None else []
    return any(not isinstance(use := ctx.parent(each), cst.Arg) or use.star != "**" for each in uses)
