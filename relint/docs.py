"""Generates what the rules say of themselves: `docs/rules/*.md` and the table in README.md.

Run `python -m relint.docs` in a checkout; a test fails when what is there is stale.
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

from relint.engine_rules import ENGINE_FAMILY
from relint.model import RuleInfo, Safety
from relint.pages import references
from relint.registry import catalogue, page
from relint.scaffold import FAMILIES

_TABLE = re.compile(r"(<!-- rules -->\n).*?(<!-- /rules -->)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>)]+")
_FIXES = {Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.DISPLAY: "suggestion", None: ""}


def generated(root: Path) -> dict[Path, str]:
    """Path -> text of every generated page of the checkout at `root`, README.md included."""
    rules = _ordered()
    folder = root / "docs" / "rules"
    pages = {folder / f"{rule.name}.md": _page(rule) for rule in rules}
    pages[folder / "index.md"] = f"# Rules\n\n{_overview(rules)}"
    readme = root / "README.md"
    text = table([rule for rule in rules if rule.family != ENGINE_FAMILY], "docs/rules/")
    pages[readme] = _TABLE.sub(lambda found: f"{found[1]}{text}{found[2]}", readme.read_text("utf-8"))
    return pages


def table(rules: list[RuleInfo], folder: str) -> str:
    """A Markdown table a family: code, rule, what it finds, fix."""
    parts = []
    for family, members in groupby(rules, key=lambda rule: rule.family):
        rows = [
            f"| {rule.code}{_star(rule)} | [{rule.name}]({folder}{rule.name}.md) "
            f"| {rule.summary} | {_FIXES[rule.fix]} |\n"
            for rule in members
        ]
        parts.append(f"### {family}\n\n| Code | Rule | Finds | Fix |\n|---|---|---|---|\n{''.join(rows)}\n")
    return "".join(parts)


def _overview(rules: list[RuleInfo]) -> str:
    """The table of the rules' own index: also whether each is on by default, and its sources."""
    parts = []
    for family, members in groupby(rules, key=lambda rule: rule.family):
        rows = [
            f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.summary} | {'on' if rule.default else 'off'} "
            f"| {_FIXES[rule.fix]} | {_sources(rule)} |\n"
            for rule in members
        ]
        head = "| Code | Rule | Finds | Default | Fix | Sources |\n|---|---|---|---|---|---|\n"
        parts.append(f"### {family}\n\n{head}{''.join(rows)}\n")
    return "".join(parts)


def _sources(rule: RuleInfo) -> str:
    found = [_ADDRESS.search(each) for each in references(page(rule.code))]
    addresses = [address[0].rstrip(".,;:") for address in found if address is not None]
    return " ".join(f"[{number}]({address})" for number, address in enumerate(addresses, 1))


def _ordered() -> list[RuleInfo]:
    families = (ENGINE_FAMILY, *FAMILIES)
    return sorted(catalogue().values(), key=lambda rule: (families.index(rule.family), rule.code))


def _star(rule: RuleInfo) -> str:
    return "" if rule.default else r" \*"


def _page(rule: RuleInfo) -> str:
    title, _, body = page(rule.code).partition("\n\n")
    facts = [
        f"Family: {rule.family}",
        f"severity: {rule.severity.value}",
        f"fix: {_FIXES[rule.fix] or 'none'}",
        "on by default" if rule.default else "off by default",
        "also in tests" if rule.tests else "not in tests",
    ]
    return f"{title}\n\n{' · '.join(facts)}\n\n{body}"


def main(root: Path) -> None:
    """Write every generated page, and delete pages of rules that are gone."""
    pages = generated(root)
    for stale in set((root / "docs" / "rules").glob("*.md")) - set(pages):
        stale.unlink()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
