"""The messages of an upload to the dictation thread. Frozen values, posted to its inbox."""

from __future__ import annotations

from dataclasses import dataclass, field

from saywrite.foundation.errors import SaywriteError


@dataclass(frozen=True, slots=True)
class UploadFailed:
    """The file could not be transcribed."""

    upload: int
    error: SaywriteError


@dataclass(frozen=True, slots=True)
class FileTranscribed:
    """The text and its place in the file, in seconds; `end_s` is None when the service names no place.

    `received`: bytes of the answer.
    """

    upload: int
    transcript: str = field(repr=False)
    start_s: float
    end_s: float | None
    received: int


@dataclass(frozen=True, slots=True)
class UploadProgressed:
    """`sent` bytes of this upload have gone out; 0 once there is a connection."""

    upload: int
    sent: int
