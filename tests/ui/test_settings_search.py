"""The settings window: side list, search and folded options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMainWindow, QPushButton, QSpinBox
from test_window_reach import unnamed
from window_fakes import CHOICES

from saywrite.desktop.autostart import DesktopEntry
from saywrite.storage.settings.keyring import SessionSecrets
from saywrite.storage.settings.option import PAGES, Page
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.settings.autostart_switch import AutostartSwitch
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.settings.option_page import OptionPage
from saywrite.ui.settings.search import SYNONYMS, find_options, words_of
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import bare, tr
from saywrite.ui.widgets.choosers import NarrowComboBox


@pytest.fixture
def dialog(qtbot: Any) -> SettingsDialog:
    made = SettingsDialog(Preferences(Settings(), lambda _settings: None), CHOICES)
    qtbot.addWidget(made)
    made.show()
    return made


def shown_pages(dialog: SettingsDialog) -> list[str]:
    return [page for row, page in enumerate(PAGES) if not dialog.list.item(row).isHidden()]


def test_pages_are_in_a_list_and_the_first_is_shown(dialog: SettingsDialog) -> None:
    assert shown_pages(dialog) == list(PAGES)
    assert dialog.list.currentRow() == 0
    assert dialog.editor("language").isVisible()
    assert unnamed(dialog) == []


def test_search_shows_only_what_it_finds_and_turns_to_it(qtbot: Any, dialog: SettingsDialog) -> None:
    qtbot.keyClicks(dialog.search, "listen before")
    assert shown_pages(dialog) == ["Push-to-talk"]
    assert dialog.editor("preroll_ms").isVisible(), "a match among the folded options unfolds them"
    assert not dialog.editor("hotkey_mode").isVisible()
    dialog.search.clear()
    assert shown_pages(dialog) == list(PAGES)
    assert dialog.editor("hotkey_mode").isVisible()


def test_search_unfolds_what_it_finds_on_the_page_of_the_account(dialog: SettingsDialog) -> None:
    dialog.search.setText("speech threshold")
    assert shown_pages(dialog) == ["aiOla"]
    assert dialog.editor("aiola_threshold").isVisible()


@pytest.mark.parametrize("before", PAGES)
@pytest.mark.parametrize(
    ("query", "page"),
    [("microphone", "Dictation"), ("window", "Window"), ("keywords", "Keywords"), ("log", "Files and privacy")],
)
def test_search_turns_to_the_page_whose_name_or_label_matches_best(
    dialog: SettingsDialog, before: Page, query: str, page: Page
) -> None:
    dialog.show_page(before)
    dialog.search.setText(query)
    assert PAGES[dialog.list.currentRow()] == page


def test_search_stays_on_a_page_that_matches_as_well_as_the_best(dialog: SettingsDialog) -> None:
    dialog.show_page("Window")
    dialog.search.setText("show")
    assert PAGES[dialog.list.currentRow()] == "Window", "Recognition shows words while you speak"


FOREIGN = {
    "de": {
        "Tastenkürzel": "hotkey",
        "tastenkurzel": "hotkey",
        "Tastenkombination": "second_hotkey",
        "Wörterbuch": "suggest_keywords",
        "Farben": "theme",
        "Eingabegerät": "microphone_name",
        "Löschen": "keep_recordings_days",
        "Diagnose": "log_level",
        "Barrierefreiheit": "announce",
    },
    "fr": {
        "raccourci": "hotkey",
        "couleurs": "theme",
        "peripherique": "microphone_name",
        "DICTIONNAIRE": "suggest_keywords",
    },
    "es": {"atajo": "hotkey", "colores": "theme", "diccionario": "suggest_keywords", "portapapeles": "insertion_means"},
    "pt": {"atalho": "hotkey", "cores": "theme", "dicionario": "suggest_keywords", "apagar": "keep_recordings_days"},
    "it": {"scorciatoia": "hotkey", "colori": "theme", "dizionario": "suggest_keywords", "diagnostica": "log_level"},
    "zh": {"快捷键": "hotkey", "颜色": "theme", "词典": "suggest_keywords", "删除": "keep_recordings_days"},
    "ja": {"ショートカット": "hotkey", "色": "theme", "辞書": "suggest_keywords", "削除": "keep_recordings_days"},
}


@pytest.mark.parametrize("language", FOREIGN)
def test_other_words_for_an_option_find_it_in_every_language(language: str, in_language: Callable[[str], None]) -> None:
    in_language(language)
    for word, name in FOREIGN[language].items():
        assert name in find_options(OPTIONS.values(), word), word
    for name, english in SYNONYMS.items():
        assert name in find_options(OPTIONS.values(), english), "the English words are known everywhere"
        assert tr(english) != english, f"{name} has no words of this language"


@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_controls_that_are_no_options_are_found_by_their_words(
    qtbot: Any, tmp_path: Path, language: str, in_language: Callable[[str], None]
) -> None:
    in_language(language)
    preferences = Preferences(Settings(), lambda _settings: None)
    access = AccountAccess(SessionSecrets, lambda _settings, _secret: (), str)
    entry = DesktopEntry(tmp_path / "saywrite.desktop", ("saywrite",))
    made = SettingsDialog(preferences, CHOICES, access, autostart=entry)
    qtbot.addWidget(made)
    (switch,) = made.findChildren(AutostartSwitch)
    (lab,) = [each for each in made._page_of["Keywords"].findChildren(QPushButton) if each.text()]
    assert made.account_page.test is not None
    for button, page in ((switch.box, "Window"), (lab, "Keywords"), (made.account_page.test.button, "aiOla")):
        made.search.setText(bare(button.text()))
        assert shown_pages(made) == [page], button.text()


def test_search_without_a_result_says_so(qtbot: Any, dialog: SettingsDialog) -> None:
    qtbot.keyClicks(dialog.search, "zebra")
    assert shown_pages(dialog) == []
    assert dialog._nothing.isVisible()
    dialog.show_account()
    assert not dialog._nothing.isVisible()
    assert dialog.account_page.isVisible()


def test_every_page_that_a_search_shows_has_a_row(dialog: SettingsDialog) -> None:
    for word in sorted({word for option in OPTIONS.values() for word in words_of(option).split()}):
        dialog.search.setText(word)
        for name in shown_pages(dialog):
            page = dialog._page_of[name]
            if isinstance(page, OptionPage):
                assert any(form.isRowVisible(row) for form, row in page._rows.values()), (word, name)


def test_escape_ends_the_search_before_it_closes_the_window(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.activateWindow()
    dialog.search.setFocus()
    qtbot.keyClicks(dialog.search, "listen")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert (dialog.search.text(), dialog.isVisible()) == ("", True)
    qtbot.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_find_selects_the_last_search(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.activateWindow()
    qtbot.keyClicks(dialog.search, "listen")
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert (dialog.search.hasFocus(), dialog.search.selectedText()) == (True, "listen")


def test_window_closes_with_a_search_and_opens_without_it(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.activateWindow()
    dialog.search.setFocus()
    qtbot.keyClicks(dialog.search, "listen")
    dialog.close()
    assert (dialog.search.text(), dialog.isVisible()) == ("", False)


def test_enter_in_a_field_presses_no_button(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.activateWindow()
    pressed: list[str] = []
    for button in dialog.findChildren(QPushButton):
        button.clicked.connect(lambda _on=False, button=button: pressed.append(button.text()))
    for page in PAGES:
        dialog.show_page(page)
        lines = [dialog.search, *dialog._page_of[page].findChildren(QLineEdit)]
        for line in [each for each in lines if each.isVisible() and each.isEnabled()]:
            line.setFocus()
            qtbot.keyClick(line, Qt.Key.Key_Return)
            assert (page, pressed) == (page, [])
    dialog.show_page("Keywords")
    lab = next(each for each in dialog.findChildren(QPushButton) if each.isVisible() and "keywords" in each.text())
    lab.setFocus()
    qtbot.keyClick(lab, Qt.Key.Key_Return)
    assert pressed == [lab.text()], "Enter presses the button that has the focus"
    assert dialog.isVisible()


def test_wheel_changes_no_setting(dialog: SettingsDialog) -> None:
    up = QPoint(0, 120)
    for page in PAGES:
        dialog.show_page(page)
        for editor in [*dialog.findChildren(QComboBox), *dialog.findChildren(QSpinBox)]:
            before = editor.currentIndex() if isinstance(editor, QComboBox) else editor.value()
            for turn in (up, -up):
                middle = QPointF(editor.rect().center())
                wheel = QWheelEvent(
                    middle,
                    editor.mapToGlobal(middle),
                    QPoint(),
                    turn,
                    Qt.MouseButton.NoButton,
                    Qt.KeyboardModifier.NoModifier,
                    Qt.ScrollPhase.NoScrollPhase,
                    False,
                )
                QApplication.sendEvent(editor, wheel)
                after = editor.currentIndex() if isinstance(editor, QComboBox) else editor.value()
                assert after == before, editor.accessibleName()


def test_a_choice_that_does_not_fit_ends_with_an_ellipsis(dialog: SettingsDialog) -> None:
    boxes = dialog.findChildren(QComboBox)
    assert boxes
    assert [box.accessibleName() for box in boxes if not isinstance(box, NarrowComboBox)] == []


def test_rare_options_are_folded_until_asked_for(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.show_page("Push-to-talk")
    assert not dialog.editor("hotkey_limit_minutes").isVisible()
    page = dialog._page_of["Push-to-talk"]
    qtbot.mouseClick(page.fold.button, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    assert dialog.editor("hotkey_limit_minutes").isVisible()


def test_list_is_used_by_keyboard(qtbot: Any, dialog: SettingsDialog) -> None:
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.editor("hotkey_mode").isVisible()


def test_window_opens_in_the_middle_of_its_parent(qtbot: Any) -> None:
    parent = QMainWindow()
    qtbot.addWidget(parent)
    parent.setGeometry(20, 20, 760, 560)
    parent.show()
    made = SettingsDialog(Preferences(Settings(), lambda _settings: None), CHOICES, parent=parent)
    made.resize(500, 400)
    made.show()
    off = made.frameGeometry().center() - parent.frameGeometry().center()
    assert max(abs(off.x()), abs(off.y())) <= 30


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_nothing_is_cut_off_in_a_small_window(qtbot: Any, scale: float, direction: Qt.LayoutDirection) -> None:
    made = SettingsDialog(Preferences(Settings(), lambda _settings: None), CHOICES)
    qtbot.addWidget(made)
    font = made.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    made.setFont(font)
    made.setLayoutDirection(direction)
    made.resize(640, 420)
    made.show()
    assert (made.width(), made.height()) == (640, 420)
    for page in PAGES:
        made.show_page(page)
        area = made._page_of[page]
        content = area.widget()  # type: ignore[attr-defined]
        assert content.width() <= area.viewport().width(), page  # type: ignore[attr-defined]
