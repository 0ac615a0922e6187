"""The tokens in front of a transcription, which give Whisper the language and the vocabulary. Pure.

A prompt is a text that seems to precede the speech; names in it are recognized and spelled as they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from saywrite.foundation.catalog import ZH

if TYPE_CHECKING:
    from saywrite.speech.local.decoder.tokenizer import Tokenizer

MOST_KEYWORD_TOKENS = 200
"""Whisper takes 223 tokens of earlier text; each token costs decoding time."""

LONGEST_KEYWORD = 400
"""Characters. To encode a longer one takes seconds, and only rarely would it fit."""

INTRODUCTION = " Glossary:"
SIMPLIFIED = "以下是普通话的句子。"
"""“The following are sentences in Mandarin”, in simplified characters: Whisper continues in the same script."""


def prompt_tokens(tokenizer: Tokenizer, language: str, keywords: Sequence[str]) -> list[int]:
    """The prompt for a `language` (ISO 639-1, ours and Whisper's alike) with the newest of the `keywords`.

    Without the token against timestamps, the model writes them. Raises ValueError for a language the model does not
    have.
    """
    earlier = tokenizer.encode(SIMPLIFIED) if language == ZH else []
    earlier += glossary(tokenizer, keywords)
    start = [tokenizer.start_of_text, tokenizer.language(language), tokenizer.transcribe]
    return [tokenizer.start_of_previous, *earlier, *start] if earlier else start


def glossary(tokenizer: Tokenizer, keywords: Iterable[str]) -> list[int]:
    """“ Glossary: a, b, c.” with as many keywords as fit into 200 tokens, in their order; [] for none.

    Pass the newest first. A keyword that does not fit is left out; shorter ones behind it may still fit.
    """
    tokens = tokenizer.encode(INTRODUCTION)
    comma, period = tokenizer.encode(","), tokenizer.encode(".")
    room = MOST_KEYWORD_TOKENS - len(tokens) - len(period)
    chosen: list[list[int]] = []
    for keyword in dict.fromkeys(" ".join(each.split()) for each in keywords):
        if room <= len(comma):
            break
        word = tokenizer.encode(f" {keyword}") if 0 < len(keyword) <= LONGEST_KEYWORD else []
        cost = len(word) + len(comma)
        if word and cost <= room:
            chosen.append(word)
            room -= cost
    if not chosen:
        return []
    for position, word in enumerate(chosen):
        tokens += [*(comma if position else []), *word]
    return tokens + period
