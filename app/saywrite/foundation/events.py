"""The vocabulary every layer may speak, on one page.

Frozen values that cross threads. Positions and lengths of sound are sample offsets at `SAMPLE_RATE` within one
dictation unless a name ends in `_s` (seconds). Every event of a dictation carries its id, so that a late one of an
old dictation is recognizable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SAMPLE_RATE = 16_000
"""Samples a second of everything behind the microphone: 16 kHz mono s16le (the recognizers' input format)."""

BYTES_PER_SAMPLE = 2


def seconds(samples: int) -> float:
    return samples / SAMPLE_RATE


class State(StrEnum):
    """The states of the dictation; the table of transitions is in `dictation/loop.py`."""

    IDLE = "idle"
    STARTING = "starting"
    LISTENING = "listening"
    RECONNECTING = "reconnecting"
    FINISHING = "finishing"
    FAILED = "failed"


class EngineState(StrEnum):
    """How ready a recognizer is while nobody dictates."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    READY = "ready"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Segment:
    """A final text with its place in the sound. `text` is what the user reads, `raw` what the recognizer sent.

    `text` may hold "\\n" (a spoken new line); text that is only punctuation belongs to the segment before it
    (see `text/spacing.py`). A translation, where the engine gives one, has its own column. `engine` is "" unless
    another than the dictation's own stood in for it.
    """

    number: int
    text: str
    raw: str
    start: int
    end: int
    translation: str = ""
    engine: str = ""


# What a recognizer posts to the dictation. The front ends see Partial, ConnectionChanged, EngineChanged,
# Structured, Outstanding, Traffic and Failed as they are.


@dataclass(frozen=True, slots=True)
class Partial:
    """The words being heard right now; replaced by the next Partial or by a Final. `agreed`: the length of the prefix
    of `text`, in characters, on which two passes of the recognizer agree and which will hardly change any more.
    """

    dictation: str
    text: str
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class Final:
    """Text of the utterance between two sample offsets. Never revised. `engine`: see `Segment`."""

    dictation: str
    text: str
    start: int
    end: int
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of the final that ended at the sample offset `end`."""

    dictation: str
    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Structured:
    """What the service made of the dictation besides text (forms filled in, tasks); kept with the dictation."""

    dictation: str
    results: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PendingUtterances:
    """The utterances heard so far that have no text yet: (start, end) each, in order; the last may still be open."""

    dictation: str
    utterances: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """What has left this computer for `host`, and come from it, for this dictation so far, in bytes."""

    dictation: str
    host: str
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the recognizer is: it has taken the sound up to `sent`; up to `confirmed` nothing is outstanding."""

    dictation: str
    sent: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Rewind:
    """Feed again from this offset: the worker or the connection was replaced, the open utterance is needed anew."""

    dictation: str
    to: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """`state`: connecting connected lost refused closed. `dictation` is "" outside of one."""

    dictation: str
    state: str
    rtt_ms: float | None = None
    reason: str = ""
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """Readiness of the recognizer called `engine`, told whenever it changes, dictating or not.

    `awaits_model`: it is unavailable because its model is missing or damaged, and for no other reason.
    """

    engine: str
    state: EngineState
    reason: str = ""
    remedy: str = ""
    awaits_model: bool = False


@dataclass(frozen=True, slots=True)
class RecognizerFinished:
    """The last event of a recognizer for this dictation: exactly one, even after a failure. Not `complete`: what it
    has not confirmed has no text yet and stays in the journal for later.
    """

    dictation: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """A problem, in words. `fatal` ends the dictation; otherwise it goes on. `dictation` is "" outside of one.
    `about` names what has the problem: "microphone", "network", "account" and "disk", of which a later event can tell
    that it is over, or the "file" that is read.
    """

    dictation: str
    what: str
    remedy: str
    fatal: bool = False
    about: str = ""


# What the dictation tells its front ends, besides the above.


@dataclass(frozen=True, slots=True)
class Started:
    """A dictation has its first sample. `at`: monotonic time of that sample; `source`: "microphone" or a file."""

    dictation: str
    engine: str
    language: str
    source: str
    at: float
    began: datetime


@dataclass(frozen=True, slots=True)
class StateChanged:
    dictation: str
    state: State


@dataclass(frozen=True, slots=True)
class SegmentAdded:
    dictation: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class SegmentTranslated:
    """The translation of a segment came (it comes behind its text)."""

    dictation: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class SegmentsRemoved:
    """Spoken "scratch that" took these back."""

    dictation: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressChanged:
    """Heard (in the journal), sent (taken by the recognizer), confirmed (nothing outstanding before it)."""

    dictation: str
    heard: int
    sent: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Sound that is missing at `at`: `length` samples were not captured. `cause` is for people."""

    dictation: str
    at: int
    length: int
    cause: str


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The sound now comes from `device`; `note` says why when the user did not ask for it."""

    dictation: str
    device: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The dictation is over. `pending` samples have no text yet and stay in the journal. `cancelled`: the user does
    not want its text.
    """

    dictation: str
    heard: int
    confirmed: int
    pending: int
    duration_s: float
    text: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class IncompleteRecording:
    """A dictation found on disk whose text is not complete. `problem` says why it cannot be read, if it cannot.
    `waits`: it gets its text by itself as soon as there is a recognition model.
    """

    dictation: str
    began: datetime
    length: int
    confirmed: int
    problem: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class RecordClosed:
    """The disk has tried everything that a dictation gave it, after its `Finished`. `saved`: all of it is on disk.
    `kept`: samples of its sound that are.
    """

    dictation: str
    saved: bool
    kept: int


@dataclass(frozen=True, slots=True)
class IncompleteRecordingsFound:
    """All unfinished dictations on disk, told at start and whenever their number changes."""

    items: tuple[IncompleteRecording, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """An input device by the name that finds it again: never by index. `key` is its name within `host_api`."""

    host_api: str
    key: str
    label: str
    channels: int = 1
    rate: int = 48_000
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    devices: tuple[Device, ...]
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """The sound level of one block in dBFS: sample peak and RMS. `clipped`: three samples in a row at full scale."""

    peak_dbfs: float
    rms_dbfs: float
    clipped: bool
    at: float = field(default=0.0)


@dataclass(frozen=True, slots=True)
class Inserted:
    """`program` has read the text. `elsewhere`: not the window that had the focus at the key press. `took_s`: from the
    request to this receipt; `at`: monotonic seconds.
    """

    dictation: str
    program: str
    elsewhere: bool
    took_s: float
    at: float


@dataclass(frozen=True, slots=True)
class InsertionUncertain:
    """The text was sent to `program`, and nothing tells whether it took it. `unusual`: not because this way of
    inserting never tells, but for what `what` says. `Inserter.again()` inserts it once more. The rest as in `Inserted`.
    """

    dictation: str
    program: str
    what: str
    remedy: str
    unusual: bool
    elsewhere: bool
    took_s: float
    at: float


@dataclass(frozen=True, slots=True)
class NotInserted:
    """The text did not get there. `on_clipboard`: it can be pasted by hand. `Inserter.again()` tries once more."""

    dictation: str
    program: str
    what: str
    remedy: str
    on_clipboard: bool


@dataclass(frozen=True, slots=True)
class InsertionUndone:
    """The undo keys for the last insertion were sent to `program`; nobody can see what it made of them."""

    dictation: str
    program: str


@dataclass(frozen=True, slots=True)
class UndoFailed:
    """Nothing was taken back, for a reason people can read."""

    what: str
    remedy: str


InsertionEvent = Inserted | InsertionUncertain | NotInserted | InsertionUndone | UndoFailed
"""What the insertion worker tells."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user cancelled a dictation. `revocable`: it can be taken back; told again, False, when that is over."""

    dictation: str
    revocable: bool


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why the key of `binding` ("dictate", "dictate-second") is not heard; "" when it is about all of them."""

    binding: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """Which keys are heard now (the binding, and its key in the desktop's words, if it has some), and which not."""

    heard: tuple[tuple[str, str], ...]
    problems: tuple[KeyProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class PrerollActive:
    """The microphone `device` is open though nobody dictates, because the user wants it so; "" when it no longer is."""

    device: str


class ModelState(StrEnum):
    """How much of a recognition model is on this computer."""

    ABSENT = "absent"
    PAUSED = "paused"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    READY = "ready"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A recognition model of the catalogue and its state. Sizes in bytes: to download, on disk, in memory while it
    works. `removable`: it lies in the user's data folder, not in the installation. `arrived_bytes`: what lies on disk
    of a download that was not completed.
    """

    id: str
    label: str
    license: str
    languages: tuple[str, ...]
    download_bytes: int
    disk_bytes: int
    memory_bytes: int
    judgement: str
    state: ModelState
    removable: bool = True
    arrived_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    """All models of the catalogue, told when asked for and whenever the state of one changes."""

    models: tuple[ModelInfo, ...]


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """`done` of `total` bytes of a download have arrived and lie on disk."""

    model: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A download, a removal or a trial did not work. What was downloaded so far is kept for the next attempt."""

    model: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ModelVerified:
    """All files of `model` were compared with their hashes and are right. Of a damaged model `ModelsChanged` tells."""

    model: str


@dataclass(frozen=True, slots=True)
class ModelTried:
    """The text that `model` makes of a recorded dictation, beside the text that the dictation has."""

    model: str
    dictation: str
    text_now: str
    text_tried: str
    took_s: float


FrontEndEvent = (
    Started
    | StateChanged
    | Partial
    | SegmentAdded
    | SegmentTranslated
    | SegmentsRemoved
    | Structured
    | PendingUtterances
    | Traffic
    | ProgressChanged
    | Gap
    | SourceChanged
    | ConnectionChanged
    | EngineChanged
    | Failed
    | Finished
    | RecordClosed
    | IncompleteRecordingsFound
    | DevicesChanged
    | Inserted
    | InsertionUncertain
    | NotInserted
    | InsertionUndone
    | UndoFailed
    | Cancelled
    | KeysChanged
    | PrerollActive
    | ModelsChanged
    | ModelProgress
    | ModelFailed
    | ModelVerified
    | ModelTried
)
"""Everything a front end may be told; `dictation.headless` and `ui.controller` match on it."""
