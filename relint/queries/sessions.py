"""Does the client that a call goes through bring a timeout of its own?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.elsewhere import Place, ask, defined_at, elsewhere, inherited
from relint.libraries.http import VERBS
from relint.names import Binding, last_name, parameters
from relint.queries.adapters import adapter_brings_timeout, sets_timeout
from relint.queries.origins import Origins, origins, receiver, returned
from relint.queries.timeouts import may_hold, means_never

_REPLACEABLE = frozenset({*VERBS, "request", "send"})


def session_brings_timeout(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether the `requests` session of a method expression (`self.session.get`) sets a timeout on every request.

    By a class of the project that does, an adapter that does, `session.request` replaced, or an argument of its maker
    that says so.
    """
    session = receiver(ctx, function)
    if session is None:
        return False
    return _brings_timeout(ctx, session, function.attr.value if isinstance(function, cst.Attribute) else "request")


def _brings_timeout(ctx: Context, session: cst.BaseExpression, method: str, *, is_passed: bool = False) -> bool:
    from_where = origins(ctx, session)
    if any(sets_timeout(ctx, ancestor) for cls in from_where.classes for ancestor in ctx.names.ancestry(cls)):
        return True
    if any(_has_timeout_argument(ctx, call) for call in from_where.calls):
        return True
    if any(
        effect.adapter is None or adapter_brings_timeout(ctx, effect.adapter, method)
        for effect in _effects(ctx)
        if effect.on.meets(from_where)
    ):
        return True
    if any(_is_given_timeout_by(ctx, call, arg, method) for call, arg in _handed_over(ctx, from_where)):
        return True
    if any(_is_injected_with_timeout(ctx, dependency, method) for dependency in _dependencies(from_where)):
        return True
    passed = [argument for binding in from_where.bindings for argument in _passed_as(ctx, binding)]
    if not is_passed and any(_brings_timeout(ctx, each, method, is_passed=True) for each in passed):
        return True
    return any(
        ask(ctx, place, f"timeout of {method}", lambda there, e: _brings_timeout(there, e, method)) is not False
        for place in _made_elsewhere(ctx, session, from_where)
    )


def _made_elsewhere(ctx: Context, session: cst.BaseExpression, from_where: Origins) -> list[Place]:
    """What a session is in other modules, by whatever name or call it came from there."""
    values = [binding.value for binding in from_where.bindings if binding.value is not None]
    places = [elsewhere(ctx, each) for each in (session, *from_where.calls, *values)]
    for binding in from_where.bindings:
        cls = ctx.annotated(binding.annotation) if binding.annotation is not None else None
        place = defined_at(ctx, cls) if cls is not None else None
        places.append(place.called() if place is not None else None)
    places += [base.called() for cls in from_where.classes for base in inherited(ctx, cls)]
    return sorted({place for place in places if place is not None}, key=lambda place: (place.path, place.text))


def _dependencies(session: Origins) -> Iterator[cst.BaseExpression]:
    """What FastAPI calls for a parameter: `make` of `session: Session = Depends(make)`, also within `Annotated`."""
    for binding in session.bindings:
        if isinstance(binding.node, cst.Param):
            given = [binding.node.default, binding.annotation]
            if isinstance(binding.annotation, cst.Subscript):
                given += [each.slice.value for each in binding.annotation.slice if isinstance(each.slice, cst.Index)]
            for each in given:
                if isinstance(each, cst.Call) and each.args and last_name(each.func) == "Depends":
                    yield each.args[0].value


def _is_injected_with_timeout(ctx: Context, dependency: cst.BaseExpression, method: str) -> bool:
    """Whether the sessions that a dependency returns or yields, here or in another module, set a timeout."""
    if (function := ctx.function_def(dependency)) is not None:
        yielded = [each.value for each in ctx.walk(function.body, cst.Yield)]
        given = (each for each in (*returned(ctx, function), *yielded) if isinstance(each, cst.BaseExpression))
        return any(_brings_timeout(ctx, each, method) for each in given)
    dotted = ctx.names.dotted(dependency)
    place = defined_at(ctx, dotted) if dotted is not None else None
    question = f"injected timeout of {method}"
    return bool(ask(ctx, place, question, lambda there, e: _is_injected_with_timeout(there, e, method)))


def _handed_over(ctx: Context, session: Origins) -> Iterator[tuple[cst.Call, cst.Arg]]:
    """The calls that a session is given to."""
    names = {binding.name for binding in session.bindings}
    for call in ctx.tree.every(cst.Call, words=names) if names else ():
        for arg in call.args:
            if last_name(arg.value) in names and origins(ctx, arg.value).meets(session):
                yield call, arg


def _is_given_timeout_by(ctx: Context, call: cst.Call, arg: cst.Arg, method: str) -> bool:
    """Whether a function of another module does something to the session it is given that brings a timeout."""
    dotted = ctx.names.dotted(call.func)
    given: str | int = arg.keyword.value if arg.keyword is not None else call.args.index(arg)

    def brings(there: Context, helper: cst.BaseExpression) -> bool:
        function = there.function_def(helper)
        parameter = _parameter(function, given) if function is not None else None
        return any(
            effect.adapter is None or adapter_brings_timeout(there, effect.adapter, method)
            for effect in _effects(there)
            if any(binding.node is parameter for binding in effect.on.bindings)
        )

    place = defined_at(ctx, dotted) if dotted is not None else None
    return bool(ask(ctx, place, f"timeout of {method} for {given}", brings))


def _parameter(function: cst.FunctionDef, given: str | int) -> cst.Param | None:
    if isinstance(given, int):
        positional = [*function.params.posonly_params, *function.params.params]
        return positional[given] if given < len(positional) else None
    return next((each for each in parameters(function) if each.name.value == given), None)


def pool_may_have_timeout(ctx: Context, function: cst.BaseExpression) -> bool:
    """Whether the client of a method expression may have been built with a timeout: it was, or nobody can see."""
    client = receiver(ctx, function)
    if client is None:
        return True
    from_where = origins(ctx, client)
    if not from_where.complete or not from_where.calls:
        return True
    return any(_has_timeout_argument(ctx, call) for call in from_where.calls)


def _has_timeout_argument(ctx: Context, call: cst.Call) -> bool:
    """Whether a maker is given an argument that is named after a timeout, or `**options` that may hold one."""
    for arg in call.args:
        if arg.keyword is not None and "timeout" in arg.keyword.value and not means_never(ctx, arg.value):
            return True
        if arg.star == "**" and may_hold(ctx, arg.value, "timeout"):
            return True
    return False


@dataclass(frozen=True, eq=False)
class _Effect:
    """Something the file does to a session: an adapter it mounts, or (None) a method it replaces."""

    on: Origins
    adapter: cst.BaseExpression | None


def _effects(ctx: Context) -> list[_Effect]:
    return ctx.memo("effects on sessions", lambda: list(_find_effects(ctx)))


def _find_effects(ctx: Context) -> Iterator[_Effect]:
    for call in ctx.tree.every(cst.Call, words=("mount", "setattr")):
        match call:
            case cst.Call(func=cst.Attribute(value=session, attr=cst.Name(value="mount")), args=[prefix, adapter]):
                start = ctx.literal(prefix.value)
                if not isinstance(start, str) or start.startswith("http"):
                    yield _Effect(_everything(ctx, session), adapter.value)
            case cst.Call(func=cst.Name(value="setattr"), args=[session, name, _]):
                if ctx.literal(name.value) in (..., *_REPLACEABLE):
                    yield _Effect(_everything(ctx, session.value), None)
    for assign in ctx.tree.every(cst.Assign, words=_REPLACEABLE):
        for target in assign.targets:
            match target.target:
                case cst.Attribute(value=session, attr=cst.Name(value=attr)) if attr in _REPLACEABLE:
                    yield _Effect(_everything(ctx, session), None)


def _everything(ctx: Context, session: cst.BaseExpression) -> Origins:
    """The origins of a session that something is done to; of a helper's parameter, what callers in the file pass."""
    found = origins(ctx, session)
    bindings, classes = set(found.bindings), set(found.classes)
    for binding in found.bindings:
        for argument in _passed_as(ctx, binding):
            passed = origins(ctx, argument)
            bindings |= passed.bindings
            classes |= passed.classes
    return Origins(bindings, found.calls, classes, found.complete)


def _passed_as(ctx: Context, parameter: Binding) -> Iterator[cst.BaseExpression]:
    if parameter.kind != "parameter" or not isinstance(parameter.node, cst.Param):
        return
    function = ctx.enclosing(parameter.node, cst.FunctionDef)
    if function is None:
        return
    for call in ctx.tree.every(cst.Call, words=(function.name.value,)):
        if ctx.function_def(call.func) is function:
            for arg in call.args:
                yield arg.value
