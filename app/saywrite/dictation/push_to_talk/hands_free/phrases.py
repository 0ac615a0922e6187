"""The phrases that begin and end a dictation by voice, and how a text is compared with them. Pure.

An utterance begins a dictation only if it is just the phrase: a dictation that nobody asked for is worse than a phrase
that has to be said again. A dictation ends when an utterance ends with the phrase.

Case, accents and punctuation do not count, and one letter of a long word may differ, because Whisper writes "Diktats
beginnen." for a phrase that was said softly. In Chinese and Japanese every character has to be right.

The first phrase of each list is the one that is shown. Whisper base recognizes it in English, German, French, Spanish
and Italian (synthetic voices; of "Diktat starten" or "hör zu" it often makes other words).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from saywrite.foundation.catalog import DE, EN, ES, FR, IT, JA, PT, ZH
from saywrite.text.folding import fold

FUZZY_LETTERS = 6
"""A word of so many letters may differ in one letter; not in the first one, which would make other words of it."""

_SENTENCE_ENDS = ".!?…。！？"
_BEFORE_PHRASE = " \t\n\u00a0\u202f,;:–—-、，；："


@dataclass(frozen=True, slots=True)
class Phrases:
    """What may be said to begin and to end a dictation; the first of each is the one to show."""

    start: tuple[str, ...]
    stop: tuple[str, ...]


PHRASES: Mapping[str, Phrases] = {
    EN: Phrases(
        ("start listening", "start dictation", "start dictating"),
        ("stop listening", "stop dictation", "stop dictating"),
    ),
    DE: Phrases(
        (
            "Diktieren beginnen",
            "Diktat beginnen",
            "Diktat starten",
            "das Diktat beginnen",
            "Aufnahme starten",
            "beginne das Diktat",
        ),
        (
            "Diktieren beenden",
            "Diktat beenden",
            "Diktat stoppen",
            "das Diktat beenden",
            "Aufnahme beenden",
            "beende das Diktat",
        ),
    ),
    FR: Phrases(
        ("commence à écouter", "commencez à écouter", "commencer la dictée", "commencez la dictée"),
        ("arrête d'écouter", "arrêtez d'écouter", "arrêter la dictée", "arrêtez la dictée", "terminez la dictée"),
    ),
    ES: Phrases(
        ("iniciar dictado", "iniciar el dictado", "comenzar dictado", "empezar dictado", "empieza a escuchar"),
        ("terminar dictado", "terminar el dictado", "finalizar dictado", "detener dictado", "deja de escuchar"),
    ),
    PT: Phrases(
        ("iniciar ditado", "iniciar o ditado", "começar ditado", "começar o ditado", "começar a ouvir"),
        ("terminar ditado", "terminar o ditado", "parar ditado", "parar o ditado", "parar de ouvir"),
    ),
    IT: Phrases(
        ("inizia dettatura", "inizia la dettatura", "avvia dettatura", "inizia ad ascoltare"),
        ("termina dettatura", "termina la dettatura", "ferma dettatura", "smetti di ascoltare"),
    ),
    ZH: Phrases(
        ("开始听写", "开始口述", "开始语音输入", "开始聆听"),
        ("停止听写", "结束听写", "停止口述", "结束口述", "停止语音输入", "结束语音输入", "停止聆听"),
    ),
    JA: Phrases(
        ("音声入力開始", "音声入力を開始", "音声入力スタート", "聞き取り開始", "聞き取りを開始"),
        ("音声入力終了", "音声入力を終了", "音声入力ストップ", "聞き取り終了", "聞き取りを終了"),
    ),
}
"""By the code of the language that is spoken."""


@dataclass(frozen=True, slots=True)
class StopSplit:
    """An utterance without the phrase at its end, and whether it ended with one."""

    text: str
    said: bool


def phrases_of(language: str) -> Phrases:
    """Return the phrases of a language; those of English for a code without phrases."""
    return PHRASES.get(language, PHRASES[EN])


def is_start(text: str, language: str) -> bool:
    """Whether an utterance is just a phrase that begins a dictation."""
    words = [word.folded for word in _words(text, language)]
    return any(_is_same(words, phrase, language) for phrase in _folded(language)[0])


def split_stop(text: str, language: str) -> StopSplit:
    """Remove the phrase that ends a dictation from the end of an utterance.

    The mark at the end of the utterance stays with the text before the phrase if that has none.
    """
    words = _words(text, language)
    for phrase in _folded(language)[1]:
        last = words[-len(phrase) :]
        if _is_same([word.folded for word in last], phrase, language):
            before, mark = text[: last[0].start].rstrip(_BEFORE_PHRASE), text[last[-1].end :].strip()
            if before and before[-1] not in _SENTENCE_ENDS and mark[:1] in tuple(_SENTENCE_ENDS):
                before += mark[0]
            return StopSplit(before, said=True)
    return StopSplit(text, said=False)


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    start: int
    end: int


@lru_cache(maxsize=len(PHRASES))
def _folded(language: str) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """The phrases that start and those that stop, as words to compare with; the longest first."""
    known = phrases_of(language)
    start, stop = (
        sorted((tuple(word.folded for word in _words(phrase, language)) for phrase in phrases), key=len, reverse=True)
        for phrases in (known.start, known.stop)
    )
    return tuple(start), tuple(stop)


def _words(text: str, language: str) -> list[_Word]:
    """The words of a text, folded, with their places; single characters in languages without spaces."""
    found: list[_Word] = []
    begin: int | None = None
    for at, char in enumerate(f"{text} "):
        letter = char.isalnum() or (begin is not None and fold(char) == "")  # an accent of its own
        if letter and begin is None:
            begin = at
        ends = not letter or language in (ZH, JA)
        if begin is not None and ends:
            end = at + 1 if letter else at
            found.append(_Word(fold(text[begin:end]), begin, end))
            begin = None
    return found


def _is_same(words: list[str], phrase: tuple[str, ...], language: str) -> bool:
    """Whether these are the words of the phrase, with one letter that differs at most."""
    if len(words) != len(phrase):
        return False
    wrong = [(said, meant) for said, meant in zip(words, phrase, strict=True) if said != meant]
    return not wrong or (len(wrong) == 1 and language not in (ZH, JA) and _is_near(*wrong[0]))


def _is_near(said: str, meant: str) -> bool:
    """Whether two words differ by one letter that is another one, missing or too many."""
    if len(meant) < FUZZY_LETTERS or said[:1] != meant[:1] or abs(len(said) - len(meant)) > 1:
        return False
    same = next((n for n, (one, other) in enumerate(zip(said, meant, strict=False)) if one != other), len(meant))
    behind = {said[same:], said[same + 1 :]} & {meant[same:], meant[same + 1 :]}
    return bool(behind)
