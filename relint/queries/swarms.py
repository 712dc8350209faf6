"""Does what is started surely ask others for something, as often as there is data?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import Binding, last_name
from relint.queries.bounds import SAME_LENGTH, VIEWS, is_bounded, words_of
from relint.queries.given import given_here
from relint.queries.growth import MANY, grows, repeats_with_data
from relint.queries.limits import speaks_of_limits
from relint.queries.outside import is_own
from relint.queries.remote_work import is_named_remote, work_of
from relint.queries.spawning import Spawn
from relint.queries.started import function_started

_MANY = MANY - frozenset("event evt message msg notification".split())
"""Of one turn of a chat there are few: a loop that receives them is another matter."""
_EACH = frozenset("article email line link record row uri url user".split())
"""What a loop calls that which it hardly ever has few of, whatever the name of them all is."""
_DEPTH = 2
_SEARCHING = frozenset("ainvoke aretrieve asearch invoke recall rerank retrieve search similarity suggest".split())


def is_swarm(ctx: Context, spawn: Spawn) -> bool:
    """Whether nobody who reads the code would ask back.

    The items are messages, or their name or origin says that there are hardly ever few of them; what is started was
    seen to wait for another machine or process; no word about a limit stands on the way.
    """
    functions = (around for around in ctx.ancestors(spawn.made) if isinstance(around, cst.FunctionDef))
    if any(speaks_of_limits(ctx, function) for function in functions):
        return False
    return (isinstance(spawn.loop, cst.While) or _are_many(ctx, spawn)) and work_of(ctx, spawn.made) == "remote"


def _are_many(ctx: Context, spawn: Spawn) -> bool:
    if _is_held(ctx, spawn.items) or _are_given_few(ctx, spawn.items) or _are_best_matches(ctx, spawn.items):
        return False
    loops = [spawn.loop] if isinstance(spawn.loop, cst.For) else list(ctx.walk(spawn.loop, cst.CompFor))
    loop = next((each for each in loops if each.iter is spawn.items), None)
    if loop is not None:
        names = {name.value for name in ctx.walk(loop.target, cst.Name)}
        started = function_started(spawn.made)
        if names & {name.value for name in ctx.walk(started, cst.Name)} and not is_named_remote(started):
            return False  # their own method, which is what the program is made of
        if repeats_with_data(ctx, loop, _EACH):
            return True
    return grows(ctx, spawn.items, _MANY)


def _is_held(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether items are held by the object at hand, or made from what is: `[str(host) for host in self.hosts]`.

    What whoever makes the object gives to it is data like any parameter.
    """
    values = ctx.bindings(items) or () if isinstance(items, cst.Name) else ()
    made = [v.for_in.iter for v in values if isinstance(v, cst.ListComp | cst.SetComp | cst.GeneratorExp)]
    return any(
        is_own(ctx, each) and not isinstance(each, cst.Call) and not _is_given_to_object(ctx, each)
        for each in (_copied(items), *map(_copied, made))
    )


def _is_given_to_object(ctx: Context, attribute: cst.BaseExpression) -> bool:
    """`self.urls = urls`, and nothing else."""
    match ctx.bindings(attribute):
        case (cst.Name() as given,):
            return any(binding.kind == "parameter" for binding in ctx.names.bindings(given))
    return False


def _are_given_few(ctx: Context, items: cst.BaseExpression, depth: int = _DEPTH) -> bool:
    """Whether all calls in the file give few: `for batch in batched(urls, 10): await fetch_all(batch)`.

    A private method that the file does not call is one that a framework calls, with portions for all we know.
    """
    match ctx.definitions(_copied(items)):
        case [Binding(kind="parameter", node=cst.Param() as parameter), *_]:
            given = given_here(ctx, parameter)
            if not given:
                return _is_hook(ctx, ctx.enclosing(parameter, cst.FunctionDef, cst.Lambda))
            return depth > 0 and all(is_bounded(ctx, v) or _are_given_few(ctx, v, depth - 1) for v in given)
    return False


def _is_hook(ctx: Context, function: cst.CSTNode | None) -> bool:
    if not isinstance(function, cst.FunctionDef) or ctx.names.class_of_method(function) is None:
        return False
    return function.name.value.startswith("_")


def _are_best_matches(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether a search brought them, which gives one page: `documents = await retriever.ainvoke(question)`."""
    copied = _copied(items)
    values = [copied, *(binding.value for binding in ctx.definitions(copied) or ())]
    calls = (value.expression if isinstance(value, cst.Await) else value for value in values)
    words = (words_of(last_name(call.func)) for call in calls if isinstance(call, cst.Call))
    return any(each & _SEARCHING and not each & {"parse", "extract"} for each in words)


def _copied(items: cst.BaseExpression) -> cst.BaseExpression:
    """What a copy or a view shows: `self.hosts` of `list(self.hosts.values())`."""
    match items:
        case cst.Call(func=cst.Name(value=function), args=[cst.Arg(value=inner), *_]) if function in SAME_LENGTH:
            return _copied(inner)
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=view)), args=[]) if view in VIEWS:
            return _copied(owner)
    return items
