"""A notice offers the language that the user seems to speak."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel
from window_fakes import FakeDictation

from saywrite.foundation.events import LanguageHeard
from saywrite.ui.app.frontend import FrontEnd


def shown_texts(front: FrontEnd) -> list[str]:
    labels = front.window.notices.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def test_notice_offers_the_language_and_leaves_when_it_is_chosen(shown: FrontEnd, dictation: FakeDictation) -> None:
    dictation.tell(LanguageHeard("d1", "de"))
    assert "This sounds like German, but English is chosen." in " ".join(shown_texts(shown))
    (switch,) = [
        button
        for button in shown.window.notices.findChildren(QAbstractButton)
        if button.text().replace("&", "") == "Switch to German"
    ]
    switch.click()
    assert shown.preferences.settings.language == "de"
    assert dictation.arguments("apply")[-1][0].language == "de"
    assert shown_texts(shown) == []


def test_no_notice_when_the_language_was_chosen_meanwhile(shown: FrontEnd, dictation: FakeDictation) -> None:
    shown.preferences.update(language="de")
    dictation.tell(LanguageHeard("d1", "de"))
    assert shown_texts(shown) == []
