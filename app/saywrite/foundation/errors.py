"""The exception tree of the app.

    SaywriteError
    ├── AudioError
    │   ├── PortAudioMissing
    │   ├── AlsaMisconfigured
    │   ├── NoMicrophone
    │   ├── MicrophoneBusy
    │   ├── MicrophoneDenied
    │   ├── MicrophoneLost
    │   └── AudioFileError
    ├── JournalError
    │   ├── JournalUnwritable
    │   └── JournalDamaged
    ├── HistoryError
    │   ├── HistoryTooNew
    │   └── HistoryUnavailable
    │       └── HistoryDamaged
    ├── SettingsError
    │   └── SecretsUnavailable
    ├── OutputUnwritable
    ├── RecognizerError
    │   ├── LanguageUnknown
    │   ├── ModelError
    │   │   ├── ModelUnknown
    │   │   ├── ModelUnreachable
    │   │   ├── ModelDamaged
    │   │   └── ModelUnwritable
    │   └── ServiceError
    │       ├── KeyMissing
    │       ├── KeyRefused
    │       ├── PermissionRefused
    │       ├── WorkflowUnknown
    │       ├── TokenExpired
    │       ├── TooManyDictations
    │       ├── RateLimited
    │       ├── ServiceUnreachable
    │       ├── ServiceFailed
    │       ├── ClockWrong
    │       ├── CaptivePortal
    │       ├── ProxyRefused
    │       ├── CertificateUntrusted
    │       ├── AddressRefused
    │       ├── NetworkForbidden
    │       └── AudioRefused
    ├── InstanceError
    │   ├── NotRunning
    │   ├── AlreadyRunning
    │   └── ControlRefused
    ├── InsertionUnavailable
    ├── KeywordsError
    └── UpdateUnknown

The message of an error has two parts: `what` happened and what was kept, and the `remedy`. A package raises its own
errors, the dictation turns them into `Failed` events, and the front ends show those.
"""

from __future__ import annotations

from saywrite.foundation.messages import joined


class SaywriteError(Exception):
    """Base of all errors of the app. `str()` is the message for the user: what happened, then the remedy."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return joined(" ", self.what, self.remedy)


class AudioError(SaywriteError):
    """The microphone, the sound system or a sound file failed."""


class PortAudioMissing(AudioError):
    """The sound library is not installed."""


class AlsaMisconfigured(AudioError):
    """ALSA's configuration is missing or damaged: PortAudio would end the process, or not start."""


class NoMicrophone(AudioError):
    """There is no input device."""


class MicrophoneBusy(AudioError):
    """Another program uses the microphone exclusively."""


class MicrophoneDenied(AudioError):
    """The system does not permit the use of the microphone."""


class MicrophoneLost(AudioError):
    """The microphone disappeared and did not come back in time."""


class AudioFileError(AudioError):
    """A sound file cannot be decoded."""


class JournalError(SaywriteError):
    """A recording cannot be written or read."""


class JournalUnwritable(JournalError):
    """The disk is full, the folder is read-only, or another write was refused."""


class JournalDamaged(JournalError):
    """A recording exists and cannot be read."""


class HistoryError(SaywriteError):
    """The history cannot be used."""


class HistoryTooNew(HistoryError):
    """A newer Saywrite wrote the history. It is not changed."""


class HistoryUnavailable(HistoryError):
    """The history is locked, damaged or not writable."""


class HistoryDamaged(HistoryUnavailable):
    """SQLite cannot read the history: the file is no database, is cut off, or has damaged pages."""


class SettingsError(SaywriteError):
    """Settings cannot be read or saved."""


class SecretsUnavailable(SettingsError):
    """There is no keyring that can be used."""


class OutputUnwritable(SaywriteError):
    """Standard output or a file of `--output` cannot be written, or its reader has ended."""


class RecognizerError(SaywriteError):
    """A recognizer failed."""


class LanguageUnknown(RecognizerError):
    """The engine does not know the language."""


class ModelError(RecognizerError):
    """A recognition model on this computer failed. `curable`: another attempt with a network may succeed."""

    curable = False


class ModelUnknown(ModelError):
    """The catalog has no model of this name."""


class ModelUnreachable(ModelError):
    """No source can be reached, or none has the model."""

    curable = True


class ModelDamaged(ModelError):
    """The bytes of a model are not those of the catalog."""


class ModelUnwritable(ModelError):
    """The disk is full, or the folder of the models cannot be written."""


class ServiceError(RecognizerError):
    """A service on the network failed.

    `curable`: a later attempt may succeed. `retry_after_s`: the seconds that the service asks to wait.
    """

    curable = False

    def __init__(self, what: str, remedy: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(what, remedy)
        self.retry_after_s = retry_after_s


class KeyMissing(ServiceError):
    """There is no account yet."""


class KeyRefused(ServiceError):
    """The service refuses the key or token."""


class PermissionRefused(ServiceError):
    """The account does not have this permission."""


class WorkflowUnknown(ServiceError):
    """The service has no such workflow."""


class TokenExpired(ServiceError):
    """The token has expired. A new one is fetched."""

    curable = True


class TooManyDictations(ServiceError):
    """The account's limit of simultaneous dictations is reached. The dictation waits."""

    curable = True


class RateLimited(ServiceError):
    """The service received too many requests. The dictation waits."""

    curable = True


class ServiceUnreachable(ServiceError):
    """There is no network, no such host or no answer."""

    curable = True


class ServiceFailed(ServiceError):
    """The service failed (5xx), or its answer cannot be understood."""

    curable = True


class ClockWrong(ServiceError):
    """The clock of this computer is wrong."""


class CaptivePortal(ServiceError):
    """A web page answered in place of the service."""

    curable = True


class ProxyRefused(ServiceError):
    """The proxy requires a password or refuses the connection."""


class CertificateUntrusted(ServiceError):
    """The host cannot prove its identity."""


class AddressRefused(ServiceError):
    """Speech may not be sent to this address."""


class NetworkForbidden(ServiceError):
    """The user has forbidden connections to other computers."""


class AudioRefused(ServiceError):
    """The service does not accept this sound."""


class InstanceError(SaywriteError):
    """A command for the running window, or a second start, was refused."""


class NotRunning(InstanceError):
    """No Saywrite is running that could take the command (exit code 3)."""


class AlreadyRunning(InstanceError):
    """Another process uses this data folder."""


class ControlRefused(InstanceError):
    """A command, its sender or the place of the socket is not acceptable."""


class InsertionUnavailable(SaywriteError):
    """The desktop does not let programs put text into other programs."""


class KeywordsError(SaywriteError):
    """A keyword file cannot be read."""


class UpdateUnknown(SaywriteError):
    """Whether there is a newer version could not be found out."""
