"""Does an expression give its items one by one, while they are read or made, so that nothing says how many come?"""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import Binding, last_name
from relint.queries.bounds import is_bounded, levels
from relint.queries.outside import comes_from_outside

_PASSING_ON = frozenset("enumerate iter map filter tqdm zip".split())
_PASSING_ON_DOTTED = frozenset(
    {
        *("itertools.chain", "itertools.chain.from_iterable", "itertools.starmap", "itertools.takewhile"),
        *("itertools.dropwhile", "itertools.filterfalse", "csv.reader", "csv.DictReader"),
    }
)
_ENDLESS = frozenset({"itertools.count", "itertools.cycle"})
_READING = frozenset({"os.walk", "os.scandir", "glob.iglob", "os.fwalk", "xml.etree.ElementTree.iterparse"})
_FILES = frozenset(
    {
        *("builtins.open", "io.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "fileinput.input"),
        *("io.TextIOWrapper", "sys.stdin"),
    }
)
_METHODS = frozenset("iterdir iterator paginate rglob scan_iter scroll".split())
"""Methods that give their items while they are read: of paths, responses, result sets and paginators."""
_NAMED = frozenset("iter lazy stream yield".split())
"""First words of functions that say so: `yield_blobs`, `iter_rows`."""
_ANNOTATIONS = frozenset("AsyncGenerator AsyncIterator Generator Iterator".split())


def is_streamed(ctx: Context, items: cst.BaseExpression) -> bool:
    """Whether items come one by one: from a generator, a file, a cursor, a directory, or from what is made of such.

    What is in memory already (a list, also one that is long) is not. What is unknown is not.
    """
    return bool(ctx.settled("streamed", items, lambda: _is_streamed(ctx, items)))


def _is_streamed(ctx: Context, items: cst.BaseExpression) -> bool:
    if is_bounded(ctx, items):
        return False
    match items:
        case cst.GeneratorExp(for_in=loop):
            return any(level.asynchronous is not None or is_streamed(ctx, level.iter) for level in levels(loop))
        case cst.IfExp(body=left, orelse=right) | cst.BooleanOperation(left=left, right=right):
            return is_streamed(ctx, left) and is_streamed(ctx, right)
        case cst.Call():
            return _call_streams(ctx, items)
        case cst.Name() | cst.Attribute():
            found = ctx.definitions(items)
            if found:
                return all(_binds_stream(ctx, items, binding) for binding in found)
            return ctx.qualname(items) in _FILES or ctx.instance_of(items) in _FILES
    return False


def _call_streams(ctx: Context, call: cst.Call) -> bool:
    name = ctx.callee(call) or ""
    if name in _ENDLESS or name in _READING or name in _FILES:
        return True
    arguments = [argument.value for argument in call.args if argument.keyword is None]
    if last_name(call.func) in _PASSING_ON or name in _PASSING_ON_DOTTED:
        iterated = arguments[1:] if last_name(call.func) in ("map", "filter", "starmap", "takewhile") else arguments
        return bool(iterated) and any(is_streamed(ctx, argument) for argument in iterated)
    function = ctx.function_def(call.func)
    if function is not None:
        return _yields_streamed(ctx, function)
    if last_name(call.func).lstrip("_").partition("_")[0] in _NAMED:
        return True
    if not isinstance(call.func, cst.Attribute):
        return False
    return call.func.attr.value in _METHODS or (call.func.attr.value == "execute" and _is_cursor(ctx, call.func.value))


def _yields_streamed(ctx: Context, function: cst.FunctionDef) -> bool:
    """Whether a generator function yields in a `while` loop, or for each item of a stream or of what others give it."""
    for made in ctx.walk(function.body, cst.Yield):
        match made.value:
            case cst.From(item=item):
                if is_streamed(ctx, item):
                    return True
                continue
        loop = ctx.enclosing(made, cst.For, cst.While)
        if isinstance(loop, cst.While):
            return True
        if isinstance(loop, cst.For):
            if loop.asynchronous is not None or is_streamed(ctx, loop.iter) or comes_from_outside(ctx, loop.iter):
                return True
    return False


def _binds_stream(ctx: Context, name: cst.Name | cst.Attribute, binding: Binding) -> bool:
    match binding:
        case Binding(kind="parameter", node=cst.Param(annotation=cst.Annotation(annotation=annotation))):
            outer = annotation.value if isinstance(annotation, cst.Subscript) else annotation
            return last_name(outer) in _ANNOTATIONS
        case Binding(kind="with", value=cst.Call() as opened):
            return ctx.callee(opened) in _FILES
        case Binding(kind="assign", value=value) if value is not None:
            return is_streamed(ctx, value) or (_is_cursor(ctx, name) and _executes(ctx, name))
    return False


def _is_cursor(ctx: Context, owner: cst.BaseExpression) -> bool:
    known = ctx.instance_of(owner)
    return known.lower().endswith("cursor") if known else last_name(owner) in ("cursor", "cur")


def _executes(ctx: Context, cursor: cst.Name | cst.Attribute) -> bool:
    function = ctx.function_of(cursor)
    text = f"{ctx.source(cursor)}.execute"
    return function is not None and any(ctx.source(call.func) == text for call in ctx.walk(function.body, cst.Call))
