"""Where what is put into a queue comes from, and where it goes, as far as the functions that do it show."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import last_name, parameters
from relint.queries.bounds import word_list
from relint.queries.receiving import received

_STREAMS = frozenset(
    "activity alert audio audit buffer chunk data datagram delta email event evt frame inbound incoming line link log "
    "measurement message metric msg notification outbound outgoing packet payload pcm quote reading record request "
    "row sample sentence span stanza telegram tick ticker trace trade transaction tweet update uri url video "
    "webhook".split()
)
"""What others send as fast as they like."""
_CALLED_BACK = frozenset({"data_received", "datagram_received"})
"""Methods that the event loop calls with what has come from the network."""
_HANDLERS = frozenset("callback callbacks handle handler listener on received".split())
"""Words of functions that are called when something comes: `on_message`, `_handle_frame`, `event_listener`."""
_MANAGING = frozenset("add call get make process register remove run set unregister".split())
"""First words of functions that do something with a handler: `add_listener`."""
_POSTING = frozenset("broadcast dispatch emit fire publish".split())
"""Words of functions that everybody may call to tell others of something."""
_LISTENING = frozenset("datagrams listen messages notifies packets receive recv subscribe updates".split())
_FROM_THREADS = frozenset({"call_soon_threadsafe", "run_coroutine_threadsafe"})
_SENDING = frozenset("deliver post produce publish send transmit upload".split())
_WRITING = frozenset("emit execute executemany insert write writelines".split())
_PEERS = frozenset("channel client conn connection db producer session sock socket stream transport writer ws".split())
_TAKING = frozenset({"get", "get_nowait", "pop", "popleft", "next", "readline"})
"""What brings the next item of something in memory, or of a program that ends."""


def is_stream(word: str) -> bool:
    """Whether a word names what others send as fast as they like."""
    return word in _STREAMS or (word.endswith("s") and word[:-1] in _STREAMS)


def comes_from_others(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether an item comes as others send it: over the network, from another thread, or to a function for such.

    `async for x in self.ws: put(x)`, `while True: put(await ws.recv())`, `call_soon_threadsafe(put, x)`,
    `def on_message(x): put(x)`, `def publish(x): put(x)`.
    """
    return is_received(ctx, put) or _crosses_threads(ctx, put) or _is_told(ctx, put)


def is_received(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether what is put in comes from the network, for as long as something is connected."""
    function = ctx.function_of(put)
    if isinstance(function, cst.FunctionDef) and function.name.value in _CALLED_BACK:
        return True
    call = ctx.enclosing(put, cst.Call)
    for loop in ctx.ancestors(put):
        match loop:
            case cst.For(asynchronous=cst.Asynchronous(), iter=cst.Attribute()):
                return True
            case cst.For(asynchronous=cst.Asynchronous(), iter=cst.Call(func=func)) if last_name(func) in _LISTENING:
                return True
            case cst.While() if call is not None:
                source = received(ctx, loop, call)
                if source is not None and last_name(source.func) not in _TAKING:
                    return True
            case cst.FunctionDef():
                break
    return False


def is_posted(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether a function puts in what it is given, and does not wait for what becomes of it."""
    function = ctx.function_of(put)
    return isinstance(function, cst.FunctionDef) and not ctx.in_loop(put) and _puts_a_parameter(ctx, put, function)


def sends_on(ctx: Context, get: cst.CSTNode) -> bool:
    """Whether an endless loop sends what it takes to somebody else: `await ws.send(item)`, `item.send()`."""
    loop = ctx.enclosing(get, cst.While, cst.For)
    if not isinstance(loop, cst.While) or _ends_by_a_sign(ctx, loop):
        return False
    targets: list[cst.CSTNode] = [t.target for assign in ctx.walk(loop, cst.Assign) for t in assign.targets]
    targets += [assign.target for assign in ctx.walk(loop, cst.AnnAssign)]
    targets += [walrus.target for walrus in ctx.walk(loop, cst.NamedExpr)]
    taken = {name.value for target in targets for name in ctx.walk(target, cst.Name)}
    return any(_sends(ctx, call, taken) for call in ctx.walk(loop.body, cst.Call))


def is_sending(ctx: Context, call: cst.Call) -> bool:
    """`ws.send(x)`, `self.send_message(x)`, `writer.write(x)`."""
    words = set(word_list(last_name(call.func)))
    if words & _SENDING:
        return True
    return isinstance(call.func, cst.Attribute) and bool(
        words & _WRITING and _PEERS & set(_words(ctx, call.func.value))
    )


def _sends(ctx: Context, call: cst.Call, taken: set[str]) -> bool:
    if not is_sending(ctx, call):
        return False
    owner = call.func.value if isinstance(call.func, cst.Attribute) else None
    used = {name.value for argument in call.args for name in ctx.walk(argument.value, cst.Name)}
    if owner is not None:
        used |= {name.value for name in ctx.walk(owner, cst.Name)}
    return bool(used & taken) or any(last_name(inner.func) == "get" for inner in ctx.walk(call, cst.Call))


def _ends_by_a_sign(ctx: Context, loop: cst.While) -> bool:
    """`if item is None: break`: what goes through it comes to an end."""
    return any(
        any(True for _ in ctx.walk(branch.body, cst.Break, cst.Return)) for branch in ctx.walk(loop.body, cst.If)
    )


def _crosses_threads(ctx: Context, put: cst.CSTNode) -> bool:
    """`loop.call_soon_threadsafe(queue.put_nowait, x)`, `run_coroutine_threadsafe(queue.put(x), loop)`."""
    parent = ctx.parent(put)
    argument = parent if isinstance(parent, cst.Arg) else ctx.parent(parent) if parent is not None else None
    call = ctx.parent(argument) if isinstance(argument, cst.Arg) else None
    return isinstance(call, cst.Call) and last_name(call.func) in _FROM_THREADS


def _is_told(ctx: Context, put: cst.CSTNode) -> bool:
    """Whether a function that is called when something comes, or that tells others of it, puts in what it is given."""
    function = ctx.function_of(put)
    if not isinstance(function, cst.FunctionDef):
        return False
    name = function.name.value
    words = word_list(name)
    handles = bool(words) and (
        words[0] == "on"
        or (words[0] == "handle" and any(map(is_stream, words)))
        or (words[-1] in _HANDLERS and words[0] not in _MANAGING)
    )
    posts = not name.startswith("_") and not _POSTING.isdisjoint(words)
    return (handles or posts) and _puts_a_parameter(ctx, put, function)


def _puts_a_parameter(ctx: Context, put: cst.CSTNode, function: cst.FunctionDef) -> bool:
    """Whether what is put in is a parameter of the function around, or made of one."""
    known = {parameter.name.value for parameter in parameters(function)} - {"self", "cls"}
    for assign in ctx.walk(function.body, cst.Assign):
        if known & {name.value for name in ctx.walk(assign.value, cst.Name)}:
            known |= {name.value for target in assign.targets for name in ctx.walk(target.target, cst.Name)}
    return any(name.value in known for each in given_with(ctx, put) for name in ctx.walk(each, cst.Name))


def given_with(ctx: Context, put: cst.CSTNode) -> list[cst.BaseExpression]:
    """What is put in: of `put(x)` and `call_soon_threadsafe(queue.put_nowait, x)`."""
    parent = ctx.parent(put)
    call = ctx.parent(parent) if isinstance(parent, cst.Arg) else parent
    return [arg.value for arg in call.args if arg.value is not put] if isinstance(call, cst.Call) else []


def _words(ctx: Context, owner: cst.BaseExpression) -> list[str]:
    return [word for part in ctx.walk(owner, cst.Name, cst.Attribute) for word in word_list(last_name(part))]
