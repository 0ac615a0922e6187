"""Another program with a text field (Qt), driven by lines on its standard input; run as a process of its own.

`text` prints what is in the field as JSON, `clear` empties it, `around` fills it and puts the cursor before "tail",
`deaf S` blocks the program for S seconds, as a busy one is. `refuse` makes it ignore all keys, `copy` fills the
clipboard. It prints `ready` once it has the focus.
"""

from __future__ import annotations

import json
import os
import sys
import time

from PySide6.QtCore import QMimeData, QSocketNotifier
from PySide6.QtGui import QImage, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit


class Field(QPlainTextEdit):
    refuses = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.refuses:
            super().keyPressEvent(event)


def something_of_everything() -> QMimeData:
    """A clipboard with text, HTML, an image and a format that only this program knows."""
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    data = QMimeData()
    data.setText("naïve — 漢字")
    data.setHtml("<b>naïve</b> — 漢字")
    data.setImageData(image)
    data.setData("application/x-made-up", bytes(range(256)))
    return data


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wait_as_a_busy_program_does(seconds: float) -> None:
    time.sleep(seconds)


def main() -> None:
    app = QApplication([*sys.argv, "-name", "editor"])
    app.setApplicationName("Test-editor")
    app.setDesktopFileName("Test-editor")
    field = Field()
    field.setWindowTitle(sys.argv[1])
    field.resize(500, 300)
    field.show()
    field.activateWindow()

    def obey() -> None:
        order, _, value = sys.stdin.readline().strip().partition(" ")
        match order:
            case "text":
                say(json.dumps(field.toPlainText()))
            case "around":
                field.setPlainText("head tail")
                field.moveCursor(QTextCursor.MoveOperation.Start)
                field.moveCursor(QTextCursor.MoveOperation.NextWord)
                say("around")
            case "clear":
                field.clear()
                say("cleared")
            case "deaf":
                say("deaf")
                wait_as_a_busy_program_does(float(value))
            case "copy":
                QApplication.clipboard().setMimeData(something_of_everything())
                say("copied")
            case "refuse":
                field.refuses = True
                say("refusing")
            case "focused":
                say(str(field.hasFocus() and field.isActiveWindow()))
            case "":
                os._exit(0)  # Qt under Wayland may hang while it lets go of the clipboard

    watch = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    watch.activated.connect(obey)
    say("ready")
    app.exec()


if __name__ == "__main__":
    main()
