"""What the terminal delivers, and the exit code: text that is missing is said, with what to do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from saywrite.dictation.batch import DONE, FAILED, Output, listen, transcribe
from saywrite.events import Finished, Segment, SegmentAdded, SegmentTranslated, Started, Structured

BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
WEATHER = Path(__file__).parents[1] / "data" / "weather.flac"


class Told:
    """A dictation that tells what the test wrote down."""

    def __init__(self, tell, source: str, pending: int) -> None:
        self._events = (
            Started("d1", "aiola", "de", source, 1.0, BEGAN),
            SegmentAdded("d1", Segment(1, "Guten Tag.", "guten tag", 0, 16_000)),
            SegmentTranslated("d1", 1, "Good day."),
            Structured("d1", {"greeting": True}),
            Finished("d1", 48_000, 48_000 - pending, pending, 3.0, "Guten Tag."),
        )
        self._tell = tell

    def start(self) -> None:
        pass

    def transcribe_file(self, path: Path) -> None:
        for event in self._events:
            self._tell(event)

    def run(self) -> None:
        if self._events[0].source == "microphone":
            self.transcribe_file(Path())

    def quit(self) -> None:
        pass

    stop = quit


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "saywrite.dictation.headless.signal", SimpleNamespace(signal=lambda *_: None, SIGINT=2, SIGTERM=15)
    )


def nothing_whole(path: Path) -> bool:
    return False


def test_finals_come_as_lines_and_their_translations_behind_a_tab(capsys) -> None:
    assert transcribe(lambda tell: Told(tell, "weather.flac", 0), Output(), [WEATHER], nothing_whole) == DONE
    assert capsys.readouterr().out == "Guten Tag.\n\tGood day.\n"


def test_a_file_of_the_dictation_has_translation_and_results(tmp_path: Path) -> None:
    target = tmp_path / "talk.md"
    assert (
        transcribe(lambda tell: Told(tell, "weather.flac", 0), Output("md", target), [WEATHER], nothing_whole) == DONE
    )
    text = target.read_text()
    assert "> Good day." in text
    assert '"greeting": true' in text


def test_a_file_that_lacks_text_fails_and_says_what_to_do(capsys) -> None:
    assert transcribe(lambda tell: Told(tell, "weather.flac", 16_000), Output(), [WEATHER], nothing_whole) == FAILED
    told = capsys.readouterr()
    assert told.out.startswith("Guten Tag.\n")
    assert told.err == "saywrite: 1 s of the sound have no text yet. Run it again to transcribe them.\n"


def test_of_a_dictation_that_lacks_text_the_recording_is_kept(capsys) -> None:
    assert listen(lambda tell: Told(tell, "microphone", 16_000), Output(), None) == FAILED
    assert "The recording is kept: open Saywrite to transcribe the rest." in capsys.readouterr().err
