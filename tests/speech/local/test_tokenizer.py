"""The tokenizer gives the tokens of Hugging Face's `tokenizers`, the library that the models were made with."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.local.decoder.tokenizer import Tokenizer, split

SENTENCES = {
    "en": "It's 7:45, they'll say: we're late, don't you'VE?  Yes — 3½ hours!",
    "de": "Über den Straßen grüßt Bär Ö. die Möwen: 1.234,56 €.",
    "fr": "L'été, où êtes-vous ? « Ça va », répond-elle à Noël.",
    "es": "¿Dónde está el niño? ¡Mañana será otro día, señor!",
    "pt": "Não há pão; amanhã às três, no coração de São Paulo.",
    "it": "Perché no? Lunedì c'è il caffè dell'università, così è.",
    "zh": "以下是普通话的句子。他说：“今天天气很好！”",
    "ja": "東京タワーは高さ３３３メートルです。ありがとう、ｶﾀｶﾅ。",
}


def is_in_both_tables(character: str) -> bool:
    """Characters that Unicode has had for long: new ones have a category in one library and none in the other."""
    return unicodedata.ucd_3_2_0.category(character) == unicodedata.category(character) != "Cs"


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]).filter(is_in_both_tables))


@pytest.fixture(scope="module")
def official(model: Path) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))


@pytest.mark.parametrize("code", SENTENCES)
def test_sentences_of_every_language_get_the_official_tokens(
    code: str, tokenizer: Tokenizer, official: tokenizers.Tokenizer
) -> None:
    text = SENTENCES[code]
    assert tokenizer.encode(text) == official.encode(text, add_special_tokens=False).ids
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(text=TEXTS)
def test_any_text_gets_the_official_tokens(text: str, tokenizer: Tokenizer, official: tokenizers.Tokenizer) -> None:
    assert tokenizer.encode(text) == official.encode(text, add_special_tokens=False).ids


@given(text=TEXTS)
def test_decoding_gives_back_any_text(text: str, tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(tokens=st.lists(st.integers(0, 51_864)))
def test_any_tokens_are_decoded_like_the_official_library_does(
    tokens: list[int], tokenizer: Tokenizer, official: tokenizers.Tokenizer
) -> None:
    texts = [token for token in tokens if token < tokenizer.end_of_text]
    assert tokenizer.decode(tokens) == official.decode(texts)


@given(text=st.text(" \t\n'aé1!s\u3000", max_size=12))
def test_pieces_put_together_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


def test_a_character_in_several_tokens_is_put_together(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("𫝈")
    assert len(tokens) > 1
    assert tokenizer.decode(tokens) == "𫝈"
    assert tokenizer.decode(tokens[:-1]) == "\ufffd"


def test_a_lone_surrogate_is_a_question_mark(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode("a\udc80b")) == "a?b"


def test_a_special_token_in_a_text_is_only_text(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode("<|endoftext|>")
    assert max(tokens) < tokenizer.end_of_text
    assert tokenizer.decode(tokens) == "<|endoftext|>"


def test_special_tokens_have_the_numbers_of_multilingual_whisper(tokenizer: Tokenizer) -> None:
    assert (tokenizer.end_of_text, tokenizer.start_of_text, tokenizer.transcribe) == (50_257, 50_258, 50_359)
    assert (tokenizer.start_of_previous, tokenizer.first_timestamp) == (50_361, 50_364)
    codes = {code: tokenizer.language(code) for code in SENTENCES}
    assert codes == {
        "en": 50_259, "zh": 50_260, "de": 50_261, "es": 50_262, "fr": 50_265, "ja": 50_266, "pt": 50_267, "it": 50_274,
    }  # fmt: skip


def test_timestamps_are_fiftieths_of_a_second(tokenizer: Tokenizer) -> None:
    assert [tokenizer.seconds(token) for token in (50_363, 50_364, 50_414, 51_864)] == [None, 0.0, 1.0, 30.0]


def test_timestamps_after_a_time_reach_to_30_seconds(tokenizer: Tokenizer) -> None:
    assert tokenizer.timestamps_after(1.0) == range(50_415, 51_865)
    assert list(tokenizer.timestamps_after(29.98)) == [51_864]
    assert not tokenizer.timestamps_after(30.0)
    assert not tokenizer.timestamps_after(40.0)


def test_an_unknown_language_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match="pr"):
        tokenizer.language("pr")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model": {"vocab": {}, "merges": []}, "added_tokens": []}'])
def test_a_file_that_is_no_tokenizer_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"is no tokenizer of Whisper|Expecting value"):
        Tokenizer(path)


def test_merges_written_as_pairs_are_read_too(model: Path, tokenizer: Tokenizer, tmp_path: Path) -> None:
    content = json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))
    content["model"]["merges"] = [merge.split(" ") for merge in content["model"]["merges"]]
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert Tokenizer(path).encode(SENTENCES["de"]) == tokenizer.encode(SENTENCES["de"])
