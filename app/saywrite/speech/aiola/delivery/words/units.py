"""Splits a text into the units that two recognizers are compared by. Pure.

A unit is a word without case, accents and punctuation; in a script without spaces (Chinese, Japanese) it is a
character. Numbers have one form: "seven", "sieben", "七" and "7" are the unit "7", "25" is "20" and "5". Some signs are
units, too: "%" and "percent" are the same one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from saywrite.text.characters import CharacterKind, kind
from saywrite.text.folding import fold

_WORD = re.compile(r"\d{1,3}(?:[.,\u00a0\u202f]\d{3})+(?!\d)|[^\W_]+(?:['’][^\W_]+)*|[%$€£&@+=]")
"""A number with separators of thousands, a word, or a sign that is spoken as one."""

_ONES = (
    "zero null nul cero nulla",
    "one eins ein eine einen un une uno una um uma",
    "two zwei zwo deux dos due dois duas",
    "three drei trois tres tre",
    "four vier quatre cuatro quatro quattro",
    "five funf cinq cinco cinque",
    "six sechs seis sei",
    "seven sieben sept siete sete sette",
    "eight acht huit ocho oito otto",
    "nine neun neuf nueve nove",
    "ten zehn dix diez dez dieci",
    "eleven elf onze once undici",
    "twelve zwolf douze doce doze dodici",
    "thirteen dreizehn treize trece treze tredici",
    "fourteen vierzehn quatorze catorce catorze quattordici",
    "fifteen funfzehn quinze quince quindici",
    "sixteen sechzehn seize dieciseis dezesseis sedici",
    "seventeen siebzehn diecisiete dezessete diciassette",
    "eighteen achtzehn dieciocho dezoito diciotto",
    "nineteen neunzehn diecinueve dezenove diciannove",
)
_TENS = (
    "twenty zwanzig vingt veinte veinti vinte venti",
    "thirty dreissig trente treinta trinta trenta",
    "forty vierzig quarante cuarenta quarenta quaranta",
    "fifty funfzig cinquante cincuenta cinquenta cinquanta",
    "sixty sechzig soixante sesenta sessenta sessanta",
    "seventy siebzig septante setenta settanta",
    "eighty achtzig huitante octante ochenta oitenta ottanta",
    "ninety neunzig nonante noventa novanta",
)
_LARGE = {"hundred": "100", "hundert": "100", "cent": "100", "cien": "100", "cem": "100", "cento": "100"}
_LARGE |= {"thousand": "1000", "tausend": "1000", "mille": "1000", "mil": "1000"}

_MYRIAD = 10_000
"""Unicode gives 京, as in 東京, the value 10¹⁶; such characters are rarely numbers in speech."""

_TENS_OF = {word: str(ten) for ten, words in zip(range(20, 100, 10), _TENS, strict=True) for word in words.split()}
_ONES_OF = {word: str(number) for number, words in enumerate(_ONES) for word in words.split()}
_SIGNS = {"%": "percent prozent", "$": "dollar dollars dolar dolares", "€": "euro euros"}
_ONE_FORM = _ONES_OF | _TENS_OF | _LARGE | {word: sign for sign, words in _SIGNS.items() for word in words.split()}
"""The key of each word that is a number or a sign."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: the key it is compared by, and its place `[start, end)` in the characters of the text."""

    key: str
    start: int
    end: int


def units(text: str) -> list[Unit]:
    """Split `text` into units, in order. Punctuation and most symbols are no units."""
    found: list[Unit] = []
    for match in _WORD.finditer(text):
        for start, end in _parts(match[0]):
            keys = _keys(match[0][start:end])
            found += (Unit(key, match.start() + start, match.start() + end) for key in keys)
    return found


def _parts(word: str) -> Iterator[tuple[int, int]]:
    """Divide a word at every character of a script without spaces."""
    start = 0
    for at, char in enumerate(word):
        if kind(char) is CharacterKind.UNSPACED:
            if start < at:
                yield start, at
            yield at, at + 1
            start = at + 1
    if start < len(word):
        yield start, len(word)


def _keys(part: str) -> list[str]:
    key = fold(part)
    if key[:1].isdecimal():
        key = re.sub(r"[.,\s]", "", key)
    if key.isascii() and key.isdigit():
        value = int(key) if len(key) < 4 else 0
        if 20 < value < 100 and value % 10:
            return [str(value - value % 10), str(value % 10)]
        return [key.lstrip("0") or "0"]
    if len(key) == 1 and kind(key) is CharacterKind.UNSPACED:
        number = unicodedata.numeric(key, None)
        return [f"{number:g}"] if number is not None and number < _MYRIAD else [key]
    return _tens_and_ones(key) or [_ONE_FORM.get(key, key.replace("'", ""))]


def _tens_and_ones(key: str) -> list[str]:
    """The parts of a number from 21 to 99 that is one word: "funfundzwanzig", "ventotto", "veintiuno"."""
    ones, und, tens = key.partition("und")
    if und and ones in _ONES_OF and tens in _TENS_OF:
        return [_TENS_OF[tens], _ONES_OF[ones]]
    for at in range(4, len(key) - 2):
        ones = _ONES_OF.get(key[at:], "0")
        tens = next((head for head in (key[:at], key[:at] + "i", key[:at] + "a") if head in _TENS_OF), "")
        if tens and 0 < int(ones) < 10:
            return [_TENS_OF[tens], ones]
    return []
