"""The nodes of a tree in source order: what stands at or under a node is found without going there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Iterator, Mapping, Sequence

import libcst as cst

from relint.narrow import Unseen
from relint.nodes import children, kinds, walk

Types = tuple[type[cst.CSTNode], ...]


class Order:
    """`nodes` are those of a tree, in source order; `guarded` the ones of them that hide something."""

    def __init__(
        self,
        nodes: Sequence[cst.CSTNode],
        of_kind: Mapping[type, Sequence[cst.CSTNode]],
        guarded: Sequence[cst.CSTNode],
    ) -> None:
        self._nodes = nodes
        self._of_kind = of_kind
        self._at = {node: at for at, node in enumerate(nodes)}
        self._guards = sorted(self._at[node] for node in guarded)
        self._places: dict[Types, Sequence[int]] = {}
        self._ends: dict[cst.CSTNode, int] = {}

    def walk(self, root: cst.CSTNode, types: Types, stop: Types) -> Iterator[cst.CSTNode]:
        """As `relint.nodes.walk`, which goes where nothing is known: into other trees, and to what is hidden."""
        if (first := self._at.get(root)) is None or (last := self._end(root)) is None or self._hides(first, last):
            yield from walk(root, types, stop=stop)
            return
        places, closed = self._of(types), self._of(stop)
        at, next_closed = bisect_left(places, first), bisect_right(closed, first)
        while at < len(places) and (here := places[at]) < last:
            if next_closed < len(closed) and (outer := closed[next_closed]) < here:
                end = self._end(self._nodes[outer]) or here
                at, next_closed = bisect_left(places, end, at), bisect_left(closed, end, next_closed)
            else:
                yield self._nodes[here]
                at += 1

    def _of(self, types: Types) -> Sequence[int]:
        """Where the nodes of some types stand."""
        found = self._places.get(types)
        if found is None:
            wanted = kinds(types)
            of_kinds = [nodes for kind, nodes in self._of_kind.items() if wanted[kind]]
            every = len(of_kinds) == len(self._of_kind)
            found = range(len(self._nodes)) if every else sorted(self._at[node] for nodes in of_kinds for node in nodes)
            self._places[types] = found
        return found

    def _end(self, node: cst.CSTNode) -> int | None:
        """Where what is under a node ends; None where that is hidden."""
        end = self._ends.get(node)
        if end is None:
            last = node
            try:
                while below := children(last):
                    last = below[-1]
            except Unseen:
                return None
            end = self._ends[node] = self._at[last] + 1
        return end

    def _hides(self, first: int, last: int) -> bool:
        at = bisect_left(self._guards, first)
        return at < len(self._guards) and self._guards[at] < last
