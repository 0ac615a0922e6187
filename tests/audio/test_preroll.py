"""What a dictation that takes over an open microphone learns of the time before."""

from __future__ import annotations

import pytest
from tests.audio.test_microphone_monitor import FakeMicrophone

from saywrite.audio.levels import measure
from saywrite.audio.microphone.preroll import PrerollBuffer
from saywrite.foundation.errors import AudioError, MicrophoneDenied, MicrophoneLost
from saywrite.foundation.events import Level

SOUND, ZEROS = b"\x01\x02" * 320, bytes(640)
STALLED = MicrophoneLost("Headset delivers no sound.", "Recording goes on as soon as sound arrives.")
MUTED = MicrophoneDenied("Headset is muted.", "Unmute it.")
HUNG = AudioError("The sound server does not answer.", "Restart it.")
QUIET = AudioError("Headset is very quiet.", "Raise its input level.")


class Dictation:
    def __init__(self) -> None:
        self.problems: list[AudioError] = []
        self.pcm = b""

    def opened(self, device: str, at: float) -> None: ...

    def sound(self, pcm: bytes, level: Level) -> None:
        self.pcm += pcm

    def gap(self, length: int, cause: str) -> None: ...

    def source_changed(self, device: str, note: str) -> None: ...

    def failed(self, error: AudioError, fatal: bool) -> None:
        self.problems.append(error)

    def ended(self) -> None: ...


@pytest.mark.parametrize(
    ("problem", "before", "after", "told"),
    [
        (STALLED, SOUND, b"", [STALLED]),
        (STALLED, b"", SOUND, []),
        (MUTED, SOUND, ZEROS, [MUTED]),
        (MUTED, ZEROS, SOUND, []),
        (QUIET, b"", SOUND, [QUIET]),
    ],
)
def test_only_a_problem_that_lasts_is_reported_to_the_dictation(problem, before, after, told):
    buffer = PrerollBuffer(FakeMicrophone(), 640)
    buffer.opened("Headset", 100.0)
    for pcm in (before, after):
        if pcm == after:
            buffer.failed(problem, False)
        for _ in range(2 if pcm else 0):
            buffer.sound(pcm, measure(pcm, 101.0))
    dictation = Dictation()
    buffer.start(dictation)
    assert dictation.problems == told
    assert dictation.pcm == (after or before) * 2


@pytest.mark.parametrize(("is_open", "told"), [(False, [HUNG]), (True, [])])
def test_a_problem_of_the_opening_is_reported_until_the_microphone_is_open(is_open, told):
    buffer = PrerollBuffer(FakeMicrophone(), 640)
    buffer.failed(HUNG, False)
    if is_open:
        buffer.opened("Headset", 100.0)
    dictation = Dictation()
    buffer.start(dictation)
    assert dictation.problems == told
