"""The text below the last row: utterances that wait, provisional words, and the words being heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.foundation.events import ProvisionalStretch
from saywrite.text.spacing import join
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.transcript.rows import Row, RowKind, pending_lines, starts_paragraph

if TYPE_CHECKING:
    from saywrite.ui.transcript.document import TranscriptDocument

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TextBelow:
    """The text below the last row, or behind it.

    `agreed`: the range of characters that will hardly change. `paragraph`: the text will begin a paragraph. `lead`: the
    space behind the last row where the text continues its paragraph; None where it does not.
    """

    text: str
    agreed: Span
    paragraph: bool
    lead: str | None = None


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
        if waiting := self.waiting():
            return waiting[0]
        return self.pending[-1] if self.partial and not self._provisional else self.pending[0]

    def clear(self) -> None:
        """Begin with a new dictation; `set_partial()` sets the words being heard."""
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

    def shown(self, document: TranscriptDocument, dictation: str) -> TextBelow:
        """The text and its place below the rows of the document."""
        rows, lead = document.rows, None
        if not document.in_paragraphs:
            return TextBelow(*self.text(), self.starts_paragraph(rows, dictation))
        text, agreed = self.text(document.languages.get(dictation, ""))
        if rows and text and not self.waiting():
            # Without known times the words follow the row above at once.
            span = self.first_span or (rows[-1].end, rows[-1].end)
            lead = document.next_lead(Row(RowKind.SEGMENT, dictation, -1, *span, text))
        return TextBelow(text, agreed, lead is None and bool(rows) and rows[-1].kind is not RowKind.HEADING, lead)

    def waiting(self) -> list[Span]:
        """The utterances with a line of their own, because no words of them are shown."""
        # The words being heard are those of the last utterance.
        pending = self.pending[:-1] if self.partial else self.pending
        return [span for span in pending if not any(_overlap(span, heard) for heard in self._heard)]

    def text(self, language: str | None = None) -> tuple[str, Span]:
        """The whole text, and the range of its characters that will hardly change.

        With a `language` the words are running prose in it, unless an utterance waits; else each text is a line.
        """
        waiting = self.waiting()
        texts = [*self._provisional, *([self.partial] if self.partial else [])]
        if language is None or waiting:
            text = "\n".join([*pending_lines(waiting), *texts])
        else:
            text = join(texts, language)
        start = len(text) - len(self.partial)
        return text, (start, start + self._agreed) if self._agreed else (0, 0)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
