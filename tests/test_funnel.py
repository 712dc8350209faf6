"""Which rules a text concerns."""

from __future__ import annotations

import ast
from typing import Collection

from relint.funnel import Funnel, Options, stands
from relint.model import RuleInfo
from relint.shapes import Part

RULE = RuleInfo("REL199", "test-rule", "http", "", "", imports=("requests",), words=("get", "post"))


def concerned(text: str, rules: list[RuleInfo], options: Options | None = None) -> list[RuleInfo]:
    return Funnel(rules, options).matching(text)


def near(funnel: Funnel, text: str, known: Collection[str] = ()) -> frozenset[str]:
    return funnel.near(text, Part(ast.parse(text).body, text), known)


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
    rule = RuleInfo("REL199", "test", "http", "", "", imports=("asyncio",), words=("create_task",), near=("except",))
    funnel = Funnel([rule])
    assert funnel.matching("import asyncio\ntry: create_task(f())\nexcept E: pass") == [rule]
    assert funnel.matching("import asyncio\ncreate_task(f())  # except when it rains") == []
    assert near(funnel, "try: f()\nexcept E: pass") == {"REL199"}, "imports and words stand elsewhere in the file"
    assert not near(funnel, "create_task(f())")


def test_of_rules_known_to_be_needed_one_is_enough() -> None:
    rules = [RuleInfo(f"REL19{n}", f"rule-{n}", "http", "", "", words=("get",)) for n in range(3)]
    funnel = Funnel(rules)
    assert near(funnel, "get") == {"REL190", "REL191", "REL192"}
    assert near(funnel, "get", ("REL190", "REL191")) == {"REL192"}
    assert near(funnel, "get", ("REL190", "REL191", "REL192")) == {"REL190"}


def test_the_shape_of_what_must_stand_near() -> None:
    rule = RuleInfo("REL199", "test", "sql", "", "", words=("count",), near=("count of rows", "count in a loop"))
    funnel = Funnel([rule])
    assert funnel.matching("n = rows.count()  # for all") == [rule], "a shape is not looked for in a whole file"
    assert near(funnel, "for row in rows: print(row.items.count())")
    assert not near(funnel, "n = rows.count()  # for all")


def test_what_must_stand_anywhere() -> None:
    rule = RuleInfo("REL199", "test", "sql", "", "", words=("execute", "WHERE"), anywhere=("sql",))
    funnel = Funnel([rule])
    assert funnel.matching("TAIL = 'WHERE x = %s'\nexecute(q + TAIL)") == [rule]
    assert funnel.matching("execute(order)") == []
    assert near(funnel, "execute(order)")


def test_a_part_of_the_rules() -> None:
    other = RuleInfo("REL198", "other-rule", "http", "", "", words=("acquire",))
    part = Funnel([RULE, other]).of([other])
    assert part.matching("import requests\nrequests.get(lock.acquire())") == [other]
    assert not near(part, "requests.get(u)")


def test_words_that_hold_each_other() -> None:
    words = ["get", "getattr", "_get"]
    rules = [RuleInfo(f"REL19{n}", word, "http", "", "", words=(word,)) for n, word in enumerate(words)]
    assert [r.name for r in Funnel(rules).matching("_get(getattr)")] == ["getattr", "_get"]
    assert [r.name for r in Funnel(rules).matching("gets _getattr get")] == ["get"]


def test_whole_words() -> None:
    assert all(stands("get", text) for text in ("target.get()", "get", "(get"))
    assert not stands("get", "target gets _get get_ getä")


def test_form_feeds_are_white_space() -> None:
    rule = RuleInfo("REL199", "test", "http", "", "", words=("async",), near=("async def",))
    assert concerned("\f  async def f(): pass", [rule]) == [rule]
    assert concerned("x = async_def", [rule]) == []
