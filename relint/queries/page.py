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
    """Whether `order_by("pk")` behind `rows` changes the order and nothing else."""
    order_by: cst.Call | None = None
    """The call that orders the rows; None where their model does, or nothing."""
