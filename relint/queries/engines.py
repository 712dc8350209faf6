"""Does a pool keep connections to a database server that may be dead when they are used next?"""

from __future__ import annotations

import re

import libcst as cst

from relint.context import Context
from relint.libraries.engines import CARES, ENGINES, LOCAL_BACKENDS, POOLS, SERVERS
from relint.names import last_name
from relint.queries.text import Piece, text_of
from relint.queries.timeouts import unpacks_opaquely

_SCHEME = re.compile(r"^\s*([a-z0-9]+)(?:\+[a-z0-9_]+)?(?:://|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:url|uri|dsn)s?$", re.IGNORECASE)
_PING = "pool_pre_ping"


def hands_out_dead_connections(ctx: Context, call: cst.Call) -> bool:
    """Whether a call makes an engine for a database server that lives on, and that tests no connection it hands out."""
    if ctx.callee(call) not in ENGINES:
        return False
    ping = ctx.keyword(call, _PING)
    if ping is not None:
        return ctx.literal(ping.value) is False and _is_kept(ctx, call) and _leads_to_server(ctx, call)
    if unpacks_opaquely(ctx, call, _PING) or any(ctx.keyword(call, name) is not None for name in CARES):
        return False
    pool = ctx.keyword(call, "poolclass")
    if pool is not None and last_name(pool.value) not in POOLS:
        return False
    return _is_kept(ctx, call) and _leads_to_server(ctx, call)


def settings_without_health_checks(ctx: Context, database: cst.Dict) -> cst.DictElement | None:
    """The `CONN_MAX_AGE` of a Django database whose connections live on and are not tested before they are used."""
    elements = {ctx.literal(e.key): e for e in database.elements if isinstance(e, cst.DictElement)}
    age = elements.get("CONN_MAX_AGE")
    if age is None or "CONN_HEALTH_CHECKS" in elements or len(elements) != len(database.elements):
        return None
    engine = elements.get("ENGINE")
    if engine is not None and str(ctx.literal(engine.value)).rpartition(".")[2] in LOCAL_BACKENDS:
        return None
    return age if lives_on(ctx, age.value) else None


def lives_on(ctx: Context, age: cst.BaseExpression) -> bool:
    """Whether a maximum age of connections is certainly not 0, or not 0 unless the environment says so."""
    value = ctx.literal(age)
    if value is not ...:
        return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value > 0)
    match age:
        case cst.BinaryOperation(left=left, operator=cst.Multiply(), right=right):
            return lives_on(ctx, left) and lives_on(ctx, right)
        case cst.Call(func=cst.Name(value="int"), args=[cst.Arg(value=cst.Call() as read)]):
            return any(
                str(ctx.literal(arg.value)).isdigit() and str(ctx.literal(arg.value)) != "0" for arg in read.args[1:]
            )
        case cst.Call(args=[_, *rest]):
            return any(isinstance(value := ctx.literal(arg.value), int) and value > 1 for arg in rest)
    return False


def _is_kept(ctx: Context, call: cst.Call) -> bool:
    """Whether an engine outlives the function that makes it: what is bound to a local alone dies with it."""
    parent = ctx.parent(call)
    match parent:
        case cst.Return():
            return True
        case cst.Arg():
            outer = ctx.parent(parent)
            return isinstance(outer, cst.Call) and (ctx.callee(outer) or "").endswith("sessionmaker")
        case cst.Assign(targets=targets):
            return any(_outlives(ctx, target.target) for target in targets)
        case cst.AnnAssign(target=target):
            return _outlives(ctx, target)
    return False


def _outlives(ctx: Context, target: cst.BaseExpression) -> bool:
    match target:
        case cst.Attribute():
            return True
        case cst.Name():
            found = ctx.names.find(target)
            if found is None or isinstance(found[0].node, cst.Module):
                return True
            uses = ctx.names.uses(found[0], target.value)
            return any(isinstance(ctx.parent(use), cst.Return) or _is_attribute(ctx, use) for use in uses)
    return False


def _is_attribute(ctx: Context, use: cst.Name) -> bool:
    """`self.engine = engine`."""
    parent = ctx.parent(use)
    return isinstance(parent, cst.Assign) and any(isinstance(t.target, cst.Attribute) for t in parent.targets)


def _leads_to_server(ctx: Context, call: cst.Call) -> bool:
    """Whether the URL names a server; one from elsewhere counts when it is called so and the file knows no SQLite."""
    url = ctx.argument(call, "url", 0)
    if url is None:
        return False
    known = [_dialect(ctx, part) for part in (url.value, *_made_of(ctx, url.value))]
    named = {dialect for dialect in known if dialect}
    if named:
        return named <= SERVERS
    return bool(_ADDRESS.search(_ending(url.value))) and "sqlite" not in ctx.text.lower()


def _dialect(ctx: Context, expression: cst.BaseExpression) -> str | None:
    found = set()
    for text in text_of(ctx, expression):
        match = _SCHEME.match(text[0].text) if text and isinstance(text[0], Piece) else None
        found.add(match[1].lower() if match else None)
    return found.pop() if len(found) == 1 else None


def _made_of(ctx: Context, url: cst.BaseExpression) -> list[cst.BaseExpression]:
    """`"postgresql"` of `URL.create("postgresql", ...)` and `url.set(drivername="postgresql")`, also by name."""
    made = ctx.value_of(url) if isinstance(url, cst.Name) else url
    if not isinstance(made, cst.Call):
        return []
    if last_name(made.func) in ("create", "URL", "make_url"):
        first = ctx.argument(made, "drivername", 0)
    else:
        first = ctx.keyword(made, "drivername")
    return [first.value] if first is not None else []


def _ending(expression: cst.BaseExpression) -> str:
    """The name an address goes by: `url` of `settings.db.url`, of `os.environ["DATABASE_URL"]` and of `str(url)`."""
    match expression:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return str(key.evaluated_value)
        case cst.Call(args=[cst.Arg(value=cst.SimpleString() as key), *_]):
            return str(key.evaluated_value)
        case cst.Call(func=cst.Name(value="str"), args=[cst.Arg(value=inner)]):
            return _ending(inner)
    return last_name(expression)
