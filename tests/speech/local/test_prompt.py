"""What the model is told before it listens: language, task, and the user's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.catalog import LANGUAGES
from saywrite.speech.local.decoder.prompt import glossary, prompt_tokens
from saywrite.speech.local.decoder.tokenizer import Tokenizer


def test_prompt_without_keywords_is_start_language_and_task(tokenizer: Tokenizer) -> None:
    assert prompt_tokens(tokenizer, "de", []) == [50_258, 50_261, 50_359]


@pytest.mark.parametrize("language", [each.code for each in LANGUAGES])
def test_every_language_of_ours_has_a_token(language: str, tokenizer: Tokenizer) -> None:
    assert prompt_tokens(tokenizer, language, [])[-2] == tokenizer.language(language)


def test_keywords_stand_in_front_as_a_glossary(tokenizer: Tokenizer) -> None:
    tokens = prompt_tokens(tokenizer, "en", ["Siobhan", "PostgreSQL"])
    assert tokens[0] == tokenizer.start_of_previous
    assert tokenizer.decode(tokens[1:-3]) == " Glossary: Siobhan, PostgreSQL."
    assert tokens[-3:] == [50_258, 50_259, 50_359]


def test_chinese_is_prompted_in_simplified_characters(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(prompt_tokens(tokenizer, "zh", [])) == "以下是普通话的句子。"
    assert (
        tokenizer.decode(prompt_tokens(tokenizer, "zh", ["Kubernetes"])) == "以下是普通话的句子。 Glossary: Kubernetes."
    )


def test_keywords_are_cleaned_and_named_once(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(glossary(tokenizer, ["a  b\n", "", "  ", "c", "a b"])) == " Glossary: a b, c."


def test_no_keywords_are_no_glossary(tokenizer: Tokenizer) -> None:
    assert glossary(tokenizer, []) == []
    assert glossary(tokenizer, ["", " \n"]) == []


def test_newest_keywords_are_kept_when_there_are_too_many(tokenizer: Tokenizer) -> None:
    tokens = glossary(tokenizer, [f"Reykjavik {number}" for number in range(500)])
    assert 190 < len(tokens) <= 200
    assert tokenizer.decode(tokens).startswith(" Glossary: Reykjavik 0, Reykjavik 1,")


def test_a_keyword_that_is_too_long_does_not_keep_out_the_next(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(glossary(tokenizer, ["x7" * 200, "Oslo"])) == " Glossary: Oslo."


class CountingTokenizer:
    """Encodes like the given tokenizer, and notes what."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.encoded: list[str] = []

    def encode(self, text: str) -> list[int]:
        self.encoded.append(text)
        return self._tokenizer.encode(text)


def test_keywords_that_cannot_fit_are_not_encoded(tokenizer: Tokenizer) -> None:
    counting = CountingTokenizer(tokenizer)
    tokens = glossary(counting, ["ab" * 100_000, *["Oslo"] * 5_000, *(f"{number}" for number in range(5_000))])
    assert tokens == glossary(tokenizer, ["Oslo", *(f"{number}" for number in range(200))])
    assert len(counting.encoded) < 110


@given(keywords=st.lists(st.text(max_size=40), max_size=80))
def test_a_glossary_never_has_more_than_200_tokens(keywords: list[str], tokenizer: Tokenizer) -> None:
    assert len(glossary(tokenizer, keywords)) <= 200
