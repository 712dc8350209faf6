"""Sends coroutines through a semaphore, and gives threads that are joined in the same block to a pool."""

from __future__ import annotations

from typing import Sequence

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Edit, Finding, Fix
from relint.queries.spawning import Spawn
from relint.rules.concurrency.unbounded_task_spawn import rule

_LIMITED = """(semaphore, function, /, *args, **kwargs):
    async with semaphore:
        return await function(*args, **kwargs)"""
_LIMITERS = {
    "anyio.abc.TaskGroup": ("limiter", "anyio.CapacityLimiter"),
    "trio.Nursery": ("limiter", "trio.CapacityLimiter"),
}


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    spawns: list[Spawn] = finding.data
    if spawns[0].kind == "thread":
        return _pooled(ctx, spawns[0])
    return _limited(ctx, spawns, finding.node) if spawns[0].kind == "task" else None


def _limited(ctx: Context, spawns: list[Spawn], at: cst.CSTNode) -> Fix | None:
    name, limiter = "semaphore", "asyncio.Semaphore"
    if (group := _started_soon_in(spawns[0])) is not None:
        known = _LIMITERS.get(ctx.instance_of(group) or "")
        if known is None:
            return None
        name, limiter = known
    name = edits.free_name(ctx, name, at)
    maker = edits.ensure_import(ctx, limiter, at)
    helper = edits.ensure_function(ctx, "run_limited", "async def", _LIMITED, at)
    limit = ctx.settings.sanctioned.max_concurrency
    if maker is None or helper is None:
        return None
    changes = [*maker[1], *helper[1]]
    for statement in _first_statements(ctx, spawns, at):
        made = edits.insert_before(ctx, statement, f"{name} = {maker[0]}({limit})")
        changes += made or ()
        if made is None:
            return None
    for spawn in spawns:
        through = _through(ctx, spawn, helper[0], name)
        changes += through or ()
        if through is None:
            return None
    return Fix(f"Run at most {limit} at once", tuple(changes))


def _first_statements(ctx: Context, spawns: list[Spawn], at: cst.CSTNode) -> list[cst.CSTNode]:
    """Above which the semaphore is made: once in a block, and outside all loops in which its tasks gather."""
    firsts: list[cst.CSTNode] = []
    for spawn in spawns:
        statement = ctx.statement_of(spawn.loop)
        for ancestor in ctx.ancestors(spawn.loop):
            if isinstance(ancestor, cst.FunctionDef | cst.ClassDef | cst.Lambda):
                break
            if isinstance(ancestor, cst.For | cst.While) and not (spawn.awaited and ancestor in ctx.ancestors(at)):
                statement = ancestor
        if not any(ctx.parent(first) is ctx.parent(statement) for first in firsts):
            firsts.append(statement)
    return firsts


def _started_soon_in(spawn: Spawn) -> cst.BaseExpression | None:
    """The task group of `group.start_soon(...)`."""
    match spawn.made.func:
        case cst.Attribute(value=group, attr=cst.Name(value="start_soon")):
            return group
    return None


def _through(ctx: Context, spawn: Spawn, helper: str, semaphore: str) -> tuple[Edit, ...] | None:
    """The edits that turn `f(x)` into `helper(semaphore, f, x)`."""
    made = spawn.made
    if spawn.loop is made:  # map(f, xs)
        function, items = (ctx.source(argument.value) for argument in made.args)
        item = edits.free_name(ctx, "item", made)
        return (ctx.edit(made, f"({helper}({semaphore}, {function}, {item}) for {item} in {items})"),)
    if spawn.loop not in ctx.ancestors(made) or made.func.lpar or not _is_for_the_task_only(ctx, made):
        return None
    start, end = ctx.range(made.func)
    opening = ctx.text.index("(", end) + 1
    if _started_soon_in(spawn) is not None:
        return (Edit(opening, opening, f"{helper}, {semaphore}, "),)
    function = ctx.source(made.func)
    if not made.args or ctx.text[opening] not in "\r\n":
        comma = ", " if made.args else ""
        return (Edit(start, opening, f"{helper}({semaphore}, {function}{comma}"),)
    first = ctx.range(made.args[0])[0]
    indent = ctx.text[ctx.text.rfind("\n", 0, first) + 1 : first]
    return (Edit(start, opening, f"{helper}(\n{indent}{semaphore},\n{indent}{function},"),)


def _is_for_the_task_only(ctx: Context, made: cst.Call) -> bool:
    """Whether a call is made right where its coroutine goes; one with a name may give something else: None, say."""
    if not isinstance(ctx.parent(made), cst.Assign | cst.AnnAssign | cst.NamedExpr):
        return True
    function = ctx.function_def(made.func)
    return function is not None and function.asynchronous is not None


# -- threads ---------------------------------------------------------------------------------------------------------


def _pooled(ctx: Context, spawn: Spawn) -> Fix | None:
    """Threads that a loop or comprehension makes, and that a loop further down the same block joins."""
    first = ctx.statement_of(spawn.loop)
    arguments = _submit_arguments(ctx, spawn.made)
    pool = edits.ensure_import(ctx, "concurrent.futures.ThreadPoolExecutor", spawn.made, from_import=True)
    if arguments is None or pool is None:
        return None
    below = ctx.siblings(first)[ctx.siblings(first).index(first) :]
    starts = [s for s in below if _calls_each(ctx, s, "start")]
    joins = [s for s in below if _calls_each(ctx, s, "join")]
    inside = _started_inside(ctx, first)
    names, appends = _names(ctx, spawn, first)
    if not joins or not _are_all_uses(ctx, names, [*starts, *joins, *inside, *appends]):
        return None
    executor = edits.free_name(ctx, "executor", spawn.made)
    limit = ctx.settings.sanctioned.max_concurrency
    header = f"with {pool[0]}(max_workers={limit}) as {executor}:"
    wrapped = edits.wrap(ctx, below[: below.index(joins[-1]) + 1], header)
    gone = [edits.delete_statement(ctx, statement) for statement in (*starts, *inside)]
    if wrapped is None:
        return None
    deletions: list[Edit] = []
    for deletion in gone:
        if deletion is None:
            return None
        deletions += deletion
    results = [ctx.edit(call, "result") for join in joins for call in _method_names(ctx, join, "join")]
    submit = ctx.edit(spawn.made, f"{executor}.submit({', '.join(arguments)})")
    kept = [edit for edit in wrapped if not any(d.start <= edit.start < d.end for d in deletions)]
    return Fix(f"Run at most {limit} threads at once", (submit, *results, *kept, *deletions, *pool[1]))


def _submit_arguments(ctx: Context, thread: cst.Call) -> list[str] | None:
    """What `Thread(target=f, args=(x,))` calls, as arguments of `submit`; None if that is not plain."""
    if ctx.callee(thread) != "threading.Thread" or any(arg.keyword is None for arg in thread.args):
        return None
    given = {arg.keyword.value: arg.value for arg in thread.args if arg.keyword is not None}
    target, args, kwargs = given.pop("target", None), given.pop("args", None), given.pop("kwargs", None)
    if target is None or given.keys() - {"daemon", "name"}:
        return None
    written = [ctx.source(target)]
    if isinstance(args, cst.Tuple | cst.List):
        stars = ["*" if isinstance(element, cst.StarredElement) else "" for element in args.elements]
        written += [f"{star}{ctx.source(element.value)}" for star, element in zip(stars, args.elements, strict=True)]
    elif args is not None:
        written.append(f"*{edits.parenthesized(ctx, args)}")
    if kwargs is not None:
        written.append(f"**{edits.parenthesized(ctx, kwargs)}")
    return written


def _calls_each(ctx: Context, statement: cst.CSTNode, method: str) -> bool:
    """`for t in threads: t.start()` and nothing else."""
    match statement:
        case cst.For(
            target=cst.Name(value=each),
            iter=cst.Name(),
            orelse=None,
            body=cst.IndentedBlock(
                body=[
                    cst.SimpleStatementLine(
                        body=[
                            cst.Expr(
                                value=cst.Call(
                                    func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=called)),
                                    args=[],
                                )
                            )
                        ]
                    )
                ]
            ),
        ):
            return each == owner and called == method
    return False


def _started_inside(ctx: Context, loop: cst.CSTNode) -> list[cst.CSTNode]:
    """The lines of a loop that start its thread or make it a daemon."""
    found: list[cst.CSTNode] = []
    for line in ctx.walk(loop, cst.SimpleStatementLine):
        match line.body:
            case [
                cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(), attr=cst.Name(value="start")), args=[]))
            ]:
                found.append(line)
            case [
                cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Attribute(value=cst.Name(), attr=cst.Name(value=name)))]
                )
            ] if name in ("daemon", "name"):
                found.append(line)
    return found if isinstance(loop, cst.For) else []


def _names(ctx: Context, spawn: Spawn, first: cst.CSTNode) -> tuple[list[cst.Name], list[cst.CSTNode]]:
    """The names that a statement binds the threads and lists of them to, and the calls that append to the lists."""
    thread = ctx.parent(spawn.made)
    names = []
    for assign in ctx.walk(first, cst.Assign):
        if assign is thread or assign.value is spawn.loop:
            names += [a.target for a in assign.targets if isinstance(a.target, cst.Name)]
    held = {name.value for name in names}
    appends: list[cst.CSTNode] = []
    for call in ctx.walk(first, cst.Call):
        match call:
            case cst.Call(
                func=cst.Attribute(value=cst.Name() as many, attr=cst.Name(value="append")), args=[cst.Arg(value=added)]
            ) if added is spawn.made or (isinstance(added, cst.Name) and added.value in held):
                names.append(many)
                appends.append(call)
    return names, appends


def _are_all_uses(ctx: Context, names: Sequence[cst.Name], places: Sequence[cst.CSTNode]) -> bool:
    """Whether names are read at these places only."""
    for name in names:
        found = ctx.names.find(name)
        for use in ctx.names.uses(found[0], name.value) if found is not None else ():
            if not any(place in ctx.ancestors(use) for place in places):
                return False
    return bool(names)


def _method_names(ctx: Context, statement: cst.CSTNode, method: str) -> list[cst.Name]:
    return [a.attr for a in ctx.walk(statement, cst.Attribute) if a.attr.value == method]
