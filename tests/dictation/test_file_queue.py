"""The queue of files on the real loop, disk and decoder; the test controls the recognizer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.closed_folder import closed
from tests.sounds import write_wav

from saywrite.dictation.api import Dictation, DictationApplication
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.persistence.files.file_list import FileList, decode, encode, expand, load, save
from saywrite.dictation.persistence.files.queue import FilePorts, FileQueue
from saywrite.foundation.errors import HistoryError
from saywrite.foundation.events import (
    FilesChanged,
    FileState,
    IncompleteRecordingsFound,
    QueuedFile,
    SaveBeside,
    SegmentAdded,
    StateChanged,
)
from saywrite.foundation.messages import Message, message
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.settings.schema import Settings

LIMIT_S = 20
TXT = SaveBeside(True, "{name}.txt")
DAMAGED = [
    b'{"schema": 2, "files": []}',
    b'{"schema": 1}',
    b'{"schema":1,"files":[{}]}',
    *(b'{"schema":1,"files":[],"save_beside":%s}' % each for each in (b"1", b"[]", b'{"on":"yes"}')),
]


class QueueStage:
    """A stage with a queue. Its files are read by real threads."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        ports = FilePorts(
            stage.paths.file_queue, stage.paths.recordings, stage.disk.submit, stage.inbox.post, lambda: stage.now
        )
        self.queue = FileQueue(stage.commands, ports, stage.told.append)
        application = DictationApplication(stage.commands, files=self.queue)
        stage.dictation = Dictation(stage.inbox, lambda: application)
        self.queue.open()

    def add(self, *paths: Path) -> None:
        self.stage.dictation.queue_files(paths)
        self.work()

    def work(self) -> None:
        self.stage.handle_messages()
        self.stage.loop.wake(self.stage.now)
        self.stage.handle_messages()

    def until(self, there: Callable[[], bool]) -> None:
        """Handle messages of the threads that read files until something is there."""
        deadline = time.monotonic() + LIMIT_S
        while not there():
            message = self.stage.inbox.take(0.05)
            if message is not None:
                self.stage.loop.handle(message)
            self.stage.loop.wake(self.stage.now)
            assert time.monotonic() < deadline, self.queue.files

    def until_transcribing(self, number: int) -> None:
        self.until(lambda: self.file(number).state is FileState.TRANSCRIBING and self.stage.loop.sessions)
        self.until(lambda: self.stage.recognizer.dictation == self.file(number).dictation)
        self.until(lambda: self.stage.recognizer.finishing)

    def fail_transcription(self) -> None:
        """The recognizer of the file that is transcribed ends."""
        self.stage.loop.session.fail("The recognizer ended.", "Try again.")
        self.work()
        self.stage.recognizer.done(complete=False)
        self.work()

    def file(self, number: int) -> QueuedFile:
        return next(file for file in self.queue.files if file.number == number)

    def write_text(self, text: str, start_s: float, end_s: float, *, complete: bool = True) -> None:
        """The recognizer writes a text, and is done."""
        self.stage.recognizer.final(text, start_s, end_s)
        self.stage.recognizer.done(complete=complete)
        self.work()

    def restart(self, lab: SimpleNamespace, folder: Path) -> QueueStage:
        self.stage.dictation.quit()
        self.work()
        return QueueStage(lab.Stage(folder))


@pytest.fixture
def queue(stage: Any) -> Iterator[QueueStage]:
    made = QueueStage(stage)
    yield made
    made.queue.close()


@pytest.fixture
def sound(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        return write_wav(tmp_path / name, np.full(32_000, 0x2010, "<i2"))

    return make


def states(queue: QueueStage) -> list[FileState]:
    return [file.state for file in queue.queue.files]


def texts_in_history(queue: QueueStage, number: int) -> list[str]:
    return [segment.text for segment in queue.stage.archive._history.load(queue.file(number).dictation).segments]


def test_files_are_transcribed_one_after_the_other(queue: QueueStage, sound: Callable[[str], Path]) -> None:
    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    assert queue.file(1).length == 32_000
    assert states(queue)[1] is FileState.WAITING
    queue.write_text("First.", 0, 2)
    queue.until_transcribing(2)
    assert states(queue) == [FileState.DONE, FileState.TRANSCRIBING]
    queue.write_text("Second.", 0, 2)
    assert states(queue) == [FileState.DONE, FileState.DONE]
    assert queue.stage.text == ["First.", "Second."]
    assert queue.stage.archive._history.load(queue.file(2).dictation).summary.source.endswith("b.wav")


def test_a_file_is_done_only_when_all_of_its_text_is_in_the_history(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.stage.disk.stalled = True
    queue.stage.recognizer.final("First sentence.", 0, 1)
    queue.work()
    queue.write_text("Second sentence.", 1, 2)
    assert queue.stage.text == ["First sentence.", "Second sentence."]
    assert (states(queue), queue.file(1).confirmed) == ([FileState.TRANSCRIBING], 32_000)
    queue.stage.disk.go_on()
    queue.work()
    assert states(queue) == [FileState.DONE]
    assert texts_in_history(queue, 1) == ["First sentence.", "Second sentence."]


def test_whoever_is_told_that_a_file_is_done_finds_its_text_written_by_the_disk_thread(
    queue: QueueStage, sound: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, found = DiskThread(), []
    monkeypatch.setattr(queue.stage.disk, "submit", disk.submit)

    class Reader(list[object]):
        """Reads the history at the moment in which a file is done, as the window does."""

        def append(self, event: object) -> None:
            if isinstance(event, FilesChanged) and event.files[0].state is FileState.DONE:
                with closing(HistoryStore(queue.stage.paths.history)) as history:
                    dictated = history.load(event.files[0].dictation)
                    found.append([segment.text for segment in dictated.segments])

    monkeypatch.setattr(queue.queue, "_emit", Reader().append)
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    for number in range(20):
        queue.stage.recognizer.final(f"Sentence {number}.", number / 10, (number + 1) / 10)
    queue.stage.recognizer.done()
    queue.until(lambda: bool(found))
    assert found[0] == [f"Sentence {number}." for number in range(20)]
    queue.stage.archive.close_history()
    assert disk.close(LIMIT_S)


def test_a_text_that_the_history_does_not_take_is_not_done_and_is_tried_again(
    queue: QueueStage, sound: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: HistoryStore, dictation: str, segment: object) -> None:
        raise HistoryError("The disk is full.", "Free some space.")

    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    with monkeypatch.context() as full:
        full.setattr(HistoryStore, "add_segment", refuse)
        queue.write_text("Text.", 0, 2)
    assert (queue.file(1).state, queue.file(1).what) == (
        FileState.FAILED,
        "Its text could not be written to the history.",
    )
    queue.until_transcribing(2)
    queue.write_text("Second.", 0, 2)
    queue.stage.dictation.retry_file(1)
    queue.work()
    queue.until_transcribing(1)
    queue.write_text("Text.", 0, 2)
    assert states(queue) == [FileState.DONE, FileState.DONE]
    assert texts_in_history(queue, 1) == ["Text."]


def test_a_file_that_is_cancelled_while_its_text_is_written_leaves_nothing(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    queue.stage.disk.stalled = True
    queue.write_text("Text.", 0, 2)
    dictation = queue.file(1).dictation
    queue.stage.dictation.cancel_file(1)
    queue.work()
    queue.stage.disk.go_on()
    queue.until_transcribing(2)
    assert queue.stage.archive._history.load(dictation) is None
    assert not (queue.stage.paths.recordings / dictation).exists()


def test_how_the_text_was_saved_beside_its_file_stays_with_the_list(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.stage.dictation.save_texts_beside(TXT)
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.write_text("Text.", 0, 2)
    queue.stage.dictation.note_saved_file(1, "a.txt")
    queue.work()
    (stored,) = load(queue.stage.paths.file_queue).files
    assert (stored.state, stored.save_as, stored.saved_as, stored.what) == (FileState.DONE, "", "a.txt", "")


def test_a_text_of_a_list_that_does_not_tell_whether_it_was_saved_is_not_saved_again() -> None:
    done, waiting = QueuedFile(1, "/a.wav", FileState.DONE, save_as="{name}.txt"), QueuedFile(2, "/b", save_as="{name}")
    listed = FileList((done, waiting))
    old = encode(listed).replace(b"saved_as", b"unknown").replace(b"save_beside", b"unknown_too")
    assert [file.save_as for file in decode(old).files] == ["", "{name}"]
    assert decode(old).save_beside == SaveBeside()
    assert [file.save_as for file in decode(encode(listed)).files] == ["{name}.txt", "{name}"]


def test_a_choice_to_save_the_texts_counts_for_every_file_that_is_not_done(
    queue: QueueStage, sound: Callable[[str], Path], tmp_path: Path
) -> None:
    queue.add(sound("a.wav"), tmp_path / "missing.wav", sound("b.wav"), sound("c.wav"))
    queue.until_transcribing(1)
    queue.write_text("First.", 0, 2)
    queue.until_transcribing(3)
    queue.stage.dictation.save_texts_beside(TXT)
    queue.work()
    assert [file.state for file in queue.queue.files] == [
        FileState.DONE,
        FileState.FAILED,
        FileState.TRANSCRIBING,
        FileState.WAITING,
    ]
    assert [file.save_as for file in queue.queue.files] == ["", "{name}.txt", "{name}.txt", "{name}.txt"]
    queue.stage.dictation.save_texts_beside(SaveBeside(False, "{name}.srt"))
    queue.work()
    assert [file.save_as for file in queue.queue.files] == [""] * 4


def test_the_choice_to_save_the_texts_survives_a_restart(
    queue: QueueStage, sound: Callable[[str], Path], lab: SimpleNamespace, tmp_path: Path
) -> None:
    queue.stage.dictation.save_texts_beside(SaveBeside(True, "{name}.srt"))
    queue.work()
    later = queue.restart(lab, tmp_path)
    assert later.stage.last(FilesChanged).save_beside == SaveBeside(True, "{name}.srt")
    later.add(sound("a.wav"))
    assert later.file(1).save_as == "{name}.srt"
    later.queue.close()
    later.stage.archive.close_history()


def test_live_dictation_has_precedence_and_the_file_is_continued_where_its_text_ends(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    assert queue.stage.states[-1] == "finishing", "a key press starts a dictation in this state"
    queue.stage.recognizer.final("First half.", 0, 1)
    queue.work()
    queue.stage.listen()
    assert queue.stage.states[-1] == "listening"
    queue.stage.say(1)
    assert states(queue) == [FileState.WAITING]
    assert queue.stage.recognizer.dictation != queue.file(1).dictation
    queue.stage.release()
    queue.stage.recognizer.final("Live.", 0, 1)
    queue.stage.recognizer.done()
    queue.work()
    queue.until_transcribing(1)
    assert queue.stage.recognizer.fed == 16_000, "only the rest is transcribed"
    queue.write_text("second half.", 0, 1)
    assert states(queue) == [FileState.DONE]
    loaded = queue.stage.archive._history.load(queue.file(1).dictation)
    assert [segment.text for segment in loaded.segments] == ["First half.", "Second half."]


def test_a_broken_file_stays_with_its_reason_and_the_others_go_on(
    queue: QueueStage, sound: Callable[[str], Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"not sound")
    queue.add(broken, tmp_path / "missing.wav", sound("good.wav"))
    queue.until_transcribing(3)
    queue.write_text("Good.", 0, 2)
    assert states(queue) == [FileState.FAILED, FileState.FAILED, FileState.DONE]
    assert "not a sound file" in queue.file(1).what
    assert queue.file(1).remedy
    assert not [folder for folder in queue.stage.paths.recordings.iterdir() if folder.name != queue.file(3).dictation]
    sound("broken.wav")
    queue.stage.dictation.retry_file(1)
    queue.work()
    queue.until_transcribing(1)
    assert queue.file(1).what == ""
    queue.write_text("Mended.", 0, 2)
    assert queue.file(1).state is FileState.DONE


def test_a_failed_recognizer_leaves_a_file_that_retry_continues(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.fail_transcription()
    assert (queue.file(1).state, queue.file(1).what) == (FileState.FAILED, "The recognizer ended.")
    queue.stage.dictation.retry_file(1)
    queue.work()
    queue.until_transcribing(1)
    queue.write_text("All.", 0, 2)
    assert queue.file(1).state is FileState.DONE


def test_retry_in_another_language_is_in_the_history_with_this_language(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.fail_transcription()
    queue.stage.commands.apply(replace(queue.stage.loop.settings, language="de"))
    queue.stage.dictation.retry_file(1)
    queue.work()
    queue.until_transcribing(1)
    queue.write_text("Alles.", 0, 2)
    dictated = queue.stage.archive._history.load(queue.file(1).dictation)
    assert (dictated.summary.language, [segment.text for segment in dictated.segments]) == ("de", ["Alles."])


def test_a_cancelled_file_leaves_nothing(queue: QueueStage, sound: Callable[[str], Path]) -> None:
    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    queue.stage.recognizer.final("Some text.", 0, 1)
    queue.work()
    dictation = queue.file(1).dictation
    queue.stage.dictation.cancel_file(1)
    queue.work()
    queue.until_transcribing(2)
    assert [file.number for file in queue.queue.files] == [2]
    assert queue.stage.archive._history.load(dictation) is None
    assert not (queue.stage.paths.recordings / dictation).exists()


def test_a_file_of_the_list_is_not_offered_as_unfinished_when_another_recording_is_removed(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    queue.fail_transcription()
    queue.until_transcribing(2)
    queue.stage.dictation.cancel_file(2)
    queue.work()
    queue.stage.recognizer.done(complete=False)
    queue.work()
    assert states(queue) == [FileState.FAILED]
    assert queue.file(1).dictation
    assert not [event for event in queue.stage.all(IncompleteRecordingsFound) if event.items]


def test_the_list_and_the_text_so_far_survive_a_restart(
    queue: QueueStage, sound: Callable[[str], Path], lab: SimpleNamespace, tmp_path: Path
) -> None:
    queue.stage.dictation.save_texts_beside(TXT)
    queue.add(sound("a.wav"), sound("b.wav"))
    queue.until_transcribing(1)
    queue.stage.recognizer.final("First half.", 0, 1)
    queue.work()
    later = queue.restart(lab, tmp_path)
    assert states(later) == [FileState.WAITING, FileState.WAITING]
    later.until_transcribing(1)
    assert later.stage.recognizer.fed == 16_000
    later.write_text("second half.", 0, 1)
    later.until_transcribing(2)
    later.write_text("B.", 0, 2)
    assert [(file.state, file.save_as) for file in later.queue.files] == [(FileState.DONE, "{name}.txt")] * 2
    found = [event for event in later.stage.told if isinstance(event, IncompleteRecordingsFound)]
    assert not [event for event in found if event.items], "a queued file is not offered as unfinished"
    later.stage.dictation.remove_done_files()
    later.work()
    assert load(later.stage.paths.file_queue) == FileList((), TXT)
    later.stage.archive.close_history()


def test_a_file_of_the_list_is_not_offered_when_another_was_half_read_at_the_end_of_the_last_run(
    queue: QueueStage, sound: Callable[[str], Path], lab: SimpleNamespace, tmp_path: Path
) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.fail_transcription()
    failed = queue.file(1)
    queue.stage.dictation.quit()
    queue.work()
    half_read = replace(failed, number=2, state=FileState.READING, dictation="half-read")
    save(queue.stage.paths.file_queue, FileList((failed, half_read)))
    later = QueueStage(lab.Stage(tmp_path))
    later.stage.handle_messages()
    assert [file.dictation for file in later.queue.files] == [failed.dictation, ""]
    assert not [event for event in later.stage.all(IncompleteRecordingsFound) if event.items]
    later.queue.close()
    later.stage.archive.close_history()


def test_progress_and_the_remaining_time_are_reported(queue: QueueStage, sound: Callable[[str], Path]) -> None:
    queue.add(sound("a.wav"))
    queue.until_transcribing(1)
    queue.stage.pass_time(4)
    queue.stage.recognizer.final("A quarter.", 0, 0.5)
    queue.work()
    queue.stage.pass_time(1)
    queue.work()
    event = queue.stage.last(FilesChanged)
    assert event.files[0].confirmed == 8_000
    assert event.files[0].left_s == pytest.approx(12, abs=4)


def test_file_for_the_service_is_transcribed_here_where_nothing_may_leave(
    queue: QueueStage, sound: Callable[[str], Path]
) -> None:
    queue.stage.recognizer.waits = True
    queue.stage.commands.apply(replace(Settings(), engine="aiola"))
    queue.add(sound("a.wav"))
    assert queue.file(1).engine == "aiola"
    queue.stage.recognizer.waits = False
    queue.stage.commands.apply(replace(Settings(), stay_offline=True))
    queue.until_transcribing(1)
    queue.write_text("Text.", 0, 2)
    assert states(queue) == [FileState.DONE]
    assert queue.file(1).engine == "local"


def test_a_missing_model_keeps_the_file_waiting(queue: QueueStage, sound: Callable[[str], Path]) -> None:
    queue.stage.recognizer.waits = True
    queue.add(sound("a.wav"))
    queue.until(lambda: queue.file(1).length > 0)
    queue.work()
    assert states(queue) == [FileState.WAITING]
    assert queue.stage.all(StateChanged) == []
    queue.stage.recognizer.waits = False
    queue.stage.pass_time(5)
    queue.until_transcribing(1)
    queue.write_text("Text.", 0, 2)
    assert queue.stage.all(SegmentAdded)


def test_a_folder_stands_for_the_sound_files_in_it(tmp_path: Path) -> None:
    for name in ("b.MP3", "a.wav", "notes.txt", "deep/c.ogg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    named = tmp_path / "notes.txt"
    assert expand([tmp_path, named]) == (
        tmp_path / "a.wav",
        tmp_path / "b.MP3",
        tmp_path / "deep" / "c.ogg",
        named,
    )


def test_a_file_that_may_not_be_read_keeps_no_other_one_from_the_list(
    tmp_path: Path, sound: Callable[[str], Path]
) -> None:
    (tmp_path / "private").mkdir()
    closed_file, open_file = tmp_path / "private" / "a.wav", sound("b.wav")
    with closed(tmp_path / "private"):
        assert expand([closed_file, open_file]) == (closed_file, open_file)
        assert expand([tmp_path]) == (open_file,)


@given(
    st.lists(
        st.builds(
            QueuedFile,
            number=st.integers(1, 99),
            path=st.text(),
            state=st.sampled_from(FileState),
            what=st.text(),
            length=st.integers(0),
        )
    ),
    st.builds(SaveBeside),
)
def test_the_list_reads_back_as_it_was_written(files: list[QueuedFile], choice: SaveBeside) -> None:
    listed = FileList(tuple(files), choice)
    assert decode(encode(listed)) == listed


def test_a_problem_can_be_translated_after_a_restart() -> None:
    what = message("{name} is not a sound file.", name="a.wav")
    failed = QueuedFile(1, "/a.wav", FileState.FAILED, what=what, remedy="Plain.")
    (file,) = decode(encode(FileList((failed,)))).files
    assert isinstance(file.what, Message)
    assert (file.what, file.what.source, file.remedy) == (what, what.source, "Plain.")


@given(st.binary() | st.sampled_from(DAMAGED))
def test_a_damaged_list_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        decode(data)


def test_a_damaged_list_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "files.json"
    path.write_bytes(b"{")
    assert load(path) == FileList()
    assert [file.name for file in tmp_path.iterdir()] == ["files.json.broken-1"]
