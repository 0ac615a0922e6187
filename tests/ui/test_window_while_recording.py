"""A recording window: notices about the microphone, announcements, and few layouts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget
from window_fakes import BEGAN, HEADSET, FakeDictation

from saywrite.audio.microphone.device_opener import no_sound
from saywrite.foundation import events
from saywrite.foundation.events import SAMPLE_RATE
from saywrite.ui.app.frontend import FrontEnd

STARTED = events.Started("d1", "local", "en", "microphone", 1.0, BEGAN)


@pytest.mark.parametrize(
    "capture_went_on",
    [
        events.Gap("d1", 83 * SAMPLE_RATE, 12_800, "Headset was not available."),
        events.SourceChanged("d1", "Headset"),
        STARTED,
    ],
    ids=["gap", "source", "first sample"],
)
def test_notice_about_the_microphone_is_withdrawn_when_capture_continues(
    front: FrontEnd, dictation: FakeDictation, capture_went_on: events.FrontEndEvent
) -> None:
    silent = no_sound("Headset")
    back = "Capture goes on as soon as it is back."
    dictation.tell(events.Failed("d1", silent.what, silent.remedy, about="microphone"))
    dictation.tell(events.Failed("d1", "Headset went away.", back, about="microphone"))
    dictation.tell(events.Failed("d1", "The disk is full.", "Free some space.", about="disk"))
    assert front.window.notices.texts() == [
        "Headset went away. Capture goes on as soon as it is back.",
        "The disk is full. Free some space.",
    ]
    dictation.tell(capture_went_on)
    assert front.window.notices.texts()[0] == "The disk is full. Free some space."
    assert not any("Headset went away" in text for text in front.window.notices.texts())


def test_missing_microphone_is_reported_once_until_there_is_one(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.DevicesChanged((), "There is no microphone.", "Connect one."))
    dictation.tell(events.Failed("d1", "There is no microphone.", "Connect one.", fatal=True, about="microphone"))
    assert front.window.notices.texts() == ["There is no microphone. Connect one."]
    dictation.tell(events.DevicesChanged((HEADSET,)))
    assert front.window.notices.texts() == []


def test_a_screen_reader_can_read_the_time_and_the_words_being_heard(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.ProgressChanged("d1", 83 * SAMPLE_RATE, 0, 0))
    dictation.tell(events.Partial("d1", "and then"))
    front.window.transcript._show_newest_partial()
    time, heard = front.window.control_bar.time, front.window.transcript.pane.partial
    assert described(time) == "Recorded time: 01:23"
    assert described(heard) == "Being heard: and then"


def test_partial_stays_in_place_when_the_heading_is_added(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication
) -> None:
    pane = shown.window.transcript.pane
    dictation.tell(STARTED)
    dictation.tell(events.Partial("d1", "first words"))
    shown.window.transcript._show_newest_partial()
    qapp.processEvents()
    before = pane.partial.y()
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "First words.", "first words", 0, SAMPLE_RATE)))
    qapp.processEvents()
    index, place = list(pane.editor.visible_rows())[1]
    assert shown.window.transcript.document.rows[index].text == "First words."
    assert abs(place.top() + pane.editor.viewport().y() - before) <= 1


def test_a_narrow_window_keeps_its_shape_when_the_find_bar_opens(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication
) -> None:
    window = shown.window
    dictation.tell(STARTED)
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "First words.", "first words", 0, SAMPLE_RATE)))
    window.resize(420, 560)
    qapp.processEvents()
    before = window._split.sizes()
    bar = window.transcript.find_bar
    bar.open("words")
    qapp.processEvents()
    assert window._split.sizes() == before
    assert bar.words.width() >= bar.fontMetrics().averageCharWidth() * 12
    assert bar.words.x() >= 8
    assert bar.words.y() != bar.case.y()
    window.resize(1200, 560)
    qapp.processEvents()
    assert bar.words.geometry().center().y() - bar.case.geometry().center().y() in (-1, 0, 1)


def described(widget: QWidget) -> str:
    """Name and description as an assistive tool is given them."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return f"{interface.text(QAccessible.Text.Name)}: {interface.text(QAccessible.Text.Description)}"


def test_second_of_recording_causes_no_layout(shown: FrontEnd, dictation: FakeDictation, qapp: QApplication) -> None:
    """Of what changes with every second nothing changes its size: a layout costs more than all it shows."""
    dictation.tell(STARTED)
    dictation.tell(events.ProgressChanged("d1", 3 * SAMPLE_RATE, 2 * SAMPLE_RATE, 2 * SAMPLE_RATE))
    qapp.processEvents()
    watch = Layouts()
    for widget in (shown.window.control_bar, shown.window.control_bar.unit, shown.window.status):
        widget.installEventFilter(watch)
    for second in range(4, 60):
        dictation.tell(
            events.ProgressChanged("d1", second * SAMPLE_RATE, second * SAMPLE_RATE, (second - 1) * SAMPLE_RATE)
        )
        qapp.processEvents()
    assert watch.number == 0
    dictation.tell(events.ProgressChanged("d1", 3600 * SAMPLE_RATE, 3600 * SAMPLE_RATE, 3599 * SAMPLE_RATE))
    qapp.processEvents()
    assert watch.number > 0


class Layouts(QObject):
    """Counts how often a widget was to be laid out."""

    number = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.number += event.type() == QEvent.Type.LayoutRequest
        return False


@pytest.mark.parametrize(
    "heard",
    [
        events.Partial("d1", "so it does"),
        events.SegmentAdded("d1", events.Segment(1, "So it does.", "so it does", 0, SAMPLE_RATE)),
        events.PendingUtterances("d1", ((0, SAMPLE_RATE),)),
    ],
    ids=["words being heard", "text", "speech"],
)
def test_notice_about_silence_is_withdrawn_when_there_is_sound(
    front: FrontEnd, dictation: FakeDictation, heard: events.FrontEndEvent
) -> None:
    dictation.tell(STARTED)
    silent = "Desk delivers nothing but silence."
    dictation.tell(events.Failed("d1", silent, "Check its mute switch.", about="microphone"))
    assert len(front.window.notices.texts()) == 1
    dictation.tell(heard)
    assert front.window.notices.texts() == []


def test_notice_about_a_lost_microphone_survives_the_last_text(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(STARTED)
    dictation.tell(events.Failed("d1", "Headset is gone.", "Connect it.", fatal=True, about="microphone"))
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "Last words.", "", 0, SAMPLE_RATE)))
    assert front.window.notices.texts() == ["Headset is gone. Connect it."]
