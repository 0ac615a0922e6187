"""The drop-downs report what the user chose; settings and devices decide what they show."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from window_fakes import CHOICES, HEADSET, WEBCAM

from saywrite.ui.widgets.choosers import Chooser, EngineChoices, EngineChooser, LanguageChooser, MicrophoneChooser


def entries(chooser: Chooser) -> list[str]:
    return [chooser.itemText(row) for row in range(chooser.count())]


def is_dimmed(chooser: Chooser, text: str) -> bool:
    row = chooser.findText(text)
    assert row >= 0, entries(chooser)
    return chooser.itemData(row, Qt.ItemDataRole.ForegroundRole) is not None


def pick(chooser: Chooser, text: str) -> None:
    """As the user does with mouse or keyboard."""
    row = chooser.findText(text)
    assert row >= 0, entries(chooser)
    chooser.setCurrentIndex(row)
    chooser.activated.emit(row)


@pytest.fixture
def microphone(qtbot: Any) -> MicrophoneChooser:
    chooser = MicrophoneChooser()
    qtbot.addWidget(chooser)
    return chooser


def test_devices_are_listed_by_label_and_the_default_is_marked(microphone: MicrophoneChooser) -> None:
    microphone.set_devices((HEADSET, WEBCAM))
    assert entries(microphone) == [
        "Default: USB Headset Mono",
        "USB Headset Mono (default)",
        "HD Pro Webcam C920 Analog Stereo Input, left front jack",
    ]
    assert microphone.currentText() == "Default: USB Headset Mono"


def test_chosen_device_is_reported_by_its_key(qtbot: Any, microphone: MicrophoneChooser) -> None:
    microphone.set_devices((HEADSET, WEBCAM))
    with qtbot.waitSignal(microphone.chosen) as told:
        pick(microphone, WEBCAM.label)
    assert told.args == [WEBCAM.host_api, WEBCAM.key]


def test_the_default_is_a_choice_of_its_own(qtbot: Any, microphone: MicrophoneChooser) -> None:
    microphone.set_devices((HEADSET,))
    with qtbot.waitSignal(microphone.chosen) as told:
        pick(microphone, "Default: USB Headset Mono")
    assert told.args == ["", ""]


def test_disconnected_device_stays_chosen_and_is_marked(microphone: MicrophoneChooser) -> None:
    microphone.show_setting("PulseAudio", "Desk Mic")
    microphone.set_devices((HEADSET,))
    assert microphone.currentText() == "Desk Mic (not connected)"
    assert is_dimmed(microphone, "Desk Mic (not connected)")


def test_a_device_that_returns_is_no_longer_called_missing(microphone: MicrophoneChooser) -> None:
    microphone.show_setting(WEBCAM.host_api, WEBCAM.key)
    microphone.set_devices((HEADSET,))
    microphone.set_devices((HEADSET, WEBCAM))
    assert microphone.currentText() == WEBCAM.label
    assert not any("not connected" in text for text in entries(microphone))


def test_with_no_device_it_says_why(microphone: MicrophoneChooser) -> None:
    microphone.set_devices((), "PortAudio is missing. Install libportaudio2.")
    assert microphone.currentText() == "No microphone found"
    assert "libportaudio2" in microphone.toolTip()


def test_before_the_first_devices_event_only_the_default_is_listed(microphone: MicrophoneChooser) -> None:
    assert microphone.currentText() == "System default"
    microphone.set_devices(())
    assert microphone.currentText() == "No microphone found"


def test_opening_the_list_requests_a_refresh(qtbot: Any, microphone: MicrophoneChooser) -> None:
    microphone.set_devices((HEADSET,))
    microphone.show()
    with qtbot.waitSignal(microphone.refresh_requested):
        microphone.showPopup()
    microphone.hidePopup()


def test_devices_that_arrive_while_the_list_is_open_appear_in_it(microphone: MicrophoneChooser) -> None:
    microphone.set_devices((HEADSET,))
    microphone.show()
    microphone.showPopup()
    microphone.set_devices((HEADSET, WEBCAM))
    assert microphone.view().isVisible()
    assert WEBCAM.label in entries(microphone)
    microphone.hidePopup()


@pytest.fixture
def language(qtbot: Any) -> LanguageChooser:
    chooser = LanguageChooser(CHOICES)
    qtbot.addWidget(chooser)
    chooser.show_setting("en", "aiola")
    return chooser


def test_a_language_the_engine_does_not_know_is_listed_with_the_reason(language: LanguageChooser) -> None:
    assert language.count() == len(CHOICES.language_names)
    assert is_dimmed(language, "Italian – not in aiOla")
    assert not is_dimmed(language, "English")


def test_choosing_an_unknown_language_changes_nothing_and_asks_for_an_explanation(
    qtbot: Any, language: LanguageChooser
) -> None:
    with qtbot.assertNotEmitted(language.chosen), qtbot.waitSignal(language.unknown_chosen) as told:
        pick(language, "Italian – not in aiOla")
    assert told.args == ["it"]
    assert language.currentText() == "English"


def test_choosing_a_known_language_is_reported(qtbot: Any, language: LanguageChooser) -> None:
    language.show_setting("en", "aiola")
    with qtbot.waitSignal(language.chosen) as told:
        pick(language, "German")
    assert told.args == ["de"]


def test_language_of_the_settings_that_the_engine_does_not_know_is_marked(language: LanguageChooser) -> None:
    language.show_setting("it", "aiola")
    assert language.currentText() == "Italian – not in aiOla"


def test_the_engine_on_this_computer_knows_all_eight_languages(language: LanguageChooser) -> None:
    language.show_setting("ja", "local")
    assert len(entries(language)) == 8
    assert not any(is_dimmed(language, text) for text in entries(language))


def test_the_engine_on_this_computer_is_named_after_its_model(qtbot: Any) -> None:
    chooser = EngineChooser(CHOICES)
    qtbot.addWidget(chooser)
    chooser.show_setting("aiola", "whisper-small")
    assert entries(chooser) == ["Whisper small · on this computer", "aiOla"]
    assert chooser.currentText() == "aiOla"
    chooser.show_setting("local", "whisper-base")
    assert chooser.currentText() == "Whisper base · on this computer"


def test_text_of_an_older_engine_is_named_as_it_was() -> None:
    """The history keeps "builtin": another recognizer wrote that text."""
    from saywrite.foundation.catalog import FORMER_LABELS

    assert EngineChoices((), former_labels=FORMER_LABELS).engine_label("builtin") == "Built-in (basic)"


def test_choosing_an_engine_is_reported(qtbot: Any) -> None:
    chooser = EngineChooser(CHOICES)
    qtbot.addWidget(chooser)
    with qtbot.waitSignal(chooser.chosen) as told:
        pick(chooser, "aiOla")
    assert told.args == ["aiola"]


def test_a_long_name_does_not_widen_the_window(microphone: MicrophoneChooser) -> None:
    least = microphone.minimumSizeHint().width()
    microphone.show_setting("PulseAudio", "x" * 400)
    assert microphone.minimumSizeHint().width() == least
    assert microphone.sizeHint().width() < 500
