"""A notice offers the language that the user seems to speak."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from window_fakes import FakeDictation

from saywrite.foundation.events import LanguageHeard, Started
from saywrite.ui.app.frontend import FrontEnd


def shown_texts(front: FrontEnd) -> list[str]:
    labels = front.window.notices.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def offered(front: FrontEnd) -> list[QAbstractButton]:
    buttons = front.window.notices.findChildren(QAbstractButton)
    return [button for button in buttons if button.text().replace("&", "").startswith("Switch to")]


def dictate(dictation: FakeDictation, language: str, heard: str) -> None:
    dictation.tell(Started("d1", "local", language, "microphone", 0.0, datetime(2026, 11, 28, 10, 0)))
    dictation.tell(LanguageHeard("d1", heard))


def test_notice_offers_the_language_and_leaves_when_it_is_chosen(shown: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(LanguageHeard("d1", "de"))
    assert "This sounds like German, but English is chosen." in " ".join(shown_texts(shown))
    (switch,) = offered(shown)
    switch.click()
    assert shown.preferences.settings.language == "de"
    assert dictation.arguments("apply")[-1][0].language == "de"
    assert shown_texts(shown) == []


def test_no_notice_when_the_language_was_chosen_meanwhile(shown: FrontEnd, dictation: FakeDictation) -> None:
    shown.preferences.update(language="de")
    dictation.tell(LanguageHeard("d1", "de"))
    assert shown_texts(shown) == []


@pytest.mark.parametrize("heard", ["fr", "en"])
def test_notice_about_the_second_key_offers_a_language_for_it(
    shown: FrontEnd, dictation: FakeDictation, heard: str
) -> None:
    """It named the language of the first key, and changed that one."""
    shown.preferences.update(language="en", second_language="de")
    dictate(dictation, "de", heard)
    assert "but German is chosen." in " ".join(shown_texts(shown))
    (switch,) = offered(shown)
    switch.click()
    settings = shown.preferences.settings
    assert (settings.language, settings.second_language) == ("en", heard)


def test_notice_about_a_language_that_no_key_has_offers_nothing(shown: FrontEnd, dictation: FakeDictation) -> None:
    dictate(dictation, "it", "fr")
    assert "This sounds like French, but Italian is chosen." in " ".join(shown_texts(shown))
    assert offered(shown) == []


def test_no_notice_when_the_language_was_chosen_during_the_dictation(shown: FrontEnd, dictation: FakeDictation) -> None:
    shown.preferences.update(language="de")
    dictate(dictation, "en", "de")
    assert offered(shown) == []
    assert not any("sounds like" in text for text in shown_texts(shown))
