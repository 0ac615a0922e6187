"""The keywords panel: editing in place, import, export, removal and undo."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QAccessible, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionViewItem

from saywrite.text.keywords import Keyword
from saywrite.ui.keywords import table
from saywrite.ui.keywords.lab.rules_model import HITS, RulesModel
from saywrite.ui.keywords.model import PROBLEM_ROLE, SPOKEN, WRITTEN, KeywordsModel
from saywrite.ui.keywords.panel import KeywordsPanel

POSTGRES, KUBERNETES = Keyword("postgres", "PostgreSQL"), Keyword("k eight s", "Kubernetes")


@pytest.fixture
def panel(qtbot: Any) -> KeywordsPanel:
    panel = KeywordsPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 500)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_keywords((POSTGRES, KUBERNETES))
    return panel


@pytest.fixture
def told(panel: KeywordsPanel) -> list[tuple[Keyword, ...]]:
    told: list[tuple[Keyword, ...]] = []
    panel.changed.connect(told.append)
    return told


def cell(panel: KeywordsPanel, row: int, column: int) -> Any:
    return panel.shown.index(row, column)


def editor_of(panel: KeywordsPanel) -> QLineEdit:
    found = [each for each in panel.findChildren(QLineEdit) if each is not panel.filter]
    assert found, "no cell is being edited"
    return found[-1]


def choose(panel: KeywordsPanel, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in rows:
        panel.table.selectionModel().select(cell(panel, row, 0), flags)


def test_an_edited_cell_has_effect_at_once(panel: KeywordsPanel, told: list) -> None:
    panel.shown.setData(cell(panel, 0, WRITTEN), "Postgres")
    assert told == [(Keyword("postgres", "Postgres"), KUBERNETES)]


def test_views_are_told_which_row_was_edited() -> None:
    model = RulesModel()
    model.reset(Keyword(f"name {number}", "Name") for number in range(5))
    rows: set[int] = set()
    columns: set[int] = set()

    def note(first: QModelIndex, last: QModelIndex) -> None:
        rows.update(range(first.row(), last.row() + 1))
        columns.update(range(first.column(), last.column() + 1))

    model.dataChanged.connect(note)
    model.setData(model.index(3, WRITTEN), "Another")
    assert (rows, columns) == ({3}, {SPOKEN, WRITTEN, HITS})
    model.setData(model.index(1, SPOKEN), "name 4")
    assert model.problem(1)
    rows.clear()
    model.setData(model.index(4, SPOKEN), "another name")
    assert {1, 4} <= rows, "the problem of the other row has ended"


def test_edited_row_stays_in_sight_when_the_filter_no_longer_finds_it(panel: KeywordsPanel) -> None:
    """It would go with its first cell, before the second one is edited."""
    panel.filter.setText("postgres")
    panel.shown.setData(cell(panel, 0, WRITTEN), "PG")
    panel.shown.setData(cell(panel, 0, SPOKEN), "pee gee")
    assert panel.shown.rowCount() == 1
    panel.filter.setText("postgre")
    assert panel.shown.rowCount() == 0


def test_unchanged_cell_emits_nothing(panel: KeywordsPanel, told: list) -> None:
    panel.shown.setData(cell(panel, 0, WRITTEN), "PostgreSQL")
    assert told == []


def test_setting_keywords_emits_nothing(panel: KeywordsPanel, told: list) -> None:
    panel.set_keywords((POSTGRES,))
    assert told == []


def test_a_keyword_is_added_by_keyboard_alone(panel: KeywordsPanel, told: list, qtbot: Any) -> None:
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Insert)
    qtbot.keyClicks(editor_of(panel), "cube control")
    qtbot.keyClick(editor_of(panel), Qt.Key.Key_Return)
    QApplication.processEvents()
    qtbot.keyClicks(editor_of(panel), "kubectl")
    qtbot.keyClick(editor_of(panel), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told[-1] == (POSTGRES, KUBERNETES, Keyword("cube control", "kubectl")), timeout=3000)


def test_incomplete_row_has_no_effect_and_shows_its_problem(panel: KeywordsPanel, told: list) -> None:
    panel.add_row()
    assert told[-1] == (POSTGRES, KUBERNETES)
    assert cell(panel, 2, SPOKEN).data(PROBLEM_ROLE) == "Say what is heard: the spoken form is empty."
    panel.shown.setData(cell(panel, 2, SPOKEN), "ada")
    assert "the written form is empty" in cell(panel, 2, SPOKEN).data(PROBLEM_ROLE)


def test_of_two_equal_spoken_forms_the_later_counts(panel: KeywordsPanel) -> None:
    panel.set_keywords((POSTGRES, KUBERNETES, Keyword("K Eight S", "K8s")))
    assert panel.keywords() == (POSTGRES, Keyword("K Eight S", "K8s"))
    assert "listed again" in cell(panel, 1, SPOKEN).data(PROBLEM_ROLE)


def test_undo_restores_removed_keywords_in_their_places(panel: KeywordsPanel, told: list, qtbot: Any) -> None:
    panel.set_keywords((POSTGRES, KUBERNETES, Keyword("a", "A"), Keyword("b", "B")))
    choose(panel, 0, 2)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert told[-1] == (KUBERNETES, Keyword("b", "B"))
    assert panel.report.words.text() == "2 keywords removed."
    panel.report.undo.click()
    assert panel.keywords() == (POSTGRES, KUBERNETES, Keyword("a", "A"), Keyword("b", "B"))
    assert panel.report.isHidden()


def test_undo_of_changes_from_the_lab_loses_no_later_edit(panel: KeywordsPanel, told: list) -> None:
    panel.replace_all((POSTGRES,))
    panel.add(Keyword("ada", "Ada"))
    panel.report.undo.click()
    assert told[-1] == panel.keywords() == (POSTGRES, KUBERNETES)
    panel.report.undo.click()
    assert told[-1] == panel.keywords() == (POSTGRES, Keyword("ada", "Ada"))


@pytest.mark.parametrize("size", [8, 24])
def test_rows_follow_the_size_of_the_text(panel: KeywordsPanel, size: int) -> None:
    font = panel.font()
    font.setPointSize(size)
    panel.setFont(font)
    QApplication.processEvents()
    letters = panel.table.fontMetrics().height()
    assert panel.table.rowHeight(0) == letters + 2 * table.PADDING
    assert panel.table.horizontalHeader().height() >= letters


def test_a_line_break_is_written_as_a_sign(panel: KeywordsPanel) -> None:
    panel.shown.setData(cell(panel, 0, WRITTEN), "Kind regards↵Ada")
    assert panel.keywords()[0].written == "Kind regards\nAda"
    assert cell(panel, 0, WRITTEN).data() == "Kind regards↵Ada"


def test_no_break_space_can_be_typed(panel: KeywordsPanel) -> None:
    panel.shown.setData(cell(panel, 0, WRITTEN), " 5\u00a0km  long ")
    assert panel.keywords()[0].written == "5\u00a0km long"


def test_adding_a_known_spoken_form_changes_its_writing(panel: KeywordsPanel) -> None:
    panel.add(Keyword("Postgres", "Postgres"))
    assert panel.keywords() == (Keyword("Postgres", "Postgres"), KUBERNETES)


def test_the_filter_looks_in_both_columns(panel: KeywordsPanel) -> None:
    panel.filter.setText("sql")
    assert [cell(panel, row, SPOKEN).data() for row in range(panel.shown.rowCount())] == ["postgres"]
    panel.filter.setText("K EIGHT")
    assert [cell(panel, row, SPOKEN).data() for row in range(panel.shown.rowCount())] == ["k eight s"]


def test_valid_rows_are_imported_and_errors_are_listed_by_line(
    panel: KeywordsPanel, told: list, qtbot: Any, tmp_path: Path
) -> None:
    file = tmp_path / "words.csv"
    file.write_text("spoken,written\npostgres,Postgres\n,nothing\nada,Ada\n", encoding="utf-8")
    panel.import_files([file])
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert told[-1] == (Keyword("postgres", "Postgres"), KUBERNETES, Keyword("ada", "Ada"))
    assert panel.report.words.text() == "words.csv: 1 added, 1 changed. 1 line left out:"
    assert panel.report.details.toPlainText() == "Line 3: the spoken form is empty."


def test_message_about_several_files_says_what_came_of_each(
    panel: KeywordsPanel, told: list, qtbot: Any, tmp_path: Path
) -> None:
    """Only the last one was seen: the message about a file replaced that about the one before."""
    (tmp_path / "a.csv").write_text("ada,Ada\n,nothing\n", encoding="utf-8")
    (tmp_path / "b.json").write_text("not json", encoding="utf-8")
    (tmp_path / "c.csv").write_text("bob,Bob\n", encoding="utf-8")
    panel.import_files([tmp_path / name for name in ("a.csv", "b.json", "c.csv")])
    qtbot.waitUntil(lambda: len(told) == 2)
    first, second, third = panel.report.words.text().splitlines()
    assert first == "a.csv: 1 added. 1 line left out:"
    assert second.startswith("b.json: This is not a JSON file with keywords.")
    assert third == "c.csv: 1 added."
    assert panel.report.details.toPlainText() == "a.csv: Line 2: the spoken form is empty."


def test_unreadable_file_changes_nothing(panel: KeywordsPanel, told: list, qtbot: Any, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text("not json", encoding="utf-8")
    panel.import_files([file, tmp_path / "missing.csv"])
    qtbot.waitUntil(lambda: "missing.csv" in panel.report.words.text(), timeout=5000)
    assert "broken.json: This is not a JSON file with keywords." in panel.report.words.text()
    assert told == []


def test_a_dropped_file_is_imported(panel: KeywordsPanel, told: list, qtbot: Any, tmp_path: Path) -> None:
    file = tmp_path / "words.json"
    file.write_text(json.dumps({"ada": "Ada"}), encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)), QUrl.fromLocalFile(str(tmp_path / "sound.wav"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    moved = QDropEvent(QPointF(1, 1), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, data, buttons, keys)
    moved.setDropAction(Qt.DropAction.MoveAction)
    panel.dropEvent(moved)
    assert moved.dropAction() is Qt.DropAction.CopyAction
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert told[-1][-1] == Keyword("ada", "Ada")


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_an_export_reads_back_as_it_was(panel: KeywordsPanel, qtbot: Any, tmp_path: Path, name: str) -> None:
    panel.export_file(tmp_path / name)
    qtbot.waitUntil(lambda: "exported" in panel.report.words.text(), timeout=5000)
    before = panel.keywords()
    panel.set_keywords(())
    panel.import_files([tmp_path / name])
    qtbot.waitUntil(lambda: panel.keywords() == before, timeout=5000)


def test_export_into_a_missing_folder_is_reported(panel: KeywordsPanel, qtbot: Any, tmp_path: Path) -> None:
    panel.export_file(tmp_path / "gone" / "out.csv")
    qtbot.waitUntil(lambda: "was not written" in panel.report.words.text(), timeout=5000)


def test_a_screen_reader_is_given_the_cell_that_is_edited(qtbot: Any, panel: KeywordsPanel) -> None:
    panel.add_row()
    interface = QAccessible.queryAccessibleInterface(editor_of(panel))
    qtbot.keyClicks(editor_of(panel), "cube")
    assert interface.text(QAccessible.Text.Name) == "When I say, keyword 3"
    assert interface.text(QAccessible.Text.Value) == "cube"
    assert interface.role() == QAccessible.Role.EditableText


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others read the name of the field by themselves")
def test_a_screen_reader_is_told_which_cell_is_edited(
    qtbot: Any, panel: KeywordsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    monkeypatch.setattr(table, "announce", lambda _editor, text: read.append(text))
    panel.add_row()
    qtbot.waitUntil(lambda: read == ["When I say, keyword 3"])


def test_an_empty_cell_says_in_the_language_of_the_program_what_it_is_for(
    panel: KeywordsPanel, in_language: Callable[[str], None]
) -> None:
    option = QStyleOptionViewItem()
    panel.add_row()
    in_language("de")
    shown = []
    for column in (0, 1):
        panel.table.itemDelegate().initStyleOption(option, cell(panel, 2, column))
        shown.append(option.text)
    assert shown == ["gesprochen", "geschrieben"]


def test_the_editor_lies_over_its_cell_and_never_over_the_buttons(qtbot: Any, panel: KeywordsPanel) -> None:
    with qtbot.waitExposed(panel):
        panel.show()
    panel.set_keywords(tuple(Keyword(f"name {number}", "Name") for number in range(100)))
    table = panel.table
    index = panel.shown.index(99, SPOKEN)
    table.scrollToBottom()
    table.edit(index)
    editor = editor_of(panel)

    def place() -> QRect:
        return QRect(table.viewport().mapFrom(panel, editor.pos()), editor.size())

    assert place() == table.visualRect(index) & table.viewport().rect()
    assert place().height() > 10
    table.scrollToTop()
    assert not place().isValid(), "its cell is out of sight"
    table.scrollToBottom()
    assert place().height() > 10


def test_five_thousand_keywords_are_edited_without_a_stall(qtbot: Any) -> None:
    """One edit looks at every row once and compares no pair."""
    model = KeywordsModel()
    model.reset(Keyword(f"name number {number}", f"Name {number}") for number in range(5000))
    with qtbot.waitSignal(model.committed, timeout=1000) as told:
        model.setData(model.index(2500, WRITTEN), "changed")
    assert len(told.args[0]) == 5000


def test_an_empty_list_shows_how_it_works(panel: KeywordsPanel) -> None:
    panel.set_keywords(())
    assert "k eight s" in panel.table._empty_words()[1]
    panel.set_keywords((POSTGRES,))
    panel.filter.setText("zzz")
    assert panel.table._empty_words()[0] == "Nothing found"


def test_escape_empties_the_filter(qtbot: Any, panel: KeywordsPanel) -> None:
    panel.filter.setText("zzz")
    qtbot.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert panel.filter.text() == ""
    assert panel.shown.rowCount() == 2
