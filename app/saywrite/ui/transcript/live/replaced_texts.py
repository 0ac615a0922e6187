"""Shows the text that another window has made the text of a dictation in the history. GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.ui.toolkit.background import run_task
from saywrite.ui.transcript.event_writer import ReplacedText
from saywrite.ui.transcript.view import TranscriptView

if TYPE_CHECKING:
    from saywrite.storage.history.store import Dictated, HistoryStore

log = logging.getLogger(__name__)


class ReplacedTexts(QObject):
    """Reads from the history what was transcribed again, or got an earlier text back.

    The segments of such a text have other numbers, and the history refuses edits of the former text. A corrected text
    has the same numbers: the transcript stays as it is.
    """

    def __init__(self, transcript: TranscriptView, open_history: Callable[[], HistoryStore]) -> None:
        """`open_history` is called on a pool thread."""
        super().__init__(transcript)
        self._transcript = transcript
        self._open_history = open_history

    @Slot(object)
    def refresh(self, dictations: Iterable[str]) -> None:
        """Show the present texts of those of these dictations that are in the transcript."""
        shown = {row.dictation for row in self._transcript.document.rows if row.editable}
        wanted = shown & frozenset(dictations)
        if wanted:
            self._transcript.flush()
            run_task(lambda: self._read(wanted), self._show, self._log_problem, owner=self, in_order=True)

    def _read(self, dictations: set[str]) -> list[Dictated]:
        """Read the present texts, on a pool thread; a deleted dictation has none."""
        with closing(self._open_history()) as history:
            loaded = [history.load(each) for each in sorted(dictations)]
        return [each for each in loaded if each is not None]

    def _show(self, loaded: list[Dictated]) -> None:
        for each in loaded:
            self._transcript.receive(_text_of(each, self._transcript.engine_label))

    def _log_problem(self, error: Exception) -> None:
        log.info("the transcript keeps its text: %s", type(error).__name__)


def _text_of(dictated: Dictated, engine_label: Callable[[str], str]) -> ReplacedText:
    """The present text; `engine_label` gives the name of an engine for people."""
    summary = dictated.summary
    label = engine_label(summary.engine)
    return ReplacedText(summary.dictation, summary.engine, label, summary.language, dictated.segments)
