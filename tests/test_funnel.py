"""Which rules a text concerns."""

from __future__ import annotations

from relint.funnel import matching
from relint.model import RuleInfo

RULE = RuleInfo("REL199", "test-rule", "http", "", "", imports=("requests",), words=("get", "post"))


def test_an_import_and_a_word() -> None:
    assert matching("import requests\nrequests.get(u)", [RULE]) == [RULE]
    assert matching("import requests", [RULE]) == []
    assert matching("forget_requests = get", [RULE]) == []


def test_what_an_option_names_is_a_trigger() -> None:
    options = {"REL199": {"extra-calls": ["shop.http.fetch"], "ignore-calls": ["shop.http.send"]}}
    assert matching("from shop.http import fetch", [RULE], options) == [RULE]
    assert matching("from shop.http import fetch", [RULE]) == []
    assert matching("from shop.http import send", [RULE], options) == []
