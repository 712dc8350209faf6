"""Completion: codes and names in suppression comments, keys and values in relint's configuration."""

from __future__ import annotations

from typing import Iterator

from lsprotocol import types

from relint.config_keys import CHOICES, KEYS
from relint.hosts.lsp import words
from relint.hosts.lsp.documents import is_configuration, is_own_file
from relint.hosts.lsp.hover import key_of, rules
from relint.hosts.lsp.session import Open, Session
from relint.model import RuleInfo
from relint.selectors import names

TRIGGERS = ("[", ",", " ", ":", '"', "'", ".")

_VERBS = {
    "ignore": "the findings of this statement",
    "file-ignore": "the findings of the file",
    "disable": "the findings from here on",
    "enable": "end of what `disable` silenced",
}


async def completion(session: Session, params: types.CompletionParams) -> types.CompletionList | None:
    """What can be written at a position; None where it is nothing of relint's."""
    held = session.of(params.text_document.uri)
    if held is None:
        return None
    offset = held.snapshot.offset(params.text_document.uri, params.position, session.client.encoding)
    if is_configuration(held.snapshot):
        items = list(_in_configuration(session, held, offset))
    elif held.checked:
        items = list(_in_comment(session, held, offset))
    else:
        items = []
    return types.CompletionList(is_incomplete=False, items=items) if items else None


def _in_comment(session: Session, held: Open, offset: int) -> Iterator[types.CompletionItem]:
    codes = words.codes_around(held.snapshot, offset)
    if codes is not None:
        word = words.code_at(held.snapshot, offset) or words.Word("", offset, offset)
        here = _found_here(held, offset)
        taken = set(codes.text.replace(",", " ").split()) - {word.text}
        for code, info in sorted(rules(session, held).items()):
            if code in taken or info.name in taken:
                continue
            first = "0" if code in here else "1"
            yield _item(session, held, word, code, f"{info.name}: {info.summary}", f"{first}{code}", info)
            yield _item(session, held, word, info.name, f"{code}: {info.summary}", f"2{first}{info.name}", info)
        return
    verb = words.verb_at(held.snapshot, offset)
    if verb is not None:
        for name, meaning in _VERBS.items():
            yield _item(session, held, verb, name, meaning)


def _found_here(held: Open, offset: int) -> set[str]:
    """Codes of the findings on the line of an offset: those are most likely meant."""
    line = held.snapshot.lines.position(offset).line
    if held.result is None:
        return set()
    return {each.code for each in held.result.found if each.start.line <= line <= max(each.end.line, each.reach[1])}


def _in_configuration(session: Session, held: Open, offset: int) -> Iterator[types.CompletionItem]:
    place = words.toml_place(held.snapshot, offset, whole_file=is_own_file(held.snapshot))
    if place is None:
        return
    if place.value:
        yield from _values(session, held, place)
        return
    above = place.key[:-1]
    seen = set()
    for key in KEYS:
        parts = key.name.split(".")
        if len(parts) <= len(above) or not all(a == b or a.startswith("<") for a, b in zip(parts, above, strict=False)):
            continue
        name = parts[len(above)]
        if name.startswith("<rule"):
            for code, info in sorted(rules(session, held).items()):
                if info.options:
                    yield _item(session, held, place.word, code, f"{info.name}: {', '.join(info.options)}")
        elif name == "<option>":
            yield from _rule_options(session, held, place)
        elif name == "<selector>":
            yield from _selectors(session, held, place.word, quoted=True)
        elif not name.startswith("<") and name not in seen:
            seen.add(name)
            table = len(parts) > len(above) + 1
            yield _item(session, held, place.word, name, "table" if table else f"{key.type}: {key.help}")


def _rule_options(session: Session, held: Open, place: words.TomlPlace) -> Iterator[types.CompletionItem]:
    for code, info in rules(session, held).items():
        if place.key[-2] in (code, info.name):
            for option, default in info.options.items():
                yield _item(session, held, place.word, option.replace("_", "-"), f"default: {default!r}")


def _values(session: Session, held: Open, place: words.TomlPlace) -> Iterator[types.CompletionItem]:
    key = key_of(place.key)
    if key is None:
        return
    if key.type == "list of selectors":
        yield from _selectors(session, held, place.word, place.quoted)
    elif key.type == "boolean":
        for word in ("true", "false"):
            yield _item(session, held, place.word, word, key.help)
    else:
        choices = CHOICES.get(key.type) or (("inline", "tenacity", "stamina", "backoff") if key.type == "retry" else ())
        for word in choices:
            yield _item(session, held, place.word, word if place.quoted else f'"{word}"', key.help)


def _selectors(session: Session, held: Open, word: words.Word, quoted: bool) -> Iterator[types.CompletionItem]:
    known = rules(session, held)
    for name in names(known):
        info = known.get(name) or next((each for each in known.values() if each.name == name), None)
        meaning = f"{info.code} {info.name}: {info.summary}" if info else "all rules of this group"
        yield _item(session, held, word, name if quoted else f'"{name}"', meaning, info=info)


def _item(
    session: Session,
    held: Open,
    word: words.Word,
    text: str,
    detail: str,
    order: str | None = None,
    info: RuleInfo | None = None,
) -> types.CompletionItem:
    lines = held.snapshot.lines
    _, where = held.snapshot.range(lines.position(word.start), lines.position(word.end), session.client.encoding)
    return types.CompletionItem(
        label=text,
        kind=types.CompletionItemKind.Value if info is not None else types.CompletionItemKind.Property,
        detail=detail,
        sort_text=order,
        filter_text=text,
        text_edit=types.TextEdit(where, text),
    )
