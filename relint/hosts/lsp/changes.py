"""The difference between two texts, as few hunks: for text edits, and for findings that move while one types."""

from __future__ import annotations

import difflib
from bisect import bisect_right
from dataclasses import replace
from itertools import takewhile
from typing import Iterable, Iterator, NamedTuple

from relint.lines import Lines
from relint.model import Diagnostic, Position

_MOST_LINES = 4_000
"""Changed lines up to which equal ones among them are looked for: more would take seconds."""

_MOST_CHARACTERS = 2_000
"""Changed characters up to which equal ones among them are looked for."""


class Hunk(NamedTuple):
    """The characters `start:end` of the old text became `text`."""

    start: int
    end: int
    text: str


def hunks(before: str, after: str, *, fine: bool = False) -> list[Hunk]:
    """What turns one text into the other, in order; equal lines between changes stay out, `fine` equal words too."""
    if before == after:
        return []
    old, new = list(Lines(before)), list(Lines(after))
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    rest = zip(reversed(old[head:]), reversed(new[head:]), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    at = sum(map(len, Lines(before)[:head]))
    found = []
    if len(old) + len(new) > _MOST_LINES:
        blocks = [(0, len(old), 0, len(new))]
    else:
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        blocks = [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    done = 0
    for a, b, c, d in blocks:
        at += sum(map(len, old[done:a]))
        removed, added = "".join(old[a:b]), "".join(new[c:d])
        found += _between_words(at, removed, added) if fine else [_trimmed(at, removed, added)]
        at += len(removed)
        done = b
    return found


def _between_words(start: int, old: str, new: str) -> list[Hunk]:
    if len(old) + len(new) > _MOST_CHARACTERS:
        return [_trimmed(start, old, new)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [Hunk(start + a, start + b, new[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _trimmed(start: int, old: str, new: str) -> Hunk:
    """A hunk without the characters that both sides begin and end with; `\\r\\n` is never split."""
    shortest = min(len(old), len(new))
    head = sum(1 for _ in takewhile(lambda at: old[at] == new[at], range(shortest)))
    if head and old[head - 1] == "\r" and "\n" in (old[head : head + 1], new[head : head + 1]):
        head -= 1
    rest = range(1, shortest - head + 1)
    tail = sum(1 for _ in takewhile(lambda at: old[-at] == new[-at], rest))
    if tail and old[-tail] == "\n" and "\r" in (old[: len(old) - tail][-1:], new[: len(new) - tail][-1:]):
        tail -= 1
    return Hunk(start + head, start + len(old) - tail, new[head : len(new) - tail])


def moved(found: Iterable[Diagnostic], before: str, after: str) -> Iterator[Diagnostic]:
    """Findings of the old text where they are in the new one, without fixes; those that were edited are left out."""
    changes = hunks(before, after, fine=True)
    starts = [change.start for change in changes]
    shifts = [0]
    for change in changes:
        shifts.append(shifts[-1] + len(change.text) - (change.end - change.start))
    old, new = Lines(before), Lines(after)

    def shifted(offset: int) -> int:
        return offset + shifts[bisect_right(starts, offset)]

    def there(position: Position) -> Position:
        return new.position(shifted(old.starts[position.line - 1] + position.column - 1))

    def touched(start: Position, end: Position) -> bool:
        first = old.starts[start.line - 1] + start.column - 1
        last = old.starts[end.line - 1] + end.column - 1
        return any(change.start < last and first < change.end for change in changes) or any(
            first < change.start == change.end < last for change in changes
        )

    for each in found:
        if touched(each.start, each.end):
            continue
        related = tuple(
            replace(other, start=there(other.start), end=there(other.end))
            for other in each.related
            if not touched(other.start, other.end)
        )
        start, end = there(each.start), there(each.end)
        first, last = (there(Position(line, 1)).line for line in each.reach) if all(each.reach) else (0, 0)
        yield replace(each, start=start, end=max(start, end), reach=(first, last), related=related, fix=None)
