"""Gives a database call its parameters, and says where that must not be done."""

from __future__ import annotations

import libcst as cst

from relint import edits
from relint.context import Context
from relint.fixers.sql.rewriting import Parameter, Rewriting
from relint.libraries.databases import READERS, WITHOUT_PARAMETERS
from relint.model import Edit
from relint.names import last_name
from relint.queries.sql import Site
from relint.queries.sql_places import HOLE, first_word
from relint.queries.sql_sinks import Sink, given_parameters
from relint.queries.text import Hole, Text, with_holes_as

_TAKES_VALUES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "VALUES", "REPLACE"})
_ONCE = frozenset(
    "execute raw RawSQL text fetch fetchrow fetchval fetch_all fetch_one fetch_val scalar scalars read_sql "
    "read_sql_query".split()
)
_CHOOSES = (cst.IfExp, cst.BooleanOperation, cst.NamedExpr)
_RUNS_TEXT = frozenset({"execute", "scalar", "scalars", "stream", "stream_scalars"})


def guarded(ctx: Context, site: Site) -> bool:
    """Whether the statement takes parameters and the text is in one place, used once."""
    sink = site.sink
    if sink is None or not takes_parameters(ctx, sink, site.text):
        return False
    if any(part.root is not site.root for part in site.text if isinstance(part, Hole)):
        return False
    if site.alternatives != 1 and (sink.arg.value is not site.root or any(ctx.walk(site.root, *_CHOOSES))):
        return False
    return sink.arg.value is site.root or _flows_straight(ctx, site)


def takes_parameters(ctx: Context, sink: Sink, text: Text) -> bool:
    """Whether a database call takes parameters for such a statement, in a style that is known."""
    if sink.driver is None or sink.name in WITHOUT_PARAMETERS or sink.name not in _ONCE:
        return False
    raw = with_holes_as(text, lambda _, __: HOLE)
    if first_word(raw) not in _TAKES_VALUES or ";" in raw.rstrip().rstrip(";"):
        return False
    if sink.driver.style == "named" and sink.name != "text" and not _is_alembic(ctx, sink.call):
        return False
    if sink.wrapper is not None and not _forwards_parameters(ctx, sink, raw):
        return False
    return not ctx.unpacks(sink.call) and not ctx.unpacks(sink.call, "*")


def _forwards_parameters(ctx: Context, sink: Sink, raw: str) -> bool:
    """Whether the wrapper takes parameters for this statement, which does not depend on there being none."""
    assert sink.wrapper is not None
    assert sink.driver is not None
    forwarded = sink.wrapper.forwarded
    if forwarded is None:
        return False
    given = given_parameters(ctx, sink)
    if given is None and "%" in raw and sink.driver.style == "format":
        return forwarded.bare  # a sign of its own is doubled as soon as there are parameters, and was not before
    return given is None or not (forwarded.each or sink.driver.style == "numeric")


def passed(ctx: Context, site: Site, rewriting: Rewriting) -> tuple[Edit, ...] | None:
    """The edits on the text and on the call; None when the call's own parameters cannot be told."""
    assert site.sink is not None
    added = _added(ctx, site, rewriting)
    return None if added is None else (*rewriting.edits, *added)


def _added(ctx: Context, site: Site, rewriting: Rewriting) -> tuple[Edit, ...] | None:
    assert site.sink is not None
    call, parameters = site.sink.call, rewriting.parameters
    if site.sink.wrapper is not None:
        return _to_wrapper(ctx, site.sink, rewriting)
    if site.sink.name == "text":
        return _for_text(ctx, call, parameters)
    if rewriting.driver.style == "named":
        return _as_text(ctx, call, site.sink.arg, parameters)
    if rewriting.style == "numeric":
        if any(arg.keyword is not None for arg in call.args):
            return None
        return edits.append_argument(ctx, call, ", ".join(p.expression for p in parameters))
    given = given_parameters(ctx, site.sink)
    if given is not None:
        return inserted(ctx, given, rewriting)
    if site.sink.name in READERS:
        return edits.append_argument(ctx, call, f"params={_tuple(parameters)}")
    return edits.append_argument(ctx, call, _tuple(parameters)) if len(call.args) == 1 else None


def _to_wrapper(ctx: Context, sink: Sink, rewriting: Rewriting) -> tuple[Edit, ...] | None:
    """Give a function of the project the parameters that it forwards."""
    assert sink.wrapper is not None
    forwarded = sink.wrapper.forwarded
    assert forwarded is not None
    given = given_parameters(ctx, sink)
    if given is not None:
        return inserted(ctx, given, rewriting)
    parameters = rewriting.parameters
    if forwarded.each:
        return _append_to_wrapper(ctx, sink, ", ".join(p.expression for p in parameters))
    return _append_to_wrapper(ctx, sink, _dict(parameters) if rewriting.style == "named" else _tuple(parameters))


def _append_to_wrapper(ctx: Context, sink: Sink, added: str) -> tuple[Edit, ...] | None:
    assert sink.wrapper is not None
    forwarded = sink.wrapper.forwarded
    assert forwarded is not None
    if forwarded.position == len(sink.call.args) and all(arg.keyword is None for arg in sink.call.args):
        return edits.append_argument(ctx, sink.call, added)
    return edits.append_argument(ctx, sink.call, f"{forwarded.name}={added}") if forwarded.name else None


def given_collected(ctx: Context, sink: Sink, name: str) -> tuple[Edit, ...] | None:
    """Give a database call, which has no parameters yet, those that a name holds."""
    assert sink.driver is not None
    if given_parameters(ctx, sink) is not None or sink.driver.style == "numeric":
        return None
    if sink.wrapper is not None:
        each = sink.wrapper.forwarded is not None and sink.wrapper.forwarded.each
        return _append_to_wrapper(ctx, sink, f"*{name}" if each else name)
    call: cst.CSTNode | None = sink.call
    if sink.name == "text":
        arg = ctx.parent(sink.call)
        call = ctx.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(call, cst.Call) or last_name(call.func) not in _RUNS_TEXT or _is_alembic(ctx, call):
            return None
    elif sink.driver.style == "named":
        return None
    assert isinstance(call, cst.Call)
    if sink.name in READERS:
        return edits.append_argument(ctx, call, f"params={name}")
    return edits.append_argument(ctx, call, name) if len(call.args) == 1 else None


def _tuple(parameters: list[Parameter]) -> str:
    listed = ", ".join(p.expression for p in parameters)
    return f"({listed},)" if len(parameters) == 1 else f"({listed})"


def _dict(parameters: list[Parameter]) -> str:
    return "{" + ", ".join(f'"{p.name}": {p.expression}' for p in _distinct(parameters)) + "}"


def inserted(ctx: Context, given: cst.BaseExpression, rewriting: Rewriting) -> tuple[Edit, ...] | None:
    """Insert the parameters among those that the call has already."""
    if isinstance(given, cst.Dict):
        return _into_dict(ctx, given, rewriting.parameters)
    return _into_list(ctx, given, rewriting) if rewriting.style != "named" else None


def _into_list(ctx: Context, given: cst.BaseExpression, rewriting: Rewriting) -> tuple[Edit, ...] | None:
    """Insert the parameters among those of a literal tuple or list, in the order of their placeholders."""
    if not isinstance(given, cst.Tuple | cst.List) or any(isinstance(e, cst.StarredElement) for e in given.elements):
        return None
    if not given.elements or (isinstance(given, cst.Tuple) and not given.lpar):
        return None
    if len(given.elements) != rewriting.existing:
        return None
    changes = []
    for parameter in rewriting.parameters:
        if parameter.before < len(given.elements):
            at = ctx.range(given.elements[parameter.before].value)[0]
            changes.append(Edit(at, at, f"{parameter.expression}, "))
        else:
            at = ctx.range(given.elements[-1].value)[1]
            changes.append(Edit(at, at, f", {parameter.expression}"))
    if any(element.value.lpar for element in given.elements):
        return None
    return tuple(_merged(changes))


def _merged(changes: list[Edit]) -> list[Edit]:
    """Insertions at one place as one edit, so that their order is certain."""
    by_place: dict[int, Edit] = {}
    for edit in changes:
        known = by_place.get(edit.start)
        by_place[edit.start] = Edit(edit.start, edit.end, known.text + edit.text) if known else edit
    return list(by_place.values())


def _into_dict(ctx: Context, given: cst.Dict, parameters: list[Parameter]) -> tuple[Edit, ...] | None:
    if not given.elements or any(not isinstance(e, cst.DictElement) for e in given.elements):
        return None
    last = given.elements[-1].value
    if last.lpar:
        return None
    at = ctx.range(last)[1]
    return (Edit(at, at, "".join(f', "{p.name}": {p.expression}' for p in _distinct(parameters))),)


def _for_text(ctx: Context, call: cst.Call, parameters: list[Parameter]) -> tuple[Edit, ...] | None:
    """`execute(text("..."), {...})`; elsewhere `text("...").bindparams(...)`."""
    arg = ctx.parent(call)
    runs = ctx.parent(arg) if isinstance(arg, cst.Arg) else None
    if isinstance(runs, cst.Call) and isinstance(runs.func, cst.Attribute) and runs.func.attr.value in _RUNS_TEXT:
        if runs.args[0] is arg and not _is_alembic(ctx, runs):
            second = ctx.positional(runs, 1)
            if len(runs.args) == 1:
                return edits.append_argument(ctx, runs, _dict(parameters))
            if second is not None and isinstance(second.value, cst.Dict):
                return _into_dict(ctx, second.value, parameters)
            return None
    if call.lpar or isinstance(ctx.parent(call), cst.Attribute):
        return None
    end = ctx.range(call)[1]
    return (Edit(end, end, _bindparams(parameters)),)


def _as_text(ctx: Context, call: cst.Call, arg: cst.Arg, parameters: list[Parameter]) -> tuple[Edit, ...] | None:
    """`op.execute("...")` takes no parameters, but a `text` that has them."""
    imported = edits.ensure_import(ctx, "sqlalchemy.text", call)
    if imported is None or len(call.args) != 1 or isinstance(arg.value, cst.Name) or arg.value.lpar:
        return None
    name, changes = imported
    start, end = ctx.range(arg.value)
    return (*changes, Edit(start, start, f"{name}("), Edit(end, end, f"){_bindparams(parameters)}"))


def _bindparams(parameters: list[Parameter]) -> str:
    return ".bindparams(" + ", ".join(f"{p.name}={p.expression}" for p in _distinct(parameters)) + ")"


def _distinct(parameters: list[Parameter]) -> list[Parameter]:
    return list({p.name: p for p in parameters}.values())


def _is_alembic(ctx: Context, call: cst.Call) -> bool:
    return (ctx.callee(call) or "").startswith("alembic.")


def _flows_straight(ctx: Context, site: Site) -> bool:
    """Whether the text is the one value of a name that is read once, by the call, a few statements below.

    What the parameters are made of must mean the same there.
    """
    assert site.sink is not None
    name = site.sink.arg.value
    if not isinstance(name, cst.Name) or ctx.value_of(name) is not site.root:
        return False
    found = ctx.names.find(name)
    if found is None or len(ctx.names.uses(found[0], name.value)) != 1:
        return False
    assigned, executed = ctx.statement_of(site.root), ctx.statement_of(site.sink.call)
    if ctx.names.scope_of(name) is not found[0] or not runs_once_after(ctx, assigned, executed):
        return False
    start, end = ctx.range(assigned)[1], ctx.range(executed)[0]
    for part in site.text:
        for used in ctx.walk(part.node, cst.Name) if isinstance(part, Hole) else ():
            bindings = ctx.names.bindings(used)
            if any(start <= ctx.range(b.node)[0] < end for b in bindings if b.node in ctx.tree.parents):
                return False
    return True


def runs_once_after(ctx: Context, assigned: cst.CSTNode, executed: cst.CSTNode) -> bool:
    """Whether a statement follows another in its block, or in a `with`, `try` or `if` of that block."""
    block = ctx.siblings(assigned)
    current: cst.CSTNode | None = executed
    while current is not None and current not in block:
        if not isinstance(current, cst.BaseSmallStatement | cst.BaseSuite | cst.SimpleStatementLine | _TRANSPARENT):
            return False
        current = ctx.parent(current)
    return current is not None and block.index(current) > block.index(assigned)


_TRANSPARENT = cst.With | cst.If | cst.Else | cst.Try | cst.ExceptHandler | cst.Finally
