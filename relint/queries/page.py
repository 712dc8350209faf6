"""A page of rows that code reads by counting them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst


@dataclass(frozen=True, eq=False)
class Page:
    """`node` reads a page of `rows`; `ordered` is None when the order is out of sight.

    It is False as well where two rows may hold the same in all that they are ordered `by`; `moments` says that these
    must be of one moment then.
    """

    kind: Literal["django", "sqlalchemy", "text"]
    node: cst.CSTNode
    rows: cst.BaseExpression
    ordered: bool | None
    by: tuple[str, ...] = ()
    moments: bool = False
    may_order: bool = False
    """Whether an order by the key behind `rows` changes the order and nothing else."""
    key: str = '"pk"'
    """What orders by the key, as source; empty when it is not in sight."""
    order_by: cst.Call | None = None
    """The call that orders the rows; None where their model does, or nothing."""
