"""The monitor measures an open microphone without a dictation, and keeps nothing of its sound."""

from __future__ import annotations

import pytest

from saywrite.audio.microphone.monitor import RETRY_S, MicrophoneMonitor, MonitorStatus
from saywrite.audio.source import FromSource, SoundSink
from saywrite.foundation.errors import MicrophoneDenied, MicrophoneLost
from saywrite.foundation.events import Level


class FakeMicrophone:
    """A source that a test drives by hand."""

    def __init__(self) -> None:
        self.sink: SoundSink | None = None
        self.received: list[object] = []
        self.aborted = False

    def start(self, sink: SoundSink) -> None:
        self.sink = sink

    def allow(self, samples: int) -> None: ...

    def stop(self, now: float) -> None: ...

    def abort(self) -> None:
        self.aborted = True
        assert self.sink is not None
        self.sink.ended()

    def receive(self, message: object) -> None:
        self.received.append(message)

    def wake(self, now: float) -> float | None:
        return now + 5.0


class Lab:
    def __init__(self) -> None:
        self.now = 100.0
        self.opened: list[FakeMicrophone] = []
        self.monitor = MicrophoneMonitor(self._open, lambda: self.now)

    @property
    def sink(self) -> SoundSink:
        sink = self.opened[-1].sink
        assert sink is not None
        return sink

    def _open(self) -> FakeMicrophone:
        self.opened.append(FakeMicrophone())
        return self.opened[-1]


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.monitor.start()
    return made


LEVEL = Level(-12.0, -20.0, False, 100.0)


def test_level_and_device_can_be_polled(lab: Lab) -> None:
    lab.sink.opened("Headset", 100.0)
    lab.sink.sound(b"\0" * 640, LEVEL)
    assert lab.monitor.status == MonitorStatus("Headset")
    assert lab.monitor.latest.take() == LEVEL
    lab.sink.source_changed("Webcam", "Headset was unplugged.")
    assert lab.monitor.status.device == "Webcam"


def test_messages_of_microphones_only_are_its_own(lab: Lab) -> None:
    assert lab.monitor.handle(FromSource("block"))
    assert not lab.monitor.handle("another message")
    assert lab.opened[0].received == ["block"]


def test_stopped_monitor_closes_the_microphone_and_reports_nothing_more(lab: Lab) -> None:
    lab.sink.opened("Headset", 100.0)
    sink = lab.sink
    lab.monitor.stop()
    assert lab.opened[0].aborted
    sink.sound(b"", LEVEL)
    sink.failed(MicrophoneLost("Lost."), True)
    assert lab.monitor.status == MonitorStatus()
    assert lab.monitor.latest.take() is None
    assert lab.monitor.wake(1_000.0) is None
    assert len(lab.opened) == 1


def test_problem_while_the_microphone_is_open_keeps_its_name(lab: Lab) -> None:
    lab.sink.opened("Headset", 100.0)
    lab.sink.failed(MicrophoneLost("It is silent.", "Unmute it."), False)
    assert lab.monitor.status == MonitorStatus("Headset", "It is silent.", "Unmute it.")


def test_failed_microphone_is_opened_again_after_a_while(lab: Lab) -> None:
    lab.sink.failed(MicrophoneDenied("Not permitted.", "Permit it."), True)
    lab.sink.ended()
    assert lab.monitor.status == MonitorStatus("", "Not permitted.", "Permit it.")
    assert lab.monitor.wake(100.0) == 100.0 + RETRY_S
    assert len(lab.opened) == 1
    assert lab.monitor.wake(100.0 + RETRY_S) == 100.0 + RETRY_S + 5.0
    assert len(lab.opened) == 2


def test_second_start_opens_the_microphone_of_the_new_settings(lab: Lab) -> None:
    lab.monitor.start()
    assert lab.opened[0].aborted
    assert not lab.opened[1].aborted
    assert lab.monitor.is_open
