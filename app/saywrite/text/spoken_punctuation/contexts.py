"""Contexts: the words around the name of a mark that make it an ordinary word. Pure.

A context is a line such as `during/in that [period]` or `[new line] item/items`. The brackets contain the name, or
several names separated by "/"; `*` is every mark that is no opening mark, `*-colon/slash` all of these but two. The
items before and behind the brackets are the words directly before and behind the name. An item is

- a word, or alternatives separated by "/";
- `@name`, any word of that class;
- either of these after `!`: any other word, or the end of the text;
- `*`, any word.

Only white space and hyphens may separate the items: a comma shows that the speaker has paused.

A class is a list of words. `-al` in it is an ending: longer words with this ending belong to the class, except for
those in the class `<name>_not`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saywrite.text.characters import CharacterKind
from saywrite.text.phrase_index import key
from saywrite.text.whole_words import Token

_SHORTEST_STEM = 2
"""Letters that a word has before an ending: "al" is no ending in "dial"."""

WORDS_AROUND = 4
"""Words on each side of a phrase that a condition can ask about."""


@dataclass(frozen=True, slots=True)
class Word:
    """A condition for one word beside a mark. Without `words` and `endings` it holds for any word."""

    words: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    exceptions: frozenset[str] = frozenset()
    negated: bool = False

    def matches(self, word: str | None) -> bool:
        """Whether the condition holds for `word`; None is the end of the text."""
        if self.negated:
            return word is None or not self._contains(word)
        return word is not None and self._contains(word)

    def _contains(self, word: str) -> bool:
        if word in self.words or not (self.words or self.endings):
            return True
        if word in self.exceptions:
            return False
        return any(word.endswith(ending) and len(word) > len(ending) + _SHORTEST_STEM for ending in self.endings)


@dataclass(frozen=True, slots=True)
class Context:
    """Conditions for the words before and behind a mark, both listed from the mark outwards."""

    before: tuple[Word, ...]
    behind: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """The words around a mark, listed from it outwards, with only white space and hyphens between them."""

    before: Sequence[str]
    behind: Sequence[str]


class Contexts:
    """The contexts of one language by phrase."""

    def __init__(self, lines: str, classes: Mapping[str, str]) -> None:
        """Compile `lines`. Raises KeyError for an unknown class, ValueError for a line without brackets."""
        self._classes = {name: words.split() for name, words in classes.items()}
        self._contexts: dict[tuple[str, ...], list[Context]] = {}
        self._general: list[tuple[Context, frozenset[tuple[str, ...]]]] = []
        for line in lines.splitlines():
            if line.strip():
                self._add(line.strip())

    def make_prose(self, phrase: tuple[str, ...], around: Neighborhood, *, opens: bool = False) -> bool:
        """Whether `phrase` (a `key()`) is an ordinary word there. Contexts of `*` exclude opening marks."""
        contexts = self._contexts.get(phrase, [])
        general = [] if opens else [context for context, excepted in self._general if phrase not in excepted]
        return any(_match(context, around) for context in (*contexts, *general))

    def _add(self, line: str) -> None:
        left, rest = line.split("[", maxsplit=1)
        names, right = rest.split("]", maxsplit=1)
        context = Context(
            tuple(self._word(item) for item in reversed(left.split())),
            tuple(self._word(item) for item in right.split()),
        )
        general, _, excepted = names.partition("-") if names.startswith("*") else ("", "", "")
        if general:
            self._general.append((context, frozenset(key(name) for name in excepted.split("/"))))
            return
        for name in names.split("/"):
            self._contexts.setdefault(key(name), []).append(context)

    def _word(self, item: str) -> Word:
        negated = item.startswith("!")
        item = item.removeprefix("!")
        if item == "*":
            return Word()
        words: list[str] = []
        exceptions: frozenset[str] = frozenset()
        for part in item.split("/"):
            if part.startswith("@"):
                words += self._classes[part[1:]]
                exceptions |= frozenset(self._classes.get(f"{part[1:]}_not", ()))
            else:
                words.append(part)
        plain = frozenset(word for word in words if not word.startswith("-"))
        endings = tuple(word[1:] for word in words if word.startswith("-"))
        return Word(plain, endings, exceptions, negated)


def _match(context: Context, around: Neighborhood) -> bool:
    return _side(context.before, around.before) and _side(context.behind, around.behind)


def _side(wanted: Sequence[Word], words: Sequence[str]) -> bool:
    return all(word.matches(words[at] if at < len(words) else None) for at, word in enumerate(wanted))


def neighborhood(tokens: Sequence[Token], at: int, length: int) -> Neighborhood:
    """Return at most `WORDS_AROUND` words on each side of a phrase."""
    return Neighborhood(
        _words(tokens[max(0, at - 2 * WORDS_AROUND) : at][::-1]),
        _words(tokens[at + length : at + length + 2 * WORDS_AROUND]),
    )


def _words(tokens: Sequence[Token]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token.kind in (CharacterKind.SPACE, CharacterKind.HYPHEN):
            continue
        if token.kind is CharacterKind.SYMBOL or len(words) == WORDS_AROUND:
            break
        words.append(token.fold)
    return words
