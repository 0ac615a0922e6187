"""The test service's own ears: real speech becomes its words, noise nothing."""

import asyncio
from collections.abc import Iterator

import pytest
from tests import sounds
from tests.aiola_server.ears import WhisperEars
from tests.aiola_server.segmenter import SpeechSegment

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def ears() -> Iterator[WhisperEars]:
    made = WhisperEars()
    yield made
    made.close()


def segment(pcm: bytes) -> SpeechSegment:
    return SpeechSegment(0, len(pcm) // 2, len(pcm) // 2, pcm)


def test_speech_is_understood_again_and_again_with_one_load(ears: WhisperEars) -> None:
    weather = segment(sounds.speech("weather").tobytes())
    for _ in range(2):
        assert asyncio.run(ears(weather)) == "The weather is nice today."


def test_silence_is_no_text(ears: WhisperEars) -> None:
    assert asyncio.run(ears(segment(bytes(64_000)))) == ""
