"""The transcript shows the text that a dictation got in the history, from another recognizer or an earlier version."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from window_fakes import FakeDictation

from saywrite.foundation.events import Finished, Segment, SegmentAdded, Started, State, StateChanged
from saywrite.storage.history.records.versions import Origin, replace_text, use_version, versions_of
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.ui.app.frontend import FrontEnd

BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
SPOKEN = (Segment(0, "Wee meat.", "", 0, 50), Segment(1, "At knight.", "", 60, 99))
BETTER = (Segment(0, "We meet.", "", 0, 45), Segment(1, "At night.", "", 60, 90))


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def dictated(make_front: Callable[..., FrontEnd], dictation: FakeDictation, history: Path) -> FrontEnd:
    """The window after a dictation that is in the history."""
    front = make_front(open_history=lambda: HistoryStore(history))
    tell(dictation, "d", history)
    return front


def tell(dictation: FakeDictation, name: str, history: Path) -> None:
    with closing(HistoryStore(history)) as store:
        store.begin(Header(name, BEGAN, "en", "aiola", "microphone"))
        for segment in SPOKEN:
            store.add_segment(name, segment)
    dictation.tell(Started(name, "aiola", "en", "microphone", 1.0, BEGAN))
    for segment in SPOKEN:
        dictation.tell(SegmentAdded(name, segment))
    dictation.tell(Finished(name, 100, 100, 0, 1.0, "Wee meat. At knight."))
    dictation.tell(StateChanged(name, State.IDLE))


def replace(front: FrontEnd, history: Path) -> None:
    """As “Transcribe again” does."""
    with closing(HistoryStore(history)) as store:
        replace_text(store, "d", BETTER, Origin("local", "whisper-small", "en"), BEGAN)
    front.dialogs.texts_changed.emit(("d",))


def texts(front: FrontEnd) -> list[str]:
    return [row.text for row in front.window.transcript.document.rows if row.editable]


def test_a_text_that_was_transcribed_again_takes_the_place_of_the_former_one(
    qtbot: Any, dictated: FrontEnd, dictation: FakeDictation, history: Path
) -> None:
    tell(dictation, "later", history)
    replace(dictated, history)
    qtbot.waitUntil(lambda: texts(dictated) == ["We meet.", "At night.", "Wee meat.", "At knight."])
    headings = [row.text for row in dictated.window.transcript.document.rows if not row.editable]
    assert "aiola" not in headings[0].casefold(), "its recognizer is another one now"
    assert "aiola" in headings[1].casefold()


def test_an_edit_of_the_new_text_is_one_of_its_segments(
    qtbot: Any, dictated: FrontEnd, dictation: FakeDictation, history: Path
) -> None:
    replace(dictated, history)
    qtbot.waitUntil(lambda: texts(dictated) == ["We meet.", "At night."])
    transcript = dictated.window.transcript
    transcript.document.edit([(transcript.document.rows[-1], "At noon.")])
    transcript.flush()
    name, number, text = dictation.arguments("edit_segment")[-1]
    with closing(HistoryStore(history)) as store:
        store.edit_segment(name, number, text)  # raises HistoryError for a segment of another text
    transcript.undo()
    assert texts(dictated) == ["We meet.", "At night."]


def test_an_earlier_text_comes_back(qtbot: Any, dictated: FrontEnd, history: Path) -> None:
    replace(dictated, history)
    qtbot.waitUntil(lambda: texts(dictated) == ["We meet.", "At night."])
    with closing(HistoryStore(history)) as store:
        use_version(store, "d", versions_of(store, "d")[0].number, BEGAN)
    dictated.dialogs.texts_changed.emit(("d",))
    qtbot.waitUntil(lambda: texts(dictated) == ["Wee meat.", "At knight."])


def test_what_was_cleared_stays_cleared(
    qtbot: Any, dictated: FrontEnd, dictation: FakeDictation, history: Path
) -> None:
    dictated.window.transcript.clear()
    third = Segment(2, "Again?", "", 100, 120)
    with closing(HistoryStore(history)) as store:
        store.add_segment("d", third)
    dictation.tell(SegmentAdded("d", third))
    with closing(HistoryStore(history)) as store:
        replace_text(store, "d", (*BETTER, Segment(2, "A gain?", "", 101, 121)), Origin("local", "", "en"), BEGAN)
    dictated.dialogs.texts_changed.emit(("d",))
    qtbot.waitUntil(lambda: texts(dictated) == ["A gain?"])
