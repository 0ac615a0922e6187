"""The service's script mode: what it hears of real speech with known words, and every way in which it may answer."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st
from tests.aiola_server.hosting import ServiceProcess, ServiceThread
from tests.aiola_server.script_ears import ScriptEars
from tests.aiola_server.segmenter import SpeechSegment
from tests.aiola_server.spoken import COUGH, RECORDINGS, SENTENCES, SpokenScript, dictated, joined
from tests.aiola_server.tones import RATE
from tests.aiola_server.wire import Wire, connected

from saywrite.audio.vad import Segmenter

CLOSING = bytes(2 * RATE * 2)


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        running.set(delay_s=0.05)
        yield running


def known(service: ServiceThread | ServiceProcess, script: SpokenScript, folder: Path) -> SpokenScript:
    service.know_speech(script.save(folder / "script"))
    return script


def heard(script: SpokenScript, pcm: bytes) -> list[str]:
    segment = SpeechSegment(0, len(pcm) // 2, len(pcm) // 2, pcm)
    work = ScriptEars(script)(segment)
    with pytest.raises(StopIteration) as done:
        work.send(None)  # type: ignore[attr-defined]
    return str(done.value.value).split()


def nuclei(script: SpokenScript, start: int, end: int) -> list[str]:
    return [word.text for word in script.words if start <= word.nucleus < end]


THREE = dictated(3)


def test_every_word_has_its_place_in_the_sound() -> None:
    assert THREE.text == " ".join(SENTENCES[:3])
    for word, after in itertools.pairwise(THREE.words):
        assert word.start <= word.nucleus < word.end <= after.start
    assert THREE.words[-1].end <= len(THREE.pcm) // 2


def test_the_same_speech_is_made_again() -> None:
    assert dictated(1) == dictated(1)


def test_a_script_survives_the_disk(tmp_path: Path) -> None:
    assert SpokenScript.load(THREE.save(tmp_path / "new")) == THREE


@given(st.integers(0, len(THREE.pcm) // 2), st.integers(0, len(THREE.pcm) // 2))
def test_a_replay_that_starts_anywhere_is_understood(one: int, other: int) -> None:
    start, end = sorted((one, other))
    assert heard(THREE, THREE.pcm[start * 2 : end * 2]) == nuclei(THREE, start, end) or end - start < 800


@given(st.integers(RATE, 4 * RATE), st.integers(0, RATE), st.integers(RATE, 3 * RATE))
def test_sound_that_is_missing_is_not_understood(first: int, gap: int, length: int) -> None:
    second = first + gap
    pcm = THREE.pcm[RATE * 2 : first * 2] + THREE.pcm[second * 2 : (second + length) * 2]
    expected = nuclei(THREE, RATE, first) + nuclei(THREE, second, second + length)
    edge = [word.text for word in THREE.words if abs(word.nucleus - first) < 900 or abs(word.nucleus - second) < 900]
    assert [word for word in heard(THREE, pcm) if word not in edge] == [word for word in expected if word not in edge]


def test_other_sound_is_not_understood() -> None:
    noise = (np.random.default_rng(3).normal(0, 3000, 3 * RATE)).astype("<i2").tobytes()
    assert heard(THREE, noise) == []
    assert heard(THREE, joined([SENTENCES[5]]).pcm) == []


def test_sound_that_was_resampled_and_made_quieter_is_understood() -> None:
    start, end = THREE.words[0].start - 800, THREE.words[-1].end + 800
    sound = np.frombuffer(THREE.pcm[start * 2 : end * 2], "<i2").astype(np.float64)
    there = soxr.resample(soxr.resample(sound, RATE, 44_100) * 0.4, 44_100, RATE)
    assert heard(THREE, there.astype("<i2").tobytes()) == THREE.text.split()


def test_a_cough_is_speech_for_our_detector_and_has_no_words() -> None:
    script = joined([COUGH], pause_s=1.5)
    detector = Segmenter(threshold=0.5, min_speech_ms=100, min_silence_ms=500, max_segment_ms=30_000)
    found = [boundary.starts for boundary in detector.process(script.pcm)]
    assert found == [True, False]
    assert script.words == ()


def test_sentences_and_recordings_are_answered_with_their_words(service: ServiceThread, tmp_path: Path) -> None:
    script = known(service, joined(["weather", SENTENCES[0], "weather"], pause_s=1.0), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        assert wire.transcripts(3) == [RECORDINGS["weather"], SENTENCES[0], RECORDINGS["weather"]]


def test_a_repeated_phrase_is_answered_as_often_as_it_is_said(service: ServiceThread, tmp_path: Path) -> None:
    script = known(service, joined(["no no no", "no no no", "no no no"], pause_s=1.0), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        assert wire.transcripts(3) == ["no no no"] * 3


@pytest.mark.parametrize("silence_ms", [200, 500, 1200])
def test_the_service_may_have_its_own_minimum_of_silence(
    silence_ms: int, service: ServiceThread, tmp_path: Path
) -> None:
    service.set(min_silence_ms=silence_ms)
    script = known(service, joined(list(SENTENCES[:3]), pause_s=[0.35, 0.9, 0.0]), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm + CLOSING)
        count = {200: 3, 500: 2, 1200: 1}[silence_ms]
        texts = wire.transcripts(count)
    assert " ".join(texts) == script.text


def test_the_service_may_have_its_own_longest_segment(service: ServiceThread, tmp_path: Path) -> None:
    service.set(max_segment_ms=2000)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm + CLOSING)
        texts = wire.transcripts(2)
    assert " ".join(texts) == script.text
    assert all(answer.end_s - answer.start_s < 4 for answer in service.stream().answers)


def test_answers_may_come_out_of_order(service: ServiceThread, tmp_path: Path) -> None:
    service.set(out_of_order=True, delay_s=0.6)
    script = known(service, joined(list(SENTENCES[:2]), pause_s=1.0), tmp_path)
    half = script.words[len(SENTENCES[0].split())].start - RATE // 10
    with connected(service) as wire:
        wire.send_audio(script.pcm[: half * 2])
        service.wait_for_audio(half * 2)
        service.set(delay_s=0.05)
        wire.send_audio(script.pcm[half * 2 :])
        assert wire.transcripts(2) == [SENTENCES[1], SENTENCES[0]]


def test_answers_may_be_late(service: ServiceThread, tmp_path: Path) -> None:
    service.set(delay_s=0.7, jitter_s=0.2)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        assert wire.transcripts(1) == [script.text]
    answer = service.stream().answers[0]
    assert 0.7 <= answer.sent - answer.closed < 3


def test_an_answer_may_be_split_in_two_messages(service: ServiceThread, tmp_path: Path) -> None:
    service.set(split=True)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        first, second = wire.transcripts(2)
    assert f"{first} {second}" == script.text
    assert len(first.split()) == len(script.words) // 2


@pytest.mark.parametrize("merge", [2, 3])
def test_answers_may_be_merged_and_the_rest_comes_later(merge: int, service: ServiceThread, tmp_path: Path) -> None:
    service.set(merge=merge)
    script = known(service, dictated(4), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        texts = wire.transcripts(2)
    assert texts[0] == " ".join(SENTENCES[:merge])
    assert " ".join(texts) == script.text


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_cough_is_answered_by_nothing_or_by_an_empty_text(
    blank: str | None, service: ServiceThread, tmp_path: Path
) -> None:
    service.set(blank=blank)
    script = known(service, joined([COUGH, SENTENCES[0]], pause_s=1.0), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        expected = [SENTENCES[0]] if blank is None else [blank, SENTENCES[0]]
        assert wire.transcripts(len(expected)) == expected


def test_white_space_may_come_before_each_text(service: ServiceThread, tmp_path: Path) -> None:
    service.set(white_space=True)
    known(service, dictated(2), tmp_path)
    with connected(service) as wire:
        wire.send_audio(dictated(2).pcm)
        assert wire.transcripts(4) == [" ", SENTENCES[0], " ", SENTENCES[1]]


def test_every_second_answer_may_be_dropped(service: ServiceThread, tmp_path: Path) -> None:
    service.set(drop_every=2)
    script = known(service, dictated(4), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        assert wire.transcripts(2) == [SENTENCES[0], SENTENCES[2]]


def test_swallowed_sound_is_not_answered_although_pings_are(service: ServiceThread, tmp_path: Path) -> None:
    script = known(service, dictated(2), tmp_path)
    half = script.words[len(SENTENCES[0].split())].start - RATE // 10
    with connected(service) as wire:
        service.swallow(60)
        wire.send_audio(script.pcm[: half * 2])
        wire.socket.ping("7")
        opcode, data = wire.socket.recv_data(control_frame=True)
        assert (opcode, bytes(data)) == (0xA, b"7")
        service.swallow(0)
        wire.send_audio(script.pcm[half * 2 :])
        assert wire.transcripts(1) == [SENTENCES[1]]
    assert service.stream().swallowed_bytes == half * 2


def test_pongs_may_be_off(service: ServiceThread, tmp_path: Path) -> None:
    service.set(pongs=False)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.socket.ping("7")
        wire.send_audio(script.pcm)
        opcode, _data = wire.socket.recv_data(control_frame=True)
        assert opcode == 1  # the transcript, and no pong before it
        service.set(pongs=True)
        wire.socket.ping("8")
        opcode, data = wire.socket.recv_data(control_frame=True)
        assert (opcode, bytes(data)) == (0xA, b"8")


def test_interim_results_grow_to_the_final(service: ServiceThread, tmp_path: Path) -> None:
    service.set(interim_s=0.5)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        payloads = [wire.event()[1]]
        while not payloads[-1]["is_final"]:
            payloads.append(wire.event()[1])
    texts = [payload["transcript"] for payload in payloads]
    assert len(texts) > 3
    assert texts[-1] == script.text
    assert all(later.startswith(text) for text, later in itertools.pairwise(texts))


def test_texts_may_carry_their_place(service: ServiceThread, tmp_path: Path) -> None:
    service.set(places=True)
    script = known(service, dictated(1), tmp_path)
    with connected(service) as wire:
        wire.send_audio(script.pcm)
        payload = wire.event()[1]
    assert payload["is_final"] is True
    assert payload["start"] == pytest.approx(script.words[0].start / RATE, abs=0.1)
    assert payload["end"] == pytest.approx(script.words[-1].end / RATE, abs=0.1)


def test_a_flood_comes_as_fast_as_the_client_reads(service: ServiceThread) -> None:
    with connected(service) as wire:
        service.flood("structured", {"results": {"text": "x" * 100_000}}, 5.0)
        began = time.monotonic()
        for _ in range(20):
            name, payload = wire.event()
            assert (name, len(payload["results"]["text"])) == ("structured", 100_000)
        assert time.monotonic() - began < 5.0


def test_the_namespace_may_be_acknowledged_late(service: ServiceThread) -> None:
    service.set(connect_delay_s=0.4)
    began = time.monotonic()
    with connected(service):
        assert time.monotonic() - began >= 0.4


def test_a_revoked_token_may_be_refused_by_resets_only(service: ServiceThread) -> None:
    token = service.mint()
    with connected(service, token=token) as wire:
        service.expire("resets")
        assert wire.read_to_the_end() == []
    with pytest.raises(ConnectionError):
        Wire(service, token)
    with connected(service):  # a new token
        pass


def test_a_service_in_its_own_process_knows_the_script_too(tmp_path: Path) -> None:
    with ServiceProcess() as service:
        script = known(service, dictated(1), tmp_path)
        with connected(service) as wire:
            wire.send_audio(script.pcm)
            assert wire.transcripts(1) == [script.text]
