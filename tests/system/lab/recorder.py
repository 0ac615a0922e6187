"""The settings' key recorder in a window of its own, run as a process: prints what every key it is given becomes.

`ready` at first, then for each key "taken NAME", "refused WORDS" or nothing for a modifier that is held.
"""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from saywrite.ui.settings.hotkey_recorder import KeyRecorder


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Recorder(KeyRecorder):
    """Tells what it shows, and goes on recording."""

    def __init__(self) -> None:
        super().__init__(lambda: [])
        self.chosen.connect(self._taken)

    def _taken(self, name: str) -> None:
        say(f"taken {name}")
        self.record()

    def _refuse(self, words: str) -> None:
        super()._refuse(words)
        say(f"refused {words}")


def main() -> None:
    app = QApplication(sys.argv)
    recorder = Recorder()
    recorder.setWindowTitle("key-recorder")
    recorder.resize(400, 100)
    recorder.show()
    recorder.activateWindow()
    recorder.button.setFocus()
    say("ready")
    sys.stdin.readline()
    recorder.record()
    say("recording")
    app.exec()


if __name__ == "__main__":
    main()
