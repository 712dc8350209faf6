"""Ask a Context about pieces of a source text."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TypeVar

import libcst as cst

from relint.context import Context
from relint.project import Project
from relint.settings import Settings
from relint.tree import Tree

_Node = TypeVar("_Node", bound=cst.CSTNode)


def context(code: str, path: str = "app.py", settings: Settings | None = None) -> Context:
    """The context of a source text."""
    text = dedent(code)
    settings = settings or Settings(root=Path("/nowhere"))
    return Context(path, Tree(cst.parse_module(text), text), settings, Project(settings))


def node(ctx: Context, text: str, kind: type[_Node], nth: int = 0) -> _Node:
    """The nth node of a type that is written exactly so."""
    return [found for found in ctx.tree.of(kind) if ctx.source(found) == text][nth]
