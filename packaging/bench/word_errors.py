"""Word error rate: how many words must be changed, added or removed, in percent of the words that were said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_DIGITS = {
    digit: words.split()
    for digit, words in {
        "0": "zero null cero",
        "1": "one eins uno",
        "2": "two zwei dos deux due",
        "3": "three drei tres trois tre",
        "4": "four vier cuatro quatre quattro",
        "5": "five funf cinco cinq cinque",
        "6": "six sechs seis sei",
        "7": "seven sieben siete sept sette",
        "8": "eight acht ocho huit otto",
        "9": "nine neun nueve neuf nove",
        "10": "ten zehn diez dix dieci",
    }.items()
}
_DIGIT_OF = {word: digit for digit, words in _DIGITS.items() for word in words}


def normalized(text: str) -> list[str]:
    """The words of `text`: lower case, no punctuation, small numbers as digits, no accents.

    So that spelling (“Friday.”, “2”, “it's”) is not counted as an error of recognition; the texts of the Spanish
    prompts are written without accents.
    """
    marked = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    plain = "".join(character for character in marked if not unicodedata.combining(character))
    plain = re.sub(r"(?<=\w)'(s|t|re|ve|m|ll|d)\b", r"\1", plain)
    return [_DIGIT_OF.get(word, word) for word in re.findall(r"\w+", plain)]


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein's distance of two sequences of words."""
    row = list(range(len(heard) + 1))
    for position, word in enumerate(said, 1):
        diagonal, row[0] = row[0], position
        for column, other in enumerate(heard, 1):
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
    return row[-1]


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Percent over all pairs of (said, heard) together; more than 100 where words are invented."""
    errors = words = 0
    for said, heard in pairs:
        reference = normalized(said)
        errors += distance(reference, normalized(heard))
        words += len(reference)
    return 100 * errors / max(1, words)
