"""What `ALL`, `REL1`, `http`, `REL101` and `request-without-timeout` select, and which of two selectors wins."""

from __future__ import annotations

import re
from typing import Iterable, Mapping, NamedTuple

from relint.engine_rules import ENGINE_FAMILY, INTERNAL_ERROR
from relint.errors import ConfigError, did_you_mean
from relint.model import RuleInfo

_LEVEL_ALL = 0
_LEVEL_FAMILY = 2  # as specific as the prefix `REL1`
_LEVEL_RULE = 9
_PREFIX = re.compile(r"([A-Z]+)([0-9]*)\Z")


class Selection(NamedTuple):
    """The codes that one selector covers.

    The higher `level` wins over the lower. `opts_in` says whether it turns on rules that are off by default: `ALL`,
    a code and a rule name do, a family and a prefix do not.
    """

    codes: frozenset[str]
    level: int
    opts_in: bool


def resolve(selector: str, catalogue: Mapping[str, RuleInfo]) -> Selection:
    """What `selector` covers; ConfigError when it covers nothing."""
    if selector == "ALL":
        return Selection(frozenset(catalogue), _LEVEL_ALL, opts_in=True)
    rule = frozenset(code for code, info in catalogue.items() if selector in (code, info.name))
    if rule:
        return Selection(rule, _LEVEL_RULE, opts_in=True)
    family = frozenset(code for code, info in catalogue.items() if selector == info.family)
    if family:
        return Selection(family, _LEVEL_FAMILY, opts_in=False)
    prefix = _PREFIX.match(selector)
    if prefix:
        # The letters must be whole: `R` is a typing error, not a wish for every plugin that starts with R.
        starts = re.compile(re.escape(selector) + ("" if prefix[2] else r"(?=[0-9])"))
        codes = frozenset(code for code in catalogue if starts.match(code))
        if codes:
            return Selection(codes, 1 + len(prefix[2]), opts_in=False)
    raise ConfigError(f'unknown selector "{selector}"{did_you_mean(selector, names(catalogue))}', key=(selector,))


def names(catalogue: Mapping[str, RuleInfo]) -> list[str]:
    """Every word that selects something: `ALL`, families, prefixes, codes, rule names."""
    words = {"ALL"}
    for code, info in catalogue.items():
        letters = code.rstrip("0123456789")
        words |= {code, info.name, info.family, letters, code[: len(letters) + 1]}
    return sorted(words)


def one_rule(selector: str, catalogue: Mapping[str, RuleInfo]) -> str:
    """The code of the rule that is named by code or name; ConfigError when it is anything else."""
    for code, info in catalogue.items():
        if selector in (code, info.name):
            return code
    known = [word for code, info in catalogue.items() for word in (code, info.name)]
    raise ConfigError(f'unknown rule "{selector}"{did_you_mean(selector, known)}')


def levels(selectors: Iterable[str], catalogue: Mapping[str, RuleInfo]) -> dict[str, int]:
    """For every covered code, the level of the most specific selector that covers it."""
    found: dict[str, int] = {}
    for selector in selectors:
        selection = resolve(selector, catalogue)
        for code in selection.codes:
            found[code] = max(selection.level, found.get(code, selection.level))
    return found


def chosen(
    select: Iterable[str] | None, extend_select: Iterable[str], ignore: Iterable[str], catalogue: Mapping[str, RuleInfo]
) -> frozenset[str]:
    """The codes that are on: the most specific selector wins, on a tie `ignore` does.

    `select` None means every rule that is on by default. Engine codes are on unless ignored, REL000 always.
    """
    on = {code: _LEVEL_ALL for code, info in catalogue.items() if info.family == ENGINE_FAMILY}
    if select is None:
        on |= {code: _LEVEL_ALL for code, info in catalogue.items() if info.default}
    for selector in (*(select or ()), *extend_select):
        selection = resolve(selector, catalogue)
        for code in selection.codes:
            if selection.opts_in or catalogue[code].default:
                on[code] = max(selection.level, on.get(code, selection.level))
    off = levels(ignore, catalogue)
    return frozenset(
        code for code, level in on.items() if code == INTERNAL_ERROR or level > off.get(code, _LEVEL_ALL - 1)
    )
