"""What selectors select, and which of two wins."""

from __future__ import annotations

import pytest

from relint.errors import ConfigError
from relint.model import RuleInfo
from relint.selectors import chosen, levels, one_rule, resolve


def _rule(code: str, name: str, family: str, default: bool = True) -> RuleInfo:
    return RuleInfo(code, name, family, f"relint.rules.{family}.{name}", "A rule.", default=default)


RULES = {
    rule.code: rule
    for rule in (
        _rule("REL000", "internal-error", "engine"),
        _rule("REL003", "unused-suppression", "engine"),
        _rule("REL101", "request-without-timeout", "http"),
        _rule("REL104", "subprocess-without-timeout", "http", default=False),
        _rule("REL201", "commit-without-rollback", "transactions"),
        _rule("ABC101", "house-rule", "plugin"),
    )
}
ENGINE = {"REL000", "REL003"}


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("ALL", set(RULES)),
        ("REL", set(RULES) - {"ABC101"}),
        ("REL1", {"REL101", "REL104"}),
        ("REL10", {"REL101", "REL104"}),
        ("http", {"REL101", "REL104"}),
        ("REL101", {"REL101"}),
        ("request-without-timeout", {"REL101"}),
        ("ABC", {"ABC101"}),
    ],
)
def test_a_selector_covers(selector: str, codes: set[str]) -> None:
    assert resolve(selector, RULES).codes == codes


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("htp", '"http"'),
        ("rel101", '"REL101"'),
        ("request_without_timeout", '"request-without-timeout"'),
        ("REL109", '"REL10'),
        ("R", ""),
        ("", ""),
        ("REL101\n", '"REL101"'),
    ],
)
def test_an_unknown_selector_names_the_nearest(selector: str, hint: str) -> None:
    with pytest.raises(ConfigError, match="unknown selector") as caught:
        resolve(selector, RULES)
    assert hint in str(caught.value)


def test_one_rule_takes_a_code_or_a_name_only() -> None:
    assert one_rule("request-without-timeout", RULES) == one_rule("REL101", RULES) == "REL101"
    with pytest.raises(ConfigError, match="unknown rule"):
        one_rule("REL1", RULES)


@pytest.mark.parametrize(
    ("select", "extend", "ignore", "on"),
    [
        (None, (), (), {"REL101", "REL201", "ABC101"} | ENGINE),
        (None, ("REL104",), (), {"REL101", "REL104", "REL201", "ABC101"} | ENGINE),
        (("http",), (), (), {"REL101"} | ENGINE),
        (("REL10",), (), (), {"REL101"} | ENGINE),
        (("http", "subprocess-without-timeout"), (), (), {"REL101", "REL104"} | ENGINE),
        (("ALL",), (), (), set(RULES)),
        (("ALL",), (), ("http",), set(RULES) - {"REL101", "REL104"}),
        (("REL101",), (), ("http",), {"REL101"} | ENGINE),
        (("REL101",), (), ("REL101",), ENGINE),
        (("http",), (), ("REL1",), ENGINE),
        ((), (), (), ENGINE),
        (("REL101",), (), ("ALL",), {"REL101", "REL000"}),
        (None, (), ("REL003",), {"REL101", "REL201", "ABC101", "REL000"}),
        (None, (), ("REL000",), {"REL101", "REL201", "ABC101"} | ENGINE),
    ],
)
def test_the_more_specific_wins_and_ignore_wins_a_tie(
    select: tuple[str, ...] | None, extend: tuple[str, ...], ignore: tuple[str, ...], on: set[str]
) -> None:
    assert chosen(select, extend, ignore, RULES) == on


def test_levels_keep_the_most_specific() -> None:
    found = levels(["ALL", "REL101", "http"], RULES)
    assert found["REL101"] > found["REL104"] > found["REL201"]
