"""Which rules can matter for a text: a word search, so that most files are never parsed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterable

from relint.model import RuleInfo


def matching(text: str, rules: Iterable[RuleInfo]) -> list[RuleInfo]:
    """The rules whose triggers stand in the text, in the given order."""
    rules = list(rules)
    words = _searched(tuple(sorted({word for rule in rules for word in (*rule.imports, *rule.words)})))
    found = set(words.findall(text))
    return [
        rule
        for rule in rules
        if (not rule.imports or not found.isdisjoint(rule.imports))
        and (not rule.words or not found.isdisjoint(rule.words))
    ]


@lru_cache(maxsize=64)
def _searched(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b" if words else r"(?!)")
