"""Whole sentences in every language with spoken commands: what is prose stays prose, what is a command is written.

A line of `spoken_sentences/<language>.txt` is `said => written`, or a sentence that stays as it is; `\\n` is a line
break,
⌫ a "scratch that". Half of the lines are prose that names marks, half are dictated with commands.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from saywrite.text.phrase_index import key
from saywrite.text.spacing import TextPiece, compose
from saywrite.text.spoken_punctuation.parser import LANGUAGES, ScratchThat, parse
from saywrite.text.spoken_punctuation.tables import TABLES

FOLDER = Path(__file__).parent / "spoken_sentences"


def sentences(language: str) -> list[tuple[str, str]]:
    """Each sentence with what should be written."""
    found = []
    for line in (FOLDER / f"{language}.txt").read_text("utf-8").splitlines():
        said, _, written = line.partition(" => ")
        written = (written or said).replace("\\n", "\n").replace("\\u202f", "\u202f")
        found.append((said, written))
    return found


def written(text: str, language: str) -> str:
    parts = [TextPiece("⌫") if isinstance(piece, ScratchThat) else piece for piece in parse(text, language)]
    return compose("", parts, language, capitals=False)


def lost_words(said: str, right: str, result: str, language: str) -> Counter[str]:
    """Return expected words that are missing and belong to no name of a mark."""
    names = {word for phrase in TABLES[language].marks for word in key(phrase)}
    # What a "scratch that" stands behind is taken back: it must be the one that should be there.
    kept = result.rpartition("⌫")[2] if "⌫" not in right else result
    missing = Counter(re.findall(r"\w+", right)) - Counter(re.findall(r"\w+", kept))
    return Counter({word: count for word, count in missing.items() if word.casefold() not in names})


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_forty_sentences_half_of_them_prose(language):
    pairs = sentences(language)
    prose = [said for said, right in pairs if said == right]
    assert len(pairs) >= 40
    assert len(prose) >= 20
    assert len(pairs) - len(prose) >= 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_lost(language):
    lost = {
        said: words
        for said, right in sentences(language)
        if (words := lost_words(said, right, written(said, language), language))
    }
    assert len(lost) == 0, lost


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_five_per_cent_of_the_sentences_are_wrong(language):
    pairs = sentences(language)
    wrong = {said: result for said, right in pairs if (result := written(said, language)) != right}
    assert len(wrong) / len(pairs) <= 0.05, wrong
