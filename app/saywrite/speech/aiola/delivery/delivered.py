"""Remembers the texts that have come, and removes words that come again with repeated sound. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from saywrite.speech.aiola.delivery.overlap import OverlapDeduplicator
from saywrite.speech.aiola.delivery.pending import PlacedText

REMEMBERED = 30
"""Texts of confirmed sound that are kept, for the case that their sound is sent again after all."""


@dataclass(frozen=True, slots=True)
class DeliveredTranscript:
    """A transcript that has come. The sound of its text lies between `start` and `until`."""

    text: str
    start: int
    until: int
    latest: int
    """The newest sound that the service received when it came: its own sound cannot lie further on."""


class DeliveredTexts:
    """The texts of one dictation, in the order in which they came. Offsets are samples of the dictation."""

    def __init__(self) -> None:
        self._texts: list[DeliveredTranscript] = []
        self._deduplicator = OverlapDeduplicator()

    def __bool__(self) -> bool:
        return bool(self._texts)

    def note(self, placed: PlacedText, until: int, latest: int) -> None:
        """Remember a text; `until` and `latest` are those of `DeliveredTranscript`."""
        self._texts.append(DeliveredTranscript(placed.text, placed.start, until, latest))

    def end_last(self, at: int) -> None:
        """The sound of the newest text ends at this offset, at the latest."""
        last = self._texts[-1]
        self._texts[-1] = replace(last, until=min(last.until, at))

    def expect_from(self, start: int, held: Iterable[tuple[str, int]], *, is_sure: bool) -> None:
        """Expect the texts of the sound from `start` on again, also those that are not shown yet (`held`).

        `is_sure`: it is certain which text belongs to which utterance.
        """
        known = [(each.text, each.until if is_sure else each.latest) for each in self._texts]
        self._deduplicator.expect(text for text, until in [*known, *held] if until > start)

    def fresh_part(self, text: str) -> str:
        """Return a text without the words at its beginning that have come before; "" if it is a repetition."""
        return self._deduplicator.strip(text).strip()

    def last_start_between(self, first: int, before: int) -> list[int]:
        """Return the start of the newest text that begins between two offsets, if there is one."""
        return [each.start for each in self._texts if first <= each.start < before][-1:]

    def drop_confirmed(self, confirmed: int) -> None:
        """Forget the oldest texts whose sound is confirmed, but for the newest `REMEMBERED`."""
        while len(self._texts) > REMEMBERED and self._texts[0].until <= confirmed:
            self._texts.pop(0)
