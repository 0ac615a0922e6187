"""The events and values that cross threads: frozen, and used by every layer.

Positions and lengths of sound are sample offsets at `SAMPLE_RATE` within one dictation, unless a name ends in `_s`
(seconds). Every event of a dictation has its id, so that a late event of an earlier dictation is recognized.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SAMPLE_RATE = 16_000
"""Samples a second after resampling: 16 kHz mono s16le, the input format of the recognizers."""

BYTES_PER_SAMPLE = 2


def seconds(samples: int) -> float:
    """Convert a number of samples to seconds."""
    return samples / SAMPLE_RATE


class State(StrEnum):
    """The states of a dictation. `dictation/loop.py` has the table of transitions."""

    IDLE = "idle"
    STARTING = "starting"
    LISTENING = "listening"
    RECONNECTING = "reconnecting"
    FINISHING = "finishing"
    FAILED = "failed"


class EngineState(StrEnum):
    """Whether a recognizer is loaded and can start at once."""

    UNLOADED = "unloaded"
    LOADING = "loading"
    READY = "ready"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Segment:
    """A final text with its position in the sound. `text` is what the user reads, `raw` what the recognizer sent.

    `text` may contain "\\n" (a spoken new line). Text that is only punctuation belongs to the segment before it.
    `engine`: the recognizer that replaced the dictation's own for this segment, otherwise "".
    """

    number: int
    text: str
    raw: str
    start: int
    end: int
    translation: str = ""
    engine: str = ""


# Events of a recognizer. Front ends receive all but Final, Translation, Progress, Rewind and RecognizerFinished.


@dataclass(frozen=True, slots=True)
class Partial:
    """Preliminary words of the utterance, up to the next Partial or Final. `agreed`: their stable first characters."""

    dictation: str
    text: str
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class Final:
    """Text of the utterance between two sample offsets. It is not revised. `engine`: see `Segment`."""

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
class ProvisionalStretch:
    """Words of the recognizer on this computer that wait for the text of the service. `number`: stays the same."""

    number: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ProvisionalText:
    """All provisional words of the dictation, in order. `away`: the service is away, so they may stay for a while."""

    dictation: str
    stretches: tuple[ProvisionalStretch, ...]
    away: bool = False


@dataclass(frozen=True, slots=True)
class Structured:
    """Results of the service besides text (filled-in forms, tasks). They are stored with the dictation."""

    dictation: str
    results: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PendingUtterances:
    """The utterances without text, as (start, end) in order. The last one may not have ended."""

    dictation: str
    utterances: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that were sent to `host` and received from it for this dictation so far."""

    dictation: str
    host: str
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The recognizer has received the sound up to `sent`. All sound before `confirmed` has its text."""

    dictation: str
    sent: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class LanguageHeard:
    """The user seems to speak another language than that of the dictation: `language`, a code."""

    dictation: str
    language: str


@dataclass(frozen=True, slots=True)
class Rewind:
    """The recognizer needs the sound from `to` on again: its process or connection was replaced."""

    dictation: str
    to: int


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The connection changed: connecting connected lost refused closed. `dictation`: "" when none is running."""

    dictation: str
    state: str
    rtt_ms: float | None = None
    reason: str = ""
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """The state of `engine` changed. `awaits_model`: it is unavailable only because it lacks an intact model."""

    engine: str
    state: EngineState
    reason: str = ""
    remedy: str = ""
    awaits_model: bool = False


@dataclass(frozen=True, slots=True)
class RecognizerFinished:
    """The only last event of a recognizer, also after a failure. Not `complete`: some sound has no text yet."""

    dictation: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    """A problem and its remedy, as sentences. `fatal`: it ends the dictation.

    `dictation`: "" when none is running. `about`: "microphone", "network", "account" or "disk", whose recovery a later
    event reports, or "file".
    """

    dictation: str
    what: str
    remedy: str
    fatal: bool = False
    about: str = ""


# Further events for the front ends.


@dataclass(frozen=True, slots=True)
class DiskRecovered:
    """The disk has written everything that it refused or delayed. Ends a `Failed` about the "disk"."""

    dictation: str


@dataclass(frozen=True, slots=True)
class Started:
    """The first sample of a dictation arrived, at the monotonic time `at`. `source`: "microphone" or a file."""

    dictation: str
    engine: str
    language: str
    source: str
    at: float
    began: datetime


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The dictation entered another state."""

    dictation: str
    state: State


@dataclass(frozen=True, slots=True)
class SegmentAdded:
    """A segment was added to the transcript, or its text changed."""

    dictation: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class Difference:
    """Another recognizer heard the words `other` in place of the characters `[start, end)` of a text."""

    start: int
    end: int
    other: str


@dataclass(frozen=True, slots=True)
class WordsDiffer:
    """The recognizer on this computer heard words of a segment differently. `text`: of the segment, as compared."""

    dictation: str
    number: int
    text: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class SegmentTranslated:
    """The translation of a segment arrived, after its text."""

    dictation: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class SegmentsRemoved:
    """A spoken "scratch that" removed these segments."""

    dictation: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProgressChanged:
    """Samples that were recorded, received by the dictation's own recognizer, and given their text."""

    dictation: str
    heard: int
    sent: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Gap:
    """At `at`, `length` samples were not captured. `cause`: words for the user."""

    dictation: str
    at: int
    length: int
    cause: str


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The sound now comes from `device`. `note`: the reason, unless the user chose the device."""

    dictation: str
    device: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The dictation has ended. `pending` samples stay in the journal without text. `cancelled`: text discarded."""

    dictation: str
    heard: int
    confirmed: int
    pending: int
    duration_s: float
    text: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class IncompleteRecording:
    """A dictation on disk whose text is incomplete. `problem`: why it is unreadable. `waits`: for a model."""

    dictation: str
    began: datetime
    length: int
    confirmed: int
    problem: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class RecordClosed:
    """Writing a dictation has ended, after its `Finished`. `saved`: all is on disk. `kept`: samples that are."""

    dictation: str
    saved: bool
    kept: int


@dataclass(frozen=True, slots=True)
class StoredTextChanged:
    """The text of a dictation in the history was changed, by the user or by a later text of the service."""

    dictation: str


@dataclass(frozen=True, slots=True)
class IncompleteRecordingsFound:
    """All unfinished dictations on disk. Sent at the start and when they change."""

    items: tuple[IncompleteRecording, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """An input device, identified by its name `key` within `host_api`; indexes change."""

    host_api: str
    key: str
    label: str
    channels: int = 1
    rate: int = 48_000
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """The list of input devices changed, or could not be read (`problem`)."""

    devices: tuple[Device, ...]
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """Sample peak and RMS of a block in dBFS. `clipped`: three samples in a row at full scale. `at`: monotonic."""

    peak_dbfs: float
    rms_dbfs: float
    clipped: bool
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Inserted:
    """`program` has read the text.

    `elsewhere`: it is not the window of the key press. `took_s`: from the request to now. `at`: monotonic seconds.
    """

    dictation: str
    program: str
    elsewhere: bool
    took_s: float
    at: float


@dataclass(frozen=True, slots=True)
class InsertionUncertain:
    """The text was sent to `program` and it is unknown whether it arrived.

    `unusual`: this method usually has a confirmation; `what` says why there is none. Otherwise as `Inserted`.
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
    """The text was not inserted. `on_clipboard`: it can be pasted by hand."""

    dictation: str
    program: str
    what: str
    remedy: str
    on_clipboard: bool


@dataclass(frozen=True, slots=True)
class InsertionUndone:
    """The undo keys for the last insertion were sent to `program`. Their effect cannot be observed."""

    dictation: str
    program: str


@dataclass(frozen=True, slots=True)
class UndoFailed:
    """The last insertion was not undone, for the reason in `what`."""

    what: str
    remedy: str


InsertionEvent = Inserted | InsertionUncertain | NotInserted | InsertionUndone | UndoFailed
"""Events of the insertion worker."""


@dataclass(frozen=True, slots=True)
class PlaybackChanged:
    """The sound `start..end` of a dictation is played since the monotonic time `at`; None: no longer."""

    dictation: str
    start: int
    end: int
    at: float | None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The user cancelled a dictation. `revocable`: this can be undone; a second event says when it no longer can."""

    dictation: str
    revocable: bool


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why the key of `binding` ("dictate", "dictate-second") does not work, in sentences. "": all bindings."""

    binding: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """The keys that work (binding, and the desktop's name of its key or "") and those that do not."""

    heard: tuple[tuple[str, str], ...]
    problems: tuple[KeyProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class PrerollActive:
    """The microphone `device` is open between dictations, as the settings say; "" when it is closed again."""

    device: str


class HandsFreeState(StrEnum):
    """What the hands-free mode does: `PAUSED` while other work or a locked screen keeps it from waiting."""

    OFF = "off"
    WAITING = "waiting"
    DICTATING = "dictating"
    PAUSED = "paused"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class HandsFreeChanged:
    """The hands-free mode changed. `phrase`: what begins or ends a dictation now. `what`: why it is blocked."""

    state: HandsFreeState
    phrase: str = ""
    what: str = ""
    remedy: str = ""
    needs_model: bool = False


class ModelState(StrEnum):
    """Which part of a recognition model is on this computer."""

    ABSENT = "absent"
    PAUSED = "paused"
    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    READY = "ready"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalog and its state. `arrived_bytes`: of a download. `removable`: in the data folder."""

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
    """All models of the catalog. Sent on request and when the state of one changes."""

    models: tuple[ModelInfo, ...]


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """`done` of `total` bytes of a download are on disk."""

    model: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """A download, a removal or a trial failed. Downloaded parts are kept for the next attempt."""

    model: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ModelVerified:
    """All files of `model` have the right hashes. `ModelsChanged` reports a damaged model."""

    model: str


@dataclass(frozen=True, slots=True)
class ModelTried:
    """The text that `model` recognizes in a recorded dictation, and the text that the dictation has."""

    model: str
    dictation: str
    text_now: str
    text_tried: str
    took_s: float


class FileState(StrEnum):
    """The progress of a file in the queue. READING: its sound is being decoded into a recording."""

    WAITING = "waiting"
    READING = "reading"
    TRANSCRIBING = "transcribing"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueuedFile:
    """A sound file of the queue. `length`, `confirmed`: samples; 0 before it was read.

    `save_as`: a pattern for the name of the text that is to be saved beside the file, "" for none; `saved_as`: the name
    that it got. `dictation`: "" before it is read. `left_s`: seconds still needed, None when unknown. `what`, `remedy`:
    why it failed or is incomplete.
    """

    number: int
    path: str
    state: FileState = FileState.WAITING
    engine: str = ""
    language: str = ""
    save_as: str = ""
    dictation: str = ""
    length: int = 0
    confirmed: int = 0
    left_s: float | None = None
    what: str = ""
    remedy: str = ""
    saved_as: str = ""


@dataclass(frozen=True, slots=True)
class SaveBeside:
    """Whether the texts of queued files are saved beside them. `pattern`: of the names, "" for the usual one."""

    on: bool = False
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """The whole queue of files, in its order. Sent at the start and when it changes."""

    files: tuple[QueuedFile, ...]
    save_beside: SaveBeside = SaveBeside()


StateEvent = Started | StateChanged | Finished | Failed
TextEvent = Partial | ProvisionalText | SegmentAdded | WordsDiffer | SegmentTranslated | SegmentsRemoved | Structured
ProgressEvent = Traffic | ProgressChanged | PendingUtterances | Gap | FilesChanged
StorageEvent = RecordClosed | StoredTextChanged | DiskRecovered | IncompleteRecordingsFound
RecognizerChange = ConnectionChanged | EngineChanged | LanguageHeard
DeviceEvent = SourceChanged | DevicesChanged | PlaybackChanged
KeyEvent = KeysChanged | PrerollActive | HandsFreeChanged | Cancelled
ModelEvent = ModelsChanged | ModelProgress | ModelFailed | ModelVerified | ModelTried
FrontEndEvent = (
    StateEvent
    | TextEvent
    | ProgressEvent
    | StorageEvent
    | RecognizerChange
    | DeviceEvent
    | InsertionEvent
    | KeyEvent
    | ModelEvent
)
"""The events that front ends receive."""
