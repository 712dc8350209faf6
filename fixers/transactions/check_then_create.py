"""Writes `get_or_create` where the look and the creation agree."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.model import Finding, Fix
from relint.queries.create_races import Race
from relint.rules.transactions.check_then_create import rule


@rule.fixer
def fix(finding: Finding, ctx: Context) -> Fix | None:
    race = finding.data
    assert isinstance(race, Race)
    if isinstance(race.create.func, cst.Attribute) and race.create.func.attr.value != "create":
        return None
    arguments = _arguments(ctx, race)
    if arguments is None or "#" in ctx.source(race.whole) or "\n" in arguments:
        return None
    call = f"{race.manager}.get_or_create({arguments})"
    if isinstance(race.whole, cst.If):
        if race.whole.orelse is not None or not _is_only(ctx, race.whole.body, race.create):
            return None
        if isinstance(ctx.parent(race.whole), cst.If):
            return None  # an `elif`
        line = call
    else:
        pair = _only_statements(race.whole)
        if pair is None or not all(_holds(s, c) for s, c in zip(pair, (race.look, race.create), strict=True)):
            return None
        if isinstance(pair[0], cst.Return):
            line = f"return {call}[0]"
        else:
            name = _bound_alike(ctx, pair)
            if name is None:
                return None
            line = f"{name}, {edits.free_name(ctx, '_created', race.whole)} = {call}"
    changes = edits.replace_statement(ctx, race.whole, line)
    return None if changes is None else Fix("Use `get_or_create`", changes)


def _arguments(ctx: Context, race: Race) -> str | None:
    """`email=email, defaults={"name": name}`; None where the two calls do not agree."""
    looked, created = _keywords(ctx, race.look), _keywords(ctx, race.create)
    if not looked or created is None or any("__" in name or created.get(name) != looked[name] for name in looked):
        return None
    rest = {name: value for name, value in created.items() if name not in looked}
    same = ", ".join(f"{name}={value}" for name, value in looked.items())
    defaults = ", ".join(f'"{name}": {value}' for name, value in rest.items())
    return f"{same}, defaults={{{defaults}}}" if rest else same


def _keywords(ctx: Context, call: cst.Call) -> dict[str, str] | None:
    if any(arg.keyword is None for arg in call.args):
        return None
    return {arg.keyword.value: ctx.source(arg.value) for arg in call.args if arg.keyword is not None}


def _is_only(ctx: Context, body: cst.BaseSuite, call: cst.Call) -> bool:
    """Whether a block does nothing but this call."""
    match body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Expr(value=value)])]):
            return value is call
    return False


def _only_statements(whole: cst.CSTNode) -> tuple[cst.CSTNode, cst.CSTNode] | None:
    """The one statement of a `try` and the one of its one handler, both of the same kind."""
    match whole:
        case cst.Try(
            body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[first])]),
            handlers=[cst.ExceptHandler(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[second])]))],
            orelse=None,
            finalbody=None,
        ) if type(first) is type(second):
            return first, second
    return None


def _holds(statement: cst.CSTNode, call: cst.Call) -> bool:
    return isinstance(statement, cst.Assign | cst.Return) and statement.value is call


def _bound_alike(ctx: Context, pair: tuple[cst.CSTNode, cst.CSTNode]) -> str | None:
    """The one name that both assignments bind."""
    names = [ctx.source(t.target) for s in pair if isinstance(s, cst.Assign) for t in s.targets]
    return names[0] if len(names) == 2 and names[0] == names[1] else None
