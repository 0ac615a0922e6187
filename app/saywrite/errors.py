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
    ├── RecognizerError
    │   ├── RecognizerUnavailable this engine cannot run here
    │   └── LanguageUnknown       the engine does not know the language
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


class SettingsError(SaywriteError):
    pass


class SecretsUnavailable(SettingsError):
    pass


class RecognizerError(SaywriteError):
    pass


class RecognizerUnavailable(RecognizerError):
    pass


class LanguageUnknown(RecognizerError):
    pass


class KeywordsError(SaywriteError):
    pass
