"""Which texts are believed, and which are decoded once more."""

from __future__ import annotations

import pytest

from saywrite.speech.local.decoder.guards import (
    Confidence,
    compression,
    is_doubted,
    is_stock_phrase,
    is_trusted,
    looks_repeated,
)

SENTENCE = "We are going to the house by the river."
LOOP = "I'm going to go. " * 12


@pytest.mark.parametrize(
    ("text", "logprob", "no_speech", "trusted"),
    [
        (SENTENCE, -0.2, 0.0, True),
        (SENTENCE, -1.19, 0.0, True),
        (SENTENCE, -1.21, 0.0, False),
        (SENTENCE, -0.59, 0.99, True),
        (SENTENCE, -0.61, 0.61, False),
        (SENTENCE, -0.61, 0.59, True),
        ("Thank you.", -0.3, 0.29, True),
        ("Thank you.", -0.3, 0.31, False),
        ("Thank you for the letter.", -0.3, 0.31, True),
        ("", -9.0, 1.0, True),
    ],
)
def test_a_text_is_trusted_unless_it_looks_invented(text: str, logprob: float, no_speech: float, trusted: bool) -> None:
    assert is_trusted(text, Confidence(logprob, no_speech, share=0.4, sound_s=3.0)) is trusted


@pytest.mark.parametrize(
    ("share", "no_speech", "trusted"), [(0.5, 0.1, True), (0.79, 0.29, True), (0.81, 0.1, False), (0.5, 0.31, False)]
)
def test_repeated_phrase_is_trusted_when_a_person_can_have_said_it(
    share: float, no_speech: float, trusted: bool
) -> None:
    assert is_trusted(LOOP, Confidence(-0.1, no_speech, share, sound_s=20.0)) is trusted


@pytest.mark.parametrize(("share", "no_speech", "trusted"), [(1.0, 0.31, False), (1.0, 0.29, True), (0.79, 0.9, True)])
def test_text_up_to_the_limit_of_tokens_about_silence_is_not_trusted(
    share: float, no_speech: float, trusted: bool
) -> None:
    """The rest of the tokens, invented behind the end of the sound, has been dropped: the text itself is no loop."""
    assert is_trusted("I don't know.", Confidence(-0.5, no_speech, share, sound_s=0.8)) is trusted


@pytest.mark.parametrize(("sound_s", "logprob", "trusted"), [(20, -0.8, False), (20, -0.4, True), (4.9, -0.8, True)])
def test_a_stock_phrase_is_doubted_as_the_text_of_a_long_sound(sound_s: float, logprob: float, trusted: bool) -> None:
    assert is_trusted("Thanks for watching!", Confidence(logprob, 0.1, 0.1, sound_s)) is trusted


@pytest.mark.parametrize(
    "text",
    [
        "you",
        " Thank you!",
        "Thanks for watching!",
        "Untertitel der Amara.org-Community",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "¡Gracias!",
        "Legendas pela comunidade Amara.org",
        "ご視聴ありがとうございました。",
        "谢谢大家",
        "¡Gracias! ¡Gracias! ¡Gracias!",
        "Bye bye. Bye bye.",
        "¡Muchas gracias!",
        "Copyright WDR 2020",
        "Copyright WDR 2021 Copyright WDR 2021",
        "www.mesmerism.info",
    ],
)
def test_stock_phrases_are_known_however_they_are_punctuated(text: str) -> None:
    assert is_stock_phrase(text)


@pytest.mark.parametrize(
    "text", ["", "Yes.", "Thank you, Mary.", "you know", "Music is nice.", "Copyright 2020", "See www.mesmerism.info"]
)
def test_a_longer_sentence_is_no_stock_phrase(text: str) -> None:
    assert not is_stock_phrase(text)


PROMPTED = frozenset({"glossary", "anna", "kowalska", "metoprolol"})


@pytest.mark.parametrize(
    ("text", "logprob", "no_speech", "doubted"),
    [
        ("Kowalska, Metoprolol.", -0.1, 0.21, True),
        ("Kowalska, Metoprolol.", -0.9, 0.19, False),
        ("Anna takes metoprolol.", -0.1, 0.9, False),
        ("Click, click, click.", -0.51, 0.26, True),
        ("Click, click, click.", -0.49, 0.26, False),
        ("Click, click, click.", -0.51, 0.24, False),
        ("", -0.9, 0.9, False),
    ],
)
def test_text_that_may_come_from_the_keywords_is_doubted(
    text: str, logprob: float, no_speech: float, doubted: bool
) -> None:
    confidence = Confidence(logprob, no_speech, share=0.2, sound_s=3.0)
    assert is_doubted(text, confidence, PROMPTED) is doubted
    assert not is_doubted(text, confidence, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "He was not ill. He was not ill.",
        "And then he was made amiable, he was made amiable himself",
        "one two three four one two three four",
        "a b c d e f g a b c d e f g h",
        "我们明天去北京我们明天去北京",
        "今日は天気がいい。今日は天気がいい。",
        LOOP,
    ],
)
def test_three_neighboring_words_said_twice_are_looked_at_again(text: str) -> None:
    assert looks_repeated(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no no",
        "very good, very good",
        "It was the best of times, it was the worst of times.",
        "row row row your boat",
        "谢谢谢谢",
        "好不好好不好",
        SENTENCE,
    ],
)
def test_what_people_say_is_not_decoded_twice(text: str) -> None:
    assert not looks_repeated(text)


def test_compression_of_a_loop_is_larger_than_of_a_sentence() -> None:
    assert compression("") == 0
    assert compression(SENTENCE) < 1.2
    assert compression(LOOP) > 2.4
