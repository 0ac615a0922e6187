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
class Mark:
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Table:
    """What is said in one language, and what makes it prose.

    `articles` and `adjectives` stand before a mark's name, `prose` holds fixed expressions, `talk` words
    before "scratch that" that make it a verb. `literal`: the escape words; `decimal`: the mark in a number.
    """

    marks: Mapping[str, Mark]
    prose: tuple[str, ...]
    articles: frozenset[str]
    adjectives: frozenset[str]
    talk: frozenset[str]
    literal: tuple[str, ...]
    decimal: str


MARKS = {
    "comma": Mark(",", Role.ENDS),
    "stop": Mark(".", Role.ENDS),
    "question": Mark("?", Role.ENDS),
    "exclamation": Mark("!", Role.ENDS),
    "colon": Mark(":", Role.ENDS),
    "semicolon": Mark(";", Role.ENDS),
    "ellipsis": Mark("…", Role.ENDS),
    "percent": Mark("%", Role.ENDS),
    "open question": Mark("¿", Role.OPENS),
    "open exclamation": Mark("¡", Role.OPENS),
    "open quote": Mark("“", Role.OPENS),
    "close quote": Mark("”", Role.CLOSES),
    "open round": Mark("(", Role.OPENS),
    "close round": Mark(")", Role.CLOSES),
    "open square": Mark("[", Role.OPENS),
    "close square": Mark("]", Role.CLOSES),
    "open curly": Mark("{", Role.OPENS),
    "close curly": Mark("}", Role.CLOSES),
    "hash": Mark("#", Role.OPENS),
    "hyphen": Mark("-", Role.GLUES),
    "slash": Mark("/", Role.GLUES),
    "backslash": Mark("\\", Role.GLUES),
    "underscore": Mark("_", Role.GLUES),
    "at": Mark("@", Role.GLUES),
    "em dash": Mark("—", Role.GLUES),
    "dash": Mark("–", Role.STANDS),
    "ampersand": Mark("&", Role.STANDS),
    "plus": Mark("+", Role.STANDS),
    "equals": Mark("=", Role.STANDS),
    "asterisk": Mark("*", Role.STANDS),
    "line": Mark("\n", Role.BREAKS),
    "paragraph": Mark("\n\n", Role.BREAKS),
    "stop line": Mark(".\n", Role.ENDS),
    "stop paragraph": Mark(".\n\n", Role.ENDS),
    "scratch": Mark("", Role.SCRATCH),
    "scratch alone": Mark("", Role.SCRATCH_ALONE),
}
CHINESE_MARKS = MARKS | {
    "comma": Mark("，", Role.ENDS),
    "enumeration": Mark("、", Role.ENDS),
    "stop": Mark("。", Role.ENDS),
    "question": Mark("？", Role.ENDS),
    "exclamation": Mark("！", Role.ENDS),
    "colon": Mark("：", Role.ENDS),
    "semicolon": Mark("；", Role.ENDS),
    "ellipsis": Mark("……", Role.ENDS),
    "dash": Mark("——", Role.GLUES),
    "middle dot": Mark("·", Role.GLUES),
    "open round": Mark("（", Role.OPENS),
    "close round": Mark("）", Role.CLOSES),
    "open title": Mark("《", Role.OPENS),
    "close title": Mark("》", Role.CLOSES),
}
JAPANESE_MARKS = CHINESE_MARKS | {
    "comma": Mark("、", Role.ENDS),
    "ellipsis": Mark("…", Role.ENDS),
    "middle dot": Mark("・", Role.GLUES),
    "open quote": Mark("「", Role.OPENS),
    "close quote": Mark("」", Role.CLOSES),
    "open double": Mark("『", Role.OPENS),
    "close double": Mark("』", Role.CLOSES),
}
GERMAN_MARKS = MARKS | {"open quote": Mark("„", Role.OPENS), "close quote": Mark("“", Role.CLOSES)}
FRENCH_MARKS = MARKS | {"open quote": Mark("«", Role.OPENS), "close quote": Mark("»", Role.CLOSES)}


def table(
    marks: Mapping[str, Mark],
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
    said: dict[str, Mark] = {}
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
