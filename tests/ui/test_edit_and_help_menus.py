"""The Edit menu acts on the field with the focus; Help has the shortcuts, the first run and what is new."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QTextCursor
from PySide6.QtWidgets import QDialog, QLineEdit
from test_window_reach import unnamed
from window_fakes import BEGAN, FakeDictation

from saywrite import __version__
from saywrite.foundation import events
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.app.help_windows import ShortcutsWindow, WhatsNewWindow, changelog, sections
from saywrite.ui.main_window.about_dialog import AboutDialog, overview
from saywrite.ui.toolkit import licenses
from saywrite.ui.transcript import editor


@pytest.fixture
def field(shown: FrontEnd) -> QLineEdit:
    """A text field of the window with the focus."""
    line = QLineEdit("one two", shown.window.centralWidget())
    line.show()
    line.setFocus()
    return line


def test_edit_menu_acts_on_the_field_with_the_focus(shown: FrontEnd, field: QLineEdit) -> None:
    actions = shown.window.actions_
    actions.select_all.trigger()
    assert field.selectedText() == "one two"
    actions.copy_selection.trigger()
    assert QGuiApplication.clipboard().text() == "one two"
    actions.cut.trigger()
    assert field.text() == ""
    actions.paste.trigger()
    actions.paste.trigger()
    assert field.text() == "one twoone two"
    actions.undo.trigger()
    assert field.text() != "one twoone two"
    actions.redo.trigger()
    assert field.text() == "one twoone two"


def test_switches_in_menus_show_a_check_mark(shown: FrontEnd) -> None:
    actions = shown.window.actions_.findChildren(QAction) or shown.window.findChildren(QAction)
    switches = [action for action in actions if action.isCheckable() and action.text()]
    assert {shown.window.actions_.show_keywords, shown.window.actions_.hands_free} <= set(switches)
    assert [action.text() for action in switches if not action.icon().isNull()] == []


def test_edit_menu_acts_on_the_transcript_otherwise(shown: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.Started("d1", "local", "en", "microphone", 100.0, BEGAN))
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "Good morning.", "good morning", 0, 16_000)))
    window, actions = shown.window, shown.window.actions_
    window.control_bar.button.setFocus()
    actions.select_all.trigger()
    assert "Good morning." in window.transcript.selected_text()
    actions.copy_selection.trigger()
    assert "Good morning." in QGuiApplication.clipboard().text()


def test_a_text_that_is_too_long_for_a_passage_is_not_pasted(
    shown: FrontEnd, dictation: FakeDictation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten million characters in one paragraph stop the window for a minute, then for seconds after each key."""
    monkeypatch.setattr(editor, "MOST_CHARACTERS", 30)
    dictation.tell(events.Started("d1", "local", "en", "microphone", 100.0, BEGAN))
    dictation.tell(events.SegmentAdded("d1", events.Segment(1, "Good morning.", "good morning", 0, 16_000)))
    window = shown.window
    window.control_bar.button.setFocus()
    window.transcript.pane.editor.moveCursor(QTextCursor.MoveOperation.End)
    QGuiApplication.clipboard().setText(" And good night.")
    window.actions_.paste.trigger()
    assert window.transcript.text() == "Good morning. And good night."
    assert window.notices.texts() == []
    window.actions_.paste.trigger()
    assert window.transcript.text() == "Good morning. And good night."
    (notice,) = window.notices.texts()
    assert notice == "Nothing was pasted: a text of the transcript has at most 30 characters."


def test_shortcuts_are_those_of_the_menus_and_of_the_settings(shown: FrontEnd) -> None:
    found = dict(sections(shown.window.menuBar(), replace(Settings(), second_hotkey="F8")))
    assert found["In every program"][0] == ("Dictate into the program in front", "Ctrl+Alt+Space")
    assert found["In every program"][1][1] == "F8"
    native = QKeySequence.SequenceFormat.NativeText
    for action in (shown.window.actions_.find, shown.window.actions_.redo, shown.window.actions_.record):
        pair = action.text().replace("&", "").rstrip("…"), action.shortcut().toString(native)
        assert any(pair in pairs for pairs in found.values())
    assert all(keys for pairs in found.values() for _words, keys in pairs)


@pytest.mark.parametrize(
    ("action", "kind"), [("shortcuts", ShortcutsWindow), ("whats_new", WhatsNewWindow), ("about", AboutDialog)]
)
def test_window_of_help_opens_with_names_for_everything(shown: FrontEnd, action: str, kind: type[QDialog]) -> None:
    getattr(shown.window.actions_, action).trigger()
    dialog = shown.window.findChild(kind)
    assert dialog.isVisible()
    assert unnamed(dialog) == []


def test_no_heading_of_the_shortcuts_is_marked(shown: FrontEnd) -> None:
    shown.window.actions_.shortcuts.trigger()
    table = shown.window.findChild(ShortcutsWindow).table
    table.setFocus()
    headings = [table.topLevelItem(number) for number in range(table.topLevelItemCount())]
    assert table.selectedItems() == []
    assert table.currentItem() is headings[0].child(0), "where the arrow keys begin"
    assert not any(heading.flags() & Qt.ItemFlag.ItemIsSelectable for heading in headings)


def test_changelog_begins_with_this_version() -> None:
    first = next(line for line in changelog().splitlines() if line.startswith("## "))
    assert first == f"## {__version__}"


@pytest.mark.parametrize(
    ("state", "opened"),
    [({}, False), ({"version": __version__}, False), ({"version": "0.0.9"}, True), ({"geometry": ""}, True)],
)
def test_changelog_opens_once_after_an_update(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, state: dict[str, str], opened: bool
) -> None:
    front = make_front(greets=True)
    front._context.window_state.write_text(json.dumps(state))
    front.show()
    qtbot.waitUntil(lambda: "refresh_devices" in dictation.names(), timeout=20_000)
    assert (front.window.findChild(WhatsNewWindow) is not None) == opened
    front.save()
    assert json.loads(front._context.window_state.read_text())["version"] == __version__


def test_after_an_update_the_changelog_waits_for_the_window_of_a_start_in_the_tray(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation
) -> None:
    front = make_front(greets=True, settings=Settings(start_hidden=True))
    state = front._context.window_state
    state.write_text(json.dumps({"version": "0.0.9"}))
    front.show()
    qtbot.waitUntil(lambda: "refresh_devices" in dictation.names())
    assert front.window.findChild(WhatsNewWindow) is None
    front.save()
    assert json.loads(state.read_text())["version"] == "0.0.9", "nobody saw what is new"
    for _ in range(2):
        front.window.show()
        qtbot.waitUntil(lambda: bool(front.window.findChildren(WhatsNewWindow)))
        front.window.hide()
    assert len(front.window.findChildren(WhatsNewWindow)) == 1
    front.save()
    assert json.loads(state.read_text())["version"] == __version__


def test_in_another_language_the_changelog_says_that_it_is_in_english(
    qtbot: Any, in_language: Callable[[str], None]
) -> None:
    window = WhatsNewWindow()
    qtbot.addWidget(window)
    assert window.text.toPlainText().startswith("What is new")
    in_language("de")
    assert window.text.toPlainText().startswith("Diese Hinweise sind auf Englisch.\nWhat is new")


def test_licenses_are_listed_where_the_metadata_name_no_requirements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licenses.metadata, "requires", lambda _name: None)
    assert len(licenses.requirements()) > 10
    monkeypatch.setattr(licenses, "_project_requirements", lambda _project: [])
    assert "numpy" in [line.lower() for line in licenses.requirements()]


def test_models_are_credited() -> None:
    text = overview()
    models = text[text.index("Recognition models") : text.index("Native libraries")]
    assert "OpenAI" in models
    assert "Systran" in models
