"""The one exception tree.

    SaywriteError                 what happened · what was kept · what to do
    ├── AudioError
    │   ├── PortAudioMissing      the sound library is not installed
    │   ├── NoMicrophone          no input device at all
    │   ├── MicrophoneBusy        another program holds it
    │   ├── MicrophoneDenied      the system refuses it
    │   ├── MicrophoneLost        it went away and did not come back in time
    │   └── AudioFileError        a file that cannot be decoded
    ├── JournalError
    │   ├── JournalUnwritable     full disk, read-only folder
    │   └── JournalDamaged        a journal that cannot be read as one
    ├── HistoryError
    │   ├── HistoryTooNew         written by a newer Saywrite; left alone
    │   └── HistoryUnavailable    locked, damaged, unwritable
    ├── SettingsError
    │   └── SecretsUnavailable    no usable keyring
    ├── OutputUnwritable          standard output or an output file that cannot be written
    ├── RecognizerError
    │   ├── RecognizerUnavailable this engine cannot run here
    │   ├── LanguageUnknown       the engine does not know the language
    │   ├── ModelError            a recognition model on this computer
    │   │   ├── ModelUnknown          the catalogue has no model of this name
    │   │   ├── ModelUnreachable      no source can be reached, or none has it (curable)
    │   │   ├── ModelDamaged          its bytes are not those of the catalogue
    │   │   └── ModelUnwritable       full disk, read-only folder
    │   └── ServiceError          a service on the network; `curable` when trying again may help
    │       ├── KeyMissing            there is no account yet
    │       ├── KeyRefused            wrong key or token
    │       ├── PermissionRefused     the account may not do this
    │       ├── WorkflowUnknown       no such workflow
    │       ├── TokenExpired          a new one is needed (curable: it is fetched)
    │       ├── TooManyDictations     the account's concurrency limit (curable: it waits)
    │       ├── RateLimited           too many requests (curable: it waits)
    │       ├── ServiceUnreachable    no network, no such host, no answer (curable)
    │       ├── ServiceFailed         5xx, or an answer that makes no sense (curable)
    │       ├── ClockWrong            this computer's clock is off
    │       ├── CaptivePortal         somebody else answered, with a web page (curable)
    │       ├── ProxyRefused          the proxy wants a password or says no
    │       ├── CertificateUntrusted  the host cannot prove who it is
    │       ├── AddressRefused        not an address speech may be sent to
    │       └── AudioRefused          the service does not take this sound
    ├── InstanceError
    │   ├── NotRunning            there is no Saywrite to take the command (exit code 3)
    │   ├── AlreadyRunning        another process has this data folder
    │   └── ControlRefused        a command, its sender or the place of the socket is not acceptable
    ├── InsertionUnavailable      the desktop lets nobody put text into other programs
    └── KeywordsError             a keyword file nothing can be read from

Every message a person may read is made of two sentences: `what` happened (and what was kept), and the `remedy`.
Inside a part raise the part's own error; the dictation turns it into a `Failed` event; the front ends only show it.
"""

from __future__ import annotations


class SaywriteError(Exception):
    """Base of all our errors. `str()` is the whole message for a person: what happened, then the remedy."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class AudioError(SaywriteError):
    pass


class PortAudioMissing(AudioError):
    pass


class NoMicrophone(AudioError):
    pass


class MicrophoneBusy(AudioError):
    pass


class MicrophoneDenied(AudioError):
    pass


class MicrophoneLost(AudioError):
    pass


class AudioFileError(AudioError):
    pass


class JournalError(SaywriteError):
    pass


class JournalUnwritable(JournalError):
    pass


class JournalDamaged(JournalError):
    pass


class HistoryError(SaywriteError):
    pass


class HistoryTooNew(HistoryError):
    pass


class HistoryUnavailable(HistoryError):
    pass


class HistoryDamaged(HistoryUnavailable):
    """What SQLite cannot read: the file is no database, cut off, or has damaged pages."""


class SettingsError(SaywriteError):
    pass


class SecretsUnavailable(SettingsError):
    pass


class OutputUnwritable(SaywriteError):
    """Standard output or a file of `--output` cannot be written. `closed`: its reader has gone away."""

    def __init__(self, what: str, remedy: str = "", *, closed: bool = False) -> None:
        super().__init__(what, remedy)
        self.closed = closed


class RecognizerError(SaywriteError):
    pass


class RecognizerUnavailable(RecognizerError):
    pass


class LanguageUnknown(RecognizerError):
    pass


class ModelError(RecognizerError):
    """`curable`: trying again when the network is back may help."""

    curable = False


class ModelUnknown(ModelError):
    pass


class ModelUnreachable(ModelError):
    curable = True


class ModelDamaged(ModelError):
    pass


class ModelUnwritable(ModelError):
    pass


class ServiceError(RecognizerError):
    """`curable`: trying again later may help. `retry_after_s`: how long the service asks to wait, in seconds."""

    curable = False

    def __init__(self, what: str, remedy: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(what, remedy)
        self.retry_after_s = retry_after_s


class KeyMissing(ServiceError):
    pass


class KeyRefused(ServiceError):
    pass


class PermissionRefused(ServiceError):
    pass


class WorkflowUnknown(ServiceError):
    pass


class TokenExpired(ServiceError):
    curable = True


class TooManyDictations(ServiceError):
    curable = True


class RateLimited(ServiceError):
    curable = True


class ServiceUnreachable(ServiceError):
    curable = True


class ServiceFailed(ServiceError):
    curable = True


class ClockWrong(ServiceError):
    pass


class CaptivePortal(ServiceError):
    curable = True


class ProxyRefused(ServiceError):
    pass


class CertificateUntrusted(ServiceError):
    pass


class AddressRefused(ServiceError):
    pass


class AudioRefused(ServiceError):
    pass


class InstanceError(SaywriteError):
    pass


class NotRunning(InstanceError):
    pass


class AlreadyRunning(InstanceError):
    pass


class ControlRefused(InstanceError):
    pass


class InsertionUnavailable(SaywriteError):
    pass


class KeywordsError(SaywriteError):
    pass
