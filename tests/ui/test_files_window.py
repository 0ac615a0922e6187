"""The queue of files in the window: rows, the record button, failures, and texts saved beside their files."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog
from tests.closed_folder import closed
from window_fakes import FakeDictation

from saywrite.dictation.persistence.files import file_list
from saywrite.foundation.events import (
    FilesChanged,
    FileState,
    QueuedFile,
    SaveBeside,
    Segment,
    SegmentAdded,
    Started,
    State,
    StateChanged,
)
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.ui.app.files.rows import describe, name_of
from saywrite.ui.app.files.saving import check_pattern, target_of
from saywrite.ui.app.files.window import AT_ONCE, FilesWindow, describe_queue
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks

WAITING = QueuedFile(1, "/talks/monday.wav", engine="local", language="en")
RUNNING = replace(WAITING, state=FileState.TRANSCRIBING, dictation="d1", length=130 * 16_000, confirmed=40 * 16_000)
FAILED = replace(
    WAITING, number=2, path="/talks/bad.ogg", state=FileState.FAILED, what="It is broken.", remedy="Copy it."
)
DONE = replace(WAITING, number=3, path="/talks/done.mp3", state=FileState.DONE, dictation="d3", length=1, confirmed=1)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (WAITING, "Waiting"),
        (replace(WAITING, state=FileState.READING), "Reading the file…"),
        (RUNNING, "0:40 of 2:10"),
        (replace(RUNNING, left_s=65.2), "0:40 of 2:10 · 2 min left"),
        (replace(RUNNING, left_s=9.6), "0:40 of 2:10 · 10 s left"),
        (replace(RUNNING, state=FileState.WAITING), "Waiting, continues at 0:40"),
        (FAILED, "It is broken. Copy it."),
        (DONE, "Done"),
        (replace(DONE, saved_as="done.txt"), "Saved as done.txt"),
        (replace(DONE, what="Its end is damaged.", remedy="Copy it."), "Done. Its end is damaged. Copy it."),
    ],
)
def test_row_shows_the_progress_of_its_file(file: QueuedFile, words: str) -> None:
    assert describe(file) == words


@pytest.mark.skipif(sys.platform == "win32", reason="There it separates folders")
def test_a_backslash_in_the_name_of_a_file_is_shown() -> None:
    assert name_of(replace(WAITING, path="/talks/left\\right.wav")) == "left\\right.wav"


def test_the_queue_is_summed_up() -> None:
    assert describe_queue(()) == "No files"
    assert describe_queue((RUNNING, FAILED, DONE)) == "1 of 3 files done, 1 failed"


@pytest.fixture
def files(qtbot: Any) -> FilesWindow:
    made = FilesWindow()
    qtbot.addWidget(made)
    made.show_files((RUNNING, FAILED, DONE))
    made.show()
    return made


def test_each_row_offers_what_its_file_allows(files: FilesWindow) -> None:
    running, failed, done = files.rows.values()
    assert running.bar.isVisible()
    assert running.bar.value() == 308
    assert running.cancel.accessibleName() == "Cancel monday.wav"
    assert not running.retry.isVisible()
    assert failed.retry.isVisible()
    assert not failed.show_text.isVisible()
    assert done.cancel.text() == "Remove"
    assert done.show_text.isVisible()
    assert done.show_text.accessibleName() == "Show the text of done.mp3"
    assert not done.bar.isVisible()


def test_a_long_name_is_shortened_and_its_buttons_stay_in_view(files: FilesWindow) -> None:
    files.show_files((replace(WAITING, path="/talks/" + "the opening talk of the conference in Porto " * 4 + ".wav"),))
    (row,) = files.rows.values()
    room = files.width() - 2 * files.layout().contentsMargins().left()
    assert row.minimumSizeHint().width() <= room
    assert row.name.text().startswith("the opening talk"), "screen readers read all of it"
    assert row.name.toolTip() == row.file.path


def test_rows_stay_when_the_queue_changes(qtbot: Any, files: FilesWindow) -> None:
    row = files.rows[1]
    with qtbot.waitSignal(files.cancel_requested) as cancelled:
        row.cancel.click()
    assert cancelled.args == [1]
    with qtbot.waitSignal(files.retry_requested) as retried:
        files.rows[2].retry.click()
    assert retried.args == [2]
    files.show_files((replace(RUNNING, confirmed=RUNNING.length), DONE))
    assert files.rows[1] is row
    assert row.bar.value() == 1_000
    assert list(files.rows) == [1, 3]


def test_a_long_queue_does_not_keep_the_window_from_other_events(qtbot: Any, files: FilesWindow) -> None:
    queue = tuple(replace(WAITING, number=number) for number in range(4, 4 + 3 * AT_ONCE))
    files.show_files((RUNNING, FAILED, DONE, *queue))
    assert len(files.rows) == 3 + AT_ONCE, "the others follow"
    assert files.summary.text() == f"1 of {3 + 3 * AT_ONCE} files done, 1 failed"
    removed, changed = queue[-1].number, replace(queue[-2], state=FileState.READING)
    files.show_files((RUNNING, FAILED, DONE, *queue[:-2], changed))
    qtbot.waitUntil(lambda: len(files.rows) == 2 + 3 * AT_ONCE)
    assert removed not in files.rows
    assert files.rows[changed.number].status.text() == "Reading the file…"

    def places() -> list[int]:
        return [row.mapTo(files, QPoint()).y() for row in files.rows.values()]

    qtbot.waitUntil(lambda: places() == sorted(set(places())))
    assert list(files.rows) == list(range(1, 3 + 3 * AT_ONCE))


def test_a_queue_that_became_short_leaves_no_empty_room(qtbot: Any, files: FilesWindow) -> None:
    queue = tuple(replace(WAITING, number=number) for number in range(1, 1 + 2 * AT_ONCE))
    files.show_files(queue)
    qtbot.waitUntil(lambda: len(files.rows) == len(queue))
    last = files.rows[queue[-1].number]
    files.show_files(queue[-1:])
    area = last.parentWidget().parentWidget()
    qtbot.waitUntil(lambda: last.mapTo(area, QPoint()).y() < last.height())
    files.show_files(())
    assert files.empty.isVisible()


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        ("{name}.txt", ""),
        ("{date} {name} ({language}).SRT", ""),
        ("text.txt", "Without {name}"),
        ("{name}", "End with one of .txt"),
        ("{name}.doc", "End with one of .txt"),
        ("{speaker} {name}.txt", "{speaker} is not known"),
        ("sub/{name}.txt", "cannot contain"),
    ],
)
def test_a_pattern_is_checked(pattern: str, wrong: str) -> None:
    found = check_pattern(pattern)
    assert found.startswith(wrong) or wrong in found
    assert bool(found) is bool(wrong)


def test_a_wrong_pattern_is_explained_and_not_used(files: FilesWindow) -> None:
    chosen: list[SaveBeside] = []
    files.save_beside_changed.connect(chosen.append)
    files.save_beside.setChecked(True)
    assert chosen == [SaveBeside(True, "{name}.txt")]
    files.pattern.setText("{name}.doc")
    assert files.problem.isVisible()
    assert len(chosen) == 1
    files.pattern.setText("{name}.srt")
    files.save_beside.setChecked(False)
    assert chosen[1:] == [SaveBeside(True, "{name}.srt"), SaveBeside(False, "{name}.srt")]


def test_the_choice_to_save_texts_is_that_of_the_queue(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(FilesChanged((WAITING,), SaveBeside(True, "{name}.srt")))
    front.commands.files.show()
    shown = front.window.findChild(FilesWindow)
    assert shown is not None
    assert (shown.save_beside.isChecked(), shown.pattern.text()) == (True, "{name}.srt")
    assert shown.pattern.isEnabled()
    assert dictation.arguments("save_texts_beside") == []
    shown.pattern.setText("{name} {date}.srt")
    assert dictation.arguments("save_texts_beside") == [(SaveBeside(True, "{name} {date}.srt"),)]
    dictation.tell(FilesChanged((RUNNING,), SaveBeside(True, "{name}.srt")))
    assert shown.pattern.text() == "{name} {date}.srt", "what the user types is newer"
    shown.close()


def test_a_window_that_opens_before_the_queue_is_read_shows_its_choice(
    front: FrontEnd, dictation: FakeDictation
) -> None:
    front.commands.files.show()
    shown = front.window.findChild(FilesWindow)
    assert shown is not None
    assert (shown.save_beside.isChecked(), shown.pattern.text()) == (False, "{name}.txt")
    dictation.tell(FilesChanged((), SaveBeside(True, "{name}.srt")))
    assert (shown.save_beside.isChecked(), shown.pattern.text()) == (True, "{name}.srt")
    shown.close()


def test_a_name_is_made_of_the_pattern() -> None:
    file = replace(WAITING, save_as="{date} {name} {language}.md")
    assert target_of(file, date(2026, 11, 26)) == Path("/talks/2026-11-26 monday en.md")


def test_button_cancels_the_file_while_no_dictation_runs(front: FrontEnd, dictation: FakeDictation) -> None:
    button = front.window.control_bar.button
    dictation.tell(StateChanged("d1", State.FINISHING))
    assert button.text() == "Finishing…"
    dictation.tell(FilesChanged((RUNNING,)))
    assert button.text() == "Transcribing… Cancel"
    assert button.accessibleName() == "Transcribing monday.wav, press to cancel"
    button.click()
    assert dictation.arguments("cancel_file") == [(1,)]
    assert dictation.names().count("toggle") == 0
    dictation.tell(StateChanged("d2", State.LISTENING))
    assert button.text() == "Stop"
    button.click()
    assert dictation.names().count("toggle") == 1
    dictation.tell(FilesChanged((replace(RUNNING, state=FileState.DONE),)))
    dictation.tell(StateChanged("d2", State.FINISHING))
    assert button.text() == "Finishing…"


def test_a_failure_is_reported_once_with_a_way_to_the_queue(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(FilesChanged((FAILED,)))
    assert front.window.notices.texts() == [], "it failed in an earlier run"
    dictation.tell(FilesChanged((replace(FAILED, state=FileState.READING),)))
    dictation.tell(FilesChanged((FAILED,)))
    (text,) = front.window.notices.texts()
    assert "“bad.ogg” was not transcribed. It is broken." in text


@pytest.mark.parametrize(
    "later", [(replace(FAILED, state=FileState.WAITING, what="", remedy=""),), ()], ids=["retried", "removed"]
)
def test_a_failure_is_reported_until_its_file_is_retried_or_removed(
    front: FrontEnd, dictation: FakeDictation, later: tuple[QueuedFile, ...]
) -> None:
    other = replace(FAILED, number=4, path="/talks/other.ogg")
    reading = tuple(replace(file, state=FileState.READING) for file in (FAILED, other))
    dictation.tell(FilesChanged(reading))
    dictation.tell(FilesChanged((reading[0], other)))
    dictation.tell(FilesChanged((FAILED, other)))
    dictation.tell(FilesChanged((FAILED,)))
    assert "“bad.ogg” was not transcribed." in front.window.notices.texts()[0]
    dictation.tell(FilesChanged(later))
    assert front.window.notices.texts() == []


def test_several_files_open_the_queue_and_folders_are_expanded(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    for name in ("a.wav", "b.txt", "c.ogg"):
        (tmp_path / name).touch()
    front.commands.files.add([tmp_path])
    qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((tmp_path / "a.wav", tmp_path / "c.ogg"),)])
    shown = front.window.findChild(FilesWindow)
    assert shown is not None
    assert shown.isVisible()
    dictation.tell(FilesChanged((RUNNING, FAILED)))
    assert list(shown.rows) == [1, 2]
    shown.rows[2].retry.click()
    assert dictation.arguments("retry_file") == [(2,)]
    shown.close()


def test_the_program_ends_without_a_folder_whose_disk_is_slow(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began, answered = threading.Event(), threading.Event()

    def expand(paths: tuple[Path, ...]) -> tuple[Path, ...]:
        began.set()
        answered.wait()
        return paths

    monkeypatch.setattr(file_list, "expand", expand)
    front.commands.files.add([tmp_path])
    assert began.wait(20)
    try:
        assert wait_for_tasks(1000), "the end of the program waits for it"
    finally:
        answered.set()
    qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((tmp_path,),)])


def test_a_folder_is_chosen_beside_the_files(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    for name in ("a.wav", "b.txt", "c.ogg"):
        (tmp_path / name).touch()
    front.commands.files.show()
    shown = front.window.findChild(FilesWindow)
    assert shown is not None
    shown.add_folder.click()
    dialog = front.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((tmp_path / "a.wav", tmp_path / "c.ogg"),)])
    shown.close()


def test_a_file_that_may_not_be_read_is_queued_and_says_why_there(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir()
    with closed(tmp_path / "private"):
        front.commands.files.add([tmp_path / "private" / "a.wav"])
        qtbot.waitUntil(lambda: dictation.arguments("queue_files") == [((tmp_path / "private" / "a.wav",),)])


def test_times_of_a_file_count_from_its_beginning(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(Started("d1", "local", "en", "/talks/monday.wav", 0.0, datetime(2026, 11, 22, 10, 42, 7)))
    dictation.tell(SegmentAdded("d1", Segment(1, "Hello.", "hello", 65 * 16_000, 66 * 16_000)))
    transcript = front.window.transcript
    times = [transcript._time_of(row) for row in transcript.document.rows if row.text == "Hello."]
    assert times == ["1:05"]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A history with the texts "d1" and "d2"; that of "d2" has no words."""
    path = tmp_path / "history.sqlite3"
    with closing(HistoryStore(path)) as store:
        for dictation in ("d1", "d2"):
            store.begin(Header(dictation, datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "monday.wav"))
            store.finish(dictation, 16_000, 16_000)
        store.add_segment("d1", Segment(1, "Good morning.", "", 0, 16_000))
    return path


def test_the_text_is_saved_beside_its_file(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path, tmp_path: Path
) -> None:
    front = make_front(open_history=lambda: HistoryStore(history))
    file = replace(RUNNING, path=str(tmp_path / "monday.wav"), save_as="{name}.txt")
    for expected in ("monday.txt", "monday (2).txt"):
        dictation.tell(FilesChanged((file,)))
        dictation.tell(FilesChanged((replace(file, state=FileState.DONE),)))
        qtbot.waitUntil((tmp_path / expected).exists)
        assert (tmp_path / expected).read_text() == "Good morning.\n"
        qtbot.waitUntil(lambda: (1, expected, "", "") in dictation.arguments("note_saved_file"))  # noqa: B023
    assert front.window.notices.texts() == []


def test_a_row_leads_to_its_text_in_the_history(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path
) -> None:
    with closing(HistoryStore(history)) as store:
        for number in range(120):
            began = datetime(2026, 11, 23, 10, number // 60, number % 60, tzinfo=UTC)
            store.begin(Header(f"n{number}", began, "en", "local", "microphone"))
            store.add_segment(f"n{number}", Segment(1, f"Newer {number}.", "", 0, 16_000))
    front = make_front(open_history=lambda: HistoryStore(history))
    done = replace(RUNNING, state=FileState.DONE)
    without_text = replace(done, number=3, dictation="d2")
    dictation.tell(FilesChanged((done, replace(done, number=2, dictation="n60"), without_text)))
    front.commands.files.show()
    files = front.window.findChild(FilesWindow)
    assert files is not None
    files.rows[2].show_text.click()
    shown = front.window.findChild(HistoryWindow)
    assert shown is not None
    qtbot.waitUntil(lambda: shown.view.dictation == "n60")
    assert [shown.list.item(row).text().split("\n")[1] for row in (shown.list.currentRow(),)] == ["Newer 60."]
    shown.query.setText("nothing has these words")
    qtbot.waitUntil(lambda: shown.list.count() == 0)
    files.rows[1].show_text.click()
    qtbot.waitUntil(lambda: shown.view.dictation == "d1")
    assert shown.list.count() == 100, "it is older than those of the list"
    assert (shown.list.chosen(), shown.delete.isEnabled(), shown.copy.isEnabled()) == ([], False, True)
    files.rows[3].show_text.click()
    qtbot.waitUntil(lambda: shown.view.dictation == "d2")
    assert (shown.details.isEnabled(), shown.copy.isEnabled()) == (True, False)
    shown.close()
    files.close()
    assert wait_for_tasks(5000)


def test_a_text_that_the_last_run_did_not_save_is_saved_at_the_start(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path, tmp_path: Path
) -> None:
    front = make_front(open_history=lambda: HistoryStore(history))
    file = replace(RUNNING, state=FileState.DONE, path=str(tmp_path / "monday.wav"), save_as="{name}.txt")
    dictation.tell(FilesChanged((file, replace(file, number=2, path=str(tmp_path / "b.wav"), save_as=""))))
    qtbot.waitUntil(lambda: bool(dictation.arguments("note_saved_file")))
    assert dictation.arguments("note_saved_file") == [(1, "monday.txt", "", "")]
    assert [path.name for path in tmp_path.glob("*.txt")] == ["monday.txt"]
    assert front.window.notices.texts() == []


def test_a_file_without_words_says_that_nothing_was_saved(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path, tmp_path: Path
) -> None:
    make_front(open_history=lambda: HistoryStore(history))
    file = replace(RUNNING, path=str(tmp_path / "monday.wav"), save_as="{name}.txt", dictation="d2")
    dictation.tell(FilesChanged((file,)))
    dictation.tell(FilesChanged((replace(file, state=FileState.DONE),)))
    qtbot.waitUntil(lambda: bool(dictation.arguments("note_saved_file")))
    ((_number, name, what, remedy),) = dictation.arguments("note_saved_file")
    assert describe(replace(DONE, saved_as=name, what=what, remedy=remedy)) == (
        "Done. It holds no words, nothing was saved."
    )
    assert list(tmp_path.glob("*.txt")) == []


def test_a_text_that_cannot_be_saved_says_why_in_its_row(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path, tmp_path: Path
) -> None:
    front = make_front(open_history=lambda: HistoryStore(history))
    file = replace(RUNNING, path=str(tmp_path / "gone" / "monday.wav"), save_as="{name}.txt")
    dictation.tell(FilesChanged((file,)))
    dictation.tell(FilesChanged((replace(file, state=FileState.DONE),)))
    qtbot.waitUntil(lambda: bool(dictation.arguments("note_saved_file")))
    ((_number, name, what, remedy),) = dictation.arguments("note_saved_file")
    assert (name, bool(what), bool(remedy)) == ("", True, True)
    assert remedy == "Create the folder again, or export the text from the history."
    assert what in front.window.notices.texts()[0]
