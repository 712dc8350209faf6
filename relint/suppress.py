"""Comments that silence findings, and the ones that silence nothing.

    x = get(u)  # relint: ignore[REL101] the peer is on this host    this statement
    # relint: ignore[request-without-timeout]                        the statement below
    # relint: disable[REL101] ... # relint: enable[REL101]           the lines between
    # relint: file-ignore[REL101]                                    the file
    x = get(u)  # noqa: REL101   or   # noqa                         this statement, as flake8 and ruff spell it
    # flake8: noqa: REL101   or   # ruff: noqa: REL101               the file

In .sql files they begin with `--`.

No codes means every code. A comment reaches a finding from the finding's own lines and from the first and last line
of its statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Collection, Iterator, Literal, Mapping

from relint.engine_rules import (
    ENGINE_RULES,
    SUPPRESSION_WITHOUT_REASON,
    UNCHECKED,
    UNKNOWN_SUPPRESSION_CODE,
    UNUSED_SUPPRESSION,
)
from relint.errors import did_you_mean
from relint.languages import Language, language_of
from relint.lines import Lines, line_end
from relint.model import Diagnostic, Edit, Edits, Fix, RuleInfo, Safety
from relint.source import Source

# A bracket that is not closed holds what follows, and codes without brackets are codes: neither silences everything.
_RELINT = {
    marker: re.compile(
        rf"{marker}\s*relint:\s*(?P<verb>ignore|file-ignore|disable|enable)\b(?!-)\s*"
        r"(?:\[(?P<codes>[^\]#]*)\]?|:?\s*(?P<bare>[A-Z]+[0-9]{3}\b(?:[,\s]+[A-Z]+[0-9]{3}\b)*))?"
    )
    for marker in ("#", "--")
}
_NOQA = {
    marker: re.compile(
        rf"{marker}\s*(?P<file>(?:flake8|ruff)\s*:\s*)?noqa\b"
        r"(?:\s*:\s*(?P<codes>[A-Z][A-Z]*[0-9]*(?:[,\s]+[A-Z]+[0-9]+)*))?",
        re.IGNORECASE,
    )
    for marker in ("#", "--")
}
_OURS = re.compile(r"REL[0-9]*\Z")

Verb = Literal["ignore", "file-ignore", "disable", "enable"]


@dataclass
class _Code:
    """One code as it is written in a comment. `rule` is None when there is no such rule."""

    text: str
    start: int
    end: int
    rule: str | None
    prefix: str | None = None
    used: bool = False


@dataclass
class _Comment:
    """One suppression. No `codes` means every code."""

    start: int
    end: int
    line: int
    verb: Verb
    noqa: bool
    own_line: bool
    next_line: int
    reason: str
    codes: list[_Code] = field(default_factory=list)

    def matches(self, code: str) -> list[_Code] | None:
        """The written codes that cover `code` ([] for a comment without codes), None when none does."""
        if not self.codes:
            return []
        hits = [c for c in self.codes if c.rule == code or (c.prefix is not None and code.startswith(c.prefix))]
        return hits or None


def apply(
    source: Source,
    found: list[Diagnostic],
    live: Collection[str],
    rules: Mapping[str, RuleInfo],
    *,
    host_noqa: bool = False,
    require_reason: bool = False,
) -> list[Diagnostic]:
    """`found`, with what comments silence marked so, plus REL003 and REL004 for comments that are no use.

    With `host_noqa` the caller obeys `# noqa` in its own way: such comments silence nothing here, and are judged all
    the same.
    """
    text = source.text
    lines = Lines(text)
    suppressions = list(_suppressions(text, language_of(source.path), lines, rules))
    if not suppressions:
        return found
    marked = [replace(d, state="suppressed") if _silenced(d, suppressions, host_noqa) else d for d in found]
    if not any(d.code in UNCHECKED for d in found):  # a file that was not examined tells nothing
        for comment in suppressions:
            marked += _useless(comment, source, lines, live, rules)
            if require_reason and not comment.reason and comment.verb != "enable" and _is_ours(comment):
                marked.append(_without_reason(comment, source, lines))
    return marked


def _silenced(diagnostic: Diagnostic, suppressions: list[_Comment], host_noqa: bool) -> bool:
    if diagnostic.code in UNCHECKED:
        return False
    silenced = False
    disabled: dict[int, list[_Code]] = {}
    for comment in suppressions:
        hits = comment.matches(diagnostic.code)
        if hits is None:
            continue
        if comment.verb == "disable" and comment.line <= diagnostic.start.line:
            disabled[id(comment)] = hits
        elif comment.verb == "enable" and comment.line <= diagnostic.start.line:
            disabled.clear()
        elif comment.verb == "file-ignore" or (comment.verb == "ignore" and _reaches(comment, diagnostic)):
            silenced = silenced or not (host_noqa and comment.noqa)
            for code in hits:
                code.used = True
    for hits in disabled.values():
        silenced = True
        for code in hits:
            code.used = True
    return silenced


def _reaches(comment: _Comment, diagnostic: Diagnostic) -> bool:
    line = comment.next_line if comment.own_line and not comment.noqa else comment.line
    return line in (*diagnostic.reach, diagnostic.start.line, diagnostic.end.line)


def _suppressions(text: str, language: Language, lines: Lines, rules: Mapping[str, RuleInfo]) -> Iterator[_Comment]:
    for offset, comment in language.comments(text):
        for patterns in (_RELINT, _NOQA):
            for found in patterns[language.marker].finditer(comment):
                if found["codes"] is not None and not found["codes"].strip(", \t"):
                    continue  # `ignore[]` names nothing
                yield _comment(found, offset, text, language.marker, lines, rules, noqa=patterns is _NOQA)


def _comment(
    found: re.Match[str],
    offset: int,
    text: str,
    marker: str,
    lines: Lines,
    rules: Mapping[str, RuleInfo],
    *,
    noqa: bool,
) -> _Comment:
    start, end = offset + found.start(), offset + found.end()
    position = lines.position(start)
    own_line = not lines[position.line - 1][: offset - lines.starts[position.line - 1]].strip()
    verb: Verb = ("file-ignore" if found["file"] else "ignore") if noqa else found["verb"]  # type: ignore[assignment]
    reason = found.string[found.end() :].partition(marker)[0].strip(" \t:-")
    below = _next_code_line(lines, position.line, marker)
    suppression = _Comment(start, end, position.line, verb, noqa, own_line, below, reason)
    group = "bare" if found.groupdict().get("bare") else "codes"
    if found[group] is not None:
        base = offset + found.start(group)
        for word in re.finditer(r"[^,\s]+", found[group]):
            suppression.codes.append(_code(word.group(), base + word.start(), rules, noqa))
    return suppression


def _code(word: str, start: int, rules: Mapping[str, RuleInfo], noqa: bool) -> _Code:
    by_name = next((info.code for info in rules.values() if info.name == word), None)
    rule = word.upper() if word.upper() in rules else by_name
    prefix = word.upper() if noqa and rule is None and _OURS.match(word.upper()) else None
    if prefix is not None and not any(code.startswith(prefix) for code in rules):
        prefix = None
    return _Code(word, start, start + len(word), rule, prefix)


def _next_code_line(lines: Lines, line: int, marker: str) -> int:
    """The first line below a comment that is neither blank nor a comment."""
    for number in range(line, len(lines)):
        stripped = lines[number].strip()
        if stripped and not stripped.startswith(marker):
            return number + 1
    return line


def _useless(
    comment: _Comment, source: Source, lines: Lines, live: Collection[str], rules: Mapping[str, RuleInfo]
) -> Iterator[Diagnostic]:
    if comment.verb == "enable":
        return
    unused = []
    for code in comment.codes:
        ours = not comment.noqa or _OURS.match(code.text.upper())
        if code.rule is None and code.prefix is None:
            if ours and (not comment.noqa or re.fullmatch(r"REL[0-9]{3}", code.text.upper())):
                known = [word for info in rules.values() for word in (info.code, info.name)]
                hint = did_you_mean(code.text, known)
                yield _diagnostic(
                    UNKNOWN_SUPPRESSION_CODE, f"`{code.text}` is no rule of relint{hint}", code, comment, source, lines
                )
        elif ours and not code.used and code.rule in live:
            unused.append(code)
    for code in unused:
        fix = Fix("Remove the unused suppression", _removal(comment, unused, source), Safety.SAFE)
        message = f"`{code.text}` is suppressed here, but there is nothing to suppress"
        yield _diagnostic(UNUSED_SUPPRESSION, message, code, comment, source, lines, fix)


def _is_ours(comment: _Comment) -> bool:
    return not comment.noqa or any(_OURS.match(code.text.upper()) for code in comment.codes)


def _without_reason(comment: _Comment, source: Source, lines: Lines) -> Diagnostic:
    message = "the suppression does not say why: write the reason behind it"
    return _diagnostic(SUPPRESSION_WITHOUT_REASON, message, comment, comment, source, lines)


def _diagnostic(
    rule: str,
    message: str,
    place: _Code | _Comment,
    comment: _Comment,
    source: Source,
    lines: Lines,
    fix: Fix | None = None,
) -> Diagnostic:
    info = ENGINE_RULES[rule]
    start, end = lines.position(place.start), lines.position(place.end)
    reach = (comment.line, comment.line)
    return Diagnostic(source.path, start, end, rule, info.name, message, info.severity, info.url, reach, fix)


def _removal(comment: _Comment, unused: list[_Code], source: Source) -> Edits:
    """One edit for all unused codes of a comment; the whole comment when nothing is left of it."""
    text = source.text
    kept = [code.text for code in comment.codes if code not in unused]
    if kept:
        first, last = comment.codes[0].start, comment.codes[-1].end
        return (Edit(first, last, ", ".join(kept) if not comment.noqa else ",".join(kept)),)
    start, end = comment.start, line_end(text, comment.end)
    # The reason belongs to the suppression; another directive or comment after a `#` or `--` does not.
    following = text.find(language_of(source.path).marker, comment.end, end)
    if following >= 0:
        return (Edit(start, following, ""),)
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    is_whole_line = start == 0 or text[start - 1] in "\r\n"
    if is_whole_line and end < len(text):
        end += 2 if text.startswith("\r\n", end) else 1
    return (Edit(start, end, ""),)
