"""One attempt, a `try` in a loop: what it does, and whether the loop is left when it succeeds."""

from __future__ import annotations

import re
from typing import Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.names import last_name
from relint.queries.endings import ends_of
from relint.queries.failing_answers import is_answered
from relint.queries.mentions import bound_by, names_in, nodes_in
from relint.queries.passes import OWN, Attempt, Loop, attempts_in, done_after, goes_round, pass_ends
from relint.queries.retry_words import LOGGING

_ASSIGNMENTS = (cst.Assign, cst.AugAssign, cst.AnnAssign)
_RESPONSE = re.compile(r"status|result_?code|\.ok\b|is_success|returncode|return_code|exit_code|(\b|_)errors?(\b|_)")
_IN_MEMORY = re.compile(r"^(items|keys|values|append|extend|format|_)$")
_ON_DISK = re.compile(r"^_?(atomic_)?(rename|unlink|rmdir|mkdir|makedirs|rmtree|chmod)$")
_DISK = ("os.", "shutil.", "pathlib.", "tempfile.", "stat.")
_PROCESSES = re.compile(r"^os\.(system|popen|exec|spawn|posix_spawn|fork|wait|read|write|kill|startfile)")
_REACHES_OUT = frozenset(
    f"builtins.{name}" for name in ("open", "input", "print", "exec", "eval", "next", "iter", "getattr", "__import__")
)
_NEW_VALUE = re.compile(r"rand|uuid|generate|token|choice|input|prompt|next", re.IGNORECASE)


# -- what it does ----------------------------------------------------------------------------------------------------


def tries_another(ctx: Context, loop: Loop, attempt: Attempt, between: Sequence[cst.CSTNode] | None = None) -> bool:
    """Whether what is attempted changes from pass to pass: another host, format or id.

    `between` is what is done from one attempt to the next; without it, whatever the loop does besides.
    """
    targets = set(names_in(ctx, loop.target)) if isinstance(loop, cst.For) else set()
    own = set(nodes_in(attempt.body))
    parts = between if between is not None else (loop.body,)
    given = [node for part in parts for node in ctx.walk(part, *_ASSIGNMENTS) if node not in own]
    changing = targets.union(*(bound_by(ctx, node) for node in given))
    calls = list(ctx.walk(attempt.body, cst.Call))
    tried = [call for call in calls if not LOGGING.match(last_name(call.func))]
    given_on = [arg for call in tried for arg in call.args if arg.keyword is None or arg.keyword.value != "timeout"]
    if changing & {name for arg in given_on for name in names_in(ctx, arg)}:
        return True
    if _following(ctx, targets, given) & {name for call in tried for name in names_in(ctx, call.func)}:
        return True
    return any(_NEW_VALUE.search(ctx.callee(call) or ctx.source(call.func)) for call in calls)


def _following(ctx: Context, names: set[str], given: Sequence[cst.CSTNode]) -> set[str]:
    """The names that are given another value in each pass: made from such a one, or from their own last value.

    `current = current.next; found = current.open()`; a client that is made anew is the same one again.
    """
    parts = [(bound_by(ctx, node), _used_by(ctx, node)) for node in given]
    found = names.union(*(bound & used for bound, used in parts))
    while new := {name for bound, used in parts if used & found for name in bound} - found:
        found |= new
    return found


def _used_by(ctx: Context, node: cst.CSTNode) -> set[str]:
    """The names that an assignment makes its value of."""
    assert isinstance(node, _ASSIGNMENTS)
    used = set(names_in(ctx, node.value)) if node.value is not None else set()
    return used | bound_by(ctx, node) if isinstance(node, cst.AugAssign) else used


def only_computes(ctx: Context, attempt: Attempt) -> bool:
    """Whether it works on what is in memory or on the disk: no other client waits for its turn."""
    if any(True for _ in ctx.walk(attempt.body, cst.Await, cst.Yield, cst.With)):
        return False
    if any(not isinstance(loop.iter, cst.Call) for loop in ctx.walk(attempt.body, cst.For)):
        return False
    calls = list(ctx.walk(attempt.body, cst.Call, stop=(cst.Raise,)))
    judges = any(True for _ in ctx.walk(attempt.body, cst.Raise))
    return (bool(calls) or judges) and all(_computes(ctx, call) for call in calls)


def _computes(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call) or ""
    if name.startswith(("builtins.", "copy.")):
        return name not in _REACHES_OUT
    if name.startswith(_DISK):
        return not _PROCESSES.match(name)
    word = last_name(call.func)
    return bool(_IN_MEMORY.match(word) or _ON_DISK.match(word) or LOGGING.match(word))


# -- when it succeeds ------------------------------------------------------------------------------------------------


def after_success(ctx: Context, loop: Loop, attempt: Attempt) -> tuple[bool, bool]:
    """Whether an attempt that succeeds leaves the loop, and whether it may come round again."""
    ends = set(ends_of(ctx, attempt.body))
    if "next" in ends and attempt.orelse is not None:
        ends.discard("next")
        ends |= ends_of(ctx, attempt.orelse.body)
    final = pass_ends(ctx, loop, attempt, frozenset(ends))
    comes_round = goes_round(final)
    if comes_round and has_flag_of_success(ctx, loop):
        return True, False
    return bool(final & {"return", "break"}), comes_round


def judges_response(ctx: Context, loop: Loop, attempt: Attempt) -> bool:
    """Whether the ways out of an attempt hang on how a call answered, not on a state that is waited for."""
    parts = [part for part in (attempt.body, attempt.orelse) if part is not None]
    ways = [node for part in parts for node in ctx.walk(part, cst.Return, cst.Break, cst.Continue, stop=OWN)]
    ways += [node for part in done_after(ctx, loop, attempt) for node in ctx.walk(part, cst.Continue, stop=OWN)]
    tests = [ctx.enclosing(node, cst.If, cst.Try, cst.For, cst.While) for node in ways]
    asked = [outer for test in tests if (outer := _past_counts(ctx, loop, test)) is not None]
    return bool(asked) and all(_judges(ctx, loop, test) for test in asked)


def _past_counts(ctx: Context, loop: Loop, test: cst.CSTNode | None) -> cst.If | None:
    """The test itself, or the one around it where it only asks whether an attempt is left."""
    counters = set(names_in(ctx, loop.target if isinstance(loop, cst.For) else loop.test))
    while isinstance(test, cst.If):
        around = ctx.enclosing(test, cst.If, cst.Try, cst.For, cst.While)
        if not counters & set(names_in(ctx, test.test)) or not isinstance(around, cst.If):
            return test
        test = around
    return None


def _judges(ctx: Context, loop: Loop, test: cst.If) -> bool:
    return bool(_RESPONSE.search(ctx.source(test.test))) or is_answered(ctx, loop, test)


def has_flag_of_success(ctx: Context, loop: Loop) -> bool:
    """`while not done:` with `done = ...` where an attempt has succeeded, and nowhere else in the loop."""
    return any(True for _ in _flags(ctx, loop))


def waits_for_a_state(ctx: Context, loop: Loop) -> bool:
    """`while not done:` with `done = job.is_done()`: a flag that is no constant is a state that is waited for."""
    values = [node.value for node in _flags(ctx, loop)]
    return bool(values) and any(ctx.literal(value) is ... for value in values)


def _flags(ctx: Context, loop: Loop) -> Iterator[cst.Assign]:
    if not isinstance(loop, cst.While):
        return
    succeeded = {node for part in _success_parts(ctx, loop) for node in ctx.walk(part, *_ASSIGNMENTS)}
    for name in set(names_in(ctx, loop.test)) - {"True", "False", "None", "self"}:
        bound = [node for node in ctx.walk(loop.body, *_ASSIGNMENTS) if name in bound_by(ctx, node)]
        bound = [node for node in bound if not _keeps_the_error(ctx, node)]
        flags = [node for node in bound if isinstance(node, cst.Assign)]
        if len(flags) == len(bound) and all(node in succeeded and _sets(ctx, node, name) for node in flags):
            yield from flags


def _keeps_the_error(ctx: Context, assign: cst.CSTNode) -> bool:
    """`except OSError as error: failed = error`."""
    handler = ctx.enclosing(assign, cst.ExceptHandler)
    match assign:
        case cst.Assign(value=cst.Name(value=value)) if handler is not None and handler.name is not None:
            return ctx.source(handler.name.name) == value
    return False


def _sets(ctx: Context, assign: cst.Assign, name: str) -> bool:
    """Whether it gives the name itself another value, not something in it: `app.config["seen"] = True`."""
    targets = [target.target for target in assign.targets]
    return any(isinstance(target, cst.Tuple) or ctx.source(target) == name for target in targets)


def _success_parts(ctx: Context, loop: Loop) -> Iterator[cst.CSTNode]:
    """What is run only when an attempt has succeeded."""
    for attempt in attempts_in(loop):
        yield attempt.body
        if attempt.orelse is not None:
            yield attempt.orelse.body
        if not any("next" in ends_of(ctx, handler.body) for handler in attempt.handlers):
            yield from done_after(ctx, loop, attempt)
