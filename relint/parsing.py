"""libcst's parser, without what takes time and changes nothing.

Each node checks itself when it is made, which is a fifth of the time: that is left out for a text that Python's own
parser has read.
"""

from __future__ import annotations

from typing import Any

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


for _kind in _CHECKED:
    _set(_kind, _CHECK)
