"""The marks that spoken commands write, and the form of a language's table of commands. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Where a mark stands, or what a command does."""

    ENDS = "ends"
    """No space before it: , . ?"""
    OPENS = "opens"
    CLOSES = "closes"
    NO_SPACE = "no space"
    """No space on either side: hyphen, slash."""
    SPACED = "spaced"
    """A space on both sides: dash, plus."""
    BREAKS = "breaks"
    SCRATCH = "scratch"
    """Removes the text before it."""
    SCRATCH_ALONE = "scratch alone"
    """Removes the last segment, when the final has no other words: the phrase is too common in prose."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a command writes."""

    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class ScratchRules:
    """When "scratch that" is prose. In doubt it is, because the command removes words.

    `verbs_before`: words that make it their verb ("to scratch that"). `objects`: words behind it that are its object
    ("that itch"). `restarts`: words that a corrected text may begin with when the command comes first.
    """

    verbs_before: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    restarts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NumberRules:
    """Which names of marks are part of a number.

    `points`: names between digits, and the signs they write. `decimals`: those that stay a word between two of the
    number words `words`; in a list of three or more they are commands.
    """

    points: Mapping[str, str]
    decimals: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AddressRules:
    """Which words are part of a spoken address.

    `dots`: words that only mean the dot of an address. `stops`: names of the full stop, which in an address are a dot.
    `domains` end an address behind any of these, `more_domains` behind one of `dots` or after an at sign. An address
    does not begin with a word in `never` and does not precede a word in `compounds` ("dot com bubble").
    """

    dots: tuple[str, ...]
    stops: tuple[str, ...]
    domains: frozenset[str]
    more_domains: frozenset[str]
    never: frozenset[str]
    compounds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The commands of one language, and the contexts in which their names are prose.

    `literal`: the escape words. `prose`: fixed expressions. `contexts`, `classes`: see `contexts.py`; behind a word of
    the class `det` (articles and the like) an opening mark without a closing one is prose. `before`, `behind`: contexts
    of scripts without spaces, as letters directly beside the mark.
    """

    marks: Mapping[str, Mark]
    literal: tuple[str, ...]
    scratch: ScratchRules
    numbers: NumberRules
    addresses: AddressRules
    prose: tuple[str, ...] = ()
    contexts: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


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
    "hyphen": Mark("-", Role.NO_SPACE),
    "slash": Mark("/", Role.NO_SPACE),
    "backslash": Mark("\\", Role.NO_SPACE),
    "underscore": Mark("_", Role.NO_SPACE),
    "at": Mark("@", Role.NO_SPACE),
    "em dash": Mark("—", Role.NO_SPACE),
    "dash": Mark("–", Role.SPACED),
    "ampersand": Mark("&", Role.SPACED),
    "plus": Mark("+", Role.SPACED),
    "equals": Mark("=", Role.SPACED),
    "asterisk": Mark("*", Role.SPACED),
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
    "dash": Mark("——", Role.NO_SPACE),
    "middle dot": Mark("·", Role.NO_SPACE),
    "open round": Mark("（", Role.OPENS),
    "close round": Mark("）", Role.CLOSES),
    "open title": Mark("《", Role.OPENS),
    "close title": Mark("》", Role.CLOSES),
}
JAPANESE_MARKS = CHINESE_MARKS | {
    "comma": Mark("、", Role.ENDS),
    "ellipsis": Mark("…", Role.ENDS),
    "middle dot": Mark("・", Role.NO_SPACE),
    "open quote": Mark("「", Role.OPENS),
    "close quote": Mark("」", Role.CLOSES),
    "open double": Mark("『", Role.OPENS),
    "close double": Mark("』", Role.CLOSES),
}
GERMAN_MARKS = MARKS | {"open quote": Mark("„", Role.OPENS), "close quote": Mark("“", Role.CLOSES)}
FRENCH_MARKS = MARKS | {"open quote": Mark("«", Role.OPENS), "close quote": Mark("»", Role.CLOSES)}


def words_of(text: str) -> frozenset[str]:
    """Split a list of words."""
    return frozenset(text.split())


DOMAINS = frozenset(["com", "org", "edu", "gov"])
"""Top level domains that are no words of our languages, except for "com" in Portuguese."""
COUNTRIES = words_of(
    """net eu info io biz app dev tv de at ch li fr be es it pt br mx ar cl co pe uk us ca au nz ie nl pl se no dk fi
        cz sk hu ro bg gr tr ru ua
    in cn jp kr hk tw sg za me ai ly gl to cc xyz online site store shop cloud blog"""
)
FILE_ENDINGS = words_of(
    """md txt pdf py js ts html htm css json yaml yml toml csv xml docx xlsx pptx doc xls zip png jpg jpeg gif svg mp3
        mp4
    wav exe sh ini cfg log sql rs go java cpp"""
)


def marks_of(names: Mapping[str, Mark], phrases: str) -> dict[str, Mark]:
    """Read lines of the form `name: phrase | phrase`. Raises KeyError for a name that is not in `names`."""
    said: dict[str, Mark] = {}
    for line in phrases.strip().splitlines():
        name, _, spoken = line.partition(":")
        said |= {phrase.strip(): names[name.strip()] for phrase in spoken.split("|")}
    return said


def phrases_of(text: str) -> tuple[str, ...]:
    """Split phrases at "|" over any number of lines."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|") if phrase.strip())


def addresses_of(
    dots: str, stops: str, *, more: str = "", words: str = "", never: str = "", compounds: str = ""
) -> AddressRules:
    """Make the rules for addresses of a language.

    `more`: domains of its countries that are no words of the language. `words`: domains that are.
    """
    return AddressRules(
        phrases_of(dots),
        phrases_of(stops),
        (DOMAINS | words_of(more)) - words_of(words),
        DOMAINS | COUNTRIES | FILE_ENDINGS,
        words_of(never),
        words_of(compounds),
    )
