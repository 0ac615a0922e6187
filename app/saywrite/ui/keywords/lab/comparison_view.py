"""The texts of dictations before and after a change of the keywords, with marks. GUI thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from saywrite.foundation.formatting import moment
from saywrite.text.keyword_sets.trial import ComparedText, cut_excerpt
from saywrite.text.keyword_sets.word_differences import Span
from saywrite.ui.toolkit.document_text import as_paragraph
from saywrite.ui.toolkit.theme import blend, page_colors, theme_colors
from saywrite.ui.toolkit.theme.tokens import SMALL, M, sized
from saywrite.ui.toolkit.translation import follow_language, set_text, tr

MARKED = 0.22
"""The share of the color in the background of a mark: text on it has a contrast of 4.5 and more."""


class Shown(StrEnum):
    """Which dictations are shown."""

    CHANGES = "changes"
    HITS = "hits"
    SELECTED = "selected"
    """Those with a hit of the selected keyword."""


def select_texts(
    texts: Iterable[ComparedText], shown: Shown, spoken: tuple[str, ...] = ()
) -> list[tuple[ComparedText, tuple[Span, ...]]]:
    """Choose the texts to show, each with the marks in its text afterwards. `spoken`: of the selected keyword."""
    found = []
    for text in texts:
        hits = [
            (hit.start, hit.end)
            for hit in text.hits
            if shown is Shown.HITS or (shown is Shown.SELECTED and hit.spoken == spoken)
        ]
        if shown is Shown.CHANGES:
            marks: Sequence[Span] = text.added
            wanted = text.changed
        else:
            marks, wanted = hits, bool(hits)
        if wanted:
            found.append((text, tuple(marks)))
    return found


class ComparisonView(QTextEdit):
    """A page to read; the keyboard scrolls it. Marks are underlined too: not everybody can see the color."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now
        self._shown: Sequence[tuple[ComparedText, tuple[Span, ...]]] = ()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(M)
        follow_language(self._write)

    def show_texts(self, shown: Sequence[tuple[ComparedText, tuple[Span, ...]]], empty: str) -> None:
        """Show texts with their marks; `empty` is shown when there are none."""
        self._shown = shown
        set_text(self.setPlaceholderText, empty)
        self._write()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._write()

    def _write(self) -> None:
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        colors = theme_colors(self.palette())
        for number, (text, marks) in enumerate(self._shown):
            self._begin_line(cursor, first=not number, gap=M if number else 0)
            cursor.insertText(tr(moment(text.past.began.astimezone().replace(tzinfo=None), self._now)), self._note())
            if text.changed:
                self._line(cursor, str(tr("Before:")), text.before, text.removed, colors.bad)
                self._line(cursor, str(tr("After:")), text.after, marks, colors.good)
            else:
                self._line(cursor, str(tr("Unchanged:")), text.after, marks, colors.good)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _begin_line(self, cursor: QTextCursor, *, first: bool, gap: int = 0) -> None:
        form = QTextBlockFormat()
        form.setTopMargin(gap)
        if first:
            cursor.setBlockFormat(form)
        else:
            cursor.insertBlock(form)

    def _line(self, cursor: QTextCursor, name: str, text: str, marks: Sequence[Span], tone: QColor) -> None:
        self._begin_line(cursor, first=False)
        cursor.insertText(f"{name} ", self._note())
        excerpt = cut_excerpt(text, marks)
        ground = blend(self.palette().color(QPalette.ColorRole.Base), tone, MARKED)
        plain, marked = QTextCharFormat(), QTextCharFormat()
        marked.setBackground(ground)
        marked.setFontUnderline(True)
        done = 0
        for start, end in excerpt.marks:
            cursor.insertText(as_paragraph(excerpt.text[done:start]), plain)
            cursor.insertText(as_paragraph(excerpt.text[start:end]), marked)
            done = end
        cursor.insertText(as_paragraph(excerpt.text[done:]), plain)

    def _note(self) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(sized(self.font(), SMALL))
        form.setForeground(page_colors(self.palette()).muted)
        return form
