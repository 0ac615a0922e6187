"""The real program plays and transcribes a recording again, and continues a queue of files after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.window import Room, Window, recordings, room, window

from saywrite.foundation.messages import decoded
from saywrite.storage.history.records.versions import versions_of
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import scan

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def desk() -> Iterator[Room]:
    with room(["desk:48000:1"]) as made:
        yield made


def queue_of(data: Path) -> list[dict[str, Any]]:
    """The files of the queue as the program has stored them."""
    try:
        found: list[dict[str, Any]] = json.loads((data / "files.json").read_text())["files"]
    except FileNotFoundError:
        return []
    return found


def states_of(data: Path) -> list[str]:
    return [file["state"] for file in queue_of(data)]


def open_history(saywrite: Window) -> None:
    saywrite.press("ctrl+h")
    saywrite.wait_for("push button", "^Play$")


def test_a_dictation_is_played_and_transcribed_again(desk: Room, artifacts: Path, tmp_path: Path) -> None:
    speech = recordings(tmp_path)
    with window(desk, tmp_path) as saywrite:
        saywrite.dictating()
        desk.sound.play("desk", speech["weather"])
        saywrite.press("F9")
        saywrite.wait_state("idle")
        assert saywrite.transcript().strip()
        open_history(saywrite)
        with closing(desk.sound.record("speaker.monitor")) as heard:
            saywrite.click(saywrite.wait_for("push button", "^Play$"))
            saywrite.wait_for("push button", "^Stop$")
            assert heard.until_sound(), "nothing is heard from the speaker"
            desk.screen.shot(artifacts / "history-playing.png")
            saywrite.wait_for("push button", "^Play$")
        saywrite.click(saywrite.wait_for("push button", "^Transcribe again$"))
        saywrite.wait_for("combo box", "^Present text: ", limit_s=60)
        desk.screen.shot(artifacts / "history-transcribed-again.png")
        assert saywrite.terminate(5) == 0
    assert saywrite.troubles() == []
    store = HistoryStore(tmp_path / "data" / "history.sqlite3")
    (summary,) = store.recent(10)
    (before,) = versions_of(store, summary.dictation)
    dictated = store.load(summary.dictation)
    store.close()
    assert dictated is not None
    assert summary.model == "whisper-base"
    assert " ".join(segment.text for segment in before.segments).strip()
    assert " ".join(segment.text for segment in dictated.segments).strip()


def test_a_queue_with_a_broken_file_is_continued_after_a_kill(desk: Room, artifacts: Path, tmp_path: Path) -> None:
    speech = recordings(tmp_path)
    folder, data = tmp_path / "talks", tmp_path / "data"
    folder.mkdir()
    first, broken, last = folder / "1.wav", folder / "2.wav", folder / "3.wav"
    first.write_bytes(speech["two_sentences"].read_bytes())
    broken.write_bytes(b"RIFF is not enough")
    last.write_bytes(speech["two_cities"].read_bytes())
    with window(desk, tmp_path) as saywrite:
        saywrite.press("ctrl+o")
        saywrite.wait_for("dialog", "^Transcribe a file")
        desk.screen.type(" ".join(f'"{path}"' for path in (first, broken, last)))
        desk.screen.key("Return")
        saywrite.wait_for("push button", r"^(Cancel|Retry) 3\.wav$")
        wait_for(lambda: "transcribing" in states_of(data), f"no file is transcribed: {queue_of(data)}")
        desk.screen.shot(artifacts / "files-transcribing.png")
        saywrite.kill()
    assert [file["path"] for file in queue_of(data)] == [str(first), str(broken), str(last)]
    with window(desk, tmp_path) as saywrite:
        wait_for(lambda: states_of(data) == ["done", "failed", "done"], f"not done: {queue_of(data)}", 60)
        saywrite.press("ctrl+shift+o")
        saywrite.wait_for("push button", r"^Retry 2\.wav$")
        desk.screen.shot(artifacts / "files-after-restart.png")
        assert saywrite.terminate(5) == 0
    store = HistoryStore(data / "history.sqlite3")
    sources = {summary.source: summary for summary in store.recent(10)}
    texts = {Path(source).name: summary.excerpt.lower() for source, summary in sources.items()}
    store.close()
    assert texts.keys() == {"1.wav", "3.wav"}
    assert "people" in texts["1.wav"]
    assert "best of times" in texts["3.wav"]
    assert texts["1.wav"].count("people") == 1, "the part that had its text is not repeated"
    assert scan(data / "recordings") == (), "nothing is left unfinished"
    what = decoded(queue_of(data)[1]["what"])
    assert "is not a sound file" in what or "breaks off" in what
