"""Whisper on CTranslate2: the text of one utterance. Runs in the recognizer's child process, on its only thread.

CTranslate2 is imported when a decoder is made, so that only the child process carries it. `mel`,
`conditioning`, `prompt` and `windows` prepare its input; `guards` decides whether its text is trusted,
`repeats` whether a phrase is missing that was said twice, or was said once and written twice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from saywrite.foundation.catalog import ZH
from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.local.decoder import windows
from saywrite.speech.local.decoder.conditioning import Floats, prepare, samples_of
from saywrite.speech.local.decoder.guards import Confidence, is_doubted, is_trusted, looks_repeated, words_of
from saywrite.speech.local.decoder.mel import HOP, log_mel
from saywrite.speech.local.decoder.prompt import prompt_tokens
from saywrite.speech.local.decoder.repeats import is_hurried, pause_in, repeats
from saywrite.speech.local.decoder.simplified_chinese import to_simplified
from saywrite.speech.local.decoder.tokenizer import Tokenizer
from saywrite.speech.local.decoder.windows import WordTime, place_between
from saywrite.speech.local.models import window_policy
from saywrite.text.characters import has_letter_or_digit
from saywrite.text.spacing import join

FINAL_BEAM = 5  # the default of OpenAI's command line
PARTIAL_BEAM = 1  # a partial is replaced in a moment, so it may be a quick guess
LENGTH_PENALTY = 0.5
"""The beam's score is the sum of logarithms divided by the length to this power. With 1, the usual value, a sentence
said twice wins over the sentence: its second half is certain, and raises the mean."""

FRAME_PAIR = 2 * HOP
"""Samples: the encoder halves the number of frames, so it has to be even."""

MODEL_DEFAULTS = -1
"""In CTranslate2: the tokens that the model's own configuration suppresses (brackets, notes, speaker names)."""

SLACK_S = 0.5
"""Timestamps further than this behind the sound are suppressed. With them the model repeats the last sentence."""

_PERIODS = re.compile(r"(?<![.。])([.。])(?:\1(?!\s*[.。])|(?:\s+\1)+|(?:\s*\1){3,})")


@dataclass(frozen=True, slots=True)
class Decoding:
    """The text of an utterance, stripped, "" for nothing, and its words with their places.

    `trusted`: it passed the guards against invented text. `doubted`: all the same it may come from the keywords only.
    """

    text: str
    trusted: bool
    words: tuple[WordTime, ...] = ()
    doubted: bool = False


KEPT_SHAPES = 8
"""How many shapes of matrices oneDNN keeps prepared. It keeps 1,024 unless told otherwise: each length of sound has
shapes of its own, and 120 utterances grew the process by 150 MB. To prepare them anew takes no time that shows."""

LEAST_SPEECH_S = 1.5
"""The shortest sound whose language is determined: a word alone is often taken for another language."""


@dataclass(frozen=True, slots=True)
class _Task:
    """How an utterance is to be decoded: the prompt's tokens and the options of `WhisperDecoder.decode`.

    `prompted`: the words of the prompt, where keywords are in it.
    """

    prompt: list[int]
    prompted: frozenset[str]
    language: str
    final: bool
    long_window: bool


@dataclass(frozen=True, slots=True)
class _Window:
    """What the model wrote about one window, and where the next window begins (seconds of this one)."""

    text: str
    trusted: bool
    doubted: bool
    next_s: float | None
    words: tuple[WordTime, ...]


def merge_periods(text: str) -> str:
    """Make one period of several, which Whisper sometimes writes where the sound ends; an ellipsis stays."""
    return _PERIODS.sub(r"\1", text)


class WhisperDecoder:
    """A loaded model. Whisper base (int8) takes 0.3 s and 180 MB.

    `model` is a folder with `model.bin`, `config.json`, `tokenizer.json` and the vocabulary, named after the model's id
    in the catalog, which has its window policy. Raises ImportError where there is no wheel of CTranslate2, OSError or
    RuntimeError when the model cannot be read.
    """

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KEPT_SHAPES))  # read at the first decoding
        import ctranslate2

        self._ctranslate2: Any = ctranslate2
        self._model: Any = ctranslate2.models.Whisper(
            str(model), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
        try:
            self._tokenizer = Tokenizer(model / "tokenizer.json")
        except ValueError as error:
            raise RuntimeError(str(error)) from error
        self._bands = int(self._model.n_mels)
        self._windows = window_policy(model)
        self._prompt_key: tuple[str, tuple[str, ...]] | None = None
        self._prompt: tuple[list[int], frozenset[str]] = [], frozenset()
        self._encoded: tuple[Any, float] | None = None

    def decode(
        self,
        pcm: bytes,
        *,
        language: str,
        keywords: Sequence[str] = (),
        final: bool = True,
        long_window: bool = False,
    ) -> Decoding:
        """The text of `pcm`: 16 kHz mono s16le of one utterance, of any length, best up to 25 s.

        `language`: ISO 639-1. `keywords`: written forms, the newest first. `final`: search wider (beam 5),
        decode a repetition once more and look for one that is missing; without it the text is a quick guess, and a
        repetition is not trusted. `long_window`:
        always windows of 30 s, for files: more exact, five times the work. Raises ValueError for a language the model
        does not have.
        """
        samples = prepare(samples_of(pcm))
        task = _Task(*self._prompt_for(language, keywords), language, final, long_window)
        decoding = self._transcribe(samples, task)
        is_repeated = looks_repeated(decoding.text) or is_hurried(samples, decoding.text)
        if not final:
            # The sound ends in the middle of a sentence, which Whisper fills up with the same words.
            return replace(decoding, trusted=False) if is_repeated or decoding.doubted else decoding
        if is_repeated and self._window_s(samples, long_window) < windows.LONGEST_S:
            decoding = self._transcribe(samples, replace(task, long_window=True))
        if decoding.doubted and not self._hears_speech(samples, task):
            return replace(decoding, trusted=False)
        return self._with_repeats(samples, task, decoding)

    def _hears_speech(self, samples: Floats, task: _Task) -> bool:
        """Whether the model writes a text that is trusted without the keywords, too."""
        bare = replace(task, prompt=prompt_tokens(self._tokenizer, task.language, ()), prompted=frozenset())
        decoding = self._transcribe(samples, bare)
        return decoding.trusted and bool(decoding.text)

    def _with_repeats(self, samples: Floats, task: _Task, decoding: Decoding) -> Decoding:
        """The text with a phrase as often as it was said, where the model wrote it less often (see `repeats`)."""
        at = pause_in(samples, decoding.text)
        if at is None:
            return decoding
        found: list[Decoding] = []
        for part in (samples[:at], samples[at:]):
            found.append(self._with_repeats(part, task, self._transcribe(part, task)))
            if not (found[-1].trusted and repeats(found[-1].text, decoding.text)):
                return decoding
        first, second = found
        later = tuple(
            replace(word, start_s=word.start_s + at / SAMPLE_RATE, end_s=word.end_s + at / SAMPLE_RATE)
            for word in second.words
        )
        return Decoding(join((first.text, second.text), task.language), True, first.words + later)

    def heard_language(self) -> tuple[str, float] | None:
        """The most probable language of the last utterance that was decoded with `final`, and its probability.

        None for a sound that is too short. It takes one step of the decoder, and none of the encoder.
        """
        if self._encoded is None or self._encoded[1] < LEAST_SPEECH_S or not self._model.is_multilingual:
            return None
        token, probability = self._model.detect_language(self._encoded[0])[0][0]
        return token.removeprefix("<|").removesuffix("|>"), float(probability)

    def _window_s(self, samples: Floats, long_window: bool) -> float:
        return windows.window_s(len(samples) / SAMPLE_RATE, long_window, self._windows)

    def _prompt_for(self, language: str, keywords: Sequence[str]) -> tuple[list[int], frozenset[str]]:
        """The prompt's tokens and words, kept for the next call: partials ask several times a second."""
        key = (language, tuple(keywords))
        if key != self._prompt_key:
            tokens = prompt_tokens(self._tokenizer, language, keywords)
            words = frozenset(words_of(self._tokenizer.decode(tokens)) if keywords else ())
            self._prompt, self._prompt_key = (tokens, words), key
        return self._prompt

    def _transcribe(self, samples: Floats, task: _Task) -> Decoding:
        """Read window after window. Windows that are not trusted are left out if others are."""
        found: list[_Window] = []
        at: int | None = 0
        while at is not None and at < len(samples):
            window = self._read_window(samples[at:], task, at / SAMPLE_RATE)
            found.append(window)
            at = None if window.next_s is None else at + round(window.next_s * SAMPLE_RATE)
        # A breath in a pause is often written as "." or "♪".
        texts = [window for window in found if has_letter_or_digit(window.text)]
        trusted = [window for window in texts if window.trusted]
        text = merge_periods("".join(window.text for window in trusted or texts).strip())
        words = tuple(word for window in trusted or texts for word in window.words)
        doubted = bool(trusted) and all(window.doubted for window in trusted)
        return Decoding(text, bool(trusted) or not texts, words, doubted)

    def _read_window(self, samples: Floats, task: _Task, offset_s: float) -> _Window:
        """Decode the window that begins with `samples`, `offset_s` seconds behind the start of the utterance."""
        length_s = self._window_s(samples, task.long_window)
        length = round(length_s * SAMPLE_RATE / FRAME_PAIR) * FRAME_PAIR
        sound = samples[:length]
        sound_s = len(sound) / SAMPLE_RATE
        limit = windows.token_limit(sound_s)
        result = self._generate(np.pad(sound, (0, length - len(sound))), task, limit, sound_s)
        tokens = result.sequences_ids[0]
        reading = windows.read(tokens, self._tokenizer, sound_s, ended=len(tokens) < limit, last=len(samples) <= length)
        text = self._text([token for segment in reading.segments for token in segment.tokens], task)
        timed = [(self._text(segment.tokens, task), segment.start, segment.end) for segment in reading.segments]
        logprob = result.scores[0] * len(tokens) ** LENGTH_PENALTY / (len(tokens) + 1)  # the end is a token, too
        confidence = Confidence(logprob, result.no_speech_prob, len(tokens) / limit, sound_s)
        words = place_between(timed, offset_s, sound_s)
        trusted = is_trusted(text.strip(), confidence)
        doubted = is_doubted(text, confidence, task.prompted)
        return _Window(text, trusted, doubted, reading.next_s, words)

    def _text(self, tokens: Sequence[int], task: _Task) -> str:
        text = self._tokenizer.decode(tokens)
        return to_simplified(text) if task.language == ZH else text

    def _generate(self, sound: Floats, task: _Task, limit: int, sound_s: float) -> Any:
        encoded = self._model.encode(self._ctranslate2.StorageView.from_array(log_mel(sound, self._bands)[None]))
        if task.final:
            self._encoded = encoded, sound_s
        return self._model.generate(
            encoded,
            [task.prompt],
            beam_size=FINAL_BEAM if task.final else PARTIAL_BEAM,
            # CTranslate2 takes the smaller of half of this and what the prompt leaves of it.
            max_length=max(2 * limit, limit + len(task.prompt) - 1),
            length_penalty=LENGTH_PENALTY,
            suppress_tokens=[MODEL_DEFAULTS, *self._tokenizer.timestamps_after(sound_s + SLACK_S)],
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
