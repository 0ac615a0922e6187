"""A person dictates into the real window: keys and mouse on a screen, speech into a microphone, text out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from tests.system.lab.desktop import wait_for
from tests.system.lab.sound import label
from tests.system.lab.window import Room, Window, recordings, room, window

from saywrite.storage.history.store import HistoryStore

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:2"]) as made:
        yield made


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return recordings(tmp_path_factory.mktemp("speech"))


def export_to(saywrite: Window, room: Room, target: Path) -> None:
    """Ctrl+S, the name typed over the proposed one, Enter."""
    saywrite.press("ctrl+s")
    saywrite.wait_for("dialog", "^Export the transcript")
    room.screen.key("ctrl+a")
    room.screen.type(str(target))
    room.screen.key("Return")


def shows_bars(saywrite: Window, screen: Path) -> bool:
    """Whether the waveform has a bar in a picture of the screen, above the line in its middle."""
    x, y, width, height = saywrite.wait_for("chart", "^Waveform").place
    picture = QImage(str(screen)).copy(x, y, width, height)
    row = height // 2 - 6
    return len({picture.pixel(column, row) for column in range(width)}) > 1


def test_speech_becomes_text_that_can_be_copied_and_exported_by_keyboard(
    desk: Room, speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    screen = desk.screen
    with window(desk, tmp_path, 'theme = "light"\n') as saywrite:
        saywrite.wait_for("combo box", label("desk"))
        saywrite.wait_label(r"Hold Ctrl\+Alt\+Space in any program")
        screen.shot(artifacts / "window-light-idle.png")

        saywrite.dictating()
        wait_for(lambda: saywrite.title() == "● Saywrite", "the title does not say that it listens")
        player = desk.sound.play("desk", speech["two_cities"], wait=False)
        saywrite.wait_for("filler", "Being heard")
        heard = screen.shot(artifacts / "window-light-partial.png")
        wait_for(lambda: shows_bars(saywrite, screen.shot(heard)), "the waveform does not show what is being said", 5)
        player.wait(30)
        desk.sound.play("desk", speech["two_sentences"])
        saywrite.wait_transcript("people")
        saywrite.press("F9")
        saywrite.wait_state("idle")
        text = saywrite.wait_transcript("river")
        assert saywrite.title() == "Saywrite"
        assert saywrite.see("filler", "Being heard") is None
        assert re.search(r"^[1-9]\d words$", saywrite.labels(), re.MULTILINE)
        screen.shot(artifacts / "window-light-after.png")

        saywrite.press("ctrl+shift+c")
        wait_for(lambda: "river" in screen.clipboard(), "not copied")
        copied = screen.clipboard()
        assert {"people", "city", "train", "work", "house"} <= set(re.findall(r"\w+", copied.lower()))
        assert re.findall(r"\w+", copied) == re.findall(r"\w+", text)[-len(re.findall(r"\w+", copied)) :], text

        target = tmp_path / "minutes.txt"
        export_to(saywrite, desk, target)
        wait_for(target.exists, "not exported")
        wait_for(lambda: target.read_text().strip() == copied.strip(), "the file is not what was copied")
        target.write_text("written by somebody else")
        export_to(saywrite, desk, target)
        saywrite.wait_label("“minutes.txt” exists already. Replace it?")
        screen.shot(artifacts / "window-light-replace.png")
        screen.key("Return")
        saywrite.wait_gone("label", "exists already")
        assert target.read_text() == "written by somebody else"

        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []


def test_by_mouse_with_a_keyword_added_while_dictating_and_a_final_corrected_in_place(
    desk: Room, speech: dict[str, Path], artifacts: Path, tmp_path: Path
) -> None:
    screen = desk.screen
    with window(desk, tmp_path, 'theme = "dark"\n') as saywrite:
        saywrite.wait_for("combo box", label("desk"))
        screen.shot(artifacts / "window-dark-idle.png")
        saywrite.click(saywrite.wait_for("push button", "^Start dictation"))
        saywrite.wait_state("listening")

        saywrite.press("ctrl+k")
        saywrite.click(saywrite.wait_for("push button", "^Add$"))
        saywrite.wait_for("cell", "^When I say: empty$")
        screen.type("weather")
        screen.key("Return")
        saywrite.wait_for("cell", "^When I say: weather$")
        screen.type("Wetterlage")
        screen.key("Return")
        kept = tmp_path / "config" / "keywords.json"
        wait_for(lambda: kept.exists() and "Wetterlage" in kept.read_text(), "the keyword is not kept")
        desk.sound.play("desk", speech["weather"])
        saywrite.wait_transcript("Wetterlage")
        saywrite.click(saywrite.wait_for("push button", "^Stop dictation"))
        saywrite.wait_state("idle")

        saywrite.click(saywrite.wait_for("text", "^Transcript$"), where=(0.9, 0.9))
        screen.key("ctrl+End")
        screen.type(" Corrected")
        assert "Corrected" in saywrite.wait_transcript("Corrected")
        store = HistoryStore(tmp_path / "data" / "history.sqlite3")
        (summary,) = store.recent(10)

        def kept_text() -> str:
            dictated = store.load(summary.dictation)
            return dictated.segments[-1].text if dictated and dictated.segments else ""

        wait_for(lambda: "Corrected" in kept_text(), "the correction is not in the history")
        assert "Wetterlage" in kept_text()
        store.close()
        screen.key("ctrl+z")
        wait_for(lambda: "Corrected" not in saywrite.transcript(), "the correction is not undone")
        screen.shot(artifacts / "window-dark-after.png")
        assert saywrite.terminate(3) == 0
    assert saywrite.troubles() == []
    assert json.loads((tmp_path / "config" / "keywords.json").read_text())
