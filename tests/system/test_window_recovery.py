"""What was being said when the window was killed is there when it is opened again, and can be had as text or sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sounds import frames_of
from tests.system.lab.desktop import wait_for
from tests.system.lab.window import Room, Window, recordings, room, window

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import scan

pytestmark = pytest.mark.system


@pytest.fixture
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


def kill_in_mid_sentence(saywrite: Window, desk: Room, wav: Path, at_s: int) -> int:
    """Dictate, kill -9 when `at_s` seconds were heard; returns the seconds heard by the gauge."""
    saywrite.dictating()
    desk.sound.play("desk", wav, wait=False)
    wait_for(lambda: saywrite.heard_s() >= at_s, "nothing is heard")
    heard = saywrite.heard_s()
    saywrite.kill()
    return heard


def test_after_kill_9_the_next_start_offers_text_sound_or_removal_of_what_was_said(
    desk: Room, artifacts: Path, tmp_path: Path
) -> None:
    speech = recordings(tmp_path)
    folder = tmp_path / "data" / "recordings"
    with window(desk, tmp_path) as saywrite:
        heard = kill_in_mid_sentence(saywrite, desk, speech["two_sentences"], 7)
    (first,) = scan(folder)
    assert first.length / SAMPLE_RATE >= heard - 1, "up to the last second"

    with window(desk, tmp_path) as saywrite:
        saywrite.wait_label(r"^1 unfinished dictation, \d\d:\d\d, [\d.]+ s$")
        desk.screen.shot(artifacts / "window-recovery-offer.png")
        saywrite.click(saywrite.wait_for("push button", "^Save audio: "))
        saywrite.wait_for("dialog", "^Save audio")
        wav = tmp_path / "saved.wav"
        desk.screen.key("ctrl+a")
        desk.screen.type(str(wav))
        desk.screen.key("Return")
        wait_for(lambda: wav.exists() and frames_of(wav) == first.length, "the sound is not saved")
        saywrite.wait_gone("dialog", "^Save audio")
        kill_in_mid_sentence(saywrite, desk, speech["weather"], 2)

    with window(desk, tmp_path) as saywrite:
        saywrite.wait_label(r"^2 unfinished dictations, [\d.]+ s in all$")
        saywrite.click(saywrite.wait_for("push button", "^Show the unfinished dictations$"))
        saywrite.wait_for("push button", "^Discard: ")
        desk.screen.shot(artifacts / "window-recovery-two.png")
        short = saywrite.wait_for("push button", r"^Discard: .*, [1-4](\.\d)? s$")
        saywrite.click(short)
        saywrite.click(saywrite.wait_for("push button", "^Discard recording: "))
        saywrite.wait_label("^1 unfinished dictation, ")
        assert [item.dictation for item in scan(folder)] == [first.dictation]

        saywrite.press("alt+t")
        text = saywrite.wait_transcript("going")
        saywrite.wait_state("idle")
        saywrite.wait_gone("label", "unfinished")
        assert len(re.findall("people", text, re.IGNORECASE)) == 1, "the part that had its text is not repeated"
        desk.screen.shot(artifacts / "window-recovery-after.png")
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []
    assert scan(folder) == ()
    store = HistoryStore(tmp_path / "data" / "history.sqlite3")
    dictated = store.load(first.dictation)
    store.close()
    assert dictated is not None
    words = " ".join(segment.text for segment in dictated.segments).lower()
    assert re.search(r"people in the city.*train to work.*going", words)
