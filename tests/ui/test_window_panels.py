"""When the keywords, the notices and the empty state appear, and what the empty state leads with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from window_fakes import BEGAN, FakeDictation, script

from saywrite.foundation import events
from saywrite.foundation.events import KeyProblem, KeysChanged, State, StateChanged
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit.labels import KeyCap

ICON_ONLY = Qt.ToolButtonStyle.ToolButtonIconOnly
KUBERNETES = Keyword("k eight s", "Kubernetes")


def is_open(front: FrontEnd) -> bool:
    opened = not front.window.keywords.isHidden()
    assert front.window.actions_.show_keywords.isChecked() is opened
    return opened


# Keywords


def test_the_panel_is_closed_while_there_are_no_keywords(shown: FrontEnd) -> None:
    assert not is_open(shown)


def test_the_panel_is_open_when_there_are_keywords(make_front: Callable[..., FrontEnd]) -> None:
    assert is_open(make_front(keywords=(KUBERNETES,)))


def test_ctrl_k_opens_the_empty_panel_and_closes_it(shown: FrontEnd) -> None:
    action = shown.window.actions_.show_keywords
    action.trigger()
    assert is_open(shown)
    action.trigger()
    assert not is_open(shown)
    assert shown.preferences.settings.show_keywords is False


def test_the_first_misheard_word_opens_the_panel(shown: FrontEnd) -> None:
    shown.window.keywords.add(KUBERNETES)
    assert is_open(shown)


def test_a_closed_panel_stays_closed_with_keywords(make_front: Callable[..., FrontEnd]) -> None:
    front = make_front(keywords=(KUBERNETES,), settings=Settings(show_keywords=False))
    assert not is_open(front)


@pytest.mark.parametrize(("width", "orientation"), [(480, Qt.Orientation.Vertical), (1000, Qt.Orientation.Horizontal)])
def test_in_a_narrow_window_the_keywords_are_below_the_text(
    shown: FrontEnd, qapp: QApplication, width: int, orientation: Qt.Orientation
) -> None:
    shown.window.actions_.show_keywords.trigger()
    shown.window.resize(width, 700)
    qapp.processEvents()
    assert shown.window._split.orientation() is orientation
    if width == 480:
        assert shown.window.transcript.parentWidget().width() >= 460


def test_text_has_most_of_a_narrow_window_and_a_wide_one_returns_as_it_was(shown: FrontEnd, qapp: QApplication) -> None:
    window = shown.window
    window.actions_.show_keywords.trigger()
    window.resize(1000, 700)
    qapp.processEvents()
    window._split.moveSplitter(500, 1)
    wide = window._split.sizes()
    window.resize(480, 700)
    qapp.processEvents()
    text, keywords = window._split.sizes()
    assert text > 1.5 * keywords
    window.resize(1000, 700)
    qapp.processEvents()
    assert window._split.sizes() == pytest.approx(wide, abs=8)


# Notices


def begin_file(dictation: FakeDictation, name: str) -> None:
    dictation.tell(StateChanged(name, State.STARTING))
    dictation.tell(events.Started(name, "local", "en", f"/tmp/{name}.wav", 0.0, BEGAN))


def test_the_failure_of_a_file_stays_when_the_next_file_starts(front: FrontEnd, dictation: FakeDictation) -> None:
    begin_file(dictation, "one")
    dictation.tell(events.Failed("one", "one.wav is damaged.", "Try another copy.", fatal=True))
    dictation.tell(StateChanged("one", State.FAILED))
    begin_file(dictation, "two")
    assert front.window.notices.texts() == ["one.wav is damaged. Try another copy."]


def test_the_failure_of_a_file_that_never_started_stays_too(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(events.Failed("one", "one.wav cannot be opened.", "Look for it.", fatal=True, about="file"))
    begin_file(dictation, "two")
    assert front.window.notices.texts() == ["one.wav cannot be opened. Look for it."]


def test_the_failure_of_a_dictation_leaves_when_the_next_one_starts(front: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    dictation.tell(events.Failed("d1", "It failed.", "Again.", fatal=True))
    dictation.tell(StateChanged("d2", State.STARTING))
    assert front.window.notices.texts() == []


def test_another_microphone_is_named_once(front: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    dictation.tell(events.SourceChanged("d1", "Headset", "Desk was unplugged. Using Headset."))
    assert front.window.notices.texts() == ["Desk was unplugged. Using Headset."]


# The empty state


def texts(front: FrontEnd) -> tuple[str, str]:
    return front.window.empty.texts()[:2]


WORKS = KeysChanged((("dictate", ""),))


def test_it_leads_with_the_key_that_works_in_any_program(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(WORKS)
    assert texts(front) == (
        "Hold Ctrl+Alt+Space in any program",
        "Speak, then release the key: your words are inserted where you type.",
    )


def test_it_names_the_key_of_the_settings_or_of_the_desktop(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(WORKS)
    front.preferences.update(hotkey="F8")
    assert texts(front)[0] == "Hold F8 in any program"
    dictation.tell(KeysChanged((("dictate", "Meta+D"),)))
    assert texts(front)[0] == "Hold Meta+D in any program"


def test_a_key_that_starts_and_stops_is_pressed(front: FrontEnd, dictation: FakeDictation) -> None:
    front.preferences.update(hotkey_mode="toggle")
    dictation.tell(WORKS)
    assert texts(front)[0] == "Press Ctrl+Alt+Space in any program"


def test_where_no_key_can_work_it_says_what_to_do(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(KeysChanged((), (KeyProblem("", "This desktop offers no keys.", "Bind `saywrite toggle`."),)))
    headline, sentence = texts(front)
    assert headline == "Press Start and speak"
    assert sentence.endswith("\nThis desktop offers no keys. Bind `saywrite toggle`.")


def test_a_failure_is_explained_before_the_key(front: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(WORKS)
    dictation.tell(StateChanged("d1", State.FAILED))
    assert texts(front)[0] == "That did not work"


# In another language


def arrangement(front: FrontEnd) -> tuple[bool, bool, bool]:
    """Whether the buttons below have words, the choosers a row of their own, and the hints room."""
    QApplication.processEvents()
    window = front.window
    has_words = window.status.findChildren(QToolButton)[0].toolButtonStyle() is not ICON_ONLY
    return has_words, window.control_bar._narrow, window.empty.findChildren(KeyCap)[0].isVisible()


def test_parts_are_arranged_for_the_words_of_another_language(
    make_front: Callable[..., FrontEnd], in_language: Callable[[str], None]
) -> None:
    """As in a window that had the language from the start, without a new size."""
    widths = range(460, 800, 20)
    german = make_front(settings=Settings(program_language="de"))
    german.show()
    expected = {}
    for width in widths:
        german.window.resize(width, 600)
        expected[width] = arrangement(german)
    german.window.close()
    changed = make_front()
    changed.show()
    for width in widths:
        in_language("en")
        changed.window.resize(width, 600)
        QApplication.processEvents()
        in_language("de")
        assert arrangement(changed) == expected[width], width
