"""Joins texts to prose: the space between them, capitals at the start of sentences, French spaces. Pure.

`compose()` decides how a text continues the text before it. The transcript, the exports and push-to-talk use it; the
latter fits a text to the one inserted before. No function but `continue_text()` changes a capital to lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from saywrite.foundation.catalog import DE, EN, ES, FR, IT, JA, PT, ZH
from saywrite.text.characters import is_cjk, is_word

CONTEXT = 300
"""Characters before a text that can influence it; no more of them are read."""

THIN_SPACE = "\u202f"
"""NARROW NO-BREAK SPACE: French puts it before ; : ! ? and inside « »."""

_OPENING = "([{¿¡„‚‘「『（【《〈［｛#$"
_CLOSING = ",.;:!?…)]}%’、。，；：！？）」』】》〉］｝％°"
_FRENCH_HIGH = ";:!?»"
_GLUE = "/\\@_—"
_SENTENCE_END = ".!?。！？．"
_WRAPPING = "\"'”’“‘„«»)]}）」』】》〉([{（「『【《〈¿¡ \u00a0\u202f\t\u200e\u200f"

_CONTRACTED = re.compile(r"['’](?:s|m|d|t|ll|re|ve)\b", re.IGNORECASE)
_ENGLISH_I = re.compile(r"(?<![\w.@/\\'’-])i(?=['’](?:m|ve|ll|d|s)\b|(?![\w'’@/\\-]|\.\w))")
_FRENCH_GAP = re.compile(r"(?<=[^\W_]|[)\]%»”’'])[ \u00a0\u202f]?([;:!?]+)(?=[\s»”)\]]|$)")
_FRENCH_OPEN = re.compile(r"«[ \u00a0\u202f]?(?=\S)")
_FRENCH_CLOSE = re.compile(r"(?<=\S)[ \u00a0\u202f]?»")
_SPACES_AT_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*")
_FIRST_WORD = re.compile(r"[^\W\d_]\S*")
_ADDRESS = re.compile(r"@|://|\w\.\w")

_ABBREVIATIONS = {
    EN: "mr mrs ms dr prof st vs e.g i.e no cf approx fig",
    DE: "dr prof nr z.b u.a d.h bzw ca vgl hr fr st evtl ggf inkl abs",
    FR: "m mm mme mlle dr st ste p.ex c.-à-d cf env",
    ES: "sr sra srta dr dra ud uds p.ej núm pág",
    PT: "sr sra dr dra prof p.ex nº pág",
    IT: "sig sig.ra dott dott.ssa prof ing avv p.es",
}
_NO_END = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Part of a text. `left`, `right`: there is no space on that side."""

    text: str
    left: bool = False
    right: bool = False


def join(texts: Iterable[str], language: str = "") -> str:
    """Join the texts of successive segments; only the space between them is chosen."""
    parts: list[str] = []
    before = ""
    for text in texts:
        if not text:
            continue
        space = gap(before, text, language)
        parts += (space, text)
        before = (before + space + text)[-CONTEXT:]
    return "".join(parts)


def fit(before: str, text: str, language: str, capitals: bool) -> str:
    """Return `text` as it continues `before`: with the space in front and its capital letter."""
    return compose(before, (TextPiece(text),), language, capitals)


def continue_text(before: str, text: str, language: str, added_capital: bool) -> str:
    """Return a whole text as it continues `before`, the text in another program.

    An empty `before` is unknown and changes nothing. `added_capital`: we wrote the first letter as a capital because we
    assumed the start of a sentence. It becomes a small letter within a sentence. A capital of the recognizer (a name, a
    German noun) stays.
    """
    if not before:
        return text
    if added_capital:
        text = text[:1].lower() + text[1:]
    return fit(before, text, language, capitals=True)


def compose(before: str, pieces: Iterable[TextPiece], language: str, capitals: bool) -> str:
    """Join pieces to a text that continues `before`; "" when they contain only spaces."""
    parts: list[str] = []
    before = before[-CONTEXT:]
    glued = False
    for piece in pieces:
        text = _typeset(piece.text, language)
        if not text:
            continue
        if capitals:
            text = _with_capitals(before, text, language)
        space = "" if glued or piece.left else gap(before, text, language)
        parts += (space, text)
        before = (before + space + text)[-CONTEXT:]
        glued = piece.right
    return "".join(parts)


def gap(before: str, text: str, language: str = "") -> str:
    """Return the space between `before` and `text`: none, a space, or the French thin space."""
    if not before or not text or before[-1].isspace() or text[0].isspace():
        return ""
    before = before[-CONTEXT:]
    last, first = before[-1], text[0]
    french = language == FR
    if french and (last == "«" or (first in _FRENCH_HIGH and _closes(before, text))):
        return "" if first in ";:!?" and last in ";:!?" else THIN_SPACE
    if _opens(before, last) or _closes(before, text) or last in _GLUE or first in "\\/@_—":
        return ""
    if text == "-" or (last == "-" and before[-2:-1] and is_word(before[-2])):
        return ""
    cjk = is_cjk(last), is_cjk(first)
    if all(cjk) or (any(cjk) and language in (ZH, JA)):
        return ""
    return " "


def ends_sentence(before: str, language: str = "") -> bool:
    """Whether a new sentence begins behind `before`: at the start, on a new line, behind ".", "!" or "?"."""
    if "\n" in before[len(before.rstrip()) :]:
        return True
    before = before[-CONTEXT:].rstrip(_WRAPPING)
    if not before or before[-1] == "\n":
        return True
    if before[-1] not in _SENTENCE_END or before.endswith(".."):
        return False
    if before[-1] != ".":
        return True
    word = (before[:-1].split()[-1:] or [""])[0].lstrip("([{\"'“„«").casefold()
    initials = "." in word and all(len(part) == 1 for part in word.split("."))
    return not initials and word not in _NO_END.get(language, ())


def _opens(before: str, last: str) -> bool:
    """Whether the last character of `before` is an opening mark."""
    if last in _OPENING:
        # In "item #" and "5 $" the sign belongs to the word or number before it.
        return last not in "#$" or not before[-2:-1] or before[-2].isspace()
    if last == "“":
        return before.count("„") < before.count("“")
    if last == "«":
        return True
    if last in "\"'":
        return not before[-2:-1] or before[-2].isspace() or before[-2] in _OPENING
    return False


def _closes(before: str, text: str) -> bool:
    """Whether the first character of `text` belongs to the word before it."""
    first, following = text[0], text[1:2]
    if first in "'’":
        return len(text) == 1 or bool(_CONTRACTED.match(text)) or not is_word(following)
    if first in _CLOSING:
        # ".NET", ".5" and ":)" are words of their own; the marks of "…and" and ",and" belong to the word before.
        return not (first == "." and following and is_word(following)) and not (first == ":" and following == ")")
    if first in "”»":
        return True
    if first == "“":
        return before.count("„") > before.count("“")
    if first == '"':
        paragraph = before.rsplit("\n", 1)[-1]
        return not (following and is_word(following)) and paragraph.count('"') % 2 == 1
    return False


def _typeset(text: str, language: str) -> str:
    """Remove outer spaces and those around line breaks; in French insert thin spaces."""
    text = _SPACES_AT_BREAK.sub("\n", text.strip(" \t\r\f\v\u00a0\u202f\u3000"))
    if language == FR:
        text = _FRENCH_GAP.sub(THIN_SPACE + r"\1", text)
        text = _FRENCH_OPEN.sub("«" + THIN_SPACE, text)
        text = _FRENCH_CLOSE.sub(THIN_SPACE + "»", text)
    return text


def _with_capitals(before: str, text: str, language: str) -> str:
    if language == EN:
        text = _ENGLISH_I.sub("I", text)
    start = len(text) - len(text.lstrip(_WRAPPING + "\n"))
    if "\n" not in text[:start] and not ends_sentence(before, language):
        return text
    word = _FIRST_WORD.match(text, start)
    if not word or word[0] != word[0].lower() or _ADDRESS.search(word[0]):
        # A number, or a word with a fixed spelling: iPhone, example.com
        return text
    capital = text[start].title()
    return text[:start] + (capital if len(capital) == 1 else text[start]) + text[start + 1 :]
