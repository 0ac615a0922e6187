"""The transcript as it is seen: times, text, the words being heard, and a view that never jumps. GUI thread.

Following: while the end is in view and nobody is at work in the text, the view keeps to the end. As soon as a person
scrolls up, selects or edits, arrivals change nothing they see; a small button says that there is new text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QPalette, QTextCursor
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import PlainLabel
from saywrite.ui.toolkit.partial_text import PartialText, height_of, lay_out, lighter_text
from saywrite.ui.toolkit.theme import blend, readable
from saywrite.ui.transcript.editable_document import TranscriptDocument
from saywrite.ui.transcript.editor import MARGIN, TranscriptEditor
from saywrite.ui.transcript.margins import TimeGutter, TranslationColumn
from saywrite.ui.transcript.rows import Row

LAID_OUT = 200
"""Rows at the end that keep their layout."""
RENEWED_AT_ONCE = 50
"""Rows behind those are given new paragraphs in portions of this size (2 ms)."""


class TranscriptPane(QFrame):
    hear_asked = Signal(object)
    """The row whose time was clicked."""

    def __init__(
        self, document: TranscriptDocument, time_of: Callable[[Row], str], note_of: Callable[[Row], str]
    ) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._document = document
        self.editor = TranscriptEditor(document)
        self.editor.setAccessibleName("Transcript")
        self.gutter = TimeGutter(self.editor, time_of, note_of)
        self.gutter.hear_asked.connect(self.hear_asked)
        self.column = TranslationColumn(self.editor)
        self.partial = PartialText(self.editor)
        self.hint = PlainLabel(parent=self.editor)
        self.new_text = QToolButton(self.editor)
        self._following = True
        self._engaged = False
        self._heading = ""
        self._renewed = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.editor)
        self._dress()
        self._connect()
        self.place()

    @property
    def follows(self) -> bool:
        """Whether the next arrival will be scrolled into view."""
        return self._following and not self._engaged and not self.editor.textCursor().hasSelection()

    def hold_still(self, change: Callable[[], object]) -> None:
        """Do what adds to or takes from the text; cursor, selection and view stay as they are, or at the end."""
        follows, scroll = self.follows, self.editor.verticalScrollBar()
        cursor, rows, top = self.editor.textCursor(), len(self._document.rows), scroll.value()
        anchor, position = cursor.anchor(), cursor.position()
        at_end = max(anchor, position) == self._document.doc.characterCount() - 1
        change()
        if at_end and self._document.doc.characterCount() - 1 > max(anchor, position):
            self._put_cursor(anchor, position)
            scroll.setValue(top)
        if follows:
            self.scroll_to_end()
        elif len(self._document.rows) > rows:
            self.new_text.setVisible(True)
        self._spare_layouts()
        self.place()

    def show_partial(self, text: str, heading: str = "", agreed: tuple[int, int] = (0, 0)) -> None:
        """The words being heard, below the last row; "" when there are none. Room is left above them for the `heading`
        that comes with their final, so that they stay in their place. `agreed`: the characters that will hardly
        change any more."""
        if (text, heading, agreed) == (self.partial.text(), self._heading, self.partial.agreed):
            return
        self._heading = heading
        self.partial.set_text(text, agreed)
        follows = self.follows
        self.place()
        if follows:
            self.scroll_to_end()

    def set_hint(self, text: str) -> None:
        """What an empty transcript says; plain text."""
        self.hint.setText(text)
        self.place()

    def scroll_to_end(self) -> None:
        self._following, self._engaged = True, False
        scroll = self.editor.verticalScrollBar()
        scroll.setValue(scroll.maximum())
        self.new_text.setVisible(False)
        self.place()

    def reveal(self, cursor: QTextCursor) -> None:
        """Show a place the person asked for."""
        self._engaged = True
        self.editor.setTextCursor(cursor)
        self.editor.ensureCursorVisible()

    def _dress(self) -> None:
        self.hint.setWordWrap(True)
        self.hint.setForegroundRole(QPalette.ColorRole.WindowText)  # on a Base ground it would be Text
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.new_text.setIcon(icon("down"))
        self.new_text.setText("New text")
        self.new_text.setToolTip("Go to the end of the transcript (Ctrl+End)")
        self.new_text.setAccessibleName("New text: go to the end of the transcript")
        self.new_text.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.new_text.setCursor(Qt.CursorShape.PointingHandCursor)
        self.new_text.setAutoFillBackground(True)
        self.new_text.hide()
        self._color()

    def _connect(self) -> None:
        scroll = self.editor.verticalScrollBar()
        scroll.valueChanged.connect(self._scrolled)
        scroll.rangeChanged.connect(self._range_changed)
        self.editor.engaged.connect(self._engage)
        self.editor.left.connect(self._disengage)
        self.editor.resized.connect(self.place)
        self.editor.updateRequest.connect(lambda _rect, dy: self.place() if dy else None)
        self.editor.cursorPositionChanged.connect(self._cursor_moved)
        self.new_text.clicked.connect(self._go_to_end)
        self._document.changed.connect(self.place)

    def _color(self) -> None:
        palette = self.palette()
        base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
        light = QPalette(palette)
        light.setColor(QPalette.ColorRole.WindowText, lighter_text(palette))
        self.hint.setPalette(light)
        self._document.recolor(readable(blend(base, text, 0.55), base))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()
        elif event.type() == QEvent.Type.FontChange:
            self.place()

    def place(self) -> None:
        """Put gutter, translations, partial, hint and button where they belong."""
        editor = self.editor
        gutter = self.gutter.sizeHint().width()
        beside = self.column.wanted_width(editor.width())
        width = max(1, editor.viewport().width() - 2 * MARGIN)
        needed = self.partial.heightForWidth(width) if self.partial.text() else 0
        above = self._height_of_heading(width) if needed else 0
        frame = editor.contentsRect()
        room = min(above + needed + MARGIN, frame.height()) if needed and self.follows else 0
        margins = editor.viewportMargins()
        if (margins.left(), margins.right(), margins.bottom()) != (gutter, beside, room):
            editor.setViewportMargins(gutter, 0, beside, room)
        view = editor.viewport().geometry()
        self.gutter.setGeometry(view.left() - gutter, frame.top(), gutter, frame.height())
        self.column.setVisible(beside > 0)
        self.column.setGeometry(view.right() + 1, frame.top(), beside, frame.height())
        end = editor.end_of_text() if needed else None
        overflows = 0 < frame.height() == room
        self.partial.setVisible(bool(needed) and (end is not None or overflows))
        if overflows:  # the newest words are the ones to see
            self.partial.setGeometry(view.left() + MARGIN, frame.bottom() + 1 - MARGIN - needed, width, needed)
        elif end is not None:
            top = min(view.top() + round(end) - MARGIN, view.bottom() + 1) + above
            self.partial.setGeometry(view.left() + MARGIN, top, width, needed)
        empty = not self._document.rows and not self.partial.text()
        self.hint.setVisible(empty)
        self.gutter.setVisible(not empty)
        self.hint.setGeometry(frame.adjusted(4 * MARGIN, MARGIN, -4 * MARGIN, -MARGIN))
        size = self.new_text.sizeHint()
        corner = QPoint(view.center().x() - size.width() // 2, frame.bottom() - size.height() - MARGIN)
        self.new_text.setGeometry(corner.x(), corner.y(), size.width(), size.height())

    def _height_of_heading(self, width: int) -> int:
        """What the heading to come will take, where it wraps, too."""
        if not self._heading:
            return 0
        return height_of(lay_out(self._heading, self.editor.font(), width, self.editor.layoutDirection()))

    def _spare_layouts(self) -> None:
        """Free what Qt keeps for rows that scrolled out long ago, some rows at a time."""
        end = len(self._document.rows) - LAID_OUT
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

    def _scrolled(self, value: int) -> None:
        self._following = value >= self.editor.verticalScrollBar().maximum()
        if self._following:
            self.new_text.setVisible(False)
        self.place()

    def _range_changed(self, _low: int, high: int) -> None:
        if self.follows:
            self.editor.verticalScrollBar().setValue(high)

    def _cursor_moved(self) -> None:
        """Ctrl+End, or the end of the text by any other way, is a wish to follow again."""
        if self.editor.textCursor().atEnd():
            self._engaged = False

    def _engage(self) -> None:
        self._engaged = True

    def _disengage(self) -> None:
        self._engaged = False

    def _go_to_end(self) -> None:
        cursor = self.editor.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.editor.setTextCursor(cursor)
        self.scroll_to_end()
