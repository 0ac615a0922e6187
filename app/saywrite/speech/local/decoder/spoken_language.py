"""Decides when the user seems to speak another language than the chosen one. Pure.

One utterance is no proof: a name or a loanword is often taken for another language. So two in a row must be clearly in
the same one. Each pair of languages is reported once per run, because the user may have a reason.
"""

from __future__ import annotations

from saywrite.foundation.catalog import LANGUAGE_CODES

SURE = 0.9
"""The probability from which an utterance counts. Whisper base gives sentences in their language 0.96 and more."""

IN_A_ROW = 2
"""Utterances in the same other language until it is reported."""


class SpokenLanguage:
    """Follows the languages of the utterances, across dictations."""

    def __init__(self) -> None:
        self._pair = ("", "")
        self._times = 0
        self._reported: set[tuple[str, str]] = set()

    def note(self, chosen: str, heard: str, probability: float) -> bool:
        """Take the most probable language of an utterance; return whether to report it now."""
        if heard == chosen or probability < SURE or heard not in LANGUAGE_CODES:
            self._times = 0
            return False
        self._times = self._times + 1 if (chosen, heard) == self._pair else 1
        self._pair = chosen, heard
        if self._times < IN_A_ROW or self._pair in self._reported:
            return False
        self._reported.add(self._pair)
        return True
