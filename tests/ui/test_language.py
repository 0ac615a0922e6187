"""The language of the program: every text is translated, and follows a change of the language at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QObject, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QWidget,
)
from tests.packaging_modules import load_script

from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.foundation.formatting import full_date, size
from saywrite.foundation.messages import message, message_count
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit import translation
from saywrite.ui.toolkit.translation import bare, joined, key_text, set_text, tr, tr_count, translated, worded
from saywrite.ui.widgets.choosers import catalog_choices

ROOT = Path(__file__).resolve().parents[2]
ORIGINAL = translation.load_translator
NAMES = re.compile(
    r"toggle|/\S+/python|https://\S*|dbfs|close|saywrite|aiola|whisper|ctrl|shift|alt|f\d+|esc|delete|del|space|return|en|de|fr|es|pt|it|zh|ja",
    re.I,
)
"""Words that are the same in every language."""


class Marked(QTranslator):
    """Marks what is translated, in place of a language; what is counted is in its second form."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"⟦{source}⟧"


@pytest.mark.parametrize(
    ("keys", "language", "shown"),
    [
        ("Ctrl+Alt+Space", "en", "Ctrl+Alt+Space"),
        ("Ctrl+Alt+Space", "de", "Strg+Alt+Leertaste"),
        ("Ctrl+Shift+Page Up", "fr", "Ctrl+Maj+Page préc"),
        ("Delete", "it", "Canc"),
        ("Ctrl+Space", "zh", "Ctrl+空格"),
        ("Right Ctrl", "de", "Strg rechts"),
        ("Left Shift", "ja", "左 Shift"),
        ("Mouse 8", "de", "Maustaste 8"),
        ("Super+F9", "de", "Super+F9"),
        ("Ctrl+Comma", "en", "Ctrl+,"),
        ("Press Ctrl+Alt+Space", "de", "Press Ctrl+Alt+Space"),
    ],
)
def test_keys_are_named_as_in_menus(keys: str, language: str, shown: str, in_language: Callable[[str], None]) -> None:
    in_language(language)
    assert key_text(keys) == shown


def test_tooltips_name_the_keys_in_the_language_of_the_program(
    front: FrontEnd, in_language: Callable[[str], None]
) -> None:
    action = front.window.actions_.open_file
    assert action.toolTip().endswith("(Ctrl+O)")
    in_language("de")
    assert action.toolTip().endswith("(Strg+O)")


def test_keys_in_a_text_from_below_follow_the_language(in_language: Callable[[str], None]) -> None:
    taken = message("Another program has already taken {chord}.", chord=parse("Ctrl+Alt+Space"))
    label = worded(QLabel(), taken)
    assert label.text() == "Another program has already taken Ctrl+Alt+Space."
    in_language("de")
    assert label.text() == "Ein anderes Programm hat Strg+Alt+Leertaste schon belegt."


@pytest.fixture
def marked(qapp: QApplication) -> Iterator[None]:
    """While the test runs, "de" is a language whose texts stand in ⟦ ⟧."""
    translation.load_translator = lambda _folder, _name: Marked()
    yield
    translation.load_translator = ORIGINAL
    translation.set_language("en")


def texts_of(each: QObject) -> list[str]:
    """The words that a widget or an action shows."""
    found = []
    if isinstance(each, QLabel | QAbstractButton | QAction):
        found.append(each.text())
    if isinstance(each, QLineEdit):
        found.append(each.placeholderText())
    if isinstance(each, QMenu):
        found.append(each.title())
    if isinstance(each, QComboBox):
        found += [each.itemText(row) for row in range(each.count())]
    if isinstance(each, QWidget):
        found += [each.accessibleName(), each.accessibleDescription(), each.toolTip(), each.windowTitle()]
    return found


def english_texts(root: QWidget) -> list[str]:
    """The texts below a widget that are not marked."""
    places: list[QObject] = [root, *root.findChildren(QObject)]
    found = {text for each in places for text in texts_of(each) if re.search("[A-Za-z]{2}", text)}
    return sorted(text for text in found if "⟦" not in text and re.search("[A-Za-z]{2}", NAMES.sub("", text)))


def test_english_is_unchanged() -> None:
    assert tr("{size:,.1f} MB of {name}", size=1234.5, name="a") == "1,234.5 MB of a"
    assert tr_count("{n:,} word", "{n:,} words", 1) == "1 word"
    assert tr_count("{n:,} word", "{n:,} words", 1280) == "1,280 words"
    assert joined(" ", "One.", "", "Two.") == "One. Two."
    assert bare(tr("&Settings…")) == "Settings"


@pytest.mark.parametrize(
    ("separator", "shown"),
    [(", ", ["a、1", "a，1", "a, 1"]), (": ", ["a: 1", "a：1", "a\u00a0: 1"]), (" · ", ["a · 1", "a · 1", "a · 1"])],
)
def test_punctuation_between_texts_is_that_of_the_language(
    separator: str, shown: list[str], in_language: Callable[[str], None]
) -> None:
    """Japanese, Chinese and French, also of a text that was joined before."""
    label, found = QLabel(), []
    set_text(label.setText, joined(separator, "a", "1"))
    for language in ("ja", "zh", "fr"):
        in_language(language)
        found.append(label.text())
    assert found == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(1_600_000_000, "1,6 Go"), (75_000_000, "75 Mo"), (2_300, "2,3 ko"), (0, "0 ko")]
)
def test_bytes_have_the_units_of_the_language(number: int, shown: str, in_language: Callable[[str], None]) -> None:
    in_language("fr")
    assert translated(size(number)) == shown
    in_language("de")
    assert translated(size(75_000_000)) == "75 MB"


def test_a_text_is_filled_in_the_language(marked: None) -> None:
    translation.set_language("de")
    assert tr("{size:,.1f} MB of {name}", size=1234.5, name="a") == "⟦1.234,5 MB of a⟧"
    assert tr(message("“{name}” is muted: {why}", name="USB", why=message("a key"))) == "⟦“USB” is muted: ⟦a key⟧⟧"
    assert tr_count("{n:,} word", "{n:,} words", 1280) == "⟦1.280 words⟧"
    assert bare(tr("&Settings…")) == "⟦Settings…⟧"


def test_a_translation_with_fields_of_its_own_is_not_used(marked: None) -> None:
    translation.set_language("de")

    class Broken(QTranslator):
        def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
            return "{nobody}"

    translation.load_translator = lambda _folder, _name: Broken()
    translation.set_language("fr")
    assert tr("{name} is muted", name="USB") == "USB is muted"


def test_a_shown_text_follows_the_language(qapp: QApplication, marked: None) -> None:
    label, button = QLabel(), worded(QPushButton(), tr("Start"))
    set_text(label.setText, message_count("{n} file", "{n} files", 2))
    translation.set_language("de")
    assert (label.text(), button.text()) == ("⟦2 files⟧", "⟦Start⟧")
    set_text(label.setText, "a name")
    translation.set_language("en")
    assert (label.text(), button.text()) == ("a name", "Start")


def test_texts_of_widgets_that_are_gone_are_forgotten(qapp: QApplication) -> None:
    before = len(translation._current.shown)
    label = QLabel()
    set_text(label.setText, tr("Start"))
    assert len(translation._current.shown) == before + 1
    del label
    assert len(translation._current.shown) == before


@pytest.mark.parametrize(
    ("wanted", "code"),
    [("de_AT", "de"), ("pt_BR", "pt"), ("zh_TW", "zh"), ("sv_SE", "en"), ("C", "en")],
)
def test_the_language_of_the_system_is_found(wanted: str, code: str) -> None:
    assert translation.nearest_language(QLocale(wanted).uiLanguages()) == code


@pytest.fixture
def shown(make_front: Callable[..., FrontEnd], qtbot: Any) -> FrontEnd:
    front = make_front(choices=catalog_choices())
    with qtbot.waitExposed(front.window):
        front.show()
    return front


def test_the_whole_window_changes_its_language_without_a_restart(shown: FrontEnd, marked: None) -> None:
    shown.preferences.replace(Settings(program_language="de"))
    assert not english_texts(shown.window)
    assert not english_texts(shown.tray.menu)
    shown.preferences.replace(Settings(program_language="en"))
    for root in (shown.window, shown.tray.menu):
        places: list[QObject] = [root, *root.findChildren(QObject)]
        assert not [text for each in places for text in texts_of(each) if "⟦" in text]


def test_the_open_settings_change_their_language(shown: FrontEnd, marked: None) -> None:
    shown.dialogs.show_settings()
    shown.preferences.replace(Settings(program_language="de"))
    dialog = shown.dialogs._settings
    assert dialog is not None
    assert not english_texts(dialog)


def test_a_compiled_file_has_plural_forms(qapp: QApplication, tmp_path: Path, marked: None) -> None:
    tool = load_script("translations")
    texts = [tool.Text("{n:,} words", "{n:,} word"), tool.Text("Start")]
    source = tmp_path / "saywrite_de.ts"
    tool.write_ts(source, "de", texts)
    written = source.read_text(encoding="utf-8").replace(' type="unfinished"', "")
    written = written.replace("<numerusform></numerusform>", "<numerusform>{n:,} Wort</numerusform>", 1)
    written = written.replace("<numerusform></numerusform>", "<numerusform>{n:,} Wörter</numerusform>", 1)
    source.write_text(written.replace("<translation></translation>", "<translation>Starten</translation>"), "utf-8")
    tool.compile_all(tool.find_lrelease(), tmp_path)
    translation.load_translator = lambda _folder, name: ORIGINAL(str(tmp_path), name)
    translation.set_language("de")
    assert tr("Start") == "Starten"
    assert tr("Not translated") == "Not translated"
    assert tr_count("{n:,} word", "{n:,} words", 1) == "1 Wort"
    assert tr_count("{n:,} word", "{n:,} words", 1280) == "1.280 Wörter"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("&Find…", "Find"), ("検索(&F)…", "検索"), ("Save && close", "Save & close"), ("Privacy (A)", "Privacy (A)")],
)
def test_a_name_has_no_mnemonic_and_no_dots(text: str, expected: str) -> None:
    assert bare(text) == expected


class SystemDay(date):
    """A day that Python names in the language of the system, as it does where that has a locale."""

    def strftime(self, form: str) -> str:
        return super().strftime(form.replace("%A", "zaterdag").replace("%B", "november"))


def test_days_are_named_in_the_language_of_the_program_not_of_the_system() -> None:
    day = full_date(SystemDay(2026, 11, 28))
    assert tr(day) == "Saturday, November 28, 2026"
    assert joined(", ", day, "10:42") == "Saturday, November 28, 2026, 10:42"


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("de", "Donnerstag, 1. Oktober 2026", "Freitag, 2. Oktober 2026"),
        ("fr", "jeudi 1er octobre 2026", "vendredi 2 octobre 2026"),
        ("es", "jueves, 1 de octubre de 2026", "viernes, 2 de octubre de 2026"),
        ("it", "giovedì 1º ottobre 2026", "venerdì 2 ottobre 2026"),
        ("pt", "quinta-feira, 1º de outubro de 2026", "sexta-feira, 2 de outubro de 2026"),
        ("ja", "2026年10月1日 木曜日", "2026年10月2日 金曜日"),
    ],
)
def test_the_first_day_of_a_month_is_written_as_the_language_does(
    language: str, first: str, second: str, in_language: Callable[[str], None]
) -> None:
    in_language(language)
    assert [tr(full_date(date(2026, 10, day))) for day in (1, 2)] == [first, second]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("fr", "&Passer à la langue\N{NO-BREAK SPACE}: Anglais"),
        ("es", "&Cambiar de idioma: Inglés"),
        ("it", "&Passa alla lingua: Inglese"),
        ("pt", "&Mudar de idioma: Inglês"),
    ],
)
def test_name_of_a_language_needs_no_article(language: str, shown: str, in_language: Callable[[str], None]) -> None:
    in_language(language)
    assert tr("&Switch to {name}", name=message("English")) == shown
