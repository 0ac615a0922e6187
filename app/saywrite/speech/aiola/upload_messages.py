"""What the upload of a file tells the dictation thread. Frozen values, posted to its inbox."""

from __future__ import annotations

from dataclasses import dataclass, field

from saywrite.foundation.errors import SaywriteError


@dataclass(frozen=True, slots=True)
class UploadFailed:
    upload: int
    error: SaywriteError


@dataclass(frozen=True, slots=True)
class FileTranscribed:
    """The text and where in the file it was said, in seconds; `end_s` None when the service does not tell."""

    upload: int
    transcript: str = field(repr=False)
    start_s: float
    end_s: float | None
    received: int


@dataclass(frozen=True, slots=True)
class UploadProgressed:
    """So many bytes of this upload have gone out."""

    upload: int
    sent: int
