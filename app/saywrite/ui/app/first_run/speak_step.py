"""The step “Speak”: the user chooses the microphone and sees whether it hears them. GUI thread.

The microphone is open only while the step is shown; its sound is measured and forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

from saywrite.audio.backend.portaudio import silence_remedy
from saywrite.foundation.events import DevicesChanged, FrontEndEvent, Level, State, StateChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.first_run.judgement import Judgement, LevelJudge
from saywrite.ui.app.first_run.step import Findings, Step
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.theme.tokens import TARGET
from saywrite.ui.toolkit.translation import joined, tr
from saywrite.ui.widgets.choosers import MicrophoneChooser
from saywrite.ui.widgets.level_meter import LevelMeter

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

LOOK_MS = 200
"""Milliseconds between two judgements."""

TOO_QUIET = message("Speak up, move closer, or raise the input level in the sound settings of this computer.")
TOO_LOUD = message("Move away a little, or lower the input level in the sound settings of this computer.")


def describe(judgement: Judgement) -> AccessState:
    """Return the words for a judgement, with a remedy where one is needed."""
    return {
        Judgement.WAITING: AccessState(None, tr("Say something.")),
        Judgement.SILENT: AccessState(
            False,
            tr("That is silence."),
            tr("Choose another microphone. {remedy}", remedy=silence_remedy()),
        ),
        Judgement.QUIET: AccessState(False, tr("Very quiet."), TOO_QUIET),
        Judgement.GOOD: AccessState(True, tr("Good: Saywrite hears you.")),
        Judgement.LOUD: AccessState(False, tr("Too loud: the sound is distorted."), TOO_LOUD),
    }[judgement]


class SpeakStep(Step):
    """Chooser, level and judgement."""

    name = message("Speak")
    refresh_requested = Signal()
    """The list of microphones is opened: look for devices again."""

    def __init__(
        self, dictation: Dictation, preferences: Preferences, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(tr("Say something"), tr("Choose the microphone whose bar moves when you speak."))
        self._dictation = dictation
        self._clock = clock
        self._judge = LevelJudge()
        self._device = ""
        self._no_device: AccessState | None = None
        self._entered = False
        self.chooser = MicrophoneChooser()
        self.chooser.setMinimumHeight(TARGET)
        self.chooser.chosen.connect(
            lambda host_api, name: preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        self.chooser.refresh_requested.connect(self.refresh_requested)
        self.meter = LevelMeter(self._take_level)
        self.findings = Findings()
        for widget in (self.chooser, self.meter, self.findings):
            self.column.addWidget(widget)
        self.column.addStretch(1)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        preferences.changed.connect(self._show_setting)
        self._show_setting(preferences.settings)

    def enter(self) -> None:
        self._entered = True
        self._judge.clear()
        self._dictation.watch_microphone(True)
        self.meter.set_recording(True)
        self._timer.start()
        self.look()

    def leave(self) -> None:
        self._entered = False
        self._timer.stop()
        self.meter.set_recording(False)
        self._dictation.watch_microphone(False)

    def receive(self, event: FrontEndEvent) -> None:
        """Take over the devices and the level of an event."""
        match event:
            case DevicesChanged(devices=devices, problem=problem, remedy=remedy):
                self._no_device = (
                    None if devices else AccessState(False, problem or tr("No microphone was found."), remedy)
                )
                self.chooser.set_devices(devices, joined(" ", problem, remedy))
            case StateChanged(state=State.IDLE | State.FAILED) if self._entered:
                self._dictation.watch_microphone(True)  # a dictation has closed it

    def look(self) -> None:
        """Show the judgement of the sound so far, or why there is no sound."""
        monitor = self._dictation.monitor
        status = monitor.status if monitor is not None else None
        if status is not None and status.device != self._device:
            self._device = status.device
            self._judge.clear()
        if status is not None and status.what and not status.device:
            self.findings.show_findings([AccessState(False, status.what, status.remedy)])
        elif self._no_device is not None and not self._device:
            self.findings.show_findings([self._no_device])
        else:
            self.findings.show_findings([describe(self._judge.judge(self._clock()))])

    def _take_level(self) -> Level | None:
        monitor = self._dictation.monitor
        level = monitor.latest.take() if monitor is not None else None
        if level is not None:
            self._judge.add(level, self._clock())
        return level

    def _show_setting(self, settings: Settings) -> None:
        self.chooser.show_setting(settings.microphone_host_api, settings.microphone_name)
        self._judge.clear()
