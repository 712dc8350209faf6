"""Rules for the tests of the engine, written to a folder and named in `plugins`."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from relint.settings import Settings

_RULE = '''
"""{summary}"""

import libcst as cst

from relint.model import Edit, Finding, Fix, NewFile, Rule, Safety

rule = Rule(code="{code}", words=("{word}",), fix={fix!r})


@rule.on(cst.Name)
def check(node, ctx):
    if node.value == "{word}":
        yield rule.finding(node, "`{word}` is found")
'''
_FIXER = """

@rule.fixer
def fix(finding, ctx):
    start, end = ctx.range(finding.node)
{body}
"""


def plugin(folder: Path, code: str, word: str, fixer: str = "", *, fix: str = "safe", name: str = "") -> Path:
    """A rule that finds a name; `fixer` is the body of its fixer, which knows `start`, `end` and `ctx`."""
    text = _RULE.format(summary=f"Finds {word}.", code=code, word=word, fix=fix if fixer else None)
    if fixer:
        text += _FIXER.format(body=indent(dedent(fixer), "    "))
    path = folder / f"{name or 'finds_' + word}.py"
    path.write_text(text)
    return path


def replacement(text: str) -> str:
    """The body of a fixer that writes `text` for the name."""
    return f'return Fix("replace", (Edit(start, end, {text!r}),))'


def only(*plugins: Path, **settings: object) -> Settings:
    """Settings under which these rules run, and no other but the engine's own."""
    codes = [line.split('"')[1] for path in plugins for line in path.read_text().splitlines() if "Rule(code=" in line]
    return Settings(plugins=tuple(map(str, plugins)), select=(*codes, "REL003"), **settings)  # type: ignore[arg-type]
