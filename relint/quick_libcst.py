"""Loads libcst in half the time: to be imported before it, by whoever can.

For each of its 170 node types the dataclass decorator writes and compiles methods that refuse assignments, and an
`__init__` that goes around them. Nobody here assigns to a node, so the types are left open; all else is as ever.
"""

from __future__ import annotations

import dataclasses
from typing import Any

_dataclass: Any = dataclasses.dataclass


def _open_nodes(cls: Any = None, /, **options: Any) -> Any:
    if cls is None:
        return lambda decorated: _open_nodes(decorated, **options)
    if cls.__module__.startswith("libcst._nodes."):
        options["frozen"] = False
    return _dataclass(cls, **options)


dataclasses.dataclass = _open_nodes
try:
    import libcst  # noqa: F401
finally:
    dataclasses.dataclass = _dataclass
