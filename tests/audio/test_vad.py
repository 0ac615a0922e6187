"""Where speech begins and ends: real speech, silence, noise, endless talk."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sounds

from saywrite.audio.vad import Boundary, Segmenter
from saywrite.foundation.events import SAMPLE_RATE


def has_speech(pcm: bytes) -> bool:
    segmenter = Segmenter()
    return any(boundary.voiced for boundary in (*segmenter.process(pcm), *segmenter.flush()))


def speech(name: str) -> bytes:
    return sounds.speech(name).tobytes()


def silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * SAMPLE_RATE))


def noise(seconds: float, level: float) -> bytes:
    sound = np.random.default_rng(5).standard_normal(int(seconds * SAMPLE_RATE)) * level
    return np.clip(sound, -32_000, 32_000).astype("<i2").tobytes()


def boundaries(pcm: bytes, **options: int) -> list[Boundary]:
    segmenter = Segmenter(**options)
    return [*segmenter.process(pcm), *segmenter.flush()]


def spans(found: list[Boundary]) -> list[tuple[float, float]]:
    return [(a.at / SAMPLE_RATE, b.at / SAMPLE_RATE) for a, b in zip(found[::2], found[1::2], strict=True)]


WEATHER = speech("weather")
TWO = speech("two_sentences")
CITIES = speech("two_cities")


def test_two_sentences_are_two_utterances_with_all_of_their_sound() -> None:
    """The voices themselves are at 0.5 to 3.5 s and 4.6 to 6.9 s (by how the file was made)."""
    (first, second) = spans(boundaries(TWO))
    assert 0.1 <= first[0] <= 0.5
    assert 3.4 <= first[1] <= 4.0
    assert 4.0 <= second[0] <= 4.6
    assert 6.7 <= second[1] <= 7.3


def test_the_lead_in_reaches_before_the_first_voiced_frame() -> None:
    (bare,) = spans(boundaries(WEATHER, lead_in_ms=0))
    (led,) = spans(boundaries(WEATHER, lead_in_ms=300))
    assert led[0] == pytest.approx(bare[0] - 0.3)


def test_nothing_begins_before_the_sound_itself() -> None:
    assert boundaries(WEATHER[16_000:], start=7_000)[0].at == 7_000


@pytest.mark.parametrize("pcm", [b"", silence(3), noise(3, 5), noise(3, 300)])
def test_silence_and_quiet_noise_are_no_speech(pcm: bytes) -> None:
    assert boundaries(pcm) == []
    assert not has_speech(pcm)


def test_loud_steady_noise_and_tones_have_no_voice_in_them() -> None:
    tone = np.rint(8_000 * np.sin(np.arange(3 * SAMPLE_RATE) * 0.4)).astype("<i2").tobytes()
    for pcm in (noise(3, 3_000), tone):
        assert all(boundary.voiced == 0 for boundary in boundaries(pcm))
        assert not has_speech(pcm)


def test_speech_is_speech() -> None:
    assert has_speech(WEATHER)
    assert has_speech(CITIES)


def test_a_pause_shorter_than_the_silence_asked_for_does_not_part_an_utterance() -> None:
    assert len(boundaries(TWO, min_silence_ms=500)) == 4
    assert len(boundaries(TWO, min_silence_ms=1_500)) == 2


def test_a_shorter_pause_ends_an_utterance_that_is_long() -> None:
    assert len(boundaries(TWO, min_silence_ms=1_500, long_ms=2_000)) == 4
    assert len(boundaries(TWO, min_silence_ms=1_500, long_ms=6_000)) == 2
    assert len(boundaries(TWO, min_silence_ms=2_500, long_ms=2_000)) == 2


def test_an_utterance_of_a_minute_ends_at_the_whole_silence_unless_asked_otherwise() -> None:
    talk = (WEATHER[int(0.55 * SAMPLE_RATE) * 2 : int(2.3 * SAMPLE_RATE) * 2] + silence(0.25)) * 30
    assert len(boundaries(talk, max_segment_ms=120_000)) == 2
    assert len(boundaries(talk, max_segment_ms=120_000, long_ms=30_000)) == 4


def test_a_word_cut_off_by_the_end_is_kept() -> None:
    """0.18 s of voice at the very end: too short for a start, but the sound stops there."""
    voice = int(0.7 * SAMPLE_RATE) * 2
    pcm = silence(1) + WEATHER[voice : voice + int(0.18 * SAMPLE_RATE) * 2]
    assert Segmenter().process(pcm) == []
    (start, end) = boundaries(pcm)
    assert start.at < SAMPLE_RATE
    assert end.at == len(pcm) // 2


def test_endless_speech_is_cut_before_the_longest_length_and_continues_right_there() -> None:
    talk = WEATHER[int(0.55 * SAMPLE_RATE) * 2 : int(2.3 * SAMPLE_RATE) * 2] * 12
    found = boundaries(talk, max_segment_ms=6_000)
    parts = spans(found)
    assert len(parts) >= 4
    assert all(end - start <= 6.0 for start, end in parts)
    assert all(start == before for (_, before), (start, _) in pairwise(parts))


def test_an_utterance_that_begins_with_a_cut_and_is_silent_ends_where_it_began_or_later() -> None:
    """The longest length is reached within the silence that is about to end the utterance."""
    found = boundaries(WEATHER[int(0.7 * SAMPLE_RATE) * 2 :] + silence(2), max_segment_ms=2_200, trail_ms=0)
    assert len(found) == 4
    check_order(found, len(WEATHER) // 2 + 2 * SAMPLE_RATE)


def test_a_cut_is_made_at_a_quiet_place() -> None:
    """Loud syllables of 0.2 s with soft ones of 0.1 s between: no pause, but places to choose from."""
    rng = np.random.default_rng(1)
    vowel = np.concatenate([np.full(3_200, 9_000.0), np.full(1_600, 700.0)])
    pitch = np.sin(np.arange(len(vowel)) * 2 * np.pi * 140 / SAMPLE_RATE) ** 3
    sound = np.tile(vowel * pitch, 60) + rng.standard_normal(60 * len(vowel)) * 50
    found = boundaries(sound.astype("<i2").tobytes(), max_segment_ms=5_000)
    cuts = [boundary.at for boundary in found if not boundary.starts][:-1]
    assert len(cuts) >= 2
    for cut in cuts:
        assert 3_200 <= (cut - 1) % 4_800 + 1 <= 4_800 + 320


def test_every_frame_of_steady_noise_ends_at_the_longest_length_at_the_latest() -> None:
    assert all(end - start <= 3.0 for start, end in spans(boundaries(noise(10, 3_000), max_segment_ms=3_000)))


def test_speech_that_only_grows_louder_ends_at_the_longest_length() -> None:
    """No place in it is quieter than what came before."""
    times = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    vowel = np.sin(times * 2 * np.pi * 140) ** 3 * (2_000 + 2_500 * times)
    sound = vowel + np.random.default_rng(1).standard_normal(len(vowel)) * 50
    found = spans(boundaries(sound.astype("<i2").tobytes(), max_segment_ms=3_000))
    assert len(found) >= 3
    assert all(end - start <= 3.0 for start, end in found)


def test_the_voice_of_an_utterance_is_counted_for_it_alone() -> None:
    found = boundaries(TWO)
    alone = boundaries(TWO[4 * SAMPLE_RATE * 2 :])
    assert found[-1].voiced == pytest.approx(alone[-1].voiced, abs=SAMPLE_RATE // 4)


def test_a_lead_in_that_is_longer_than_the_pause_does_not_reach_into_the_utterance_before() -> None:
    found = boundaries(TWO + CITIES, min_silence_ms=100, lead_in_ms=2_000)
    assert len(found) > 4
    check_order(found, len(TWO + CITIES) // 2)


def check_order(found: list[Boundary], length: int) -> None:
    assert [boundary.starts for boundary in found] == [True, False] * (len(found) // 2)
    assert all(before.at <= now.at for before, now in pairwise(found))
    assert all(0 <= boundary.at <= length for boundary in found)


@st.composite
def mixtures(draw: st.DrawFn) -> bytes:
    parts = draw(st.lists(st.integers(0, 3), max_size=5))
    made = [WEATHER[12_000:60_000], silence(0.7), noise(0.4, 2_000), CITIES[40_000:90_000]]
    return b"".join(made[part] for part in parts) + bytes(draw(st.integers(0, 400)) * 2)


@settings(deadline=None, max_examples=25)
@given(mixtures(), st.lists(st.integers(1, 20_000), max_size=12), st.sampled_from([1_000, 3_000, 30_000]))
def test_boundaries_are_in_order_and_do_not_depend_on_the_blocks(pcm: bytes, cuts: list[int], longest: int) -> None:
    segmenter, found, at = Segmenter(max_segment_ms=longest), [], 0
    for cut in [*cuts, len(pcm)]:
        before = segmenter.settled
        new = segmenter.process(pcm[at : at + 2 * cut])
        assert all(boundary.at >= before for boundary in new)
        assert segmenter.settled >= before
        found += new
        at += 2 * cut
    before = segmenter.settled
    last = segmenter.flush()
    assert all(boundary.at >= before for boundary in last)
    check_order([*found, *last], len(pcm) // 2)
    assert [*found, *last] == boundaries(pcm, max_segment_ms=longest)
    assert segmenter.settled == len(pcm) // 2


def test_a_flushed_segmenter_continues_counting() -> None:
    segmenter = Segmenter()
    segmenter.process(WEATHER)
    segmenter.flush()
    again = [*segmenter.process(WEATHER), *segmenter.flush()]
    assert again[0].at >= len(WEATHER) // 2


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(float)


def pcm_of(sound: np.ndarray) -> bytes:
    return np.clip(np.rint(sound), -32_768, 32_767).astype("<i2").tobytes()


def voice_level(pcm: bytes) -> float:
    loud = samples(pcm)
    return float(np.sqrt(np.mean(np.square(loud[np.abs(loud) > 50]))))


def voiced_s(pcm: bytes) -> float:
    return sum(boundary.voiced for boundary in boundaries(pcm)) / SAMPLE_RATE


@pytest.mark.parametrize("name", ["weather", "two_sentences", "two_cities"])
@pytest.mark.parametrize("share", [-0.3, -0.01, 0.01, 0.1, 0.3])
@pytest.mark.parametrize("level", [0.5, 0.05])
def test_offset_changes_nothing(name: str, share: float, level: float) -> None:
    """The voice is at half its level and at −26 dB, so that nothing is clipped."""
    voice = samples(speech(name)) * level
    clean, offset = voiced_s(pcm_of(voice)), voiced_s(pcm_of(voice + share * 32_768))
    assert clean > 0.5
    assert offset == pytest.approx(clean, rel=0.15)


@pytest.mark.parametrize("name", ["weather", "two_sentences", "two_cities"])
@pytest.mark.parametrize("hertz", [50, 60, 100])
def test_hum_10_db_above_the_voice_throws_no_word_away(name: str, hertz: float) -> None:
    voice = 0.3 * samples(speech(name))
    hum = 0.3 * voice_level(speech(name)) * 10 ** (10 / 20) * 2**0.5
    tone = hum * np.sin(2 * np.pi * hertz * np.arange(len(voice)) / SAMPLE_RATE)
    assert voiced_s(pcm_of(voice + tone)) > 0.6 * voiced_s(pcm_of(voice))


@pytest.mark.parametrize("name", ["weather", "two_sentences", "two_cities"])
def test_buzz_and_hiss_throw_no_word_away(name: str) -> None:
    """Mains buzz with nine harmonics 10 dB above the voice; white noise 10 and 5 dB below it."""
    voice, level = 0.3 * samples(speech(name)), 0.3 * voice_level(speech(name))
    time = np.arange(len(voice)) / SAMPLE_RATE
    buzz = sum(np.sin(2 * np.pi * 50 * k * time + k) / k for k in range(1, 10))
    hiss = samples(noise(len(voice) / SAMPLE_RATE, 1_000))
    for disturbance, decibels in ((buzz, 10), (hiss, -10), (hiss, -5)):
        added = disturbance / disturbance.std() * level * 10 ** (decibels / 20)
        assert voiced_s(pcm_of(voice + added)) > 0.5 * voiced_s(pcm_of(voice))


def colored(seconds: float, slope: float, level: float) -> np.ndarray:
    """Noise whose power falls with the frequency to the power of `slope`: 0 white, 1 pink, 2 rumble."""
    length = int(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), 20)
    sound = np.fft.irfft(spectrum / hertz ** (slope / 2), length)
    return sound / sound.std() * level


def sine(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(12 * SAMPLE_RATE) / SAMPLE_RATE)


STEADY = {
    "white": colored(12, 0, 3_000),
    "pink": colored(12, 1, 3_000),
    "rumble": colored(12, 2, 3_000),
    "hum": 8_000 * sine(50),
    "buzz": sum(5_000 / k * sine(60 * k) for k in range(1, 30)),
    "fan": colored(12, 1.5, 2_000) + sum(800 * sine(hertz) for hertz in (47, 94, 141, 188, 235, 470)),
}


@pytest.mark.parametrize("kind", STEADY)
@pytest.mark.parametrize("level", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("offset", [0, 3_000])
def test_steady_noise_alone_has_no_voice_in_it(kind: str, level: float, offset: float) -> None:
    assert voiced_s(pcm_of(STEADY[kind] * level + offset)) == 0


@pytest.mark.parametrize("name", ["weather", "two_sentences", "two_cities"])
def test_utterance_ends_where_the_pause_in_front_of_its_end_said_so(name: str) -> None:
    """At every end that silence makes, the likely end was known for 0.46 s and its sound complete for 0.26 s."""
    segmenter = Segmenter()
    assert segmenter.likely_end is None
    known: list[int | None] = []
    ends = 0
    pcm = speech(name) + silence(1)
    for at in range(0, len(pcm), 640):
        for boundary in segmenter.process(pcm[at : at + 640]):
            if not boundary.starts:
                ends += 1
                assert known[-23:] == [boundary.at] * 23
                assert boundary.at == at // 2 + 320 - 4_160
        known.append(segmenter.likely_end)
    assert ends
    assert segmenter.likely_end is None
