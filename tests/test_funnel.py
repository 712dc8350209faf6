"""Which rules a text concerns."""

from __future__ import annotations

from relint.funnel import Funnel, Options, stands
from relint.model import RuleInfo

RULE = RuleInfo("REL199", "test-rule", "http", "", "", imports=("requests",), words=("get", "post"))


def concerned(text: str, rules: list[RuleInfo], options: Options | None = None) -> list[RuleInfo]:
    return Funnel(rules, options).matching(text)


def test_an_import_and_a_word() -> None:
    assert concerned("import requests\nrequests.get(u)", [RULE]) == [RULE]
    assert concerned("import requests", [RULE]) == []
    assert concerned("forget_requests = get", [RULE]) == []


def test_what_an_option_names_is_a_trigger() -> None:
    options = {"REL199": {"extra-calls": ["shop.http.fetch"], "ignore-calls": ["shop.http.send"]}}
    assert concerned("from shop.http import fetch", [RULE], options) == [RULE]
    assert concerned("from shop.http import fetch", [RULE]) == []
    assert concerned("from shop.http import send", [RULE], options) == []


def test_what_must_stand_near() -> None:
    near = (r"^[ \t]*(?:for|while)\b",)
    rule = RuleInfo("REL199", "test", "http", "", "", imports=("time",), words=("sleep",), near=near)
    funnel = Funnel([rule])
    assert funnel.matching("import time\nwhile x: time.sleep(1)") == [rule]
    assert funnel.matching("import time\ntime.sleep(1)  # for a while") == []
    assert funnel.near("while x: time.sleep(1)"), "an import stands elsewhere in the file"
    assert not funnel.near("time.sleep(1)")


def test_a_part_of_the_rules() -> None:
    other = RuleInfo("REL198", "other-rule", "http", "", "", words=("acquire",))
    part = Funnel([RULE, other]).of([other])
    assert part.matching("import requests\nrequests.get(lock.acquire())") == [other]
    assert not part.near("requests.get(u)")


def test_words_that_hold_each_other() -> None:
    words = ["get", "getattr", "_get"]
    rules = [RuleInfo(f"REL19{n}", word, "http", "", "", words=(word,)) for n, word in enumerate(words)]
    assert [r.name for r in Funnel(rules).matching("_get(getattr)")] == ["getattr", "_get"]
    assert [r.name for r in Funnel(rules).matching("gets _getattr get")] == ["get"]


def test_whole_words() -> None:
    assert all(stands("get", text) for text in ("target.get()", "get", "(get"))
    assert not stands("get", "target gets _get get_ getä")
