"""An endpoint that creates a row for every POST, also for one that is sent again.

## Why it is bad
A client that gets no answer in time sends its POST again: browsers, proxies, phones on a train, and every retry library
do. The first one may have arrived. Without a key by which the endpoint knows the repetition, the order, the comment or
the payment is there twice, and nobody sees an error.

Off by default: where a person looks at the result a second row may do no harm. Of 7 findings in 117 packages that had
no part in making the rule 5 were true.

## Example
```python
from fastapi import FastAPI
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

app = FastAPI()
Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    item = Column(Integer)


@app.post("/orders")
def create_order(item: int, session):
    session.add(Order(item=item))
    session.commit()
```

## Use instead
```python
from fastapi import FastAPI, Header
from sqlalchemy import Column, Integer, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import declarative_base

app = FastAPI()
Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    item = Column(Integer)
    key = Column(String, unique=True)


@app.post("/orders")
def create_order(item: int, session, idempotency_key: str = Header()):
    session.add(Order(item=item, key=idempotency_key))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()  # it is there already
```

Found in handlers of POST of Flask, FastAPI and their like, Django and Django REST framework, for
`Model.objects.create`, `.save()` of a new object and `session.add` of one, where the model's class is in the file or is
imported from the project. Quiet where that class has anything unique, the client gives the primary key, the handler
looks for such rows first, deals with the violated constraint or deletes something, the file speaks of idempotency, and
for rows that tell what has happened (logs, events, sessions).

## References
- https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
- https://docs.stripe.com/api/idempotent_requests
- https://www.rfc-editor.org/rfc/rfc9110.html#name-idempotent-methods
"""

from __future__ import annotations

from typing import Iterator

import libcst as cst

from relint.context import Context
from relint.model import Finding, Rule
from relint.queries.created_by_post import created_by_post

rule = Rule(
    code="REL606",
    words=("create", "acreate", "add", "save"),
    near=("create, add or save a row",),
    default=False,
)


@rule.on(cst.Module)
def check(node: cst.Module, ctx: Context) -> Iterator[Finding]:
    for found in created_by_post(ctx):
        yield rule.finding(
            found.node,
            f"`{found.handler}` makes a new `{found.model}` for each POST: one that a client sends again after a "
            "timeout makes a second",
        )
