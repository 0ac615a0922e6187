"""Decides when a dictation ends with what this computer heard, in place of the text of the service. Pure.

The user wishes it by one of two settings: a time after the end of the sound, or that this computer writes while the
service is away. Without local words the service is waited for, and what it leaves without text stays in the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywrite.foundation.events import ProvisionalStretch
from saywrite.foundation.messages import message

WITHOUT_TEXT = message(
    "aiOla has no text for a part of the dictation: that part is what the recognizer on this computer heard."
)
REMEDY = message("The recording is kept: transcribe it again for the text of the service.")


@dataclass(frozen=True, slots=True)
class EndDecision:
    """What happens at the end of a dictation.

    `stretches`: the local words to take; `reason`: why, as a sentence. `gives_up`: the service has ended and no local
    words will come. `due`: when to ask again, in monotonic seconds.
    """

    stretches: tuple[ProvisionalStretch, ...] = ()
    reason: str = ""
    gives_up: bool = False
    due: float | None = None


class SubstitutionPolicy:
    """The policy for one dictation. `is_wanted`: the user wants local words for what the service leaves without text.

    `patience_s`: seconds from the end of the sound after which they are taken; 0: the service decides when it ends.
    """

    def __init__(self, *, is_wanted: bool, patience_s: int) -> None:
        self._is_wanted = is_wanted
        self._patience_s = patience_s
        self._ended_at: float | None = None
        self._service_ended = False

    def end(self, now: float) -> None:
        """The sound has ended at `now`, in monotonic seconds."""
        self._ended_at = now

    def end_service(self, *, listens: bool) -> bool:
        """The service has ended without all of the text. Return whether the dictation waits for local words.

        `listens`: the recognizer on this computer hears the sound, or has heard all of it.
        """
        self._service_ended = self._is_wanted and listens and self._ended_at is not None
        return self._service_ended

    def decide(self, now: float, words: Sequence[ProvisionalStretch] | None, *, listens: bool) -> EndDecision:
        """Decide at `now`. `words`: those without a text of the service; None until the sound was heard to its end."""
        if self._ended_at is None:
            return EndDecision()
        if self._service_ended:
            if words:
                return EndDecision(tuple(words), WITHOUT_TEXT)
            return EndDecision(gives_up=words is not None or not listens)
        if not words or not self._patience_s:
            return EndDecision()
        due = self._ended_at + self._patience_s
        if now < due:
            return EndDecision(due=due)
        reason = message(
            "aiOla needed longer than {seconds} s: the last sentences are what the recognizer on this computer heard.",
            seconds=self._patience_s,
        )
        return EndDecision(tuple(words), reason)
