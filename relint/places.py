"""Where the nodes of a tree stand in its text: found by rendering it, as little of it as is asked for."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import Mapping

import libcst as cst
from libcst._nodes.internal import CodegenState

from relint.grafting import Grafted
from relint.screen import Screen

_LINE_START_WITH_FORM_FEED = re.compile(r"(?:(?<=[\r\n])|\A)[ \t\f]*\f")
_Span = tuple[int, int]


class Places:
    """The spans of nodes; offsets are in characters."""

    def __init__(
        self,
        module: cst.Module,
        text: str,
        parents: Mapping[cst.CSTNode, cst.CSTNode],
        grafted: Grafted | None,
        screen: Screen | None,
    ) -> None:
        """`text` is what was parsed, or would have been where the tree is `grafted`."""
        self._module = module
        self._text = text
        self._parents = parents
        self._grafted = grafted
        self._screen = screen
        self._known: dict[cst.CSTNode, _Span] = {}
        self.faithful = True
        """Whether libcst gives back, character by character, all text that was looked for."""

    def __contains__(self, node: cst.CSTNode) -> bool:
        """Whether it costs nothing to ask."""
        return node in self._known

    def span(self, node: cst.CSTNode) -> _Span:
        """Start and end offset of a node, without the white space and comments around it."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._in_part(node) or self._of_module[node]
        return found

    def _in_part(self, node: cst.CSTNode) -> _Span | None:
        """The span of a node in a tree that was put together, found in the part of it that holds the node."""
        grafted = self._grafted
        if grafted is None:
            return None
        around: cst.CSTNode | None = node
        while around is not None and around not in grafted.functions:
            around = self._parents.get(around)
        if around is None:
            return self._of_stock.get(grafted.stand_ins.get(node, node))
        part, function = grafted.functions[around]
        if part.spans is None:
            part.spans = self._of_function(part.node, function.text, function.indent)
        found = part.spans.get(part.node if node is around else node)
        return (found[0] + function.start, found[1] + function.start) if found is not None else None

    def _of_function(self, node: cst.FunctionDef, text: str, indent: str) -> dict[cst.CSTNode, _Span]:
        """The spans in a function's own text; none where libcst does not give that back."""
        recorder = self._recorder()
        if indent:
            recorder.increase_indent(indent)
        node._codegen(recorder)
        if "".join(recorder.tokens) != indent + text:
            return {}
        moved = len(indent)
        return {each: (start - moved, end - moved) for each, (start, end) in recorder.spans.items()}

    @cached_property
    def _of_stock(self) -> dict[cst.CSTNode, _Span]:
        """The spans in a tree that was put together, of what is in none of its functions."""
        assert self._grafted is not None
        return self._rendered(self._grafted.stock, self._grafted.text)

    @cached_property
    def _of_module(self) -> dict[cst.CSTNode, _Span]:
        return self._rendered(self._module, self._text)

    def _rendered(self, module: cst.Module, text: str) -> dict[cst.CSTNode, _Span]:
        """The spans of all nodes of a module."""
        recorder = self._recorder()
        if self._screen is not None:
            self._screen.down()
        module._codegen(recorder)
        if self._screen is not None:
            self._screen.up()
        rendered = "".join(recorder.tokens)
        if rendered != text:
            self._align(rendered, text, recorder.spans)
        return recorder.spans

    def _recorder(self) -> _Recorder:
        return _Recorder(self._module.default_indent, self._module.default_newline)

    def _align(self, rendered: str, text: str, spans: dict[cst.CSTNode, _Span]) -> None:
        """Move the spans to where the text has them; where that cannot be told, the tree is not faithful."""
        dropped = _dropped(rendered, text)
        if dropped is None:
            self.faithful = False
            return
        for node, (start, end) in spans.items():
            after = bisect_right(dropped, start)
            spans[node] = (start + after, end + (bisect_left(dropped, end) if end > start else after))


def _dropped(rendered: str, text: str) -> list[int] | None:
    """Where in the rendered text each missing character of the text would stand; None when they differ otherwise.

    libcst loses a form feed before the first word of a line, the blanks before it, and a CR at the end of the text.
    """
    if text.endswith("\r") and not rendered.endswith("\r"):
        rendered += "\r"
    kept: list[str] = []
    dropped: list[int] = []
    done = at = 0
    for match in _LINE_START_WITH_FORM_FEED.finditer(text):
        kept.append(text[done : match.start()])
        at += match.start() - done
        if rendered.startswith(match[0], at):
            kept.append(match[0])
            at += len(match[0])
        else:
            dropped += [at] * len(match[0])
        done = match.end()
    kept.append(text[done:])
    return dropped if "".join(kept) == rendered else None


class _Recorder(CodegenState):
    """Renders the tree as libcst does and notes where each node begins and ends.

    libcst's own PositionProvider does the same at a third of the speed (it counts lines and builds objects a node).
    """

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.offset = 0
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self.begun: list[int] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.begun.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.begun.pop()
        if node not in self.spans:
            self.spans[node] = (start, self.offset)

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Syntactic:
        return _Syntactic(self, node, start_node, end_node)


class _Syntactic:
    __slots__ = ("state", "node", "start_node", "end_node", "start")

    def __init__(
        self, state: _Recorder, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.state, self.node, self.start_node, self.end_node = state, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(self, *_: object) -> None:
        spans = self.state.spans
        start = spans[self.start_node][0] if self.start_node is not None else self.start
        end = spans[self.end_node][1] if self.end_node is not None else self.state.offset
        spans[self.node] = (start, end)
