"""Which rules can matter for a text: a word search, so that most files are never parsed, and most functions neither."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Collection, Iterable, Mapping

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from relint.model import RuleInfo
from relint.patterns import PATTERNS, Pattern

if TYPE_CHECKING:
    from relint.shapes import Part

Options = Mapping[str, Mapping[str, Any]]

_PARTS = 500
"""Of how many parts of files it is kept what stands in them: in an editor they are asked about with every keystroke."""


class Funnel:
    """The triggers of some rules, ready to be searched.

    `options` are the rules' own settings by code: what an `extra-...` option names is a trigger too, by its last part.
    """

    def __init__(self, rules: Iterable[RuleInfo], options: Options | None = None) -> None:
        self._triggers = [_Trigger(rule, (options or {}).get(rule.code, {})) for rule in rules]
        self._search = _search(frozenset().union(*(trigger.words for trigger in self._triggers)))
        self._latest = _Words("", ())
        self._parts: dict[str, _Words] = {}

    def matching(self, text: str) -> list[RuleInfo]:
        """The rules whose triggers stand in the text, in the order they were given."""
        words = self._found(text)
        return [trigger.rule for trigger in self._triggers if trigger.concerns(words)]

    def likely(self, text: str) -> list[RuleInfo]:
        """The rules for which a library is all that is missing in the text, and may come from another module."""
        words = self._found(text)
        return [trigger.rule for trigger in self._triggers if trigger.lacks_library(words)]

    def near(self, text: str, part: Part, known: Collection[str] = ()) -> frozenset[str]:
        """The codes of the rules that can have a finding in this part of a file that they concern.

        Those that are `known` are asked only while no other is found, and the first of them is enough.
        """
        words = self._of_part(text)
        new = [t for t in self._triggers if t.rule.code not in known and t.is_near(words, part)]
        old = (t for t in self._triggers if t.rule.code in known and t.is_near(words, part))
        return frozenset(trigger.rule.code for trigger in new or islice(old, 1))

    def of(self, rules: Iterable[RuleInfo]) -> Funnel:
        """The triggers of some of the rules."""
        part = object.__new__(Funnel)
        codes = {rule.code for rule in rules}
        part._triggers = [trigger for trigger in self._triggers if trigger.rule.code in codes]
        part._search = self._search  # which takes longer to build than to ask for more than needed
        part._latest = _Words("", ())
        part._parts = self._parts
        return part

    def _found(self, text: str) -> _Words:
        if self._latest.text is not text:  # a file is asked about twice
            self._latest = _Words(text, self._candidates(text))
        return self._latest

    def _of_part(self, text: str) -> _Words:
        found = self._parts.get(text)
        if found is None:
            if len(self._parts) >= _PARTS:
                self._parts.clear()
            found = self._parts[text] = _Words(text, self._candidates(text))
        return found

    def _candidates(self, text: str) -> Iterable[str]:
        if self._search is None:
            return ()
        try:
            return self._search.find_matches_as_strings(text)
        except UnicodeEncodeError:  # half a surrogate pair, which an editor may send
            return self._search.find_matches_as_strings(text.encode("utf-8", "replace").decode())


class _Trigger:
    """What must stand in a file, and in the part of it that has the finding, for a rule to matter."""

    def __init__(self, rule: RuleInfo, options: Mapping[str, Any]) -> None:
        self.rule = rule
        self.imports = frozenset(rule.imports)
        self.own_words = frozenset(rule.words)
        self.near = [PATTERNS[name] for name in rule.near if name in PATTERNS]
        self.shapes = [name for name in rule.near if name not in PATTERNS]
        self.anywhere = [*(PATTERNS[name] for name in rule.anywhere), *self.near]
        self.options = options
        named = [names for key, names in options.items() if key.startswith("extra-") and isinstance(names, list)]
        self.extra = frozenset(str(name).rpartition(".")[2] for names in named for name in names)
        self.words = self.imports | self.own_words | self.extra

    def concerns(self, words: _Words) -> bool:
        """Whether a file is for the rule."""
        if words.hold(self.extra):
            return True
        if not all(words.hold(group) for group in (self.imports, self.own_words) if group):
            return False
        return all(map(words.show, self.anywhere))

    def lacks_library(self, words: _Words) -> bool:
        """Whether a file would be for the rule if one of its `imports` stood there."""
        if not self.rule.shared or words.hold(self.imports):
            return False
        return (not self.own_words or words.hold(self.own_words)) and all(map(words.show, self.anywhere))

    def is_near(self, words: _Words, part: Part) -> bool:
        """Whether a part of such a file is."""
        if words.hold(self.extra):
            return True
        if not self.near and self.own_words and not words.hold(self.own_words):
            return False
        return all(map(words.show, self.near)) and all(map(partial(self._has_shape, part), self.shapes))

    def _has_shape(self, part: Part, name: str) -> bool:
        from relint.shapes import SHAPES

        return SHAPES[name](part, self.rule, self.options)


class _Words:
    """What a search found in a text; whether it stands there as a whole word is looked at when asked."""

    def __init__(self, text: str, candidates: Iterable[str]) -> None:
        self.text = text
        self._candidates = frozenset(candidates)
        self._whole: dict[str, bool] = {}
        self._shown: dict[Pattern, bool] = {}

    def show(self, pattern: Pattern) -> bool:
        """Whether a pattern occurs in the text: searched once, however many rules name it."""
        if pattern not in self._shown:
            self._shown[pattern] = pattern(self.text)
        return self._shown[pattern]

    def hold(self, words: frozenset[str]) -> bool:
        """Whether one of `words` stands in the text."""
        return any(map(self._is_whole, self._candidates & words))

    def _is_whole(self, word: str) -> bool:
        answer = self._whole.get(word)
        if answer is None:
            answer = self._whole[word] = stands(word, self.text)
        return answer


def stands(word: str, text: str) -> bool:
    """Whether an identifier stands in a text by itself, not as a part of a longer one."""
    at, size = text.find(word), len(word)
    while at >= 0:
        if not (at and _continues(text[at - 1])) and not _continues(text[at + size : at + size + 1]):
            return True
        at = text.find(word, at + size)
    return False


def _continues(character: str) -> bool:
    return character.isalnum() or character == "_"


@lru_cache(maxsize=64)
def _search(words: frozenset[str]) -> AhoCorasick | None:
    if not words:
        return None
    # A whole word is never hidden by a longer match: an identifier ends where a match of an identifier must end.
    return AhoCorasick(words, MatchKind.LeftmostLongest, store_patterns=True, implementation=Implementation.DFA)
