"""Exports from the window and from the history, and what is saved of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pseudo_language import untranslated
from PySide6.QtWidgets import QFileDialog
from window_fakes import FakeDictation, script

from saywrite.foundation.events import Gap, Segment
from saywrite.storage.history.ledger import Ledger
from saywrite.storage.history.store import Dictated, Summary
from saywrite.text.export import render
from saywrite.ui.app.exports import document_of
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.export.dialog import start_folder

BEGAN = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
SUMMARY = Summary("d1", BEGAN, "en", "local", "microphone", 160_000, 0, True, "First.")
SEGMENTS = (Segment(1, "First.", "first", 16_000, 32_000), Segment(2, "Second.", "second", 96_000, 128_000))
DICTATED = Dictated(SUMMARY, SEGMENTS, (Gap("d1", 40_000, 16_000, "unplugged"),))


def test_a_dictation_of_the_history_keeps_its_times_and_gaps_in_order() -> None:
    document = document_of(DICTATED, str.upper)
    assert document is not None
    assert [(line.start_s, line.end_s, line.text) for line in document.lines] == [
        (1.0, 2.0, "First."),
        (2.5, 2.5, ""),
        (6.0, 8.0, "Second."),
    ]
    assert document.lines[1].gap == "1 s of sound missing: unplugged"
    assert document.engine == "LOCAL"
    assert b"00:00:06" in render(document, "srt")


def test_gaps_of_a_dictation_are_written_in_the_language_of_the_program(
    marked: None, in_language: Callable[[str], None]
) -> None:
    in_language("de")
    document = document_of(DICTATED, str.upper)
    assert document is not None
    assert document.lines[1].gap == "1⟦ s⟧⟦ of sound missing: ⟧unplugged"


def test_a_dictation_without_text_is_not_exported() -> None:
    assert document_of(Dictated(SUMMARY, (), ()), str.upper) is None


@pytest.fixture
def dictated(front: FrontEnd, dictation: FakeDictation) -> FrontEnd:
    script(dictation)
    return front


def write(front: FrontEnd, target: Path, format: str) -> None:
    """As the dialog does when a name was picked."""
    document = front.window.transcript.to_export()
    assert document is not None
    front.dialogs.exports._flow.save(document, target, format)


def test_the_transcript_is_written_and_the_window_says_where(qtbot: Any, dictated: FrontEnd, tmp_path: Path) -> None:
    write(dictated, tmp_path / "notes.md", "md")
    qtbot.waitUntil(lambda: dictated.window.status.text() == "Exported to notes.md")
    assert "Kubernetes cluster" in (tmp_path / "notes.md").read_text("utf-8")


def test_folder_and_format_are_remembered(qtbot: Any, dictated: FrontEnd, tmp_path: Path) -> None:
    write(dictated, tmp_path / "notes.md", "md")
    qtbot.waitUntil(lambda: dictated.preferences.settings.export_format == "md")
    assert dictated.dialogs.state() == {"export_folder": str(tmp_path)}
    assert dictated.preferences.settings.export_folder == "", "the folder of the settings is the user's own choice"


def test_an_export_offers_the_format_that_was_used_or_chosen_last(dictated: FrontEnd) -> None:
    exports, offered = dictated.dialogs.exports, []
    for format in ("md", "csv"):
        dictated.preferences.update(export_format=format)  # in the settings, or by an export of the history
        exports.export_transcript()
        dialog = dictated.window.findChildren(QFileDialog)[-1]
        offered.append(dialog.selectedNameFilter())
        dialog.reject()
    assert offered == ["Markdown (*.md)", "CSV table (*.csv)"]


def test_the_remembered_folder_is_that_of_the_next_run(make_front: Any) -> None:
    front = make_front()
    front.dialogs.restore({"export_folder": "/somewhere"})
    assert front.dialogs.exports.folder == "/somewhere"
    front.dialogs.restore({"export_folder": 5})
    assert front.dialogs._export_folder == ""


def test_failed_export_is_reported_with_its_remedy(qtbot: Any, dictated: FrontEnd, tmp_path: Path) -> None:
    write(dictated, tmp_path / "no such folder" / "notes.md", "md")
    qtbot.waitUntil(lambda: bool(dictated.window.notices.texts()))
    assert "was not exported" in dictated.window.notices.texts()[-1]
    assert "choose another folder" in dictated.window.notices.texts()[-1]


def test_failed_export_is_reported_in_the_language_of_the_program(
    qtbot: Any, dictated: FrontEnd, marked: None, in_language: Callable[[str], None], tmp_path: Path
) -> None:
    notices, names = dictated.window.notices, re.compile(rf"{tmp_path}\S*|notes")
    in_language("de")
    write(dictated, tmp_path / "gone" / "notes.md", "md")
    qtbot.waitUntil(lambda: bool(notices.texts()))
    assert untranslated(notices.texts(), names) == []
    in_language("en")
    assert notices.texts()[-1].endswith("Create the folder again, or choose another folder.")


def test_the_menu_offers_what_can_be_written(dictated: FrontEnd) -> None:
    actions = dictated.window.actions_
    actions.export_menu.aboutToShow.emit()
    assert all(action.isEnabled() for action in actions.export_as.values())


@pytest.mark.parametrize("remembered", ["", "a folder that is gone"])
def test_every_dialog_opens_in_a_folder_of_the_user(
    front: FrontEnd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, remembered: str
) -> None:
    """Not in the one in which the program was started, which may be that of the system."""
    monkeypatch.chdir(tmp_path)
    exports = front.dialogs.exports
    exports.folder = remembered and str(tmp_path / remembered)
    front.commands.save_unfinished("d1")
    exports.export_dictations((DICTATED, DICTATED), front.window)
    exports.export_ledger(Ledger(), front.window)
    dialogs = front.window.findChildren(QFileDialog)
    assert [Path(dialog.directory().absolutePath()) for dialog in dialogs] == [start_folder(None)] * 3
