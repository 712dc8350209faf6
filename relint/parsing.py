"""libcst's parser, without what takes time and changes nothing.

Each node checks itself when it is made, which is a fifth of the time: that is left out for a text that Python's own
parser has read. Nodes are keys of most that is kept of them, and equal by identity; they get Python's own `__hash__`
and `__eq__` for that, which answer the same as libcst's and are a tenth of a check faster.
"""

from __future__ import annotations

from typing import Any, Iterator

import libcst as cst

_CHECK = vars(cst.CSTNode)["__post_init__"]
_NO_CHECK = staticmethod(bool)
"""What takes no arguments and does next to nothing."""
_CHECKED = (cst.Try,)
"""Python notices only when it compiles that `except:` is not the last handler."""


def parse(text: str, *, valid: bool) -> cst.Module:
    """The tree of a text; raises what libcst raises. `valid`: this interpreter could parse it."""
    if not valid:
        return cst.parse_module(text)
    _set(cst.CSTNode, _NO_CHECK)
    try:
        return cst.parse_module(text)
    finally:
        _set(cst.CSTNode, _CHECK)


def _set(kind: Any, check: Any) -> None:
    kind.__post_init__ = check


def _every(kind: type) -> Iterator[type]:
    yield kind
    known: list[type] = type.__subclasses__(kind)
    for below in known:
        yield from _every(below)


for _kind in _CHECKED:
    _set(_kind, _CHECK)
for _node in _every(cst.CSTNode):
    setattr(_node, "__hash__", object.__hash__)  # noqa: B010 - which types allow
    setattr(_node, "__eq__", object.__eq__)  # noqa: B010
