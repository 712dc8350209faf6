"""Hover: the page of the rule whose finding, suppression or setting is under the mouse."""

from __future__ import annotations

from lsprotocol import types

from relint.config_keys import KEYS, Key
from relint.errors import ConfigError
from relint.hosts.lsp import words
from relint.hosts.lsp.documents import is_configuration, is_own_file
from relint.hosts.lsp.session import Open, Session
from relint.model import RuleInfo
from relint.registry import catalogue, page
from relint.selectors import resolve


async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """What is known of the place under the mouse; None where it is nothing of relint's."""
    held = session.of(params.text_document.uri)
    if held is None:
        return None
    offset = held.snapshot.offset(params.text_document.uri, params.position, session.client.encoding)
    if is_configuration(held.snapshot):
        found = _in_configuration(session, held, offset)
    elif held.checked:
        found = _in_comment(session, held, offset) or await _on_finding(session, held, offset)
    else:
        found = None
    if found is None:
        return None
    text, word = found
    kind = types.MarkupKind.Markdown if session.client.markdown else types.MarkupKind.PlainText
    lines = held.snapshot.lines
    _, where = held.snapshot.range(lines.position(word.start), lines.position(word.end), session.client.encoding)
    return types.Hover(types.MarkupContent(kind, text), where)


def rules(session: Session, held: Open) -> dict[str, RuleInfo]:
    """The rules that can be named in a document, those of its project's plugins included."""
    if held.result is not None and held.result.settings is not None:
        return dict(catalogue(held.result.settings.plugins))
    try:
        return dict(catalogue(session.workspace.folder_of(held.snapshot.path).settings(held.snapshot.path).plugins))
    except ConfigError:
        return dict(catalogue())


def rule_page(session: Session, held: Open, word: str) -> str | None:
    """The page of a rule, by code or name; None when there is none."""
    wanted = word.upper() if word.upper() in rules(session, held) else word
    plugins = held.result.settings.plugins if held.result is not None and held.result.settings is not None else ()
    try:
        return page(wanted, plugins)
    except KeyError:
        return None


def _in_comment(session: Session, held: Open, offset: int) -> tuple[str, words.Word] | None:
    word = words.code_at(held.snapshot, offset)
    text = rule_page(session, held, word.text) if word is not None else None
    return (text, word) if text is not None and word is not None else None


async def _on_finding(session: Session, held: Open, offset: int) -> tuple[str, words.Word] | None:
    result = await session.result(held)
    if result.snapshot is not held.snapshot:
        return None
    lines = held.snapshot.lines
    pages: dict[str, str] = {}
    place: words.Word | None = None
    for found in result.found:
        start = lines.starts[found.start.line - 1] + found.start.column - 1
        end = lines.starts[found.end.line - 1] + found.end.column - 1
        if start <= offset <= max(end, start + 1) and (text := rule_page(session, held, found.code)):
            link = f"\n[{found.url}]({found.url})\n" if found.url else ""
            pages.setdefault(found.code, f"{text}{link}")
            place = place or words.Word("", start, end)
    return ("\n---\n\n".join(pages.values()), place) if place is not None else None


def _in_configuration(session: Session, held: Open, offset: int) -> tuple[str, words.Word] | None:
    place = words.toml_place(held.snapshot, offset, whole_file=is_own_file(held.snapshot))
    if place is None or not place.word.text:
        return None
    about = rule_page(session, held, place.word.text)
    if about is None and place.value:
        about = _selected(place.word.text, rules(session, held))
    key = key_of(place.key)
    if about is None and key is not None and not place.value:
        about = f"`{key.name}` ({key.type})\n\n{key.help}\n"
    return (about, place.word) if about is not None else None


def key_of(path: tuple[str, ...]) -> Key | None:
    """The configuration key of a dotted path."""
    for key in KEYS:
        parts = key.name.split(".")
        if len(parts) == len(path) and all(a == b or a.startswith("<") for a, b in zip(parts, path, strict=True)):
            return key
    return None


def _selected(selector: str, known: dict[str, RuleInfo]) -> str | None:
    """The rules that a family or a prefix selects."""
    try:
        codes = sorted(resolve(selector, known).codes)
    except ConfigError:
        return None
    return f"`{selector}` selects\n\n" + "".join(
        f"- {code} `{known[code].name}`: {known[code].summary}\n" for code in codes
    )
