"""Retries written by hand: a loop whose next pass is reached from a failure, or a function that calls itself after one.

A loop that asks for a state and sleeps until it comes is a poll, and so is one that waits on the error which says "not
yet"; a loop that goes on with its work after an error is a daemon. Neither is a retry.
"""

from __future__ import annotations

from typing import Iterable, Iterator, Sequence

import libcst as cst

from relint.context import Context
from relint.libraries.delay import Delay
from relint.queries import retry_words as words
from relint.queries.endings import End, ends_of, rest_after
from relint.queries.pauses import Pause, names_in, nodes_in, pauses_in
from relint.queries.retries import Failure, Retry
from relint.queries.retry_counters import counter_of, counts_attempts
from relint.tree import walk

_LOOPS = (cst.For, cst.While)
_NESTED = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_TRIES = (cst.Try, cst.TryStar)
_ASSIGNMENTS = (cst.Assign, cst.AugAssign, cst.AnnAssign)
_ALL = frozenset({"Exception", "BaseException"})
_EXITS = frozenset({"raise", "return", "break"})


def loop_retries(ctx: Context) -> list[Retry]:
    """The hand-written retries of the file."""
    found = [_loop(ctx, loop) for loop in ctx.tree.of(cst.For, cst.While)]
    found += [_recursion(ctx, function) for function in ctx.tree.of(cst.FunctionDef)]
    return [retry for retry in found if retry is not None]


def _recursion(ctx: Context, function: cst.FunctionDef) -> Retry | None:
    """`except E: time.sleep(1); return self.fetch(url)`: a function that sleeps and calls itself."""
    failures: dict[cst.CSTNode, Failure] = {}
    for call in ctx.walk(function.body, cst.Call):
        if words.last_word(call) != function.name.value or not _is_itself(ctx, call, function):
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
                return None if (names := words.caught_by(ancestor)) and names <= words.NOT_YET else ancestor
            case cst.If(test=test) if _is_failing(ctx, test):
                return ancestor
    return None


def _loop(ctx: Context, loop: cst.For | cst.While) -> Retry | None:
    if isinstance(loop, cst.For) and not counts_attempts(ctx, loop):
        return None
    shape = _Shape(ctx, loop)
    attempts_made = _tries(loop)
    if any(_asks(ctx, call) for attempt in attempts_made for call in ctx.walk(attempt.body, cst.Call)):
        return None
    if any(words.PERSON.match(words.last_word(call)) for call in ctx.walk(loop.body, cst.Call)):
        return None
    failures = (*(f for attempt in attempts_made for f in shape.failures(attempt)), *shape.failing_values())
    if not failures:
        return None
    counter, attempts = counter_of(ctx, loop)
    return Retry("loop", loop, failures, endless=shape.endless(failures), counter=counter, attempts=attempts)


def _asks(ctx: Context, call: cst.Call) -> bool:
    """Whether a call asks for a state: `lock.acquire()`, `get(f"{base}/health")`; a pool's `acquire` connects."""
    if words.last_word(call) == "acquire" and words.POOL.search(ctx.source(call.func)):
        return False
    if words.ASKING.match(words.last_word(call)):
        return True
    return any(words.HEALTH.search(text) for arg in call.args for text in _texts(ctx, arg.value))


def _texts(ctx: Context, root: cst.CSTNode) -> Iterator[str]:
    """The texts that are written in an expression or a block."""
    for node in ctx.walk(root, cst.SimpleString, cst.FormattedStringText):
        assert isinstance(node, cst.SimpleString | cst.FormattedStringText)
        yield node.value


def _tries(loop: cst.For | cst.While) -> list[cst.Try | cst.TryStar]:
    """The attempts of a loop; what a handler tries is a repair."""
    return list(walk(loop.body, _TRIES, stop=(*_NESTED, *_LOOPS, cst.ExceptHandler, cst.ExceptStarHandler)))


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
        is_daemon = polls and bool(always or (comes_round and not self._connects(attempt)))
        found = []
        for handler in attempt.handlers:
            ends = self._through(ends_of(ctx, handler.body), attempt)
            if not ends & {"next", "continue"}:
                continue
            own = pauses_in(ctx, handler.body, self.loop)
            reached = shared if "next" in ends_of(ctx, handler.body) else []
            pauses = [*own, *reached, *before, *self._finally(attempt)]
            if is_daemon and not self._starts_over(attempt, handler, own, reached, alone=not always):
                continue
            if (failure := self._failure(attempt, handler, pauses, comes_round)) is not None:
                found.append(failure)
        return found

    def _connects(self, attempt: cst.Try | cst.TryStar) -> bool:
        """Whether an attempt opens or uses a connection: done again and again it is a reconnect, else a daemon."""
        calls = self.ctx.walk(attempt.body, cst.Call)
        return any(words.CONNECTING.search(self.ctx.source(call.func)) for call in calls)

    def _starts_over(
        self,
        attempt: cst.Try | cst.TryStar,
        handler: words.Handler,
        own: Sequence[Pause],
        reached: Sequence[Pause],
        *,
        alone: bool,
    ) -> bool:
        """Whether work that goes on after a success is a retry after a failure all the same.

        The wait of the handler grows, or it is the only one in the pass (`alone`) and the text beside it says so; the
        wait that all passes share follows a stream that was to last, or grows from one connection to the next.
        """
        ctx = self.ctx
        if any(pause.delay not in (Delay.FIXED, Delay.GROWING) for pause in (*own, *reached)):
            return False
        if own:
            said = _texts(ctx, handler.body)
            return any(p.delay is Delay.GROWING for p in own) or (alone and any(map(words.AGAIN.search, said)))
        if not reached:
            return False
        calls = (ctx.source(call.func) for call in ctx.walk(attempt.body, cst.Call))
        grows = any(pause.delay is Delay.GROWING for pause in reached)
        return self._streams(attempt) or (grows and any(map(words.LIVING.search, calls)))

    def _streams(self, attempt: cst.Try | cst.TryStar) -> bool:
        """Whether an attempt lasts as long as its connection: `async for event in client.listen()`."""
        ctx = self.ctx
        over = (loop.iter for loop in ctx.walk(attempt.body, cst.For))
        return any(words.STREAM.search(ctx.source(items)) for items in over)

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
        if any(words.TIME_LIMIT.search(ctx.source(item.item)) for item in self._managers()):
            return False
        if any(self._after_success(attempt)[1] or self._tries_another(attempt) for attempt in _tries(loop)):
            return False
        if any(failure.delay is Delay.UNKNOWN or _is_optimistic(failure) for failure in failures):
            return False
        if any(words.LIVING.search(ctx.source(call.func)) for a in _tries(loop) for call in ctx.walk(a.body, cst.Call)):
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
        return bool(asked) and all(words.RESPONSE.search(ctx.source(test.test)) for test in asked)

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
        return [pause for statement in self._before(attempt) for pause in pauses_in(self.ctx, statement, self.loop)]

    def _before(self, attempt: cst.CSTNode) -> list[cst.CSTNode]:
        """What is done in a pass before an attempt."""
        found: list[cst.CSTNode] = []
        for around in self._blocks(attempt):
            siblings = self.ctx.siblings(around)
            found += siblings[: siblings.index(around)] if around in siblings else []
        return found

    def _finally(self, attempt: cst.Try | cst.TryStar) -> list[Pause]:
        return pauses_in(self.ctx, attempt.finalbody, self.loop) if attempt.finalbody is not None else []

    # -- one failure -------------------------------------------------------------------------------------------------

    def _failure(
        self,
        attempt: cst.Try | cst.TryStar,
        handler: words.Handler,
        pauses: Sequence[Pause],
        comes_round: bool,
    ) -> Failure | None:
        ctx = self.ctx
        caught = words.caught_by(handler)
        if caught and all(map(words.is_not_yet, caught)):
            return None
        for test in ctx.walk(handler.body, cst.If):
            if words.INTERRUPTED.search(ctx.source(test.test)):
                return None
            if any(words.STILL.search(text) for text in _texts(ctx, test.test)):
                return None
        polls = any(p.duration is not None and "poll" in ctx.source(p.duration).lower() for p in pauses)
        if polls and caught and all(words.TIMED_OUT.search(name) for name in caught):
            return None
        if not pauses:
            delay = Delay.NONE if self._at_once(attempt, handler, caught, comes_round) else Delay.UNKNOWN
        elif any(p.delay in (Delay.RANDOM, Delay.UNKNOWN) for p in pauses):
            delay, pauses = Delay.RANDOM, ()
        else:
            delay = Delay.GROWING if any(p.delay is Delay.GROWING for p in pauses) else Delay.FIXED
        if comes_round and not pauses:
            return None
        broad = (not caught or bool(caught & _ALL)) and delay is not Delay.UNKNOWN
        sorted_out = broad and (self._sorts_out(attempt, handler) or self._is_sorted_before(attempt, handler))
        catches_all = (handler.type or handler) if broad and not sorted_out else None
        return Failure(handler, delay, tuple(pauses), catches_all, everything=not caught or "BaseException" in caught)

    def _at_once(
        self,
        attempt: cst.Try | cst.TryStar,
        handler: words.Handler,
        caught: frozenset[str],
        comes_round: bool,
    ) -> bool:
        """Whether the same thing is tried again at once: nothing but logging stands between."""
        ctx = self.ctx
        if comes_round or self._is_short() or (caught and all(map(words.is_quick, caught))):
            return False
        if self._learns(handler):
            return False
        between: list[cst.CSTNode] = [handler.body, *self._before(attempt)]
        if "next" in ends_of(ctx, handler.body):
            between += self._rest(attempt)
        called = [words.last_word(call) for part in between for call in ctx.walk(part, cst.Call)]
        if not all(map(words.is_harmless, called)):
            return False
        if any(True for part in between for _ in ctx.walk(part, cst.Await, cst.Yield)):
            return False
        if any(words.BLOCKING.match(words.last_word(call)) for call in ctx.walk(attempt.body, cst.Call)):
            return False
        return not self._tries_another(attempt)

    def _learns(self, handler: words.Handler) -> bool:
        """Whether a handler notes what failed, for the next attempt to do without: `missing += (error.name,)`."""
        if handler.name is None:
            return False
        error = self.ctx.source(handler.name.name)
        noted: set[str] = set()
        for node in self.ctx.walk(handler.body, cst.AugAssign):
            assert isinstance(node, cst.AugAssign)
            if error in names_in(self.ctx, node.value):
                noted |= _targets(self.ctx, node)
        tests = (test.test for test in self.ctx.walk(handler.body, cst.If))
        return any(noted & set(names_in(self.ctx, test)) for test in tests)

    def _is_short(self) -> bool:
        """Two attempts: once more at once, which gets past a connection that went stale."""
        attempts = counter_of(self.ctx, self.loop)[1]
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

    def _sorts_out(self, attempt: cst.Try | cst.TryStar, handler: words.Handler) -> bool:
        """Whether the error is looked at, or handed on, and some are let go."""
        ctx = self.ctx
        if "save_and_reraise_exception" in ctx.source(handler.body):
            return True  # raises it again, unless told otherwise
        if handler.name is None:
            return False
        parts: list[cst.CSTNode] = [handler.body]
        if "next" in ends_of(ctx, handler.body):
            parts += self._rest(attempt)
        error = {ctx.source(handler.name.name)}
        for assign in ctx.walk(handler.body, cst.Assign):
            if error & set(names_in(ctx, assign.value)):
                error |= _targets(ctx, assign)
        tests = (test for part in parts for test in ctx.walk(part, cst.If))
        if any(error & set(names_in(ctx, test.test)) and _may_leave(ctx, test) for test in tests):
            return True
        calls = (call for part in parts for call in ctx.walk(part, cst.Call))
        handed = (call for call in calls if error & {name for arg in call.args for name in names_in(ctx, arg)})
        return not all(words.is_harmless(words.last_word(call)) for call in handed)

    def _is_sorted_before(self, attempt: cst.Try | cst.TryStar, handler: words.Handler) -> bool:
        """Whether a handler before lets some errors go; requests to stop are no errors."""
        for before in attempt.handlers:
            if before is handler:
                return False
            if ends_of(self.ctx, before.body) == {"raise"} and not words.caught_by(before) <= words.STOPS:
                return True
        return False

    # -- bounds ------------------------------------------------------------------------------------------------------

    def _bounds(self) -> Iterator[cst.CSTNode]:
        """What may end the attempts besides success: an exit that hangs on more than the error itself."""
        ctx, loop = self.ctx, self.loop
        attempts = _tries(loop)
        bodies = {id(n) for a in attempts for n in nodes_in(a.body)}
        errors = {ctx.source(h.name.name) for a in attempts for h in a.handlers if h.name is not None}
        stepped = {name for node in ctx.walk(loop.body, cst.AugAssign) for name in names_in(ctx, node.target)}
        for test in ctx.walk(loop.body, cst.If):
            if not _may_leave(ctx, test):
                continue
            asked = set(names_in(ctx, test.test))
            if id(test) in bodies and not asked & stepped and not any(words.TIME.search(name) for name in asked):
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
    caught = words.caught_by(handler) if isinstance(handler, cst.ExceptHandler | cst.ExceptStarHandler) else frozenset()
    return bool(caught) and all(words.OPTIMISTIC.search(name) for name in caught)


def _yields_to_wait(ctx: Context, loop: cst.CSTNode) -> bool:
    """Whether `yield` means `await` here: Twisted's inlineCallbacks."""
    function = ctx.function_of(loop)
    names = [name or "" for name, _ in ctx.decorators(function)] if isinstance(function, cst.FunctionDef) else []
    return any(name.endswith(("inlineCallbacks", "gen.coroutine")) for name in names)


def _other_exits(ctx: Context, handler: words.Handler) -> Iterator[cst.CSTNode]:
    """Calls in a handler that may end the loop: they are handed the error or count it."""
    for call in ctx.walk(handler.body, cst.Call):
        if words.DECIDING.search(words.last_word(call)):
            yield call


def _is_failing(ctx: Context, test: cst.BaseExpression) -> bool:
    """Whether a test asks for an answer that says "not now": 408, 429 or 5xx."""
    for comparison in ctx.walk(test, cst.Comparison):
        if not words.STATUS.match(words.word_of(comparison.left)) or len(comparison.comparisons) != 1:
            continue
        target = comparison.comparisons[0]
        values = [target.comparator]
        if isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
            values = [element.value for element in target.comparator.elements]
        codes = [ctx.literal(value) for value in values]
        match target.operator:
            case cst.Equal() | cst.In():
                if codes and all(code in words.BUSY or (isinstance(code, int) and 500 <= code < 600) for code in codes):
                    return True
            case cst.GreaterThanEqual() | cst.GreaterThan():
                if codes[0] in (499, 500):
                    return True
    return False


def _may_leave(ctx: Context, test: cst.If) -> bool:
    """Whether an `if` decides between leaving the loop and going round."""
    inside = ends_of(ctx, test.body)
    otherwise = ends_of(ctx, rest_after(ctx, test)) if "continue" in inside else frozenset[End]()
    besides = ends_of(ctx, test.orelse.body) if isinstance(test.orelse, cst.Else) else frozenset[End]()
    return bool(_EXITS & (inside | otherwise | besides))


def _attempted_calls(ctx: Context, attempt: cst.Try | cst.TryStar) -> Iterator[cst.Call]:
    for call in ctx.walk(attempt.body, cst.Call):
        if not words.LOGGING.match(words.last_word(call)):
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
    return bool(words.NEW_VALUE.search(name))
