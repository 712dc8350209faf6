"""Which loop starts something for each item of what data may make as long as it likes."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.libraries.tasks import THREADS, WRAPPERS
from relint.names import last_name, parameters
from relint.queries.bounds import levels, stops_at_a_number, words_of
from relint.queries.growth import repeats_with_data
from relint.queries.limits import holds_limit, limits_itself
from relint.queries.outside import is_own, repeats_from_outside
from relint.queries.receiving import made_from, received
from relint.queries.started import function_started
from relint.queries.tasks import makes_tasks

_FOR_GOOD = frozenset("connect forever init initialize listen loop monitor serve setup subscribe watch".split())
"""What begins something that stays: as many as there are parts."""
_FUNCTIONS = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


def repeated(ctx: Context, made: cst.Call, at: cst.BaseExpression) -> tuple[cst.CSTNode, cst.BaseExpression] | None:
    """The innermost loop around `at` that repeats it for unbounded items, and these.

    None where something limits it on the way. Of a `while` loop the items are the call that receives them.
    """
    child: cst.CSTNode = at
    for ancestor in ctx.ancestors(at):
        if isinstance(ancestor, _FUNCTIONS):
            return None
        match ancestor:
            case cst.With() if holds_limit(ctx, ancestor):
                return None
            case cst.IndentedBlock(body=statements) if any(map(leaves, statements)):
                return None  # once at most
            case cst.If(test=test) if child is ancestor.body and _is_for_the_first(ctx, test, at):
                return None
            case cst.GeneratorExp() | cst.ListComp() | cst.SetComp() | cst.DictComp():
                if child is not ancestor.for_in:
                    for level in levels(ancestor.for_in):
                        if _goes_on_with_data(ctx, level, made):
                            return ancestor, level.iter
            case cst.For() | cst.While() if child is ancestor.body:
                if limits_itself(ctx, ancestor) or _awaits_what_it_starts(ctx, ancestor, at):
                    return None
                if isinstance(ancestor, cst.For) and stops_at_a_number(ctx, ancestor):
                    return None
                if _keeps_the_last(ctx, ancestor, at):
                    return None
                if isinstance(ancestor, cst.For):
                    if _goes_on_with_data(ctx, ancestor, made):
                        return ancestor, ancestor.iter
                elif (message := received(ctx, ancestor, at)) is not None:
                    return ancestor, message
        child = ancestor
    return None


def leaves(statement: cst.CSTNode) -> bool:
    """Whether a statement ends the pass of a loop for good, so that what stands beside it happens once at most."""
    match statement:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Break() | cst.Raise()]):
            return True
    return False


def _is_for_the_first(ctx: Context, test: cst.BaseExpression, at: cst.BaseExpression) -> bool:
    """`if task is None: task = create_task(...)`, and the same with more conditions."""
    names = _assigned(ctx, at)
    for comparison in ctx.walk(test, cst.Comparison):
        match comparison:
            case cst.Comparison(
                left=cst.Name(value=name),
                comparisons=[cst.ComparisonTarget(operator=cst.Is(), comparator=cst.Name(value="None"))],
            ) if name in names:
                return True
    return any(
        isinstance(negated.expression, cst.Name) and negated.expression.value in names
        for negated in ctx.walk(test, cst.UnaryOperation)
        if isinstance(negated.operator, cst.Not)
    )


def _assigned(ctx: Context, at: cst.BaseExpression) -> set[str]:
    """The names in the targets of the assignment that an expression is part of."""
    statement = ctx.statement_of(at)
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Assign):
        return set()
    return {n.value for target in statement.body[0].targets for n in ctx.walk(target.target, cst.Name)}


def _goes_on_with_data(ctx: Context, loop: cst.For | cst.CompFor, made: cst.Call) -> bool:
    """Whether data decides how often a loop goes round.

    Items that are worked on, given to what is started, are data when they come from outside. An item whose own method
    is started, or that goes to a function that the caller gives, is a part of the program unless it is called data and
    does not belong to the object at hand.
    """
    if _holds_tasks(ctx, loop.iter):
        return False
    names = {name.value for name in ctx.walk(loop.target, cst.Name)}
    names = made_from(ctx, names, loop)
    started = function_started(made)
    if words_of(last_name(started)) & _FOR_GOOD or (isinstance(started, cst.Name) and started.value in names):
        return False
    if _works_on(ctx, made, names) and not _is_given(ctx, started):
        return repeats_from_outside(ctx, loop)
    return repeats_with_data(ctx, loop) and not is_own(ctx, loop.iter)


def _is_given(ctx: Context, started: cst.BaseExpression) -> bool:
    """Whether a caller says what is started: it may have a limit of its own."""
    bound = ctx.names.bindings(started) if isinstance(started, cst.Name) else []
    return any(binding.kind == "parameter" for binding in bound)


def _holds_tasks(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether items are tasks that have been started: whatever is made of them starts nothing."""
    if not isinstance(items, cst.Name) or (found := ctx.names.find(items)) is None:
        return False
    made = [value for value in ctx.bindings(items) or () if isinstance(value, cst.ListComp | cst.SetComp)]
    if any(isinstance(each.elt, cst.Call) and makes_tasks(ctx, each.elt.func) for each in made):
        return True
    for use in ctx.names.uses(found[0], items.value):
        match ctx.parent(use):
            case cst.Attribute(attr=cst.Name(value="append" | "add")) as attribute:
                match ctx.parent(attribute):
                    case cst.Call(args=[cst.Arg(value=cst.Call(func=func))]) if makes_tasks(ctx, func):
                        return True
    return False


def _works_on(ctx: Context, made: cst.Call, names: set[str]) -> bool:
    """Whether what is started is given one of these names, and none of them is itself what is started."""
    if ctx.callee(made) in WRAPPERS:
        inner = made.args[0].value if made.args else None
        return isinstance(inner, cst.Call) and _works_on(ctx, inner, names)
    started = function_started(made)
    if ctx.instance_of(made) in THREADS and (target := ctx.argument(made, "target", 1)) is not None:
        started = target.value
    words = words_of(last_name(started))
    if words & (_FOR_GOOD | {"start"}) or names & {name.value for name in ctx.walk(started, cst.Name)}:
        return isinstance(started, cst.Call)  # `start_soon(partial(f, x))`
    if (function := ctx.function_def(started)) is not None and _calls_a_parameter(ctx, function):
        return False
    return bool(names & {name.value for argument in made.args for name in ctx.walk(argument.value, cst.Name)})


def _calls_a_parameter(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a function calls what it is given: that is no data."""
    given = {parameter.name.value for parameter in parameters(function)}
    return any(
        isinstance(call.func, cst.Name) and call.func.value in given for call in ctx.walk(function.body, cst.Call)
    )


def _keeps_the_last(ctx: Context, loop: cst.For | cst.While, at: cst.BaseExpression) -> bool:
    """Whether a task goes into a name that a pass of the loop does nothing with: there is one of it, used later."""
    names = _assigned(ctx, at)
    statement = ctx.statement_of(at)
    function = ctx.function_of(at)
    if not names or not isinstance(function, cst.FunctionDef):
        return False
    uses = [use for use in ctx.walk(function.body, cst.Name) if use.value in names]
    later = [use for use in uses if statement not in ctx.ancestors(use)]
    inside = [use for use in later if loop in ctx.ancestors(use)]
    return len(inside) < len(later) and not any(isinstance(ctx.parent(use), cst.Arg | cst.Attribute) for use in inside)


def _awaits_what_it_starts(ctx: Context, loop: cst.For | cst.While, at: cst.BaseExpression) -> bool:
    """Whether a loop awaits each task, or cancels the one before."""
    names = _assigned(ctx, at)
    statement = ctx.statement_of(at)
    if isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Assign):
        held = {ctx.source(target.target) for target in statement.body[0].targets}
        for call in ctx.walk(loop.body, cst.Call):
            match call.func:
                case cst.Attribute(value=task, attr=cst.Name(value="cancel")) if ctx.source(task) in held:
                    return True
    return any(n.value in names for wait in ctx.walk(loop.body, cst.Await) for n in ctx.walk(wait, cst.Name))
