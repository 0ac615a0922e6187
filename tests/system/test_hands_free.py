"""The hands-free mode as people have it: the words between two spoken phrases stand in the program in front.

The real program with the real recognizer, a virtual microphone, a real window manager and another program. Nobody
touches a key but the one that switches the mode on. The voice is SVOX Pico.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.sounds import RATE, write_wav
from tests.system.lab.desktop import wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.targets import editor
from tests.system.lab.window import Room, Window, room, window

pytestmark = pytest.mark.system

KEY = 'hands_free_hotkey = "F10"\n'
SAID = {
    "start": "start listening",
    "sentence": "Many people in the city take the train to work.",
    "weather": "The weather is nice today.",
    "stop": "stop listening",
    "mixed": "We are going to the house by the river. Stop listening.",
    "talk": "Did you start listening to the new record? I did.",
    "answer": "Yes. Stop it.",
}
TALK = ("talk", "answer", "weather", "sentence", "stop")
"""A conversation in which nobody says the phrase."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What is said, as files, each with a pause behind it."""
    folder = tmp_path_factory.mktemp("voice")
    silence = {"silence": write_wav(folder / "silence.wav", np.zeros(5 * RATE, np.int16))}
    return silence | {name: write_wav(folder / f"{name}.wav", spoken(text)) for name, text in SAID.items()}


def spoken(text: str) -> np.ndarray:
    """`text` by a voice of SVOX Pico, the same each time (see `tests/aiola_server/spoken.py`), and a pause of 0.9 s."""
    program = "import sys, py_nanotts; sys.stdout.buffer.write(py_nanotts.NanoTTS().speak(*sys.argv[1:]))"
    command = [sys.executable, "-c", program, text, "en-US"]
    environment = {**os.environ, "MALLOC_PERTURB_": "85"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    return np.concatenate([np.frombuffer(done.stdout, "<i2"), np.zeros(int(0.9 * RATE), np.int16)])


@pytest.fixture
def saywrite(desk: Room, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Window]:
    with window(desk, tmp_path / "home", getattr(request, "param", KEY)) as shown:
        yield shown
        assert shown.troubles() == []


def press(desk: Room, key: str) -> None:
    fingers = Keyboard(desk.screen)
    fingers.strike(key)
    fingers.close()


def listeners(desk: Room, saywrite: Window) -> int:
    """Streams from the microphone to our program now."""
    streams = desk.sound.pactl("list", "source-outputs")
    return streams.count(f'application.process.id = "{saywrite.process.pid}"')


def wait_until(desk: Room, saywrite: Window) -> None:
    """Until it waits for the phrase with an open microphone."""
    wait_for(lambda: hands_free(saywrite) == "waiting", f"it does not wait: {hands_free(saywrite)}")
    wait_for(lambda: listeners(desk, saywrite) == 1, "the microphone is not open")


def hands_free(saywrite: Window) -> str:
    states = [match[1] for line in list(saywrite.lines) if (match := re.search(r": hands-free (\w+)$", line))]
    return states[-1] if states else ""


def test_words_between_the_two_phrases_are_inserted_sentence_by_sentence(
    desk: Room, saywrite: Window, voice: dict[str, Path]
) -> None:
    with editor(desk.screen) as program:
        press(desk, "F10")
        wait_until(desk, saywrite)
        desk.sound.play("desk", voice["start"])
        desk.sound.play("desk", voice["sentence"])  # at once: what is said while the phrase is recognized is not lost
        saywrite.wait_state("listening")
        wait_for(lambda: "train to work." in program.text(), "the sentence does not come before the end")
        assert saywrite.states() == ["starting", "listening"]
        desk.sound.play("desk", voice["mixed"])
        saywrite.wait_state("idle")
        wait_for(lambda: "river" in program.text(), "the second sentence does not come")
        wait_until(desk, saywrite)
        text = program.text()
        # The recognizer sets a full stop or a comma before the phrase; a comma goes with the phrase.
        assert text.removesuffix(".") == SAID["sentence"] + " We are going to the house by the river"
        desk.sound.play("desk", voice["start"])
        saywrite.wait_state("listening")
        desk.sound.play("desk", voice["stop"])
        saywrite.wait_state("idle")
        wait_until(desk, saywrite)
        assert program.text() == text
        press(desk, "F10")
        wait_for(lambda: listeners(desk, saywrite) == 0, "the microphone stays open")


def test_conversation_without_the_phrase_inserts_nothing_and_leaves_no_sound(
    desk: Room, saywrite: Window, voice: dict[str, Path], tmp_path: Path
) -> None:
    with editor(desk.screen) as program:
        press(desk, "F10")
        wait_until(desk, saywrite)
        recognizer = saywrite.workers()[0]
        before = recognizer.cpu_times()
        desk.sound.play("desk", voice["silence"])
        after = recognizer.cpu_times()
        assert after.user + after.system - before.user - before.system < 0.1  # it does nothing in silence
        for name in TALK:
            desk.sound.play("desk", voice[name])
        assert saywrite.states() == []
        assert program.text() == ""
        assert list((tmp_path / "home" / "data" / "recordings").glob("*")) == []
        assert hands_free(saywrite) == "waiting"
        said = " ".join(saywrite.lines).lower()
        assert not re.search(r"record\?|weather|train", said), "the log has what was said"
