"""Contexts: the words around the name of a mark that make it an ordinary word. Pure.

A context is a line such as `during/in that [period]` or `[new line] item/items`. In brackets stands what was said (of
several forms any, `*` for every mark that does not open, `*-colon/slash` for all but those), around it what stands
directly before and behind. An item is

- a word, or several with "/" between them, of which any may stand there;
- `@name`, a word of that class; `!` in front of either: any other word, or the end of the text;
- `*`, any word.

Only white space and hyphens may stand between the items: after a comma the speaker has paused.

A class is a list of words. `-al` in it is an ending: every longer word with that ending belongs to the class, but for
those in the class `<name>_not`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saywrite.text.characters import CharacterKind
from saywrite.text.phrase_index import key
from saywrite.text.whole_words import Token

_SHORTEST_STEM = 2
"""Letters before an ending: "al" in "dial" is none."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one word beside a mark may be. `words` empty and `endings` empty: any word at all."""

    words: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    exceptions: frozenset[str] = frozenset()
    negated: bool = False

    def matches(self, word: str | None) -> bool:
        """`word` None: there is none."""
        if self.negated:
            return word is None or not self._holds(word)
        return word is not None and self._holds(word)

    def _holds(self, word: str) -> bool:
        if word in self.words or not (self.words or self.endings):
            return True
        if word in self.exceptions:
            return False
        return any(word.endswith(ending) and len(word) > len(ending) + _SHORTEST_STEM for ending in self.endings)


@dataclass(frozen=True, slots=True)
class Context:
    """`before` counts from the mark outwards, `behind` too."""

    before: tuple[Word, ...]
    behind: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """The words directly around a mark, from it outwards, with nothing but white space between them."""

    before: Sequence[str]
    behind: Sequence[str]


class Contexts:
    """The contexts of one language by the phrase they are about."""

    def __init__(self, lines: str, classes: Mapping[str, str]) -> None:
        """Raises KeyError for a class that is not there, ValueError for a line without brackets."""
        self._classes = {name: words.split() for name, words in classes.items()}
        self._contexts: dict[tuple[str, ...], list[Context]] = {}
        self._general: list[tuple[Context, frozenset[tuple[str, ...]]]] = []
        for line in lines.splitlines():
            if line.strip():
                self._add(line.strip())

    def make_prose(self, phrase: tuple[str, ...], around: Neighborhood, *, opens: bool = False) -> bool:
        """Whether `phrase` (a `key()`) is an ordinary word there. Contexts for `*` do not hold for opening marks."""
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


def neighborhood(tokens: Sequence[Token], at: int, length: int, most: int = 4) -> Neighborhood:
    """At most `most` words on each side of a phrase."""
    return Neighborhood(
        _words(tokens[max(0, at - 2 * most) : at][::-1], most),
        _words(tokens[at + length : at + length + 2 * most], most),
    )


def _words(tokens: Sequence[Token], most: int) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token.kind in (CharacterKind.SPACE, CharacterKind.HYPHEN):
            continue
        if token.kind is CharacterKind.SYMBOL or len(words) == most:
            break
        words.append(token.fold)
    return words
