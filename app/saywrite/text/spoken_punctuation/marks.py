"""What a spoken command writes, and the shape of a language's table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class ScratchRules:
    """When the name of "scratch that" is prose; taking words back that were wanted is the worst mistake.

    `verbs_before`: words that need it as their verb ("to scratch that"). `objects`: words behind that are its object
    ("that itch"). `restarts`: words a corrected text may begin with, when nothing was said before the command.
    """

    verbs_before: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    restarts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NumberRules:
    """`points`: what is said between digits, and the sign it writes. `decimals`: those of them that between the number
    words `words` stay a word, unless it is a list of three or more.
    """

    points: Mapping[str, str]
    decimals: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AddressRules:
    """`dots`: words for the dot that mean nothing else; `stops`: the name of the full stop, a dot in addresses only.

    `domains` end an address after any of them, `more_domains` after one of `dots` or behind an at sign. No address
    begins with a word in `never`, and none stands before a word in `compounds` ("dot com bubble").
    """

    dots: tuple[str, ...]
    stops: tuple[str, ...]
    domains: frozenset[str]
    more_domains: frozenset[str]
    never: frozenset[str]
    compounds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """What is said in one language, and what makes it prose.

    `prose`: fixed expressions. `contexts`, `classes`: see `contexts.py`; the class `det` (articles and the like) also
    tells when an opening mark without a closing one is prose. `literal`: the escape words. `before`, `behind`: the same
    for scripts without spaces, as letters directly beside the mark.
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


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


DOMAINS = frozenset(["com", "org", "edu", "gov"])
"""Top level domains that are a word of no language here but Portuguese ("com")."""
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
    """Read `name: phrase | phrase` on each line; `names` are the marks by name. Raises KeyError for another name."""
    said: dict[str, Mark] = {}
    for line in phrases.strip().splitlines():
        name, _, spoken = line.partition(":")
        said |= {phrase.strip(): names[name.strip()] for phrase in spoken.split("|")}
    return said


def phrases_of(text: str) -> tuple[str, ...]:
    """Phrases with "|" between them, over any number of lines."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|") if phrase.strip())


def addresses_of(
    dots: str, stops: str, *, more: str = "", words: str = "", never: str = "", compounds: str = ""
) -> AddressRules:
    """`more`: domains of the language's countries that are no words of it; `words`: domains that are words of it."""
    return AddressRules(
        phrases_of(dots),
        phrases_of(stops),
        (DOMAINS | words_of(more)) - words_of(words),
        DOMAINS | COUNTRIES | FILE_ENDINGS,
        words_of(never),
        words_of(compounds),
    )
