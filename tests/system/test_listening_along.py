"""The recognizer on this computer listens along with the service: words while speaking, and through an outage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tests.aiola_server.fault_proxy import FaultProxy
from tests.aiola_server.hosting import ServiceThread
from tests.aiola_server.spoken import SpokenScript, dictated
from tests.sounds import write_wav
from tests.system.lab.counting import words_of
from tests.system.lab.speaker import Speaker
from tests.system.lab.window import Room, room, window

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    EngineState,
    Partial,
    ProvisionalText,
    SegmentAdded,
    State,
    StateChanged,
)

pytestmark = pytest.mark.system
pytest.importorskip("ctranslate2", reason="no CTranslate2 for this platform")

WITHIN_S = 20.0
"""Promised is a second; a machine whose cores run other tests decodes one sentence in so long."""


@pytest.fixture(scope="module")
def script() -> SpokenScript:
    return dictated(6)


@pytest.fixture
def service(script: SpokenScript, tmp_path: Path) -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        running.know_speech(script.save(tmp_path / "script"))
        yield running


@pytest.fixture
def line(service: ServiceThread) -> Iterator[FaultProxy]:
    with FaultProxy(service.port) as proxy:
        yield proxy


def cut(line: FaultProxy) -> None:
    line.refuse()
    line.reset()


def restore(line: FaultProxy) -> None:
    line.refuse(False)


def provisional(speaker: Speaker) -> list[tuple[float, ProvisionalText]]:
    return [(at, event) for at, event in speaker.all(ProvisionalText) if isinstance(event, ProvisionalText)]


def is_loaded(speaker: Speaker) -> bool:
    events = [event for _at, event in speaker.all(EngineChanged)]
    return any(event.engine == LOCAL and event.state is EngineState.READY for event in events)


def texts(speaker: Speaker) -> list[str]:
    return words_of(" ".join(event.segment.text for _at, event in speaker.all(SegmentAdded)))


def test_words_go_on_through_an_outage_and_are_replaced_once(
    service: ServiceThread, line: FaultProxy, script: SpokenScript, tmp_path: Path
) -> None:
    with Speaker(tmp_path, service.environment(line.url), aiola_listen_along="on") as speaker:
        speaker.wait_for(lambda: is_loaded(speaker), "the recognizer on this computer")
        speaker.press(script.pcm)
        speaker.wait_for(lambda: bool(speaker.all(SegmentAdded)), "the first text")
        assert speaker.all(Partial)[0][0] < speaker.all(SegmentAdded)[0][0], "words come while they are spoken"

        cut(line)
        speaker.wait_for(lambda: speaker.lost_at(0) is not None, "the loss")
        lost = speaker.lost_at(0)
        speaker.wait_for(lambda: any(event.away and event.stretches for _at, event in provisional(speaker)), "words")
        news = [at for at, event in speaker.told if isinstance(event, Partial | ProvisionalText) and at > lost]
        assert news[0] - lost < WITHIN_S
        restore(line)

        speaker.wait_until_said(len(script.pcm) / 32_000)
        finished = speaker.let_go()
        assert finished.pending == 0
        assert texts(speaker) == words_of(script.text)
        assert words_of(finished.text) == words_of(script.text)
        assert provisional(speaker)[-1][1].stretches == ()
        starts = [event.segment.start for _at, event in speaker.all(SegmentAdded)]
        assert all(one <= other for one, other in pairwise(starts))
        assert [state.state for _at, state in speaker.all(StateChanged)].count(State.RECONNECTING) == 1
        assert "connected" in [event.state for at, event in speaker.all(ConnectionChanged) if at > lost]


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


def test_words_go_on_in_the_window_and_edited_words_stay(
    desk: Room,
    service: ServiceThread,
    line: FaultProxy,
    script: SpokenScript,
    tmp_path: Path,
    artifacts: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in service.environment(line.url).items():
        monkeypatch.setenv(name, value)
    wav = tmp_path / "script.wav"
    write_wav(wav, np.frombuffer(script.pcm, "<i2"))
    with window(
        desk, tmp_path, 'engine = "aiola"\naiola_listen_along = "on"\ntheme = "light"\nspoken_punctuation = "off"\n'
    ) as saywrite:
        saywrite.dictating()
        player = desk.sound.play("desk", wav, wait=False)
        saywrite.wait_for("filler", "Being heard")
        desk.screen.shot(artifacts / "listening-along-partial.png")
        saywrite.wait_transcript("report")
        cut(line)
        saywrite.wait_state("reconnecting")
        saywrite.wait_transcript("letter")
        desk.screen.shot(artifacts / "listening-along-outage.png")
        saywrite.click(saywrite.wait_for("text", "^Transcript$"), where=(0.9, 0.9))
        desk.screen.key("ctrl+End")
        desk.screen.type(" MINE")
        saywrite.wait_transcript("MINE")
        player.wait(60)
        saywrite.wait_transcript("parents")
        desk.screen.shot(artifacts / "listening-along-outage-edited.png")

        restore(line)
        saywrite.wait_state("listening")
        saywrite.press("F9")
        saywrite.wait_state("idle", 60)
        text = saywrite.transcript()
        desk.screen.shot(artifacts / "listening-along-after.png")
        assert "MINE" in text
        places = [text.find(word) for word in ("report", "meeting", "letter", "apple", "doctor", "parents")]
        assert -1 not in places, text
        assert places == sorted(places)
        for word in ("report", "meeting", "letter", "apple", "doctor", "parents"):
            assert len(re.findall(word, text)) == 1, text
        assert saywrite.terminate(30) == 0
