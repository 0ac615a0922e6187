"""What goes wrong while a person dictates is said in the window with its remedy, and the window goes on answering."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.sound import label
from tests.system.lab.stalled_disk import stalling_disk
from tests.system.lab.window import Room, Window, recordings, room, window
from tests.system.small_disk import small_disk

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.storage.recordings.library import open_recording, scan

AT_ONCE_S = 1.0
"""Longer than this nothing that a person does may stay without an answer."""
SPOKEN_S = 3.0
"""Of weather.flac, at least."""

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return recordings(tmp_path_factory.mktemp("speech"))


def at_once(condition: Callable[[], bool], what: str) -> None:
    """It holds within a second; the question itself may be what has to wait."""
    began = time.monotonic()
    wait_for(condition, f"{what} within {AT_ONCE_S} s", AT_ONCE_S)
    assert time.monotonic() - began <= AT_ONCE_S, f"{what} within {AT_ONCE_S} s"


def answers_at_once(saywrite: Window, times: int = 3) -> None:
    """Ctrl+K shows and hides the keywords, each within a second; the panel is closed while there are none."""
    if saywrite.see("table", "^Keywords$") is None:
        saywrite.press("ctrl+k")
    keywords = saywrite.wait_for("table", "^Keywords$", AT_ONCE_S)
    for _ in range(times):
        for shown in (False, True):
            saywrite.press("ctrl+k")
            at_once(lambda shown=shown: keywords.is_shown() == shown, f"keywords shown: not {shown}")


def length_s(folder: Path) -> float:
    """Seconds of a recording on disk."""
    with open_recording(folder) as recording:
        return recording.length / SAMPLE_RATE


def toggles_at_once(saywrite: Window, *states: str) -> None:
    """F9 is followed by these states within a second, and the title of the window says so."""
    before = len(saywrite.states())
    saywrite.press("F9")
    at_once(lambda: saywrite.states()[before:][: len(states)] == list(states), f"not {states}")
    listening = states[-1] == "listening"
    title = "● Saywrite" if listening else "Saywrite"
    at_once(lambda: saywrite.title() == title, "the title does not follow")


@pytest.mark.alone
def test_without_a_microphone_start_says_so_and_one_that_is_plugged_in_then_works(
    speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    with room([]) as bare, window(bare, tmp_path) as saywrite:
        saywrite.press("F9")
        saywrite.wait_label("^There is no microphone")
        saywrite.wait_label("Plug in a microphone")
        bare.screen.shot(artifacts / "window-no-microphone.png")
        answers_at_once(saywrite)
        bare.sound.add("headset:48000:1")
        bare.sound.default("headset")
        saywrite.press("F5")
        saywrite.wait_for("combo box", label("headset"))
        saywrite.dictating()
        bare.sound.play("headset", speech["weather"])
        saywrite.wait_transcript("weather")
        assert "There is no microphone" not in saywrite.labels()
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


def test_unplugged_in_mid_dictation_it_says_so_and_goes_on_also_when_it_is_plugged_in_again(
    speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    with room(["headset:48000:1", "laptop:48000:2"]) as made, window(made, tmp_path) as saywrite:
        saywrite.wait_for("combo box", label("headset"))
        saywrite.dictating()
        wait_for(lambda: saywrite.heard_s() >= 1, "no sound from the headset")
        made.sound.remove("headset")
        # Where the stream ends before the server reports the unplugging, only the gap is left to read after a moment.
        saywrite.wait_label("Headset was (unplugged|not available)")
        made.sound.play("laptop", speech["weather"])
        saywrite.wait_transcript("weather")
        made.screen.shot(artifacts / "window-unplugged.png")
        made.sound.add("headset:48000:1")
        # Which of the two depends on the order of the server's events.
        saywrite.wait_label("^(Now recording from|The system.s microphone is now) Headset")
        made.sound.play("headset", speech["two_sentences"])
        saywrite.wait_transcript("people")
        assert saywrite.states() == ["starting", "listening"], "one dictation all the time"
        saywrite.press("F9")
        saywrite.wait_state("idle")
        assert "river" in saywrite.transcript()
        made.screen.shot(artifacts / "window-replugged.png")
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


@pytest.mark.alone
def test_full_disk_is_reported_and_the_text_still_comes(
    desk: Room, speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", size=2 << 20) as disk, window(desk, disk.path) as saywrite:
        saywrite.dictating()
        wait_for(lambda: list(disk.path.glob("data/recordings/*/audio.pcm")), "no recording")
        disk.fill()
        desk.sound.play("desk", speech["two_sentences"], wait=False)
        saywrite.wait_label("full")
        saywrite.wait_transcript("river")
        desk.screen.shot(artifacts / "window-full-disk.png")
        answers_at_once(saywrite)
        disk.free()
        saywrite.press("F9")
        saywrite.wait_state("idle")
        (folder,) = (disk.path / "data" / "recordings").iterdir()
        heard = saywrite.heard_s()
        wait_for(lambda: abs(length_s(folder) - heard) <= 1, "what was in memory is not on disk")
        assert saywrite.terminate(3) == 0


@pytest.mark.alone
def test_read_only_disk_is_reported_and_the_text_still_comes(
    desk: Room, speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        disk.make_read_only()
        with window(desk, disk.path) as saywrite:
            saywrite.dictating()
            desk.sound.play("desk", speech["weather"], wait=False)
            saywrite.wait_label("read-only")
            saywrite.wait_transcript("weather")
            desk.screen.shot(artifacts / "window-read-only.png")
            saywrite.press("F9")
            saywrite.wait_state("idle")
            answers_at_once(saywrite)
            assert saywrite.terminate(3) == 0


@pytest.mark.alone
def test_while_the_recognizer_stands_still_the_window_answers_and_nothing_is_lost(
    desk: Room, speech: dict[str, Path], tmp_path: Path
) -> None:
    with window(desk, tmp_path) as saywrite:
        (worker,) = saywrite.workers()
        saywrite.dictating()
        worker.suspend()
        try:
            desk.sound.play("desk", speech["weather"])
            answers_at_once(saywrite)
            toggles_at_once(saywrite, "finishing")
            toggles_at_once(saywrite, "starting", "listening")
            answers_at_once(saywrite, times=1)
        finally:
            worker.resume()
        text = saywrite.wait_transcript("weather is nice today")
        assert len(re.findall("weather", text)) == 1
        saywrite.press("F9")
        saywrite.wait_state("idle")
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


@pytest.mark.alone
@pytest.mark.parametrize("log_there", [pytest.param(False, id="log elsewhere"), pytest.param(True, id="log on it too")])
def test_while_the_disk_stands_still_the_window_answers_and_the_text_comes(
    log_there: bool, desk: Room, speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    with stalling_disk(tmp_path / "disk") as disk, ExitStack() as stack:
        if not log_there:
            (disk.path / "data").mkdir()
            (tmp_path / "logs").mkdir()
            (disk.path / "data" / "logs").symlink_to(tmp_path / "logs")
        saywrite = stack.enter_context(window(desk, disk.path))
        saywrite.dictating()
        wait_for(lambda: list(disk.path.glob("data/recordings/*/audio.pcm")), "no recording")
        disk.stall()
        try:
            desk.sound.play("desk", speech["weather"])
            saywrite.wait_transcript("weather is nice today")
            answers_at_once(saywrite)
            desk.screen.shot(artifacts / "window-stalled-disk.png")
            toggles_at_once(saywrite, "finishing")
            toggles_at_once(saywrite, "starting", "listening")
        finally:
            disk.resume()
        saywrite.wait_gone("label", "^The disk is not keeping up")
        recordings = disk.path / "data" / "recordings"
        wait_for(lambda: len(list(recordings.iterdir())) == 2, "the second recording is not on the disk")
        first = min(recordings.iterdir())
        wait_for(lambda: length_s(first) >= SPOKEN_S, "what was in memory is not on disk")
        assert saywrite.terminate(3) == 0


def test_sigterm_while_speaking_ends_it_within_three_seconds_and_keeps_the_sound(
    desk: Room, speech: dict[str, Path], tmp_path: Path
) -> None:
    with window(desk, tmp_path) as saywrite:
        saywrite.dictating()
        desk.sound.play("desk", speech["two_cities"], wait=False)
        wait_for(lambda: saywrite.heard_s() >= 3, "nothing is heard")
        heard = saywrite.heard_s()
        assert saywrite.terminate(3) == 0
    (kept,) = scan(tmp_path / "data" / "recordings")
    assert kept.length / SAMPLE_RATE >= heard
    assert saywrite.troubles() == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or [])]
