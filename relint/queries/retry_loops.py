"""Retries written by hand: a loop whose next pass is reached from a failure, or a function that calls itself after one.

A loop that asks for a state and sleeps until it comes is a poll, and so is one that waits on the error which says "not
yet"; a loop that goes on with its work after an error is a daemon. Neither is a retry.
"""

from __future__ import annotations

import re
from typing import Iterable, Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.queries.endings import End, ends_of, rest_after
from relint.queries.pauses import Pause, names_in, nodes_in, pauses_in
from relint.queries.retries import Failure, Retry
from relint.tree import walk

_LOOPS = (cst.For, cst.While)
_NESTED = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_TRIES = (cst.Try, cst.TryStar)
_LOGGING = re.compile(
    r"^(debug|info|warn|warning|error|exception|critical|log|msg|print|print_exc|format_exc|echo|progress|exc_info|"
    r"record_exception|capture_exception|incr|increment|inc|set_status)$"
)
_HARMLESS = re.compile(
    r"^(write|flush|append|str|repr|type|format|len|int|min|max|isinstance|getattr|get|join|labels|add|time|monotonic|set|_)$"
)
"""Calls that stand between two attempts and neither wait nor repair anything."""
_NOT_YET = frozenset(
    "FileExistsError BlockingIOError Empty Full ProcessLookupError NoSuchProcess TimeoutExpired InterruptedError "
    "ChildProcessError StopIteration StopAsyncIteration WouldBlock CancelledError ZombieProcess WantReadError "
    "WantWriteError SSLWantReadError SSLWantWriteError".split()
)
"""Errors that answer "not yet": who sleeps on them is polling."""
_NO_VALUE = re.compile(r"^(Index|Key|Lookup|Stop\w*|Assertion|ZeroDivision)Error$|^StopIteration$")
"""What is not there yet, looked up: a poll as well."""
_CONNECTING = re.compile(
    r"connect|subscri|consum|listen|stream|socket|channel|session|recv|receive|request|fetch|publish|(?<!\w)(get|post|put)$",
    re.I,
)
_LIVING = re.compile(r"connect|subscri|consum|listen|websocket|recv|receive|serve|run_forever", re.I)
"""What is meant to go on for ever."""
_OPTIMISTIC = re.compile(r"watch|stale|conflict|integrity|duplicate|exist|concurren|race|lock|serializ|version", re.I)
_TIMED_OUT = re.compile(r"timeout|lock", re.I)
_NOT_FAILURES = re.compile(
    r"^(Value|Key|Index|Type|Attribute|Lookup|Unicode|UnicodeDecode|UnicodeEncode|Import|ModuleNotFound|EOF|JSONDecode|"
    r"Validation|Assertion|Name|Syntax|NotImplemented|Overflow|ZeroDivision|Permission|FileNotFound|Recursion|Memory|"
    r"UnidentifiedImage|Parse\w*|Decod\w*|Format|Template\w*)Error$|^KeyboardInterrupt$|^InvalidOperation$|"
    r"Timeout|timeout|TimedOut|Integrity|Duplicate|Conflict|Stale|Exists|NotFound|DoesNotExist|Concurren|Race|Race|"
    r"NoResultFound|Collision|TryAgain|InvalidRequest|Unsupported|Invalid"
)
"""Errors after which another try at once is right: the next pass brings another value, or the wait has been."""
_INTERACTIVE = re.compile(r"^(input|raw_input|prompt\w*|getkey|getch|getpass|confirm|ask\w*|readline)$")
"""Who is asked again is a person."""
_BLOCKING = re.compile(r"^(accept|recv\w*|select|poll|wait\w*|communicate|acquire|epoll_wait|get_message|get_nowait)$")
"""Calls that wait by themselves before they fail."""
_RESPONSE = re.compile(r"status|\.ok\b|is_success|returncode|return_code|exit_code|\berrors?\b")
_BUSY = (408, 425, 429)
_DECIDING = re.compile(r"retr|attempt|check|handle|raise|abort|fail|limit|give_?up|backoff|next", re.I)
_STATUS = re.compile(r"^(status|status_code|statuscode|http_status|code|resp_status|response_code)$", re.I)
_ASSIGNMENTS = (cst.Assign, cst.AugAssign, cst.AnnAssign)
_ALL = {"Exception": False, "BaseException": True}
_EXITS = frozenset({"raise", "return", "break"})
_TIME_LIMIT = re.compile(r"timeout|deadline|fail_after|move_on", re.I)
_TIME = re.compile(r"time|now|deadline|elapsed|timeout|until|clock|expire", re.I)


def loop_retries(ctx: Context) -> list[Retry]:
    """The hand-written retries of the file."""
    found = [_loop(ctx, loop) for loop in ctx.tree.of(cst.For, cst.While)]
    found += [_recursion(ctx, function) for function in ctx.tree.of(cst.FunctionDef)]
    return [retry for retry in found if retry is not None]


def _recursion(ctx: Context, function: cst.FunctionDef) -> Retry | None:
    """`except E: time.sleep(1); return self.fetch(url)`: a function that sleeps and calls itself."""
    failures: dict[cst.CSTNode, Failure] = {}
    for call in ctx.walk(function.body, cst.Call):
        if _last_word(call) != function.name.value or not _is_itself(ctx, call, function):
            continue
        cause = _cause(ctx, call)
        pauses = pauses_in(ctx, cause.body) if cause is not None else []
        if cause is None or not pauses or any(p.delay not in (Delay.FIXED, Delay.GROWING) for p in pauses):
            continue
        failures[cause] = Failure(cause, pauses[0].delay, tuple(pauses))
    return Retry("recursion", function, tuple(failures.values())) if failures else None


def _is_itself(ctx: Context, call: cst.Call, function: cst.FunctionDef) -> bool:
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    return ctx.function_def(call.func) is function or (isinstance(owner, cst.Name) and owner.value in ("self", "cls"))


def _cause(ctx: Context, call: cst.Call) -> cst.ExceptHandler | cst.If | None:
    """The handler, or the test of a failing answer, in which a function calls itself."""
    for ancestor in ctx.ancestors(call):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.For() | cst.While():
                return None
            case cst.ExceptHandler():
                return None if (names := caught_by(ancestor)) and names <= _NOT_YET else ancestor
            case cst.If(test=test) if _is_failing(ctx, test):
                return ancestor
    return None


def _loop(ctx: Context, loop: cst.For | cst.While) -> Retry | None:
    if isinstance(loop, cst.For) and not _counts(ctx, loop):
        return None
    shape = _Shape(ctx, loop)
    attempts_made = _tries(loop)
    if any(_INTERACTIVE.match(_last_word(call)) for a in attempts_made for call in ctx.walk(a.body, cst.Call)):
        return None
    failures = (*(f for attempt in attempts_made for f in shape.failures(attempt)), *shape.failing_values())
    if not failures:
        return None
    counter, attempts = _counter(ctx, loop)
    return Retry("loop", loop, failures, endless=shape.endless(failures), counter=counter, attempts=attempts)


def _tries(loop: cst.For | cst.While) -> list[cst.Try | cst.TryStar]:
    """The attempts of a loop; what a handler tries is a repair."""
    return list(walk(loop.body, _TRIES, stop=(*_NESTED, *_LOOPS, cst.ExceptHandler, cst.ExceptStarHandler)))


# -- the head of the loop --------------------------------------------------------------------------------------------


def _counts(ctx: Context, loop: cst.For) -> bool:
    """Whether a `for` goes over attempts: a range, or the delays it sleeps for; not over items of work."""
    iterable = loop.iter
    if isinstance(iterable, cst.Call) and ctx.callee(iterable) in _COUNTING:
        return True
    if isinstance(iterable, cst.Call) and ctx.callee(iterable) == "builtins.enumerate":
        iterable = iterable.args[0].value if iterable.args else iterable
    if isinstance(iterable, cst.Tuple | cst.List):
        return bool(iterable.elements) and all(isinstance(ctx.literal(e.value), int | float) for e in iterable.elements)
    targets = {node.value for node in ctx.walk(loop.target, cst.Name)}
    pauses = pauses_in(ctx, loop.body, loop)
    return any(p.duration is not None and targets & set(names_in(ctx, p.duration)) for p in pauses)


_COUNTING = frozenset({"builtins.range", "itertools.count", "itertools.repeat", "six.moves.range"})


def _counter(ctx: Context, loop: cst.For | cst.While) -> tuple[str | None, int | None]:
    """The name that counts the attempts upwards from a small number, and how many there are if that is a literal."""
    if isinstance(loop, cst.For):
        name = loop.target.value if isinstance(loop.target, cst.Name) else None
        if name is None or not isinstance(loop.iter, cst.Call) or ctx.callee(loop.iter) == "itertools.repeat":
            return None, None
        if ctx.callee(loop.iter) not in _COUNTING:
            return None, None
        args = [_number(ctx, arg.value) for arg in loop.iter.args]
        if len(args) == 3 and args[2] != 1:
            return None, None  # counts down, or in steps
        limit = args[min(1, len(args) - 1)] if args and ctx.callee(loop.iter) != "itertools.count" else None
        return (name if not name.startswith("_") else None), limit
    steps = [
        node.target.value
        for node in ctx.walk(loop.body, cst.AugAssign)
        if isinstance(node.target, cst.Name)
        and isinstance(node.operator, cst.AddAssign)
        and ctx.literal(node.value) == 1
        and _starts_small(ctx, node.target)
    ]
    return (steps[0], _asked_limit(ctx, loop.test, steps[0])) if len(set(steps)) == 1 else (None, None)


def _asked_limit(ctx: Context, test: cst.BaseExpression, counter: str) -> int | None:
    """How many attempts `while counter < 5` allows."""
    match test:
        case cst.Comparison(left=cst.Name(value=name), comparisons=[cst.ComparisonTarget(comparator=limit)]):
            return _number(ctx, limit) if name == counter else None
    return None


def _number(ctx: Context, expression: cst.BaseExpression) -> int | None:
    """An integer that is written here, in a name bound once, or as a parameter's default."""
    value = ctx.literal(expression)
    if isinstance(expression, cst.Name) and value is ...:
        found = ctx.names.bindings(expression)
        if len(found) == 1 and found[0].kind == "parameter" and found[0].value is not None:
            value = ctx.literal(found[0].value)
    return value if isinstance(value, int) else None


def _starts_small(ctx: Context, name: cst.Name) -> bool:
    starts = [b.value for b in ctx.definitions(name) or () if b.kind != "augment"]
    return bool(starts) and all(isinstance(v, cst.Integer) and v.evaluated_value in (0, 1) for v in starts)


# -- what happens in it ----------------------------------------------------------------------------------------------


class _Shape:
    """How one loop goes round and how it is left."""

    def __init__(self, ctx: Context, loop: cst.For | cst.While) -> None:
        self.ctx = ctx
        self.loop = loop

    def failures(self, attempt: cst.Try | cst.TryStar) -> list[Failure]:
        """The handlers from which the next attempt is reached."""
        ctx = self.ctx
        leaves, comes_round = self._after_success(attempt)
        if isinstance(self.loop, cst.For) and (not leaves or (comes_round and not self._judges_response(attempt))):
            return []
        after = self._rest(attempt)
        shared = [p for statement in after for p in pauses_in(ctx, statement, self.loop)]
        before = self._pauses_before(attempt)
        if isinstance(self.loop, cst.For):
            comes_round = False
        polls = comes_round or (isinstance(self.loop, cst.While) and self._flag_of_success())
        always = [*before, *shared, *self._finally(attempt), *pauses_in(ctx, attempt.body, self.loop)]
        if polls and (always or (comes_round and not self._connects(attempt))):
            return []
        found = []
        for handler in attempt.handlers:
            ends = self._through(ends_of(ctx, handler.body), attempt)
            if not ends & {"next", "continue"}:
                continue
            own = pauses_in(ctx, handler.body, self.loop)
            reached = shared if "next" in ends_of(ctx, handler.body) else []
            pauses = [*own, *reached, *before, *self._finally(attempt)]
            if (failure := self._failure(attempt, handler, pauses, comes_round)) is not None:
                found.append(failure)
        return found

    def _connects(self, attempt: cst.Try | cst.TryStar) -> bool:
        """Whether an attempt opens or uses a connection: done again and again it is a reconnect, else a daemon."""
        calls = self.ctx.walk(attempt.body, cst.Call)
        return any(_CONNECTING.search(self.ctx.source(call.func)) for call in calls)

    def failing_values(self) -> Iterator[Failure]:
        """`if response.status_code == 503: sleep(1); continue`: the same call is made again for its answer."""
        ctx, loop = self.ctx, self.loop
        if isinstance(loop, cst.While) and _is_failing(ctx, loop.test):
            pauses = pauses_in(ctx, loop.body, loop)
            yield from self._value(loop, pauses)
            return
        for test in ctx.walk(loop.body, cst.If, stop=(*_NESTED, *_LOOPS)):
            if not _is_failing(ctx, test.test) or ctx.enclosing(test, *_LOOPS) is not loop:
                continue
            ends = ends_of(ctx, test.body)
            if self._through(ends, test) & {"next", "continue"} and self._is_left_without(test):
                yield from self._value(test, pauses_in(ctx, test.body, loop))

    def _value(self, node: cst.CSTNode, pauses: list[Pause]) -> Iterator[Failure]:
        if pauses and all(p.delay in (Delay.FIXED, Delay.GROWING) for p in pauses):
            yield Failure(node, pauses[0].delay, tuple(pauses))

    def _is_left_without(self, test: cst.If) -> bool:
        """Whether the loop is left where the test does not hold."""
        inside = {id(node) for node in nodes_in(test.body)}
        exits = self.ctx.walk(self.loop.body, cst.Return, cst.Break, stop=(*_NESTED, *_LOOPS))
        return any(id(node) not in inside for node in exits)

    def endless(self, failures: Iterable[Failure]) -> bool:
        """Whether nothing bounds the attempts, and what is attempted is to be done once."""
        ctx, loop = self.ctx, self.loop
        if isinstance(loop, cst.For):
            if not (isinstance(loop.iter, cst.Call) and ctx.callee(loop.iter) == "itertools.count"):
                return False
        elif ctx.literal(loop.test) not in (True, 1) and not self._asks_success_only(loop.test):
            return False
        if any(_TIME_LIMIT.search(ctx.source(item.item)) for item in self._managers()):
            return False
        if any(self._after_success(attempt)[1] or self._tries_another(attempt) for attempt in _tries(loop)):
            return False
        if any(failure.delay is Delay.UNKNOWN or _is_optimistic(failure) for failure in failures):
            return False
        if any(_LIVING.search(ctx.source(call.func)) for a in _tries(loop) for call in ctx.walk(a.body, cst.Call)):
            return False
        return not any(True for _ in self._bounds())

    def _asks_success_only(self, test: cst.BaseExpression) -> bool:
        """`while not done`, and nothing else (`and time.time() < deadline`) besides."""
        compound = any(True for _ in self.ctx.walk(test, cst.Call, cst.BooleanOperation))
        return not compound and self._flag_of_success()

    def _managers(self) -> Iterator[cst.WithItem]:
        """The context managers around the loop and in it."""
        around = [a for a in self.ctx.ancestors(self.loop) if isinstance(a, cst.With)]
        for block in (*around, *self.ctx.walk(self.loop.body, cst.With)):
            yield from block.items

    # -- success -----------------------------------------------------------------------------------------------------

    def _after_success(self, attempt: cst.Try | cst.TryStar) -> tuple[bool, bool]:
        """Whether an attempt that succeeds leaves the loop, and whether it may come round again."""
        ctx = self.ctx
        ends = set(ends_of(ctx, attempt.body))
        if "next" in ends and attempt.orelse is not None:
            ends.discard("next")
            ends |= ends_of(ctx, attempt.orelse.body)
        final = self._through(frozenset(ends), attempt)
        comes_round = bool(final & {"next", "continue"})
        if comes_round and self._flag_of_success():
            return True, False
        return bool(final & {"return", "break"}), comes_round

    def _judges_response(self, attempt: cst.Try | cst.TryStar) -> bool:
        """Whether the exits of an attempt hang on how a call answered, not on a state that is waited for."""
        ctx = self.ctx
        inner = (*_NESTED, *_LOOPS)
        parts = [part for part in (attempt.body, attempt.orelse) if part is not None]
        judged = [node for part in parts for node in ctx.walk(part, cst.Return, cst.Break, stop=inner)]
        judged += [node for part in self._rest(attempt) for node in ctx.walk(part, cst.Continue, stop=inner)]
        tests = [ctx.enclosing(node, cst.If, cst.Try, *_LOOPS) for node in judged]
        asked = [test for test in tests if isinstance(test, cst.If)]
        return bool(asked) and all(_RESPONSE.search(ctx.source(test.test)) for test in asked)

    def _flag_of_success(self) -> bool:
        """`while not done:` with `done = True` where an attempt has succeeded, and nowhere else in the loop."""
        loop = self.loop
        if not isinstance(loop, cst.While):
            return False
        asked = {name for name in names_in(self.ctx, loop.test) if name not in ("True", "False", "None", "self")}
        everywhere = [node for node in self.ctx.walk(loop.body, *_ASSIGNMENTS) if asked & _targets(self.ctx, node)]
        succeeded = [node for part in self._success_parts() for node in self.ctx.walk(part, *_ASSIGNMENTS)]
        return bool(everywhere) and all(
            isinstance(node, cst.Assign) and any(node is other for other in succeeded) for node in everywhere
        )

    def _success_parts(self) -> Iterator[cst.CSTNode]:
        """What is run only when an attempt has succeeded."""
        for attempt in _tries(self.loop):
            yield attempt.body
            if attempt.orelse is not None:
                yield attempt.orelse.body
            if not any("next" in ends_of(self.ctx, handler.body) for handler in attempt.handlers):
                yield from self._rest(attempt)

    # -- the way round -----------------------------------------------------------------------------------------------

    def _blocks(self, statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The statement and those around it, up to the loop's own block."""
        yield statement
        for ancestor in self.ctx.ancestors(statement):
            if ancestor is self.loop:
                return
            if isinstance(ancestor, cst.BaseCompoundStatement):
                yield ancestor

    def _rest(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        """What is done after a statement until the pass ends."""
        return [after for around in self._blocks(statement) for after in rest_after(self.ctx, around)]

    def _through(self, ends: frozenset[End], statement: cst.CSTNode) -> frozenset[End]:
        """How the pass ends when a statement in it ends like this."""
        for around in self._blocks(statement):
            if "next" not in ends:
                break
            ends = (ends - {"next"}) | ends_of(self.ctx, rest_after(self.ctx, around))
        return ends

    def _pauses_before(self, attempt: cst.CSTNode) -> list[Pause]:
        """The waits at the head of the pass: `if attempt: sleep(...)`."""
        found: list[Pause] = []
        for around in self._blocks(attempt):
            siblings = self.ctx.siblings(around)
            for statement in siblings[: siblings.index(around)] if around in siblings else []:
                found += pauses_in(self.ctx, statement, self.loop)
        return found

    def _finally(self, attempt: cst.Try | cst.TryStar) -> list[Pause]:
        return pauses_in(self.ctx, attempt.finalbody, self.loop) if attempt.finalbody is not None else []

    # -- one failure -------------------------------------------------------------------------------------------------

    def _failure(
        self,
        attempt: cst.Try | cst.TryStar,
        handler: cst.ExceptHandler | cst.ExceptStarHandler,
        pauses: Sequence[Pause],
        comes_round: bool,
    ) -> Failure | None:
        caught = caught_by(handler)
        if caught and all(name in _NOT_YET or _NO_VALUE.match(name) for name in caught):
            return None
        polls = any(p.duration is not None and "poll" in self.ctx.source(p.duration).lower() for p in pauses)
        if polls and caught and all(_TIMED_OUT.search(name) for name in caught):
            return None
        if not pauses:
            delay = Delay.NONE if self._at_once(attempt, handler, caught, comes_round) else Delay.UNKNOWN
        elif any(p.delay in (Delay.RANDOM, Delay.UNKNOWN) for p in pauses):
            delay, pauses = Delay.RANDOM, ()
        else:
            delay = Delay.GROWING if any(p.delay is Delay.GROWING for p in pauses) else Delay.FIXED
        if comes_round and not pauses:
            return None
        broad = not caught or bool(caught & _ALL.keys())
        catches_all = (handler.type or handler) if broad and not self._sorts_out(handler) else None
        return Failure(handler, delay, tuple(pauses), catches_all, everything=not caught or "BaseException" in caught)

    def _at_once(
        self,
        attempt: cst.Try | cst.TryStar,
        handler: cst.ExceptHandler | cst.ExceptStarHandler,
        caught: frozenset[str],
        comes_round: bool,
    ) -> bool:
        """Whether the same thing is tried again at once: nothing but logging stands between."""
        ctx = self.ctx
        if comes_round or self._is_short() or (caught and all(map(_quick, caught))):
            return False
        between: list[cst.CSTNode] = [handler.body]
        if "next" in ends_of(ctx, handler.body):
            between += self._rest(attempt)
        words = [_last_word(call) for part in between for call in ctx.walk(part, cst.Call)]
        if not all(map(_is_harmless, words)):
            return False
        if any(True for part in between for _ in ctx.walk(part, cst.Await, cst.Yield)):
            return False
        if any(_BLOCKING.match(_last_word(call)) for call in ctx.walk(attempt.body, cst.Call)):
            return False
        return not self._tries_another(attempt)

    def _is_short(self) -> bool:
        """Two attempts: once more at once, which gets past a connection that went stale."""
        attempts = _counter(self.ctx, self.loop)[1]
        return attempts is not None and attempts <= 2

    def _tries_another(self, attempt: cst.Try | cst.TryStar) -> bool:
        """Whether what is attempted changes from pass to pass: another host, format or id."""
        ctx, loop = self.ctx, self.loop
        changing: set[str] = set()
        if isinstance(loop, cst.For):
            changing |= set(names_in(ctx, loop.target))
        own = {id(node) for node in nodes_in(attempt.body)}
        for node in ctx.walk(loop.body, *_ASSIGNMENTS):
            if id(node) not in own:
                changing |= _targets(ctx, node)
        used = {name for call in _attempted_calls(ctx, attempt) for arg in call.args for name in names_in(ctx, arg)}
        if used & changing:
            return True
        return any(_makes_new(ctx, call) for call in ctx.walk(attempt.body, cst.Call))

    def _sorts_out(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
        """Whether a handler looks at the error and lets some go."""
        ctx = self.ctx
        if handler.name is None:
            return False
        error = ctx.source(handler.name.name)
        for test in ctx.walk(handler.body, cst.If):
            asks = error in set(names_in(ctx, test.test))
            if asks and _EXITS & (ends_of(ctx, test.body) | _else_ends(ctx, test)):
                return True
        handed = (c for c in ctx.walk(handler.body, cst.Call) if error in {n for a in c.args for n in names_in(ctx, a)})
        return not all(_is_harmless(_last_word(call)) for call in handed)

    # -- bounds ------------------------------------------------------------------------------------------------------

    def _bounds(self) -> Iterator[cst.CSTNode]:
        """What may end the attempts besides success: an exit that hangs on more than the error itself."""
        ctx, loop = self.ctx, self.loop
        attempts = _tries(loop)
        bodies = {id(n) for a in attempts for n in nodes_in(a.body)}
        errors = {ctx.source(h.name.name) for a in attempts for h in a.handlers if h.name is not None}
        stepped = {
            name
            for node in ctx.walk(loop.body, cst.AugAssign)
            for name in names_in(ctx, node.target)
        }
        for test in ctx.walk(loop.body, cst.If):
            inside = ends_of(ctx, test.body)
            otherwise = ends_of(ctx, rest_after(ctx, test)) if "continue" in inside else frozenset[End]()
            if not _EXITS & (inside | otherwise | _else_ends(ctx, test)):
                continue
            asked = set(names_in(ctx, test.test))
            if id(test) in bodies and not asked & stepped and not any(_TIME.search(name) for name in asked):
                continue
            if any(_may_change(ctx, name, test) for name in asked - errors):
                yield test
        for attempt in attempts:
            for handler in attempt.handlers:
                yield from _other_exits(ctx, handler)
        if not _yields_to_wait(ctx, loop):
            yield from ctx.walk(loop.body, cst.Yield)


def _may_change(ctx: Context, name: str, at: cst.CSTNode) -> bool:
    """Whether a name is no constant of the module: a variable of a function, or an attribute of `self`."""
    found = ctx.names.find_text(name, ctx.names.scope_of(at))
    return name.startswith(("self.", "cls.")) or (found is not None and found[0] is not ctx.names.module)


def _is_optimistic(failure: Failure) -> bool:
    """Whether somebody else was first, which does not happen for ever: a lock, a version, a unique key."""
    handler = failure.node
    caught = caught_by(handler) if isinstance(handler, cst.ExceptHandler | cst.ExceptStarHandler) else frozenset()
    return bool(caught) and all(_OPTIMISTIC.search(name) for name in caught)


def _yields_to_wait(ctx: Context, loop: cst.CSTNode) -> bool:
    """Whether `yield` means `await` here: Twisted's inlineCallbacks."""
    function = ctx.function_of(loop)
    names = [name or "" for name, _ in ctx.decorators(function)] if isinstance(function, cst.FunctionDef) else []
    return any(name.endswith(("inlineCallbacks", "gen.coroutine")) for name in names)


def _other_exits(ctx: Context, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[cst.CSTNode]:
    """Calls in a handler that may end the loop: they are handed the error or count it."""
    for call in ctx.walk(handler.body, cst.Call):
        if _DECIDING.search(_last_word(call)):
            yield call


def caught_by(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> frozenset[str]:
    """The last words of what a handler catches; empty for a bare `except:`."""
    match handler.type:
        case None:
            return frozenset()
        case cst.Tuple(elements=elements):
            return frozenset(_word(element.value) for element in elements)
        case other:
            return frozenset({_word(other)})


def _word(expression: cst.BaseExpression) -> str:
    match expression:
        case cst.Name(value=value):
            return value
        case cst.Attribute(attr=attr):
            return attr.value
    return "?"


def _last_word(call: cst.Call) -> str:
    return _word(call.func)


def _is_failing(ctx: Context, test: cst.BaseExpression) -> bool:
    """Whether a test asks for an answer that says "not now": 408, 429 or 5xx."""
    for comparison in ctx.walk(test, cst.Comparison):
        if not _STATUS.match(_word(comparison.left)) or len(comparison.comparisons) != 1:
            continue
        target = comparison.comparisons[0]
        values = [target.comparator]
        if isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
            values = [element.value for element in target.comparator.elements]
        codes = [ctx.literal(value) for value in values]
        match target.operator:
            case cst.Equal() | cst.In():
                if codes and all(code in _BUSY or (isinstance(code, int) and 500 <= code < 600) for code in codes):
                    return True
            case cst.GreaterThanEqual() | cst.GreaterThan():
                if codes[0] in (499, 500):
                    return True
    return False


def _is_harmless(word: str) -> bool:
    """Whether a call of this name neither waits nor repairs anything."""
    return bool(_LOGGING.match(word) or _HARMLESS.match(word))


def _quick(name: str) -> bool:
    """Whether an error is no reason to wait before the next attempt."""
    return name in _NOT_YET or bool(_NOT_FAILURES.search(name))


def _else_ends(ctx: Context, test: cst.If) -> frozenset[End]:
    return ends_of(ctx, test.orelse.body) if isinstance(test.orelse, cst.Else) else frozenset()


def _attempted_calls(ctx: Context, attempt: cst.Try | cst.TryStar) -> Iterator[cst.Call]:
    for call in ctx.walk(attempt.body, cst.Call):
        if not _LOGGING.match(_last_word(call)):
            yield call


def _targets(ctx: Context, node: cst.CSTNode) -> set[str]:
    """The names that an assignment binds."""
    targets: list[cst.BaseExpression] = []
    if isinstance(node, cst.Assign):
        targets = [target.target for target in node.targets]
    elif isinstance(node, cst.AugAssign | cst.AnnAssign):
        targets = [node.target]
    return {name for target in targets for name in names_in(ctx, target) if name != "self"}


def _makes_new(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call) or ctx.source(call.func)
    return bool(re.search(r"rand|uuid|generate|token|choice|input|prompt|next", name, re.I))
