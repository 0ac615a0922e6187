"""Arranges times, text and the words being heard, in a view that never jumps. GUI thread.

While the end of the text is visible and the user does not work in the text, the view follows new text. When the user
scrolls up, selects or edits, the view stays where it is, and a small button says that there is new text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.transcript.document import TranscriptDocument
from saywrite.ui.transcript.editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript.live.partial_text import PartialText, height_of, lay_out
from saywrite.ui.transcript.live.unfinished_text import TextBelow
from saywrite.ui.transcript.margins import TimeGutter, TranslationColumn, rows_with_times
from saywrite.ui.transcript.rows import Row

LAID_OUT = 200
"""The number of paragraphs at the end that keep their layout."""
RENEWED_AT_ONCE = 50
"""Older paragraphs are replaced by new ones in groups of this size, which takes 2 ms with a row in each."""


class TranscriptPane(QFrame):
    """The editor with its margins and the partial text."""

    play_requested = Signal(object)
    """The row whose time was clicked."""

    def __init__(
        self, document: TranscriptDocument, time_of: Callable[[Row], str], note_of: Callable[[Row], str]
    ) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._document = document
        self.editor = TranscriptEditor(document)
        set_text(self.editor.setAccessibleName, tr("Transcript"))
        self.gutter = TimeGutter(self.editor, lambda: rows_with_times(self.editor, note_of), time_of, note_of)
        self.gutter.play_requested.connect(self.play_requested)
        self.column = TranslationColumn(self.editor)
        self.partial = PartialText(self.editor)
        self.new_text = QToolButton(self.editor)
        self._following = True
        self._in_use = False
        self._next_heading = ""
        self._shown = TextBelow("", (0, 0), paragraph=False)
        self._renewed = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.editor)
        self._set_up()
        self._connect()
        self.place()

    @property
    def follows(self) -> bool:
        """Whether new text will be scrolled into view."""
        return self._following and not self._in_use and not self.editor.textCursor().hasSelection()

    def hold_still(self, change: Callable[[], object]) -> None:
        """Run a change of the text by the program without moving the cursor, the selection or the view.

        A view that follows the end continues to follow it.
        """
        follows, scroll = self.follows, self.editor.verticalScrollBar()
        cursor, rows, top = self.editor.textCursor(), len(self._document.rows), scroll.value()
        anchor, position = cursor.anchor(), cursor.position()
        at_end = max(anchor, position) == self._document.doc.characterCount() - 1
        self._document.inserted_at = -1
        change()
        moved = self._document.inserted_at == max(anchor, position)
        if (at_end or moved) and self._document.doc.characterCount() - 1 > max(anchor, position):
            self._put_cursor(anchor, position)
            scroll.setValue(top)
        if follows:
            self.scroll_to_end()
        elif len(self._document.rows) > rows and self.new_text.isHidden():
            self.new_text.show()
            self.place()
        self._free_layouts()
        self._place_below_text()

    def show_partial(self, shown: TextBelow, heading: str = "") -> None:
        """Show the words being heard below the last row, or behind it; the text "" shows none.

        `heading` is the heading that will be added with their final. Its height, or the space above a paragraph, is
        left free above the words, so that they do not move when the final comes.
        """
        if (shown, heading) == (self._shown, self._next_heading):
            return
        self._shown, self._next_heading = shown, heading
        self.partial.set_text(shown.text, shown.agreed)
        follows = self.follows
        self.place()
        if follows:
            self.scroll_to_end()

    def scroll_to_end(self) -> None:
        """Show the end of the text, and follow new text from now on."""
        followed = self.follows
        self._following, self._in_use = True, False
        scroll = self.editor.verticalScrollBar()
        scroll.setValue(scroll.maximum())
        self.new_text.setVisible(False)
        if self.follows != followed:  # the partial text has room of its own only then
            self._place_below_text()

    def reveal(self, cursor: QTextCursor) -> None:
        """Show a place for which the user has asked, and stay there."""
        self._in_use = True
        self.editor.setTextCursor(cursor)
        self.editor.ensureCursorVisible()

    def _set_up(self) -> None:
        self.new_text.setIcon(icon("down"))
        set_text(self.new_text.setText, tr("New text"))
        set_text(self.new_text.setToolTip, tr("Go to the end of the transcript (Ctrl+End)"))
        set_text(self.new_text.setAccessibleName, tr("New text: go to the end of the transcript"))
        self.new_text.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.new_text.setCursor(Qt.CursorShape.PointingHandCursor)
        self.new_text.setAutoFillBackground(True)
        self.new_text.hide()
        self._color()

    def _connect(self) -> None:
        scroll = self.editor.verticalScrollBar()
        scroll.valueChanged.connect(lambda _value: self._scrolled())
        scroll.rangeChanged.connect(self._range_changed)
        self.editor.used.connect(self._start_use)
        self.editor.focus_lost.connect(self._end_use)
        self.editor.resized.connect(self.place)
        self.editor.updateRequest.connect(lambda _rect, dy: self._place_below_text() if dy else None)
        self.editor.cursorPositionChanged.connect(self._cursor_moved)
        self.new_text.clicked.connect(self._go_to_end)
        self._document.changed.connect(self._place_below_text)

    def _color(self) -> None:
        self._document.recolor(page_colors(self.palette()).muted)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()
        elif event.type() == QEvent.Type.FontChange:
            self.place()

    def place(self) -> None:
        """Place the times, the translations, the partial text and the button around the editor."""
        editor = self.editor
        gutter = self.gutter.sizeHint().width()
        beside = self.column.preferred_width(editor.width())
        free = editor.width() - gutter - beside - editor.measure - editor.verticalScrollBar().sizeHint().width()
        left, right = gutter + max(0, free // 2), beside or max(0, free // 2)
        width = max(1, editor.viewport().width() - 2 * MARGIN)
        above = self._space_above_partial(width) if self.partial.text() else 0
        needed = self.partial.heightForWidth(width) if self.partial.text() else 0
        frame = editor.contentsRect()
        room = min(above + needed + MARGIN, frame.height()) if needed and self.follows else 0
        margins = editor.viewportMargins()
        if (margins.left(), margins.right(), margins.bottom()) != (left, right, room):
            editor.setViewportMargins(left, 0, right, room)
        view = editor.viewport().geometry()
        self.gutter.setGeometry(view.left() - gutter, frame.top(), gutter, frame.height())
        self.column.setVisible(beside > 0)
        self.column.setGeometry(view.right() + 1, frame.top(), beside, frame.height())
        end = editor.end_of_text() if needed else None
        overflows = 0 < frame.height() == room
        self.partial.setVisible(bool(needed) and (end is not None or overflows))
        if overflows:  # only the newest words fit
            self.partial.setGeometry(view.left() + MARGIN, frame.bottom() + 1 - MARGIN - needed, width, needed)
        elif end is not None:
            top = min(view.top() + round(end) - MARGIN, view.bottom() + 1) + above
            self.partial.setGeometry(view.left() + MARGIN, top, width, needed)
        self.gutter.setVisible(not self._is_empty)
        size = self.new_text.sizeHint()
        corner = QPoint(view.center().x() - size.width() // 2, frame.bottom() - size.height() - MARGIN)
        self.new_text.setGeometry(corner.x(), corner.y(), size.width(), size.height())

    @property
    def _is_empty(self) -> bool:
        return not self._document.rows and not self.partial.text()

    def _place_below_text(self) -> None:
        """Place anew what a change or scrolling of the text moves: words being heard, times of the first row."""
        if self.partial.text() or self.gutter.isHidden() != self._is_empty:
            self.place()

    def _space_above_partial(self, width: int) -> int:
        """The height of the next heading, which may wrap, or the space above a paragraph.

        It is negative where the words being heard continue the last line.
        """
        lead = self._shown.lead
        line, height = ("", 0.0) if lead is None else self.editor.last_line()
        self.partial.set_behind(line + (lead or "") if height else "")
        if height:
            return -round(height)
        if not self._next_heading:
            return S if self._shown.paragraph else 0
        return height_of(lay_out(self._next_heading, self.editor.font(), width, self.editor.layoutDirection()))

    def _free_layouts(self) -> None:
        """Free the layouts that Qt keeps for paragraphs far above the view, some at a time."""
        end = len(self._document.paragraphs) - LAID_OUT
        first = self._renewed
        if end < first:
            self._renewed = max(0, end)
        elif end - first >= RENEWED_AT_ONCE and self.follows:
            self._renewed = end
            cursor = self.editor.textCursor()
            if not first <= cursor.blockNumber() < end or self.editor.isReadOnly():
                self._document.renew(first, min(end - first, 10 * RENEWED_AT_ONCE))

    def _put_cursor(self, anchor: int, position: int) -> None:
        cursor = self.editor.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        self.editor.setTextCursor(cursor)

    def _scrolled(self) -> None:
        # Not the value of the signal: the layout that the first receiver causes may have scrolled on meanwhile.
        scroll = self.editor.verticalScrollBar()
        self._following = scroll.value() >= scroll.maximum()
        if self._following:
            self.new_text.setVisible(False)
        self._place_below_text()

    def _range_changed(self, _low: int, high: int) -> None:
        if self.follows:
            self.editor.verticalScrollBar().setValue(high)

    def _cursor_moved(self) -> None:
        """A cursor at the end of the text (Ctrl+End) makes the view follow again."""
        if self.editor.textCursor().atEnd():
            self._in_use = False

    def _start_use(self) -> None:
        self._in_use = True

    def _end_use(self) -> None:
        self._in_use = False

    def _go_to_end(self) -> None:
        cursor = self.editor.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.editor.setTextCursor(cursor)
        self.scroll_to_end()
