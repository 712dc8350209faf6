"""How deep a text nests, told before it is parsed.

libcst recurses on the C stack, and on nested code its time and memory grow with the square of the depth. The limits
leave out no code that a person wrote: measured, each keeps a file below three seconds, 400 MB and a 32 MiB stack.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import Callable

from relint.lines import line_start
from relint.remembered import remembered
from relint.scan import tokens

MAX_BRACKETS = 199
"""Deepest nesting of brackets: CPython reads no more either."""

MAX_STEPS = 1_000
"""Most operators, attributes and calls in one chain."""

MAX_STRINGS = 2_500
"""Most string literals in a row; libcst takes 3,000 for a syntax error."""

MAX_ELIFS = 5_000
"""Most `elif` in a file: each nests in the one before."""

MAX_PATTERN = 12
"""Deepest nesting of brackets in a `case`: libcst's time doubles with every level."""

_BLOCKS = ("body", "orelse", "finalbody", "handlers")
_ELIF = re.compile(r"^[ \t\f]*elif\b", re.MULTILINE)
_DEFINITION = re.compile(r"^(?=[ \t]*(?:async[ \t]+)?(?:def|class)\b)", re.MULTILINE)
_WORDS = ("if", "else", "and", "or", "not", "lambda", "await", "for", "in", "is")


def too_deep(text: str) -> bool:
    """Whether the text may nest beyond the limits. Errs to the safe side on text that is no valid Python."""
    if text.count("elif") > MAX_ELIFS and len(_ELIF.findall(text)) > MAX_ELIFS:
        return True
    return _may_nest(text) and _nests(text)


def is_shallow(module: ast.Module, text: str, offset: Callable[[int, int], int]) -> bool:
    """As `not too_deep(text)`, at a fraction of the time: a statement nests no deeper than it is long.

    `offset` tells where ast's line and column lie in the text. False where only `too_deep` can tell.
    """
    if text.count("elif") > MAX_ELIFS:
        return False
    todo: list[ast.AST] = [module]
    while todo:
        node = todo.pop()
        body: list[ast.stmt] = getattr(node, "body", [])
        if isinstance(node, ast.stmt | ast.excepthandler):
            decorators = getattr(node, "decorator_list", None)
            first = decorators[0] if decorators else node
            last = (body[0].lineno, body[0].col_offset) if body else (node.end_lineno or 0, node.end_col_offset or 0)
            if last[0] > first.lineno or last[1] - first.col_offset > MAX_BRACKETS:
                part = text[offset(first.lineno, first.col_offset) : offset(*last)]
                if len(part) > MAX_BRACKETS and _may_nest(part) and _nests(part):
                    return False
        if isinstance(node, ast.Match):
            return False
        if body:
            for name in _BLOCKS:
                todo += getattr(node, name, ())
    return True


def _may_nest(text: str) -> bool:
    """A quick look that clears most small files."""
    brackets = sum(map(text.count, "([{"))
    if brackets > (MAX_PATTERN if "case" in text else MAX_BRACKETS):
        return True
    if text.count("'") + text.count('"') > MAX_STRINGS:
        return True
    return brackets + sum(map(text.count, "./+-*%&|^~<>=@")) + sum(map(text.count, _WORDS)) > MAX_STEPS


def _nests(text: str) -> bool:
    """Told of one definition at a time: in an editor, most are what they were at the last keystroke."""
    starts = [0, *(match.start() for match in _DEFINITION.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        nests, ended = _known(text[start:end])
        if nests:
            return True
        if not ended and end < len(text):  # what follows stands in its brackets, or in its string
            return _scanned(text[start:])[0]
    return False


def _scanned(text: str) -> tuple[bool, bool]:
    """Whether a text nests too deeply, and whether all that was begun in it has ended with its last line."""
    # One counter a bracket level: what stands there between two commas can nest at most that deep.
    steps, lambdas = [0], [0]
    total = strings = 0
    in_case = False
    ended = not text
    for kind, match in tokens(text):
        if kind in ("string", "fstring"):
            strings += 1
            if strings > MAX_STRINGS:
                return True, False
        elif kind in ("open", "field"):
            strings = 0
            if kind == "open":  # fields of an f-string stand side by side
                steps[-1] += 1
                total += 1
            steps.append(0)
            lambdas.append(0)
            if len(steps) > MAX_BRACKETS + 1 or (in_case and len(steps) > MAX_PATTERN + 1):
                return True, False
        elif kind == "close":
            if len(steps) > 1:
                total -= steps.pop() + lambdas.pop()
        elif kind == "step":
            strings = 0
            steps[-1] += 1
            total += 1
        elif kind == "lambda":
            lambdas[-1] += 1
            total += 1
        elif kind == "comma":
            strings = 0
            total -= steps[-1]
            steps[-1] = 0
        elif kind == "case":
            in_case = in_case or (len(steps) == 1 and _begins_a_line(text, match.start()))
        elif kind == "newline" and len(steps) == 1:
            strings, in_case = 0, False
            total = steps[0] = lambdas[0] = 0
        ended = kind == "newline" and len(steps) == 1 and match.end() == len(text)
        if total > MAX_STEPS:
            return True, False
    return False, ended


_known = remembered(1024)(_scanned)


def _begins_a_line(text: str, offset: int) -> bool:
    return not text[line_start(text, offset) : offset].strip()
