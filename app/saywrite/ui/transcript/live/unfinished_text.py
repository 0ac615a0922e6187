"""The text below the last row: utterances that wait, provisional words, and the words being heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from saywrite.foundation.events import ProvisionalStretch
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.transcript.rows import Row, RowKind, pending_lines, starts_paragraph

Span = tuple[int, int]


class UnfinishedText:
    """What has no final text yet, of the newest dictation."""

    def __init__(self) -> None:
        self.partial = ""
        self.pending: tuple[Span, ...] = ()
        """The utterances without text, as (start, end) in samples."""
        self._agreed = 0
        self._provisional: tuple[str, ...] = ()
        self._heard: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.partial or self.pending or self._provisional)

    @property
    def first_span(self) -> Span | None:
        """The sound of the first line, if known: the first that waits, or the words being heard."""
        if not self.pending:
            return None
        return self.pending[-1] if self.partial else self.pending[0]

    def clear(self) -> None:
        """Begin with a new dictation; the words being heard are set apart."""
        self.pending = self._heard = ()
        self._provisional = ()

    def set_partial(self, text: str, agreed: int) -> None:
        """Set the words being heard; the first `agreed` characters will hardly change."""
        self.partial, self._agreed = clean(text), len(clean(text[:agreed]))

    def set_provisional(self, heard: Sequence[ProvisionalStretch], without_row: Iterable[ProvisionalStretch]) -> None:
        """Set what this computer heard; the words `without_row` are shown here, others as rows."""
        self._heard = tuple((stretch.start, stretch.end) for stretch in heard)
        self._provisional = tuple(clean(stretch.text) for stretch in without_row)

    def cover(self, start: int, end: int) -> None:
        """Forget the utterances that wait for the text between two samples, which has come."""
        self.pending = tuple(span for span in self.pending if not _overlap(span, (start, end)))

    def starts_paragraph(self, rows: Sequence[Row], dictation: str) -> bool:
        """Whether the utterance being heard starts a paragraph below `rows`."""
        following = self.first_span
        if not rows or following is None:
            return False
        return starts_paragraph(rows[-1], Row(RowKind.SEGMENT, dictation, -1, *following, ""))

    def text(self) -> tuple[str, Span]:
        """The whole text, and the range of its characters that will hardly change."""
        # The words being heard are those of the last utterance, which therefore needs no line of its own; neither does
        # an utterance whose words are shown as provisional text.
        pending = self.pending[:-1] if self.partial else self.pending
        waiting = [span for span in pending if not any(_overlap(span, heard) for heard in self._heard)]
        lines = [*pending_lines(waiting), *self._provisional, *([self.partial] if self.partial else [])]
        text = "\n".join(lines)
        start = len(text) - len(self.partial)
        return text, (start, start + self._agreed) if self._agreed else (0, 0)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
