"""The details of a dictation: engine, hosts, bytes, pending and missing sound, structured results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from window_fakes import BEGAN, CHOICES, FakeDictation

from saywrite.foundation import events
from saywrite.foundation.events import Gap, ProgressChanged, Segment, Traffic
from saywrite.storage.history.store import Dictated, HistoryStore, Summary
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.details import (
    STAYED_HERE,
    DetailsWindow,
    RunningDictation,
    as_text,
    facts,
    format_bytes,
    format_results,
)
from saywrite.ui.history.window import HistoryWindow

SECOND = 16_000
HOST = "apis.aiola.ai"


def dictated(engine: str = "aiola", *, finished: bool = True, pending: int = 0, **more: Any) -> Dictated:
    began = datetime(2026, 11, 22, 10, 42, 7)
    heard = 95 * SECOND if finished else 0
    summary = Summary("d1", began, "de", engine, "microphone", heard, pending, finished, "")
    segments = (Segment(1, "Guten Tag.", "", 0, SECOND), Segment(2, "Wie geht es?", "", SECOND, 2 * SECOND))
    given: dict[str, Any] = {"segments": segments, "gaps": ()}
    return Dictated(summary, **(given | more))


def table(*arguments: Any) -> dict[str, str]:
    return dict(facts(arguments[0], CHOICES, *arguments[1:]))


def test_details_of_the_local_engine_say_that_nothing_left_the_computer() -> None:
    told = table(dictated("local"))
    assert told["Recognizer"] == "On this computer"
    assert told["Sent to"] == STAYED_HERE
    assert (told["Bytes sent"], told["Bytes received"]) == ("0 bytes", "0 bytes")


def test_details_of_a_service_show_host_and_bytes() -> None:
    told = table(dictated(traffic=(Traffic("d1", HOST, 3_040_000, 812),)))
    assert told["Sent to"] == HOST
    assert told["Bytes sent"] == "3,040,000 bytes (3 MB)"
    assert told["Bytes received"] == "812 bytes"
    assert told["Began"] == "Sunday, November 22, 2026, 10:42:07"
    assert (told["Language"], told["Source"]) == ("German", "Microphone")
    assert (told["Length of the recording"], told["Text"]) == ("1 min 35 s", "5 words in 2 segments")
    assert (told["Without text yet"], told["Missing sound"]) == ("Nothing", "Nothing")


def test_pending_and_missing_sound_and_other_engines_are_shown() -> None:
    segments = (Segment(1, "Ja.", "", 0, SECOND, engine="local"), Segment(2, "Nein.", "", SECOND, 2 * SECOND))
    gaps = tuple(Gap("d1", (number + 1) * SECOND, SECOND // 2, "unplugged") for number in range(12))
    told = table(dictated(pending=5 * SECOND, segments=segments, gaps=gaps))
    assert told["Recognizer"] == "aiOla, On this computer for 1 segment"
    assert told["Without text yet"] == "5 s"
    assert told["Missing sound"].splitlines()[0] == "0.5 s at 0:01: unplugged"
    assert told["Missing sound"].splitlines()[-1] == "1 s in 2 more places"


def test_newest_event_counts_while_the_dictation_runs() -> None:
    live = RunningDictation(
        ProgressChanged("d1", 12 * SECOND, 11 * SECOND, 9 * SECOND), {HOST: Traffic("d1", HOST, 400_000, 90)}
    )
    told = table(dictated(finished=False, traffic=(Traffic("d1", HOST, 1_000, 9),)), live)
    shown = [told[name] for name in ("Length of the recording", "Without text yet", "Bytes sent")]
    assert shown == ["12 s", "3 s", "400,000 bytes"]


def test_structured_results_are_readable_and_copied_with_the_table() -> None:
    results = format_results(dictated(structured=({"a": "Zoë"}, {"b": [1]})))
    assert [json.loads(part) for part in results.split("\n\n")] == [{"a": "Zoë"}, {"b": [1]}]
    text = as_text([("Recognizer", "aiOla")], results)
    assert text.startswith("Recognizer: aiOla\n\n{")
    assert text.endswith("}\n")
    assert as_text([("Recognizer", "aiOla")], "") == "Recognizer: aiOla\n"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 bytes"), (1, "1 byte"), (4_321, "4,321 bytes"), (2_500_000, "2,500,000 bytes (2.5 MB)")]
)
def test_bytes_are_shown_exactly(number: int, text: str) -> None:
    assert format_bytes(number) == text


# In the window


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite3"
    store = HistoryStore(path)
    store.begin(SimpleNamespace(dictation="d1", began=BEGAN, language="de", engine="aiola", source="microphone"))
    store.add_segment("d1", Segment(1, "Guten Tag.", "guten tag", 0, SECOND, "Good day."))
    store.add_structured("d1", {"greeting": True})
    store.close()
    return path


@pytest.fixture
def front(make_front: Callable[..., FrontEnd], path: Path) -> FrontEnd:
    return make_front(open_history=lambda: HistoryStore(path))


def opened(qtbot: Any) -> DetailsWindow:
    def windows() -> list[DetailsWindow]:
        return [window for window in QApplication.topLevelWidgets() if isinstance(window, DetailsWindow)]

    qtbot.waitUntil(lambda: bool(windows()))
    return windows()[0]


@pytest.fixture(autouse=True)
def close_windows(qtbot: Any) -> Iterator[None]:
    yield
    for window in QApplication.topLevelWidgets():
        if isinstance(window, DetailsWindow):
            window.close()


def test_before_the_first_dictation_there_are_no_details(front: FrontEnd, dictation: FakeDictation) -> None:
    assert not front.window.actions_.details.isEnabled()
    dictation.tell(events.Started("d1", "aiola", "de", "microphone", 1.0, BEGAN))
    assert front.window.actions_.details.isEnabled()


def test_menu_shows_the_newest_dictation_with_its_events(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.Started("d1", "aiola", "de", "microphone", 1.0, BEGAN))
    dictation.tell(ProgressChanged("d1", 12 * SECOND, 11 * SECOND, 9 * SECOND))
    dictation.tell(Traffic("d1", HOST, 400_000, 90))
    dictation.tell(Traffic("d0", "elsewhere", 7, 7))
    front.window.actions_.details.trigger()
    window = opened(qtbot)
    assert not window.isModal()
    told = dict(window.lines)
    assert (told["Sent to"], told["Bytes sent"]) == (HOST, "400,000 bytes")
    assert window.results.accessibleName() == "Structured results"
    qtbot.mouseClick(window.copy, Qt.MouseButton.LeftButton)
    assert '"greeting": true' in QGuiApplication.clipboard().text()


def test_the_transcript_leads_to_the_details_of_its_rows(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    front.window.transcript.details_requested.emit("d1")
    assert dict(opened(qtbot).lines)["Text"] == "2 words in 1 segment"


def test_dictation_that_is_not_in_the_history_is_explained(qtbot: Any, front: FrontEnd) -> None:
    front.window.transcript.details_requested.emit("gone")
    qtbot.waitUntil(lambda: bool(front.window.notices.texts()))
    assert front.window.notices.texts()[0].startswith("This dictation is not in the history.")


def test_the_history_leads_to_details_and_shows_translations(qtbot: Any, front: FrontEnd) -> None:
    front.dialogs.show_history()
    window = front.window.findChild(HistoryWindow)
    qtbot.waitUntil(lambda: window.details.isEnabled())
    assert window.text.toPlainText() == "Guten Tag.\n\tGood day."
    qtbot.mouseClick(window.details, Qt.MouseButton.LeftButton)
    assert dict(opened(qtbot).lines)["Recognizer"] == "aiOla"
    window.close()
