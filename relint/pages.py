"""What `relint rule` and `relint config` print."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import Any, Iterator

from relint.config import ConfigError, Settings, describe
from relint.errors import did_you_mean
from relint.model import RuleInfo
from relint.registry import catalogue, page
from relint.report import shown_path
from relint.report.escape import escape
from relint.report.json import dump
from relint.report.style import wants_color
from relint.selectors import one_rule


def every(output_format: str, plugins: tuple[str, ...] = ()) -> Iterator[str]:
    """All rules, one a line; as JSON a list; as Markdown all their pages."""
    rules = [info for _, info in sorted(catalogue(plugins).items())]
    if output_format == "json":
        yield "[\n" + ",\n".join(f"  {dump(_entry(info, page(info.code, plugins)))}" for info in rules) + "\n]\n"
    elif output_format == "markdown":
        yield "\n".join(page(info.code, plugins) for info in rules)
    else:
        width = max(len(info.name) for info in rules)
        for info in rules:
            state = "on" if info.default else "off"
            yield f"{info.code}  {info.name:<{width}}  {state:<3}  {_fix(info):<12}  {info.summary}\n"


def one(name: str, output_format: str, color: str, plugins: tuple[str, ...] = ()) -> Iterator[str]:
    """The page of one rule, by code or name; ConfigError when there is none."""
    rules = catalogue(plugins)
    info = rules[one_rule(name, rules)]
    text = page(info.code, plugins)
    if output_format == "json":
        yield dump(_entry(info, text) | {"page": text}) + "\n"
    elif output_format == "markdown":
        yield text
    elif wants_color(color, sys.stdout):
        yield _rendered(text)
        yield f"{_facts(info)}\n"
    else:
        yield f"{text}\n{_facts(info)}\n"


def _rendered(text: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True)
    with console.capture() as capture:
        console.print(Markdown(text))
    return capture.get()


def _facts(info: RuleInfo) -> str:
    parts = [f"family {info.family}", info.severity.value, _fix(info), "on by default" if info.default else "off"]
    return f"{', '.join(parts)}. {info.url}".rstrip()


def _fix(info: RuleInfo) -> str:
    return f"{info.fix.value} fix" if info.fix else "no fix"


def _entry(info: RuleInfo, text: str) -> dict[str, Any]:
    return {
        "code": info.code,
        "name": info.name,
        "family": info.family,
        "summary": info.summary,
        "severity": info.severity.value,
        "fix": info.fix.value if info.fix else None,
        "fix_safety": _section(text, "Fix safety"),
        "default": info.default,
        "tests": info.tests,
        "options": dict(info.options),
        "url": info.url,
        "references": references(text),
    }


def _section(text: str, title: str) -> str | None:
    """The text of one section of a page; None when the page has none of that title."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return found[1].strip() if found else None


def references(text: str) -> list[str]:
    """The sources that a rule's page names, each on one line."""
    return _items(_section(text, "References") or "")


def _items(text: str) -> list[str]:
    """The items of a Markdown list, each on one line."""
    return [" ".join(item.split()) for item in re.split(r"^- ", text, flags=re.MULTILINE) if item.strip()]


def keys(key: str | None) -> Iterator[str]:
    """All configuration keys, or those at and under `key`; ConfigError when there is none."""
    rows = describe()
    wanted = [row for row in rows if key is None or row[0] == key or row[0].startswith(f"{key}.")]
    if not wanted and key is not None:
        # `timeout` means `sanctioned.timeout`.
        last = {name.rpartition(".")[2]: name for name, *_ in rows}
        hint = f'; did you mean "{last[key]}"?' if key in last else did_you_mean(key, [name for name, *_ in rows])
        raise ConfigError(f'unknown key "{key}"{hint}')
    for name, kind, default, text in wanted:
        yield f"{name}  ({kind})\n    {text}\n"
        if default is not None:
            yield f"    default: {_value(default)}\n"


def settings(path: Path, found: Settings) -> Iterator[str]:
    """The settings that hold for a file, where they come from, and the rules that are live there."""
    yield f"# {shown_path(str(path))}: {shown_path(str(found.source)) if found.source else 'defaults'}\n"
    for field in dataclasses.fields(found):
        if field.name != "source":
            yield f"{field.name.replace('_', '-')} = {_value(getattr(found, field.name))}\n"
    yield f"# live: {' '.join(sorted(found.live(path)))}\n"


def _value(value: Any) -> str:
    """A value as one line that looks like TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return f'"{".".join(map(str, value))}"'
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"[{', '.join(map(_value, value))}]"
    if dataclasses.is_dataclass(value) and not hasattr(value, "pattern"):
        fields = ((each.name, getattr(value, each.name)) for each in dataclasses.fields(value))
        return _value({name.replace("_", "-"): part for name, part in fields if name != "given"})
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_value(name)} = {_value(part)}' for name, part in value.items())} }}"
    if value is None:
        return '"unset"'
    return str(value) if isinstance(value, (int, float)) else f'"{escape(str(value))}"'
