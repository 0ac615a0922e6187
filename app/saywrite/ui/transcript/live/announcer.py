"""Which text of a dictation screen readers read, and when, by the settings. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QWidget

from saywrite.ui.toolkit.screen_reader import announce

OFF, AT_END, FINALS, ALL = "off", "end", "finals", "all"
"""Nothing; the whole text when the dictation is over and the microphone closed; finals; partials too.

Finals that come after the end, of sound that had no text by then, are read at the end, too.
"""


class TextAnnouncer:
    """Keeps the finals of the newest dictation for the end, or announces them as they come."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self.mode = OFF
        """One of the modes above; a change takes effect at once."""
        self._announce = announce
        self._dictation = ""
        self._is_over = False
        self._finals: dict[int, str] = {}

    def begin(self, dictation: str) -> None:
        """A dictation begins."""
        self._dictation, self._is_over = dictation, False
        self._finals.clear()

    def take_partial(self, text: str) -> None:
        """Take the words being heard."""
        if self.mode == ALL:
            self._announce(text)

    def take_final(self, dictation: str, number: int, text: str) -> None:
        """Take a final; one with the number of an earlier one replaces it."""
        is_newest = dictation == self._dictation
        if is_newest:
            self._finals[number] = text
        if self.mode in (FINALS, ALL) or (self.mode == AT_END and is_newest and self._is_over):
            self._announce(text)

    def remove(self, dictation: str, numbers: Iterable[int]) -> None:
        """Forget finals that were withdrawn."""
        if dictation == self._dictation:
            for number in numbers:
                self._finals.pop(number, None)

    def end(self, dictation: str) -> None:
        """The dictation is over."""
        if dictation != self._dictation:
            return
        self._is_over = True
        if self.mode == AT_END:
            self._announce(" ".join(self._finals[number] for number in sorted(self._finals)))


def announcer_of(widget: QWidget) -> TextAnnouncer:
    """Create the announcer of a widget that shows the text."""
    return TextAnnouncer(partial(announce, widget))
