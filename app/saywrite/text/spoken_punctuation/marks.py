"""What a spoken command writes, and the shape of a language's table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    ENDS = "ends"
    """Stands at the word before it: , . ?"""
    OPENS = "opens"
    CLOSES = "closes"
    GLUES = "glues"
    """No space on either side: hyphen, slash."""
    STANDS = "stands"
    """A space on both sides: dash, plus."""
    BREAKS = "breaks"
    SCRATCH = "scratch"
    """Takes back what was said before it."""
    SCRATCH_ALONE = "scratch alone"
    """The same, but only when nothing else was said: too common in prose."""


@dataclass(frozen=True, slots=True)
class PunctuationMark:
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Table:
    """What is said in one language, and what makes it prose.

    `articles` and `adjectives` stand before a mark's name, `prose` holds fixed expressions, `talk` words
    before "scratch that" that make it a verb. `literal`: the escape words; `decimal`: the mark in a number.
    """

    marks: Mapping[str, PunctuationMark]
    prose: tuple[str, ...]
    articles: frozenset[str]
    adjectives: frozenset[str]
    talk: frozenset[str]
    literal: tuple[str, ...]
    decimal: str


MARKS = {
    "comma": PunctuationMark(",", Role.ENDS),
    "stop": PunctuationMark(".", Role.ENDS),
    "question": PunctuationMark("?", Role.ENDS),
    "exclamation": PunctuationMark("!", Role.ENDS),
    "colon": PunctuationMark(":", Role.ENDS),
    "semicolon": PunctuationMark(";", Role.ENDS),
    "ellipsis": PunctuationMark("…", Role.ENDS),
    "percent": PunctuationMark("%", Role.ENDS),
    "open question": PunctuationMark("¿", Role.OPENS),
    "open exclamation": PunctuationMark("¡", Role.OPENS),
    "open quote": PunctuationMark("“", Role.OPENS),
    "close quote": PunctuationMark("”", Role.CLOSES),
    "open round": PunctuationMark("(", Role.OPENS),
    "close round": PunctuationMark(")", Role.CLOSES),
    "open square": PunctuationMark("[", Role.OPENS),
    "close square": PunctuationMark("]", Role.CLOSES),
    "open curly": PunctuationMark("{", Role.OPENS),
    "close curly": PunctuationMark("}", Role.CLOSES),
    "hash": PunctuationMark("#", Role.OPENS),
    "hyphen": PunctuationMark("-", Role.GLUES),
    "slash": PunctuationMark("/", Role.GLUES),
    "backslash": PunctuationMark("\\", Role.GLUES),
    "underscore": PunctuationMark("_", Role.GLUES),
    "at": PunctuationMark("@", Role.GLUES),
    "em dash": PunctuationMark("—", Role.GLUES),
    "dash": PunctuationMark("–", Role.STANDS),
    "ampersand": PunctuationMark("&", Role.STANDS),
    "plus": PunctuationMark("+", Role.STANDS),
    "equals": PunctuationMark("=", Role.STANDS),
    "asterisk": PunctuationMark("*", Role.STANDS),
    "line": PunctuationMark("\n", Role.BREAKS),
    "paragraph": PunctuationMark("\n\n", Role.BREAKS),
    "stop line": PunctuationMark(".\n", Role.ENDS),
    "stop paragraph": PunctuationMark(".\n\n", Role.ENDS),
    "scratch": PunctuationMark("", Role.SCRATCH),
    "scratch alone": PunctuationMark("", Role.SCRATCH_ALONE),
}
CHINESE_MARKS = MARKS | {
    "comma": PunctuationMark("，", Role.ENDS),
    "enumeration": PunctuationMark("、", Role.ENDS),
    "stop": PunctuationMark("。", Role.ENDS),
    "question": PunctuationMark("？", Role.ENDS),
    "exclamation": PunctuationMark("！", Role.ENDS),
    "colon": PunctuationMark("：", Role.ENDS),
    "semicolon": PunctuationMark("；", Role.ENDS),
    "ellipsis": PunctuationMark("……", Role.ENDS),
    "dash": PunctuationMark("——", Role.GLUES),
    "middle dot": PunctuationMark("·", Role.GLUES),
    "open round": PunctuationMark("（", Role.OPENS),
    "close round": PunctuationMark("）", Role.CLOSES),
    "open title": PunctuationMark("《", Role.OPENS),
    "close title": PunctuationMark("》", Role.CLOSES),
}
JAPANESE_MARKS = CHINESE_MARKS | {
    "comma": PunctuationMark("、", Role.ENDS),
    "ellipsis": PunctuationMark("…", Role.ENDS),
    "middle dot": PunctuationMark("・", Role.GLUES),
    "open quote": PunctuationMark("「", Role.OPENS),
    "close quote": PunctuationMark("」", Role.CLOSES),
    "open double": PunctuationMark("『", Role.OPENS),
    "close double": PunctuationMark("』", Role.CLOSES),
}
GERMAN_MARKS = MARKS | {
    "open quote": PunctuationMark("„", Role.OPENS),
    "close quote": PunctuationMark("“", Role.CLOSES),
}
FRENCH_MARKS = MARKS | {
    "open quote": PunctuationMark("«", Role.OPENS),
    "close quote": PunctuationMark("»", Role.CLOSES),
}


def table(
    marks: Mapping[str, PunctuationMark],
    phrases: str,
    *,
    prose: str = "",
    articles: str = "",
    adjectives: str = "",
    talk: str = "",
    literal: str,
    decimal: str = ",",
) -> Table:
    """Read the text form: `name: phrase | phrase` on each line, the names being those of `marks`."""
    said: dict[str, PunctuationMark] = {}
    for line in phrases.strip().splitlines():
        name, _, spoken = line.partition(":")
        said |= {phrase.strip(): marks[name.strip()] for phrase in spoken.split("|")}
    return Table(
        said,
        tuple(phrase.strip() for phrase in prose.split("|") if phrase.strip()),
        frozenset(articles.split()),
        frozenset(adjectives.split()),
        frozenset(talk.split()),
        tuple(phrase.strip() for phrase in literal.split("|")),
        decimal,
    )
