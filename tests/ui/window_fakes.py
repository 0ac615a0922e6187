"""A hand-made dictation that records what was posted and can play a scripted dictation to a front end."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shiboken6
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.microphone.monitor import MicrophoneMonitor
from saywrite.audio.source import Source
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Device,
    DevicesChanged,
    EngineChanged,
    EngineState,
    FrontEndEvent,
    Level,
    ModelInfo,
    ModelState,
    Partial,
    ProgressChanged,
    SaveBeside,
    Segment,
    SegmentAdded,
    Started,
    State,
    StateChanged,
)
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.app.dialogs import UiContext
from saywrite.ui.app.first_view import FirstView, make_window
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit.theme import apply_scheme
from saywrite.ui.toolkit.translation import set_language
from saywrite.ui.widgets.choosers import EngineChoice, EngineChoices

ALL_LANGUAGES = ("en", "de", "fr", "es", "pt", "zh", "ja", "it")
LOCAL = EngineChoice("local", "On this computer", ALL_LANGUAGES, "What you say does not leave this computer.")
CLOUD = EngineChoice("aiola", "aiOla", ("en", "de", "fr"), "Streams to aiOla.", needs_account=True, needs_network=True)
NAMES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "zh": "Chinese",
    "ja": "Japanese",
    "it": "Italian",
}
CHOICES = EngineChoices((LOCAL, CLOUD), NAMES)
BEGAN = datetime(2026, 11, 22, 10, 42, 7)
HEADSET = Device("PulseAudio", "alsa_input.usb", "USB Headset Mono", is_default=True)
WEBCAM = Device("PulseAudio", "alsa_input.cam", "HD Pro Webcam C920 Analog Stereo Input, left front jack")


def no_microphone() -> Source:
    raise AssertionError("a test of the window opens no microphone")


class FakeDictation:
    """Records every call in `posted` as (name, arguments); nothing else happens."""

    def __init__(self, tell: Callable[[FrontEndEvent], None] = lambda _event: None) -> None:
        self.tell = tell
        self.posted: list[tuple[str, tuple[Any, ...]]] = []
        self.latest = LatestLevel()
        self.envelope = Envelope()
        self.monitor = MicrophoneMonitor(no_microphone)

    def names(self) -> list[str]:
        return [name for name, _ in self.posted]

    def arguments(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for posted, arguments in self.posted if posted == name]

    def _note(self, name: str, *arguments: Any) -> None:
        self.posted.append((name, arguments))

    def run(self) -> None:
        self._note("run")

    def start(self) -> None:
        self._note("start")

    def stop(self) -> None:
        self._note("stop")

    def cancel(self) -> None:
        self._note("cancel")

    def toggle(self, *, insert: bool = False) -> None:
        self._note("toggle")

    def take_back_cancelled(self) -> None:
        self._note("take_back_cancelled")

    def switch_hands_free(self, on: bool) -> None:
        self._note("switch_hands_free", on)

    def insert_again(self) -> None:
        self._note("insert_again")

    def insert_text(self, dictation: str, text: str, language: str) -> None:
        self._note("insert_text", dictation, text, language)

    def take_back_insertion(self) -> None:
        self._note("take_back_insertion")

    def apply(self, settings: Settings) -> None:
        self._note("apply", settings)

    def renew_account(self) -> None:
        self._note("renew_account")

    def set_keywords(self, keywords: tuple[Any, ...]) -> None:
        self._note("set_keywords", keywords)

    def queue_files(self, paths: tuple[Path, ...]) -> None:
        self._note("queue_files", paths)

    def save_texts_beside(self, choice: SaveBeside) -> None:
        self._note("save_texts_beside", choice)

    def cancel_file(self, number: int) -> None:
        self._note("cancel_file", number)

    def retry_file(self, number: int) -> None:
        self._note("retry_file", number)

    def note_saved_file(self, number: int, name: str, what: str = "", remedy: str = "") -> None:
        self._note("note_saved_file", number, name, what, remedy)

    def remove_done_files(self) -> None:
        self._note("remove_done_files")

    def transcribe_unfinished(self, dictation: str) -> None:
        self._note("transcribe_unfinished", dictation)

    def save_unfinished(self, dictation: str, target: Path) -> None:
        self._note("save_unfinished", dictation, target)

    def discard_unfinished(self, dictation: str) -> None:
        self._note("discard_unfinished", dictation)

    def release_recording(self, dictation: str) -> None:
        self._note("release_recording", dictation)

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        self._note("edit_segment", dictation, number, text)

    def refresh_devices(self) -> None:
        self._note("refresh_devices")

    def play(self, dictation: str, start: int, end: int) -> None:
        self._note("play", dictation, start, end)

    def preview_sounds(self) -> None:
        self._note("preview_sounds")

    def stop_playing(self) -> None:
        self._note("stop_playing")

    def list_models(self) -> None:
        self._note("list_models")

    def download_model(self, model: str) -> None:
        self._note("download_model", model)

    def pause_download(self, model: str) -> None:
        self._note("pause_download", model)

    def cancel_download(self, model: str) -> None:
        self._note("cancel_download", model)

    def remove_model(self, model: str) -> None:
        self._note("remove_model", model)

    def verify_model(self, model: str) -> None:
        self._note("verify_model", model)

    def try_model(self, model: str) -> None:
        self._note("try_model", model)

    def watch_microphone(self, watched: bool) -> None:
        self._note("watch_microphone", watched)

    def accept_own_window(self, accepted: bool) -> None:
        self._note("accept_own_window", accepted)

    def quit(self) -> None:
        self._note("quit")

    def hear(self, seconds: float, peak_dbfs: float = -14.0) -> None:
        """Sound arrives: the level slot and the envelope get it."""
        self.latest.put(Level(peak_dbfs, peak_dbfs - 9, peak_dbfs > -0.2, 0.0))
        t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        shape = np.abs(np.sin(t * 2.1)) * np.abs(np.sin(t * 0.37 + 1)) * np.sin(t * 2 * math.pi * 180)
        self.envelope.append((shape * 14_000).astype("<i2").tobytes())


def model(name: str = "whisper-base", state: ModelState = ModelState.READY, **changes: Any) -> ModelInfo:
    """A model of the catalog, with the figures of the real one."""
    label, download, disk, memory, judgement = MODELS[name]
    facts: dict[str, Any] = {"id": name, "label": label, "license": "MIT", "languages": ALL_LANGUAGES}
    sizes = {"download_bytes": download, "disk_bytes": disk, "memory_bytes": memory, "judgement": judgement}
    return ModelInfo(**(facts | sizes | {"state": state} | changes))


MODELS = {
    "whisper-base": (
        "Whisper base",
        145_217_532,
        75_104_236,
        300_000_000,
        "Good in all eight languages, and light: the right choice for most computers.",
    ),
    "whisper-small": (
        "Whisper small",
        483_546_902,
        245_000_000,
        700_000_000,
        "Fewer errors in German, French, Italian, Chinese and Japanese; four times the processor time.",
    ),
    "whisper-large-v3-turbo": (
        "Whisper large v3 turbo",
        1_617_884_929,
        815_000_000,
        1_900_000_000,
        "The best text. For strong computers: expect to wait a few seconds for each sentence.",
    ),
}

TEXTS = (
    "The quarterly review moves to Thursday, because the numbers from Porto arrive one day later.",
    "Please ask Ines whether the new Kubernetes cluster is ready for the demo.",
    "If it is not, we show the recording from last week instead.",
    "Second point: the contract with the printing office ends in March.",
)


def script(dictation: FakeDictation, *, until: State = State.LISTENING, partial: str = "and then we have to") -> None:
    """Emit the events of a running dictation."""
    tell = dictation.tell
    tell(EngineChanged("local", EngineState.READY))
    tell(DevicesChanged((HEADSET, WEBCAM)))
    tell(StateChanged("d1", State.STARTING))
    tell(Started("d1", "local", "en", "microphone", 100.0, BEGAN))
    tell(StateChanged("d1", State.LISTENING))
    at = SAMPLE_RATE
    for number, text in enumerate(TEXTS, start=1):
        end = at + len(text) * SAMPLE_RATE // 16
        tell(SegmentAdded("d1", Segment(number, text, text.lower(), at, end)))
        at = end + SAMPLE_RATE // 2
    dictation.hear(at / SAMPLE_RATE + 3)
    tell(Partial("d1", partial, agreed=len("and then")))
    tell(ProgressChanged("d1", at + 3 * SAMPLE_RATE, at + 3 * SAMPLE_RATE, at))
    if until is not State.LISTENING:
        tell(StateChanged("d1", until))


def ui_context(folder: Path, **changes: Any) -> UiContext:
    """A context for a front end; `changes` replace its fields."""
    given: dict[str, Any] = {
        "settings": Settings(),
        "choices": CHOICES,
        "save_settings": lambda _settings: None,
        "save_keywords": lambda _keywords: None,
        "open_history": lambda: None,
        "diagnostics": lambda: "all is well",
        "window_state": folder / "window.json",
    }
    return UiContext(**(given | changes))


def front_end(
    dictation: Any, context: UiContext, problems: tuple[str, ...] = (), keywords: tuple[Keyword, ...] = ()
) -> FrontEnd:
    """A front end with the window that the program would have painted first."""
    settings = context.settings
    set_language(settings.program_language)
    apply_scheme(settings.theme)
    view = FirstView(settings, keywords, context.choices, context.window_state, lambda: context.account, problems)
    return FrontEnd(dictation, context, make_window(dictation, view))


def windows_to_delete() -> list[QWidget]:
    """The windows that nothing else deletes.

    `QGraphicsGridLayout` of Qt, which every plot has, owns a hidden widget without a parent. Whoever deletes that one
    crashes the process when the plot is deleted.
    """
    windows = QApplication.topLevelWidgets()
    return [each for each in windows if each.parent() is None and shiboken6.createdByPython(each)]
