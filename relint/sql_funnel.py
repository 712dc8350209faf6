"""Which rules can matter for a .sql file: a search for phrases, so that most files are never parsed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterable

from relint.model import RuleInfo


def matching_sql(text: str, rules: Iterable[RuleInfo]) -> list[RuleInfo]:
    """The rules whose `sql` triggers all stand in the text, in any case."""
    present: dict[str, bool] = {}
    for phrase in {phrase for rule in rules for phrase in rule.sql}:
        present[phrase] = _pattern(phrase).search(text) is not None
    return [rule for rule in rules if all(present[phrase] for phrase in rule.sql)]


@lru_cache(maxsize=64)
def _pattern(phrase: str) -> re.Pattern[str]:
    """`ALTER TABLE|DROP`: either of two, with any white space between words."""
    either = "|".join(r"\s+".join(map(re.escape, words.split())) for words in phrase.split("|"))
    return re.compile(rf"\b(?:{either})\b", re.IGNORECASE)
