"""The microphone against a PortAudio and a sound server played by hand, with a clock that the test turns."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from saywrite.audio.backend.audio_thread import HANG_S
from saywrite.audio.backend.portaudio import FormatRefused, RawDevice, StreamSpec
from saywrite.audio.backend.pulse_server import ABSENT, ChangePending, ServerSnapshot, ServerSource, ServerStream
from saywrite.audio.microphone.input_stream import InputStream
from saywrite.audio.microphone.microphone import Microphone
from saywrite.audio.source import FromSource
from saywrite.foundation.errors import AudioError, MicrophoneBusy, MicrophoneDenied, MicrophoneLost, NoMicrophone
from saywrite.foundation.events import Device, Level

PULSE = RawDevice(0, "pulse", "ALSA", 32, 32, 44_100)
CARD = RawDevice(1, "USB Headset (hw:1,0)", "ALSA", 1, 0, 48_000, default_input=True)
HEADSET = ServerSource(1, "headset", "Headset", False, 1, 16_000)
INTERNAL = ServerSource(2, "internal", "Built-in Audio", False, 1, 16_000)
MONITOR = ServerSource(3, "speaker.monitor", "Monitor of Speaker", True, 2, 48_000)
CHOSEN = Device("PulseAudio", "headset", "Headset", 1, 16_000)
PLAIN = Device("ALSA", "USB Headset", "USB Headset", 1, 48_000)
STEP_S = 0.02


class FakeStream:
    def __init__(self, spec: StreamSpec, on_block: Callable, on_end: Callable) -> None:
        self.spec = spec
        self.on_block = on_block
        self.on_end = on_end
        self.open = True

    def close(self) -> None:
        self.open = False


class FakePortAudio:
    """`errors` are raised by the next opens, one each (None: this one succeeds)."""

    def __init__(self, *devices: RawDevice) -> None:
        self.listed = devices
        self.streams: list[FakeStream] = []
        self.errors: list[AudioError | None] = []
        self.refreshed = 0
        self.during_open: Callable[[], None] = lambda: None

    def devices(self) -> tuple[RawDevice, ...]:
        return self.listed

    def refresh(self) -> bool:
        self.refreshed += 1
        return True

    def open_input(self, spec: StreamSpec, on_block: Callable, on_end: Callable) -> FakeStream:
        self.during_open()
        if self.errors and (error := self.errors.pop(0)):
            raise error
        self.streams.append(FakeStream(spec, on_block, on_end))
        return self.streams[-1]


class HandAudio:
    """The audio thread, which works when told; while it `hangs` it does not."""

    def __init__(self, backend: FakePortAudio, clock: Callable[[], float]) -> None:
        self.backend = backend
        self.clock = clock
        self.began = clock()
        self.jobs: list[Callable] = []
        self.given_up: list[Callable] = []
        self.hangs = False
        self.stuck = False

    def submit(self, job: Callable) -> object:
        if self.jobs and self.clock() >= self.began + HANG_S:
            self.given_up += self.jobs
            self.jobs = []
        if not self.jobs:
            self.began = self.clock()
        self.jobs.append(job)
        return "worker"

    def job_began(self, worker: object) -> float:
        return self.began

    def work(self) -> None:
        while self.jobs and not self.hangs:
            self.jobs.pop(0)(self.backend)
            self.began = self.clock()

    def wake_the_dead(self) -> None:
        """The sound system is back: the threads given up do what they were at."""
        self.hangs = False
        while self.given_up:
            self.given_up.pop(0)(self.backend)


class FakeServer:
    def __init__(self) -> None:
        self.listeners: dict[object, Callable] = {}
        self.now = ABSENT
        self.answers = True
        self.moves: list[tuple[str, str]] = []
        self.looks = 0

    def subscribe(self, key: object, listener: Callable, *, closely: bool = False) -> None:
        self.listeners[key] = listener
        if self.answers:
            listener(self.now)

    def unsubscribe(self, key: object) -> None:
        self.listeners.pop(key, None)

    def move(self, stream: ServerStream, source: ServerSource) -> None:
        self.moves.append((stream.tag, source.name))

    def look(self) -> None:
        self.looks += 1

    def tell(self, change: ServerSnapshot | ChangePending) -> None:
        if isinstance(change, ServerSnapshot):
            self.now = change
        for listener in list(self.listeners.values()):
            listener(change)


class Room:
    """A dictation thread, its clock and its sink. Streams that are open speak `voice`, unless they are `quiet`."""

    def __init__(self, device: Device | None, *devices: RawDevice) -> None:
        self.now = 100.0
        self.inbox: list[object] = []
        self.portaudio = FakePortAudio(*devices)
        self.audio = HandAudio(self.portaudio, lambda: self.now)
        self.server = FakeServer()
        self.microphone = Microphone(self.inbox.append, device, self.audio, self.server, lambda: self.now)
        self.voice = b"\x01\x02"
        self.quiet = False
        self.heard: list[tuple] = []
        self.samples = 0

    # The sink

    def opened(self, device: str, at: float) -> None:
        self.heard.append(("opened", device, round(at, 3)))

    def sound(self, pcm: bytes, level: Level) -> None:
        self.samples += len(pcm) // 2

    def gap(self, length: int, cause: str) -> None:
        self.heard.append(("gap", round(length / 16_000, 2), cause))

    def source_changed(self, device: str, note: str) -> None:
        self.heard.append(("changed", device, note))

    def failed(self, error: AudioError, fatal: bool) -> None:
        self.heard.append(("failed", type(error), fatal))

    def ended(self) -> None:
        self.heard.append(("ended",))

    # Time

    def pump(self) -> None:
        """All that is in the inbox and in the audio thread's queue."""
        while True:
            self.audio.work()
            if not self.inbox:
                self.microphone.wake(self.now)
                self.audio.work()
                if not self.inbox:
                    return
            message = self.inbox.pop(0)
            assert isinstance(message, FromSource)
            self.microphone.receive(message.message)
            self.microphone.wake(self.now)

    def speak(self) -> None:
        for stream in self.portaudio.streams:
            if stream.open and not self.quiet:
                frames = stream.spec.rate // 50
                stream.on_block(self.voice * frames * stream.spec.channels, self.now, False)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.now += STEP_S
            self.speak()
            self.pump()

    def start(self) -> None:
        self.microphone.start(self)
        self.pump()

    def told(self, what: str) -> list[tuple]:
        return [heard for heard in self.heard if heard[0] == what]

    @property
    def tag(self) -> str:
        prop = self.portaudio.streams[-1].spec.environment["PULSE_PROP"]
        return prop.split()[0].removeprefix("saywrite.capture=")

    def plug(self, *sources: ServerSource, on: ServerSource | None = None, default: str = "internal") -> ServerSnapshot:
        """What the server tells; `on`: where it has our stream."""
        streams = (ServerStream(self.tag, 9, on.index),) if on else ()
        snapshot = ServerSnapshot(True, sources, default, streams)
        self.server.tell(snapshot)
        self.pump()
        return snapshot


def served(device: Device | None = CHOSEN) -> Room:
    """A room with a sound server and a second of sound."""
    room = Room(device, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET, INTERNAL, MONITOR), "internal")
    room.start()
    room.plug(HEADSET, INTERNAL, MONITOR, on=HEADSET if device else INTERNAL)
    room.pass_time(1)
    return room


def plain() -> Room:
    room = Room(PLAIN, CARD)
    room.start()
    room.pass_time(1)
    return room


def stop(room: Room) -> None:
    room.microphone.stop(room.now)
    room.pump()
    room.pass_time(1)
    assert room.heard[-1] == ("ended",)
    assert len(room.told("ended")) == 1
    assert not any(stream.open for stream in room.portaudio.streams)
    assert room.server.listeners == {}


def test_the_chosen_source_is_opened_as_it_is_through_the_server_s_device():
    room = served()
    spec = room.portaudio.streams[0].spec
    assert (spec.index, spec.rate, spec.channels, spec.block) == (0, 16_000, 1, 320)
    assert spec.environment["PULSE_SOURCE"] == "headset"
    assert room.heard == [("opened", "Headset", 100.0)]


def test_stop_takes_a_quarter_of_a_second_more_and_then_ends_once():
    room = served()
    stop(room)
    assert room.samples == round(1.26 * 16_000)
    assert room.told("gap") == []


def test_a_stop_before_the_device_has_opened_ends_without_it():
    room = Room(CHOSEN, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.audio.hangs = True
    room.start()
    room.microphone.stop(room.now)
    room.pass_time(1)
    assert room.heard == [("ended",)]
    room.audio.hangs = False
    room.audio.work()
    room.audio.wake_the_dead()
    assert not any(stream.open for stream in room.portaudio.streams), "the microphone stayed open"


def test_abort_ends_before_it_returns_and_late_news_is_ignored():
    room = served()
    room.microphone.abort()
    assert room.heard[-1] == ("ended",)
    room.microphone.abort()
    room.pass_time(0.5)
    assert len(room.told("ended")) == 1
    assert not room.portaudio.streams[0].open


def test_a_second_start_works_like_the_first():
    room = served()
    stop(room)
    room.heard.clear()
    room.start()
    room.pass_time(0.5)
    assert [heard[:2] for heard in room.heard] == [("opened", "Headset")]
    stop(room)


def test_a_sound_server_that_does_not_answer_is_not_waited_for():
    room = Room(CHOSEN, PULSE)
    room.server.answers = False
    room.start()
    room.pass_time(1)
    assert room.portaudio.streams[0].spec.environment["PULSE_SOURCE"] == "headset"
    assert room.told("opened")


@pytest.mark.parametrize("hears", [True, False])
def test_a_default_device_that_was_opened_before_the_sound_server_answered_is_replaced_by_its_source(hears: bool):
    """It may be a speaker's monitor."""
    room = Room(None, replace(PULSE, default_input=True))
    room.server.answers = False
    room.quiet = not hears
    room.start()
    room.pass_time(1)
    assert "PULSE_SOURCE" not in room.portaudio.streams[0].spec.environment
    assert bool(room.told("opened")) == hears
    room.quiet = False
    room.server.tell(ServerSnapshot(True, (HEADSET, MONITOR), "headset"))
    room.pass_time(1)
    first, second = room.portaudio.streams
    assert second.spec.environment["PULSE_SOURCE"] == "headset"
    assert (first.open, second.open) == (False, True)
    assert len(room.told("opened")) == 1
    assert room.told("failed") == []


@pytest.mark.parametrize("hears", [True, False])
def test_without_any_microphone_a_sound_server_that_answers_late_ends_what_was_opened_before(hears: bool):
    room = Room(None, replace(PULSE, default_input=True))
    room.server.answers = False
    room.quiet = not hears
    room.start()
    room.pass_time(1)
    room.server.tell(ServerSnapshot(True, (MONITOR,), "speaker.monitor"))
    room.pass_time(1)
    assert room.told("failed") == [("failed", NoMicrophone, True)]
    assert room.told("ended")
    assert not any(stream.open for stream in room.portaudio.streams)


@pytest.mark.parametrize(
    "error",
    [NoMicrophone("There is none."), MicrophoneBusy("Busy."), MicrophoneDenied("Denied."), AudioError("Odd.")],
)
def test_what_prevents_the_first_sound_is_fatal(error):
    room = Room(PLAIN, CARD)
    room.portaudio.errors = [error]
    room.start()
    assert room.heard == [("failed", type(error), True), ("ended",)]


def test_a_refused_rate_is_tried_with_others():
    room = Room(PLAIN, CARD)
    room.portaudio.errors = [FormatRefused("48,000"), FormatRefused("44,100")]
    room.start()
    room.pass_time(0.5)
    assert room.portaudio.streams[0].spec.rate == 32_000
    assert room.told("opened")


def test_all_rates_refused_is_its_own_error():
    room = Room(PLAIN, CARD)
    room.portaudio.errors = [FormatRefused("no")] * 20
    room.start()
    assert room.heard == [("failed", FormatRefused, True), ("ended",)]


def test_a_plain_device_that_is_not_there_is_replaced_by_the_default_and_named():
    room = Room(Device("ALSA", "Studio", "Studio"), CARD)
    room.start()
    room.pass_time(0.2)
    assert room.portaudio.refreshed == 1, "not looked for newly plugged devices"
    assert room.told("changed") == [("changed", "USB Headset", "Studio is not connected. Using USB Headset.")]


def test_a_plain_device_unplugged_is_opened_again_when_it_is_back():
    room = plain()
    room.portaudio.errors = [NoMicrophone("gone")] * 3
    room.portaudio.streams[0].open = False
    room.portaudio.streams[0].on_end()
    room.pump()
    assert room.heard[-1] == ("failed", MicrophoneLost, False)
    room.pass_time(4)
    assert len(room.portaudio.streams) == 2
    assert room.told("changed") == [("changed", "USB Headset", "Capture goes on.")]
    ((_, missing, cause),) = room.told("gap")
    assert cause == "USB Headset was not available."
    assert abs(room.samples / 16_000 + missing - 5) < 0.1
    stop(room)


def test_the_time_between_tries_doubles_up_to_two_seconds():
    room = plain()
    room.portaudio.errors = [NoMicrophone("gone")] * 100
    room.portaudio.streams[0].open = False
    room.portaudio.streams[0].on_end()
    tries = []
    for _ in range(600):
        before = len(room.portaudio.errors)
        room.pass_time(STEP_S)
        if len(room.portaudio.errors) < before:
            tries.append(room.now)
    waits = [b - a for a, b in pairwise(tries)]
    assert waits[:5] == pytest.approx([0.25, 0.5, 1.0, 2.0, 2.0], abs=0.15)
    assert waits == sorted(waits)
    assert 2.0 <= waits[-1] <= 2.2
    assert room.told("failed") == [("failed", MicrophoneLost, False)], "told more than once"


def test_a_device_that_is_busy_when_it_comes_back_is_reported_once_and_tried_again():
    room = plain()
    room.portaudio.errors = [MicrophoneBusy("busy")] * 3
    room.portaudio.streams[0].open = False
    room.portaudio.streams[0].on_end()
    room.pass_time(6)
    assert room.told("failed") == [("failed", MicrophoneLost, False), ("failed", MicrophoneBusy, False)]
    assert len(room.portaudio.streams) == 2


def test_the_log_names_each_problem_and_each_stream(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, "saywrite.audio.microphone")
    room = served()
    room.quiet = True
    room.pass_time(2)
    number = InputStream(room.inbox.append, room.audio, None, None).number - 1
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "sound server: 2 microphones"),
        ("DEBUG", f"stream {number}: opening a source"),
        ("DEBUG", f"stream {number}: open after 0.000 s"),
        ("DEBUG", f"stream {number}: has sound"),
        ("INFO", "problem with the microphone: stalled"),
    ]


def test_a_stall_is_reported_once_and_the_same_stream_continues():
    room = served()
    room.quiet = True
    room.pass_time(2)
    assert room.told("failed") == [("failed", MicrophoneLost, False)]
    room.quiet = False
    room.pass_time(1)
    ((_, missing, cause),) = room.told("gap")
    assert abs(missing - 2) < 0.03
    assert cause == "Headset delivered no sound."
    assert len(room.portaudio.streams) == 1


def test_a_long_stall_is_answered_with_a_second_stream_and_the_first_to_speak_wins():
    room = served()
    old = room.portaudio.streams[0]
    old.close = lambda: setattr(old, "closed_by_us", True)  # still open, and silent
    old.open = False
    room.pass_time(4)
    assert len(room.portaudio.streams) == 2
    assert old.closed_by_us
    ((_, missing, _),) = room.told("gap")
    assert abs(room.samples / 16_000 + missing - 5) < 0.1


def test_a_thread_that_was_late_itself_finds_nothing_wrong():
    """The dictation thread hung for three seconds: the blocks are in the inbox, behind them nothing is due."""
    room = served()
    for _ in range(150):
        room.now += STEP_S
        room.speak()
    room.microphone.wake(room.now)
    room.pump()
    room.pass_time(1)
    assert room.told("failed") == []
    assert room.told("gap") == []


def test_a_close_that_hangs_ends_the_dictation_and_is_left_to_the_audio_thread():
    """It may only wait behind the streams of others."""
    room = served()
    room.microphone.stop(room.now)
    room.audio.hangs = True
    room.pass_time(1.2)
    assert room.heard[-1] == ("ended",)
    assert room.audio.given_up == []
    assert room.samples >= 1.25 * 16_000
    room.audio.hangs = False
    room.audio.work()
    assert not any(stream.open for stream in room.portaudio.streams)


def test_a_stop_in_mid_stall_does_not_wait_for_a_tail_and_counts_the_gap():
    room = served()
    room.quiet = True
    room.audio.hangs = True
    room.pass_time(1.2)
    room.microphone.stop(room.now)
    room.pass_time(0.6)
    assert room.heard[-2:] == [("gap", 1.2, "Headset delivered no sound."), ("ended",)]


@pytest.mark.parametrize("late_s", [0.3, 0.6, 0.9, 1.1])
@pytest.mark.parametrize("after_s", [0, 0.1, 0.24])
def test_sound_that_arrives_late_because_the_program_was_stopped_at_the_end_is_kept(late_s: float, after_s: float):
    """The program is stopped for `late_s`, which ends `after_s` behind the stop: then all blocks come, one by one."""
    room = served()
    room.quiet = True
    (stream,) = room.portaudio.streams
    room.now += late_s - after_s
    room.microphone.stop(room.now)
    room.now += after_s
    for _ in range(round(late_s / STEP_S)):
        if stream.open:
            stream.on_block(room.voice * 320, room.now, False)
        room.pump()
    room.quiet = False
    room.pass_time(1)
    assert room.told("gap") == []
    assert abs(room.samples / 16_000 - (1 + late_s - after_s + 0.25)) < 0.05
    assert room.heard[-1] == ("ended",)


def test_a_microphone_that_fell_silent_before_the_stop_is_not_waited_for_long():
    room = served()
    room.quiet = True
    room.pass_time(0.8)
    room.microphone.stop(room.now)
    room.pass_time(0.5)
    assert room.heard[-2:] == [("gap", 0.8, "Some sound got lost on its way."), ("ended",)]


def test_an_open_that_hangs_is_given_up_and_its_late_stream_closed():
    room = Room(CHOSEN, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.audio.hangs = True
    room.start()
    room.pass_time(3.2)
    assert room.told("failed") == [("failed", AudioError, False)]
    room.audio.wake_the_dead()
    assert not any(stream.open for stream in room.portaudio.streams)
    room.pass_time(3)
    assert room.told("opened")
    stop(room)


def test_an_open_that_waits_behind_streams_of_others_is_not_given_up_while_they_open():
    room = Room(CHOSEN, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.audio.hangs = True
    room.start()
    for _ in range(3):
        room.pass_time(2.5)
        room.audio.began = room.now  # a stream before this one has opened
    room.pass_time(2.5)
    assert room.told("failed") == []
    assert room.audio.given_up == []
    room.pass_time(0.7)
    assert room.told("failed") == [("failed", AudioError, False)], "the last one before it hangs"
    assert room.audio.given_up


def test_a_stream_that_opens_after_it_was_given_up_and_closed_is_closed_by_its_own_thread():
    """The close ran on the successor, while the thread before was still inside PortAudio's open."""
    inbox: list[object] = []
    portaudio = FakePortAudio(CARD)
    audio = HandAudio(portaudio, lambda: 100.0)
    capture = InputStream(inbox.append, audio, None, PLAIN)
    capture.open()
    hung = audio.jobs.pop()

    def close_meanwhile() -> None:
        capture.give_up()
        capture.close()
        audio.work()

    portaudio.during_open = close_meanwhile
    hung(portaudio)
    assert [stream.open for stream in portaudio.streams] == [False]


def test_too_many_hanging_threads_are_not_joined_by_more():
    room = Room(CHOSEN, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.audio.stuck = True
    room.start()
    room.pass_time(10)
    assert room.audio.jobs == []
    assert room.told("failed") == [("failed", AudioError, False)], "the user does not learn why nothing is recorded"
    room.audio.stuck = False
    room.pass_time(3)
    assert room.told("opened")


def test_unplugged_and_moved_by_the_server_it_continues_and_reports_it():
    room = served()
    room.plug(INTERNAL, MONITOR, on=INTERNAL)
    room.pass_time(1)
    assert room.told("changed") == [
        ("changed", "Built-in Audio", "Headset was unplugged. Using Built-in Audio until it is back.")
    ]
    room.plug(INTERNAL, HEADSET, MONITOR, on=INTERNAL)
    assert room.server.moves == [(room.tag, "headset")]
    room.plug(INTERNAL, HEADSET, MONITOR, on=HEADSET)
    assert room.told("changed")[-1] == ("changed", "Headset", "Headset is back.")
    assert len(room.portaudio.streams) == 1, "opened again"


@pytest.mark.parametrize("device", [CHOSEN, None])
def test_unplugged_and_ended_by_the_server_it_continues_with_another_and_names_both(device: Device | None):
    """The stream ends a moment before the server tells that its source is gone."""
    room = served(device)
    (stream,) = room.portaudio.streams
    stream.open = False
    stream.on_end()
    room.pump()
    (used, until) = (INTERNAL, " until it is back") if device else (HEADSET, "")
    room.plug(used, MONITOR)
    room.pass_time(1)
    unplugged = (HEADSET if device else INTERNAL).label
    note = f"{unplugged} was unplugged. Using {used.label}{until}."
    assert room.told("changed") == [("changed", used.label, note)]
    assert room.told("failed") == [("failed", MicrophoneLost, False)]


def test_moved_by_a_change_of_the_default_it_is_moved_back_though_the_server_spoke_before_the_first_block():
    room = served()
    room.plug(HEADSET, INTERNAL, MONITOR, on=INTERNAL, default="headset")
    assert room.server.moves == [(room.tag, "headset")]
    room.plug(HEADSET, INTERNAL, MONITOR, on=HEADSET, default="headset")
    assert room.told("changed") == []


def test_put_on_a_monitor_from_the_beginning_nothing_of_it_is_heard():
    room = Room(CHOSEN, PULSE)
    room.server.now = ServerSnapshot(True, (HEADSET, MONITOR), "headset")
    room.start()
    room.plug(HEADSET, MONITOR, on=MONITOR)
    room.pass_time(0.5)
    assert room.samples == 0
    assert room.server.moves == [(room.tag, "headset")]


def test_a_monitor_is_not_recorded_and_its_time_is_a_gap():
    room = served()
    before = room.samples
    room.server.tell(ChangePending())
    room.pass_time(0.1)  # heard before the server has told where we are
    room.plug(MONITOR, on=MONITOR)
    room.pass_time(2)
    assert room.samples == before
    assert room.told("failed") == [("failed", MicrophoneLost, False)]
    room.plug(MONITOR, HEADSET, on=MONITOR)
    assert room.server.moves == [(room.tag, "headset")]
    room.pass_time(0.1)
    assert room.samples == before
    room.plug(MONITOR, HEADSET, on=HEADSET)
    room.pass_time(1)
    assert room.told("changed") == [("changed", "Headset", "Headset is back.")]
    ((_, missing, cause),) = room.told("gap")
    assert cause == "There was no microphone."
    assert abs(room.samples / 16_000 + missing - 4.2) < 0.05


def test_sound_that_waited_for_the_server_s_word_is_kept_when_all_is_well():
    room = served()
    room.server.tell(ChangePending())
    room.pass_time(0.1)
    room.plug(HEADSET, INTERNAL, MONITOR, on=HEADSET)
    assert room.samples == round(1.1 * 16_000)


def test_sound_does_not_wait_for_ever_for_the_server_s_word():
    room = served()
    room.server.tell(ChangePending())
    room.pass_time(1.2)
    assert room.samples == round(2.2 * 16_000)


def test_a_stop_just_when_something_else_is_due_still_has_its_tail():
    room = served()
    room.server.tell(ChangePending())
    room.pass_time(1)
    room.now += 0.15
    room.microphone.wake(room.now)
    room.now += 0.15
    room.microphone.wake(room.now)  # due: the word of the server has not come
    assert len(room.inbox) == 1
    room.microphone.stop(room.now)
    room.pump()
    room.pass_time(1)
    assert room.samples >= round(2.2 * 16_000)


def test_a_crashed_server_is_looked_for_and_a_new_source_is_taken_at_once():
    room = served()
    room.server.tell(ABSENT)
    room.portaudio.streams[0].open = False
    room.portaudio.streams[0].on_end()
    room.pass_time(5)
    assert room.server.looks >= 3
    assert len(room.portaudio.streams) == 1, "opened without a server"
    room.plug(HEADSET, INTERNAL)
    room.pass_time(0.1)
    assert len(room.portaudio.streams) == 2
    assert room.told("changed")[-1][1] == "Headset"


def test_exact_zeros_for_a_second_are_reported_once():
    room = Room(CHOSEN, PULSE)
    room.voice = b"\0\0"
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.start()
    room.pass_time(0.9)
    assert room.told("failed") == []
    room.pass_time(5)
    assert room.told("failed") == [("failed", MicrophoneDenied, False)]


def test_zeros_later_on_are_reported_after_three_seconds():
    room = served()
    room.voice = b"\0\0"
    room.pass_time(2.9)
    assert room.told("failed") == []
    room.pass_time(0.2)
    assert room.told("failed") == [("failed", MicrophoneDenied, False)]


@pytest.mark.parametrize("voice", [b"\x05\x00", b"\x48\x01"], ids=["next to nothing", "an offset of 1 %"])
def test_sound_that_is_not_zero_but_has_nothing_in_it_is_called_very_quiet_once(voice: bytes):
    room = Room(CHOSEN, PULSE)
    room.voice = voice
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.start()
    room.pass_time(7.9)
    assert room.told("failed") == []
    room.pass_time(5)
    assert room.told("failed") == [("failed", AudioError, False)]


def test_after_a_first_loud_sound_quiet_is_a_pause_and_is_not_reported():
    room = Room(CHOSEN, PULSE)
    room.voice = b"\x05\x00"
    room.server.now = ServerSnapshot(True, (HEADSET,), "headset")
    room.start()
    room.pass_time(1)
    room.now += STEP_S
    room.portaudio.streams[0].on_block(b"\x00\x10\x00\xf0" * 160, room.now, False)
    room.pass_time(20)
    assert room.told("failed") == []


def test_an_overflow_is_a_gap_of_a_block_at_least():
    room = served()
    room.now += STEP_S
    room.portaudio.streams[0].on_block(room.voice * 320, room.now, True)
    room.pass_time(1)
    assert room.told("gap") == [("gap", 0.02, "The computer was too busy to take all sound.")]


class Trouble(RuleBasedStateMachine):
    """Any order of faults: `ended` comes exactly once and is last, nothing stays open, the clock is accounted for."""

    def __init__(self) -> None:
        super().__init__()
        self.room = served()

    @rule(tenths=st.integers(1, 40))
    def pass_time(self, tenths: int) -> None:
        self.room.pass_time(tenths / 10)

    @rule()
    def stall(self) -> None:
        self.room.quiet = not self.room.quiet

    @rule()
    def hang(self) -> None:
        if self.room.audio.hangs:
            self.room.audio.wake_the_dead()
        else:
            self.room.audio.hangs = True

    @rule()
    def end_the_stream(self) -> None:
        for stream in self.room.portaudio.streams:
            if stream.open:
                stream.open = False
                stream.on_end()

    @rule(on=st.sampled_from([HEADSET, INTERNAL, MONITOR, None]), plugged=st.sets(st.sampled_from([HEADSET, INTERNAL])))
    def change(self, on: ServerSource | None, plugged: set[ServerSource]) -> None:
        sources = {*plugged, MONITOR} | ({on} if on else set())
        self.room.plug(*sorted(sources, key=lambda source: source.index), on=on)

    @rule()
    def crash(self) -> None:
        self.room.server.tell(ABSENT)

    @rule(error=st.sampled_from([MicrophoneBusy("busy"), NoMicrophone("none"), FormatRefused("rate")]))
    def refuse(self, error: AudioError) -> None:
        self.room.portaudio.errors.append(error)

    @invariant()
    def not_over(self) -> None:
        assert not self.room.told("ended")
        assert not any(heard[0] == "failed" and heard[2] for heard in self.room.heard), "ended by a fault"

    def teardown(self) -> None:
        room = self.room
        stopped = room.now
        room.microphone.stop(room.now)
        room.pass_time(2)
        assert room.heard[-1] == ("ended",)
        assert len(room.told("ended")) == 1
        room.audio.wake_the_dead()
        room.audio.work()
        assert not any(stream.open for stream in room.portaudio.streams)
        missing = sum(heard[1] for heard in room.told("gap"))
        accounted = room.samples / 16_000 + missing
        assert stopped - 100 - 0.15 <= accounted <= stopped - 100 + 0.9


TestTrouble = Trouble.TestCase
TestTrouble.settings = settings(stateful_step_count=15)
