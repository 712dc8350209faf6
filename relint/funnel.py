"""Which rules can matter for a text: a word search, so that most files are never parsed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Iterable, Mapping

from relint.model import RuleInfo

Options = Mapping[str, Mapping[str, Any]]


def matching(text: str, rules: Iterable[RuleInfo], options: Options | None = None) -> list[RuleInfo]:
    """The rules whose triggers stand in the text, in the given order.

    `options` are the rules' own settings by code: what an `extra-...` option names is a trigger too, by its last part.
    """
    rules = list(rules)
    extra = {rule.code: _extra_words((options or {}).get(rule.code, {})) for rule in rules}
    triggers = {word for rule in rules for word in (*rule.imports, *rule.words, *extra[rule.code])}
    found = set(_searched(tuple(sorted(triggers))).findall(text))
    return [
        rule
        for rule in rules
        if (
            (not rule.imports or not found.isdisjoint(rule.imports))
            and (not rule.words or not found.isdisjoint(rule.words))
        )
        or not found.isdisjoint(extra[rule.code])
    ]


def _extra_words(options: Mapping[str, Any]) -> set[str]:
    lists = [names for key, names in options.items() if key.startswith("extra-") and isinstance(names, list)]
    return {str(name).rpartition(".")[2] for names in lists for name in names}


@lru_cache(maxsize=64)
def _searched(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b" if words else r"(?!)")
