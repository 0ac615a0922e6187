"""What the terminal delivers, and the exit code: text that is missing is said, with what to do about it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saywrite.cli.batch import Output, errors_as_events, listen, transcribe
from saywrite.cli.ending.exit_codes import DONE, FAILED
from saywrite.foundation.errors import OutputUnwritable
from saywrite.foundation.events import (
    Failed,
    Finished,
    FrontEndEvent,
    RecordClosed,
    Segment,
    SegmentAdded,
    SegmentTranslated,
    Started,
    Structured,
)
from saywrite.foundation.messages import Message, decoded, message

BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
WEATHER = Path(__file__).parents[1] / "data" / "weather.flac"


class ScriptedDictation:
    """A dictation that tells what the test wrote down."""

    def __init__(self, tell, source: str, pending: int, *more: FrontEndEvent) -> None:
        self.stopped = 0
        self.languages: list[str] = []
        self._events = (
            Started("d1", "aiola", "de", source, 1.0, BEGAN),
            SegmentAdded("d1", Segment(1, "Guten Tag.", "guten tag", 0, 16_000)),
            SegmentTranslated("d1", 1, "Good day."),
            Structured("d1", {"greeting": True}),
            *[event for event in more if not isinstance(event, RecordClosed)],
            Finished("d1", 48_000, 48_000 - pending, pending, 3.0, "Guten Tag."),
            *[event for event in more if isinstance(event, RecordClosed)],
        )
        self._tell = tell

    def start(self) -> None:
        pass

    def transcribe_file(self, path: Path, language: str = "") -> None:
        self.languages.append(language)
        for event in self._events:
            self._tell(event)

    def run(self) -> None:
        if self._events[0].source == "microphone":
            self.transcribe_file(Path())

    def quit(self) -> None:
        self.stopped += 1

    def stop(self, limits: object = None) -> None:
        self.stopped += 1


@pytest.fixture(autouse=True)
def no_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saywrite.cli.batch.Interrupts.install", lambda self: None)


def nothing_whole(path: Path) -> bool:
    return False


def test_finals_come_as_lines_and_their_translations_behind_a_tab(capsys) -> None:
    assert (
        transcribe(lambda tell: ScriptedDictation(tell, "weather.flac", 0), Output(), [WEATHER], nothing_whole) == DONE
    )
    assert capsys.readouterr().out == "Guten Tag.\n\tGood day.\n"


def test_a_file_of_the_dictation_has_translation_and_results(tmp_path: Path) -> None:
    target = tmp_path / "talk.md"
    assert (
        transcribe(
            lambda tell: ScriptedDictation(tell, "weather.flac", 0), Output("md", target), [WEATHER], nothing_whole
        )
        == DONE
    )
    text = target.read_text()
    assert "> Good day." in text
    assert '"greeting": true' in text


def test_file_with_missing_text_fails_with_a_remedy(capsys) -> None:
    assert (
        transcribe(lambda tell: ScriptedDictation(tell, "weather.flac", 16_000), Output(), [WEATHER], nothing_whole)
        == FAILED
    )
    told = capsys.readouterr()
    assert told.out.startswith("Guten Tag.\n")
    assert told.err == "saywrite: 1 s of the sound have no text yet. Run it again to transcribe them.\n"


def test_of_a_dictation_that_lacks_text_the_recording_is_kept(capsys) -> None:
    assert listen(lambda tell: ScriptedDictation(tell, "microphone", 16_000), Output(), None) == FAILED
    assert "The recording is kept: open Saywrite to transcribe the rest." in capsys.readouterr().err


def test_a_file_that_broke_off_gives_its_text_and_fails(capsys) -> None:
    broke = Failed("d1", "It breaks off.", "Copy it again.", about="file")
    assert (
        transcribe(lambda tell: ScriptedDictation(tell, "weather.flac", 0, broke), Output(), [WEATHER], nothing_whole)
        == FAILED
    )
    told = capsys.readouterr()
    assert told.out.startswith("Guten Tag.\n")
    assert told.err == "saywrite: It breaks off. Copy it again.\n"


def test_text_that_cannot_be_written_to_its_file_is_written_to_standard_output(capsys) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("Only on systems with a device that is always full")
    assert (
        transcribe(lambda tell: ScriptedDictation(tell, "x", 0), Output("srt", full), [WEATHER], nothing_whole)
        == FAILED
    )
    captured = capsys.readouterr()
    assert "Guten Tag." in captured.out
    assert "-->" in captured.out
    assert "/dev/full cannot be written: No space left on device." in captured.err


BROKE = Failed("d1", "It breaks off.", "Copy it again.", about="file")


@pytest.mark.parametrize(("pending", "more"), [(16_000, []), (0, [BROKE])], ids=["text is missing", "broken file"])
def test_a_text_that_is_not_complete_replaces_no_earlier_one(pending, more, tmp_path: Path, capsys) -> None:
    target, built = tmp_path / "out.txt", lambda tell: ScriptedDictation(tell, "weather.flac", pending, *more)
    target.write_text("the text of an earlier run\n")
    assert transcribe(built, Output(file=target), [WEATHER], nothing_whole) == FAILED
    assert target.read_text() == "the text of an earlier run\n"
    told = capsys.readouterr()
    assert told.out.startswith("Guten Tag.\n")
    assert "out.txt keeps its earlier text, because this one is not complete. The text goes to" in told.err
    target.write_text("")
    transcribe(built, Output(file=target), [WEATHER], nothing_whole)
    assert target.read_text().startswith("Guten Tag.\n"), "an empty file has nothing to lose"


def test_a_dictation_that_lacks_text_is_written_to_its_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("the text of another dictation\n")
    listen(lambda tell: ScriptedDictation(tell, "microphone", 16_000), Output(file=target), None)
    assert target.read_text().startswith("Guten Tag.\n")


def test_a_target_that_is_an_input_is_refused_before_a_dictation_is_built(tmp_path: Path) -> None:
    sound = tmp_path / "sound.flac"
    sound.write_bytes(WEATHER.read_bytes())
    with pytest.raises(OutputUnwritable, match="is one of the inputs"):
        transcribe(lambda tell: pytest.fail("built"), Output("txt", sound), [sound], nothing_whole)
    assert sound.read_bytes() == WEATHER.read_bytes()


def test_files_of_one_name_have_a_text_each(tmp_path: Path) -> None:
    inputs = [tmp_path / folder / "x.flac" for folder in ("a", "b")]
    for path in inputs:
        path.parent.mkdir()
        path.write_bytes(WEATHER.read_bytes())
    assert (
        transcribe(lambda tell: ScriptedDictation(tell, "x", 0), Output("txt", tmp_path / "o"), inputs, nothing_whole)
        == DONE
    )
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == ["x-2.txt", "x.txt"]


@pytest.mark.parametrize(
    ("record", "code", "told"),
    [
        (RecordClosed("d1", saved=True, kept=48_000), DONE, ""),
        (RecordClosed("d1", saved=False, kept=0), FAILED, "Nothing of this dictation is kept."),
        (RecordClosed("d1", saved=False, kept=16_000), FAILED, "Not all of this dictation is kept."),
        (None, FAILED, "saywrite: The disk had not answered at the end. What is kept is offered when"),
    ],
)
def test_what_of_a_dictation_is_not_on_disk_is_said(record: RecordClosed | None, code: int, told: str, capsys) -> None:
    more = () if record is None else (record,)
    assert listen(lambda tell: ScriptedDictation(tell, "microphone", 0, *more), Output(), None) == code
    captured = capsys.readouterr()
    assert captured.out.startswith("Guten Tag.\n"), "its text is on standard output all the same"
    assert told in captured.err


def test_a_limit_of_many_years_is_none(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: failed.append(told.exc_type))
    record = RecordClosed("d1", saved=True, kept=48_000)
    assert listen(lambda tell: ScriptedDictation(tell, "microphone", 0, record), Output(), 1e300) == DONE
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.cancel()
        timer.join()
    assert failed == []


def test_a_service_that_cannot_be_reached_costs_one_wait_and_not_one_for_each_file(capsys) -> None:
    away = Failed("d1", "No service.", "Try again.", fatal=True, about="network")
    files = [WEATHER, WEATHER, WEATHER]
    assert transcribe(lambda tell: ScriptedDictation(tell, "x", 0, away), Output(), files, nothing_whole) == FAILED
    assert "2 more files were not tried." in capsys.readouterr().err


def test_the_events_of_several_files_name_each_of_them_and_what_is_wrong_with_it(tmp_path: Path, capsys) -> None:
    nothing = tmp_path / "nothing.wav"
    made: list[ScriptedDictation] = []

    def build(tell) -> ScriptedDictation:
        made.append(ScriptedDictation(tell, "weather.flac", 0))
        return made[0]

    files = [nothing, WEATHER, WEATHER]
    code = transcribe(build, Output(events=True), files, nothing_whole, ("de", "en", "fr"))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == FAILED
    assert [event["file"] for event in told if event["event"] == "file"] == list(map(str, files))
    error = told[1]
    assert (error["event"], error["fatal"]) == ("error", True)
    assert decoded(error["message"]["what"]) == error["what"]
    assert isinstance(decoded(error["message"]["what"]), Message)
    assert made[0].languages == ["en", "fr"], "the file that cannot be read is not begun"


def test_an_error_before_the_dictation_is_an_event_too(capsys) -> None:
    with pytest.raises(OutputUnwritable), errors_as_events(True):
        raise OutputUnwritable(message("The disk is full."), "Free some space.")
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["event"], told["what"], told["remedy"], told["fatal"]) == (
        "error",
        "The disk is full.",
        "Free some space.",
        True,
    )
    assert told["message"] == {
        "what": {"text": "The disk is full.", "source": "The disk is full.", "params": {}},
        "remedy": "Free some space.",
    }
