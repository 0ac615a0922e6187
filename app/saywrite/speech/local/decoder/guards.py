"""Rules that reject text which Whisper invented: in noise, in silence, in loops. Pure.

Whisper was trained on subtitles and always writes something. Thresholds were chosen on human speech and on noises,
see `packaging/bench/bench_recognition.py` for the sets.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

MOST_COMPRESSION = 2.4  # of Whisper's own fallback (`compression_ratio_threshold`)
LEAST_LOGPROB = -1.2
LOOP_SHARE = 0.8
LOOP_SILENCE = 0.3
"""A loop in noise runs to the limit of tokens; the fastest speech needs half of the limit. Loops about knocks and
rustling ("I don't know.") were between 0.46 and 0.59 in silence; no text about noisy speech ran to the limit.
"""

LIKELY_SILENCE = 0.6  # of Whisper's own fallback (`no_speech_threshold`)
LEAST_LOGPROB_IN_SILENCE = -0.6
STOCK_SILENCE = 0.3
STOCK_LONGEST_S = 5.0
STOCK_LEAST_LOGPROB = -0.5

ECHO_SILENCE = 0.2
DOUBTED_SILENCE = 0.25
DOUBTED_LOGPROB = -0.5
"""Keywords, said by five synthetic voices, stay below the first. Texts invented about typing and music with keywords in
the prompt were beyond the other two."""

REPEATED_WORDS = 3
REPEATED_CHARACTERS = 6
"""In Chinese and Japanese, which do not separate words."""

STOCK_PHRASES = frozenset(
    {
        "e",
        "you",
        "music",
        "bye",
        "bye bye",
        "thank you",
        "thank you very much",
        "thank you so much",
        "thanks for watching",
        "thank you for watching",
        "please subscribe",
        "vielen dank",
        "untertitel der amara org community",
        "untertitelung des zdf 2020",
        "untertitel im auftrag des zdf für funk 2017",
        "merci",
        "sous titres réalisés par la communauté d amara org",
        "sous titrage société radio canada",
        "gracias",
        "muchas gracias",
        "gracias por ver el video",
        "subtítulos realizados por la comunidad de amara org",
        "obrigado",
        "legendas pela comunidade amara org",
        "grazie",
        "sottotitoli creati dalla comunità amara org",
        "sottotitoli e revisione a cura di qtss",
        "谢谢",
        "谢谢大家",
        "谢谢观看",
        "字幕由amara org社区提供",
        "ご視聴ありがとうございました",
        "ありがとうございました",
    }
)
"""What Whisper writes about sound without speech, without punctuation, in lower case."""

_STOCK_NOTE = re.compile(r"copyright (wdr|zdf|swr) [0-9]{4}|www( \w+){2,3}")
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Confidence:
    """What the model says about one window of `sound_s` seconds of sound.

    `logprob`: mean natural logarithm of the probability of its tokens (≤ 0). `no_speech`: probability 0 … 1 that
    there is no speech. `share`: how many tokens it wrote, as a share of the limit for so much sound (0 … 1).
    """

    logprob: float
    no_speech: float
    share: float
    sound_s: float


def is_trusted(text: str, confidence: Confidence) -> bool:
    """Whether `text` was most likely spoken; an empty one is trusted."""
    if not text:
        return True
    if confidence.logprob < LEAST_LOGPROB:
        return False
    if confidence.no_speech > LIKELY_SILENCE and confidence.logprob < LEAST_LOGPROB_IN_SILENCE:
        return False
    if confidence.no_speech > LOOP_SILENCE and confidence.share > LOOP_SHARE:
        return False
    return not (_is_loop(text, confidence) or (is_stock_phrase(text) and _is_stock_doubtful(confidence)))


def _is_loop(text: str, confidence: Confidence) -> bool:
    """Whether one phrase repeats too often for the time, or in sound that is hardly speech.

    A person may repeat a sentence five times: then the model is certain of speech, and the words fit into the time.
    """
    is_endless = confidence.share > LOOP_SHARE or confidence.no_speech > LOOP_SILENCE
    return is_endless and compression(text) > MOST_COMPRESSION


def _is_stock_doubtful(confidence: Confidence) -> bool:
    """Whether a stock phrase comes from hardly any speech, or is all that was understood of a long sound."""
    is_too_little = confidence.sound_s > STOCK_LONGEST_S and confidence.logprob < STOCK_LEAST_LOGPROB
    return confidence.no_speech > STOCK_SILENCE or is_too_little


def is_stock_phrase(text: str) -> bool:
    """Whether `text` is a phrase that Whisper writes about silence and music, once or several times."""
    words = _WORD.findall(text.lower())
    length = next((n for n in range(1, len(words) + 1) if words[:n] * (len(words) // n) == words), 0)
    return any(
        phrase in STOCK_PHRASES or _STOCK_NOTE.fullmatch(phrase)
        for phrase in (" ".join(words[:length]), " ".join(words))
    )


def is_doubted(text: str, confidence: Confidence, prompted: frozenset[str]) -> bool:
    """Whether a trusted text may come from the keywords in the prompt instead of speech.

    `prompted`: the words of the prompt. With names in front of it the model writes something about a sound without
    speech, often these names.
    """
    if not prompted or not text:
        return False
    if prompted.issuperset(words_of(text)):
        return confidence.no_speech > ECHO_SILENCE
    return confidence.no_speech > DOUBTED_SILENCE and confidence.logprob < DOUBTED_LOGPROB


def compression(text: str) -> float:
    """How many times smaller zlib makes `text`.

    It is under 2.4 for a sentence, and far above for a phrase that repeats again and again.
    """
    raw = text.encode("utf-8")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def looks_repeated(text: str) -> bool:
    """Whether `text` should be decoded again: it repeats itself word by word, or it is a loop."""
    return compression(text) > MOST_COMPRESSION or repeats_neighbors(text)


def repeats_neighbors(text: str) -> bool:
    """Whether three or more words are repeated immediately, as in "he said so, he said so".

    Case and punctuation do not count. A person may have said it twice, so the text is decoded again, not dropped.
    """
    words = words_of(text)
    least = REPEATED_CHARACTERS if _UNSPACED.search(text) else REPEATED_WORDS
    return any(
        words[start : start + length] == words[start + length : start + 2 * length]
        for length in range(least, len(words) // 2 + 1)
        for start in range(len(words) - 2 * length + 1)
    )


def words_of(text: str) -> list[str]:
    """Its words in lower case; in Chinese and Japanese, which do not separate them, its characters."""
    words: list[str] = []
    for word in _WORD.findall(text.lower()):
        words += word if _UNSPACED.search(word) else [word]
    return words
