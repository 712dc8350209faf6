"""Fix a piece of source text with some rules, to run what comes out."""

from __future__ import annotations

from textwrap import dedent
from typing import Any, Mapping

from relint.fix import fix
from relint.settings import Sanctioned, Settings
from relint.source import decode


def fixed(
    code: str,
    *rules: str,
    unsafe: bool = True,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    **sanctioned: Any,
) -> str:
    """The text with the fixes of `rules` applied; `sanctioned` are fields of `[tool.relint.sanctioned]`.

    `options` are the rules' own, by code.
    """
    values = Sanctioned(**sanctioned, given=frozenset(sanctioned))
    settings = Settings(select=rules, sanctioned=values, rules=options or {})
    result = fix(decode("app.py", dedent(code).encode()), settings, unsafe=unsafe)
    assert not result.notes
    return result.text


def run(code: str, **names: Any) -> dict[str, Any]:
    """The module namespace after executing the text with `names` defined."""
    namespace: dict[str, Any] = {"__name__": "app", **names}
    exec(compile(dedent(code), "app.py", "exec"), namespace)
    return namespace
