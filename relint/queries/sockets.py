"""What happens to a socket client after it was made: a timeout set later, a socket of one's own, where it goes."""

from __future__ import annotations

import libcst as cst

from relint.context import Context
from relint.names import is_none
from relint.queries.origins import origins
from relint.queries.timeouts import lacks_timeout

_CONNECTS = {"connect": 2, "open": 2}
"""Method that connects a client made without a host -> position of its timeout (ftplib, telnetlib)."""


def is_bounded_later(ctx: Context, client: cst.Call) -> bool:
    """Whether the file gives a client its timeout after it was made.

    `ftp.connect(host, port, timeout=5)`, `connection.timeout = 5`, `sock.settimeout(5)`, or a `sock` of its own.
    """
    return any(made is client for bounded in _bounded_clients(ctx) for made in origins(ctx, bounded).calls)


def stays_here(ctx: Context, client: cst.Call) -> bool:
    """Whether a socket is used in the block that opens it, and nowhere else: its timeout stays on it."""
    parent = ctx.parent(client)
    if isinstance(parent, cst.WithItem | cst.Attribute):
        return True
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
        return False
    target = parent.targets[0].target
    found = ctx.names.find(target) if isinstance(target, cst.Name) else None
    if not isinstance(target, cst.Name) or found is None or len(found[1]) != 1:
        return False
    block = ctx.parent(ctx.statement_of(parent))
    uses = ctx.names.uses(found[0], target.value)
    return all(block in list(ctx.ancestors(use)) and not isinstance(ctx.parent(use), _LEAVING) for use in uses)


_LEAVING = (cst.Return, cst.Yield, cst.Assign, cst.Arg, cst.Element, cst.DictElement)


def _bounded_clients(ctx: Context) -> list[cst.BaseExpression]:
    """Every expression in the file whose client is given a timeout."""
    return ctx.memo("timeouts set later", lambda: [*_by_calls(ctx), *_by_assignments(ctx)])


def _by_calls(ctx: Context) -> list[cst.BaseExpression]:
    found = []
    for call in ctx.tree.of(cst.Call):
        match call:
            case cst.Call(func=cst.Attribute(value=client, attr=cst.Name(value=method))) if method in _CONNECTS:
                if not lacks_timeout(ctx, call, _CONNECTS[method]):
                    found.append(client)
            case cst.Call(func=cst.Attribute(value=client, attr=cst.Name(value="settimeout")), args=[value]):
                if not is_none(value.value):
                    found.append(_owner_of_socket(client))
    return found


def _by_assignments(ctx: Context) -> list[cst.BaseExpression]:
    found = []
    for assign in ctx.tree.of(cst.Assign):
        for target in assign.targets:
            match target.target:
                case cst.Attribute(value=client, attr=cst.Name(value="timeout" | "sock")) if not is_none(assign.value):
                    found.append(client)
    return found


def _owner_of_socket(expression: cst.BaseExpression) -> cst.BaseExpression:
    """`smtp` of `smtp.sock`."""
    if isinstance(expression, cst.Attribute) and expression.attr.value == "sock":
        return expression.value
    return expression
