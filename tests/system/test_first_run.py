"""A new user: from the first start to the first inserted sentence, with a real microphone, screen and key."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.keyboard import Keyboard
from tests.system.lab.screen_reader import Widget
from tests.system.lab.window import Room, Window, new_user, recordings, room

pytestmark = pytest.mark.system

KEY = ("Control_L", "Alt_L", "space")
MOST_CLICKS = 6
MOST_S = 60.0


@pytest.fixture(scope="module")
def lab() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


class Clicks:
    """Clicks in a window, and counts the clicks."""

    def __init__(self, saywrite: Window) -> None:
        self.number = 0
        self._saywrite = saywrite

    def on(self, widget: Widget) -> None:
        self.number += 1
        self._saywrite.click(widget)


def hold_and_say(lab: Room, saywrite: Window, wav: Path) -> None:
    """Hold the key while the file is spoken into the microphone."""
    fingers = Keyboard(lab.screen)
    try:
        for name in KEY:
            fingers.down(name)
        saywrite.wait_label("Listening. Speak now.")
        lab.sound.play("desk", wav)
        for name in reversed(KEY):
            fingers.up(name)
    finally:
        fingers.close()


def test_first_start_leads_to_an_inserted_sentence_in_a_minute_and_six_clicks(
    lab: Room, tmp_path: Path, artifacts: Path
) -> None:
    speech = recordings(tmp_path)
    with new_user(lab, tmp_path / "home") as saywrite:
        saywrite.wait_label("Say something")
        clicks, began = Clicks(saywrite), time.monotonic()

        saywrite.wait_label("^That is silence|^Very quiet")
        player = lab.sound.play("desk", speech["two_cities"], wait=False)
        saywrite.wait_label("^Good: Saywrite hears you")
        player.wait(30)
        lab.screen.shot(artifacts / "first-run-speak.png")
        clicks.on(saywrite.wait_for("push button", "^Next$"))

        saywrite.wait_label("Who writes what you say")
        saywrite.wait_label("In use")
        lab.screen.shot(artifacts / "first-run-writes.png")
        clicks.on(saywrite.wait_for("push button", "^Next$"))

        saywrite.wait_label("Hold a key, speak, let go")
        saywrite.wait_label("The key was not pressed yet")
        hold_and_say(lab, saywrite, speech["two_cities"])
        saywrite.wait_label("Saywrite hears the key, in every program")
        saywrite.wait_label(r"^That took \d+(\.\d)? s")
        lab.screen.shot(artifacts / "first-run-key.png")
        clicks.on(saywrite.wait_for("push button", "^Next$"))

        saywrite.wait_label("^Say a sentence$")
        hold_and_say(lab, saywrite, speech["two_sentences"])
        saywrite.wait_label(r"^That took \d+(\.\d)? s")
        field = saywrite.wait_for("text", "^Try it here$")
        assert "people" in field.text.lower()
        took_s = time.monotonic() - began
        lab.screen.shot(artifacts / "first-run-sentence.png")

        clicks.on(saywrite.wait_for("push button", "^Done$"))
        saywrite.wait_gone("text", "^Try it here$")
        assert clicks.number <= MOST_CLICKS == 6
        assert took_s <= MOST_S == 60
        state = next((tmp_path / "home").rglob("window.json"))
        wait_for(lambda: "first_run_shown" in state.read_text(), "the first run is not recorded as shown")

    with new_user(lab, tmp_path / "home") as saywrite:
        saywrite.wait_for("push button", "^Start dictation")
        assert saywrite.see("label", "^Say something$") is None
    assert saywrite.troubles() == []
