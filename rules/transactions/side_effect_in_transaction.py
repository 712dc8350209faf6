"""Tasks, mails, requests, messages and cache writes sent from inside a database transaction.

## Why it is bad
A rollback cannot take them back: the mail about an order that was never saved is out. And they may be faster than the
commit: a worker looks for the row, and it is not there yet. A request also keeps the transaction and its locks open for
as long as the peer takes.

## Example
```python
from django.db import transaction

from orders.models import Order
from orders.tasks import mail_receipt


@transaction.atomic
def place_order(customer):
    order = Order.objects.create(customer=customer)
    mail_receipt.delay(order.pk)
```

## Use instead
```python
from functools import partial

from django.db import transaction

from orders.models import Order
from orders.tasks import mail_receipt


@transaction.atomic
def place_order(customer):
    order = Order.objects.create(customer=customer)
    transaction.on_commit(partial(mail_receipt.delay, order.pk))
```

Where the message must not be lost when the process dies right after the commit, write it to an outbox table in the
same transaction and let a job send what is there.

Transactions are `transaction.atomic()` (block or decorator, also through an own context manager or decorator of the
file), SQLAlchemy's and asyncpg's `begin()` and `transaction()`, and `with conn:` of a connection that commits at the
end of its block. `atomic-wrappers` names more of them; `deferral-wrappers` names helpers (context managers, functions,
decorators) that send only after the commit. `on_commit(task.delay(x))` is found too: it sends at once. Quiet for
`delay_on_commit`, inside lambdas and nested functions, and for requests that only read (`get`, `head`, `options`).

## Fix safety
Unsafe, because the task is sent later, and not at all when the transaction fails. Offered for Celery tasks inside
Django's transactions whose result is not used.

## References
- https://docs.djangoproject.com/en/stable/topics/db/transactions/#performing-actions-after-commit
- https://docs.celeryq.dev/en/stable/userguide/tasks.html#database-transactions
- https://microservices.io/patterns/data/transactional-outbox.html
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.atomic import is_named, transaction_around
from relint.queries.effects import effect_of

rule = Rule(
    code="REL202",
    near=("with, a decorator or on_commit", "effect outside the database"),
    words=(
        "delay", "apply_async", "send_mail", "send_mass_mail", "mail_admins", "mail_managers", "send", "sendmail",
        "send_message", "requests", "httpx", "aiohttp", "urlopen", "produce", "publish", "send_and_wait",
        "basic_publish", "send_task", "enqueue", "cache", "caches",
    ),
    imports=("django", "sqlalchemy", "sqlmodel", "sqlite3", "psycopg", "psycopg2", "asyncpg", "celery", "tasks"),
    severity="error",
    fix="unsafe",
    options={"atomic-wrappers": [], "deferral-wrappers": []},
)  # fmt: skip

_SAYS = {
    "task": "a worker may run it before the commit, and a rollback cannot take it back",
    "mail": "a rollback cannot take the mail back",
    "request": "a rollback cannot take the request back, and the transaction waits for the answer",
    "message": "a rollback cannot take the message back",
    "cache": "a rollback cannot take the write back, and before the commit others may cache the old state again",
}


@rule.on(cst.Call)
def check(node: cst.Call, ctx: Context) -> Iterator[Finding]:
    effect = effect_of(ctx, node)
    if effect is None:
        return
    shown = ctx.source(node.func)
    hook = _hook(ctx, node)
    if hook is not None:
        yield rule.finding(
            node, f"`{shown}` runs at once: `on_commit` wants the function, not what it returns", data=hook
        )
        return
    transaction = transaction_around(ctx, node)
    if transaction is None or _is_deferred(ctx, node):
        return
    if effect == "request" and shown.rpartition(".")[2] in ("get", "head", "options"):
        return
    yield rule.finding(node, f"`{shown}` inside a transaction: {_SAYS[effect]}", data=transaction)


def _hook(ctx: Context, node: cst.Call) -> cst.Call | None:
    """The `on_commit(...)` that is given the result of this call."""
    arg = ctx.parent(node)
    call = ctx.parent(arg) if isinstance(arg, cst.Arg) else None
    if isinstance(call, cst.Call) and ctx.callee(call) == "django.db.transaction.on_commit":
        return call if arg is call.args[0] or arg is ctx.keyword(call, "func") else None
    return None


def _is_deferred(ctx: Context, node: cst.Call) -> bool:
    """Whether a configured wrapper sends the effect after the commit, or an own function that calls `on_commit`."""
    child: cst.CSTNode = node
    for ancestor in ctx.ancestors(node):
        match ancestor:
            case cst.Call(func=func) if child is not func:
                if is_named(ctx.qualname(func), ctx.option("deferral-wrappers")):
                    return True
            case cst.With(items=items) if child is ancestor.body:
                if any(_defers(ctx, item.item) for item in items):
                    return True
            case cst.FunctionDef():
                return any(_defers(ctx, decorator.decorator) for decorator in ancestor.decorators)
        child = ancestor
    return False


def _defers(ctx: Context, expression: cst.BaseExpression) -> bool:
    named = expression.func if isinstance(expression, cst.Call) else expression
    return is_named(ctx.qualname(named), ctx.option("deferral-wrappers"))
