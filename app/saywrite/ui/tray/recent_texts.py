"""Loads the last texts before this start for the menu of the tray icon. GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.ui.toolkit.background import run_task
from saywrite.ui.tray.icon import Tray
from saywrite.ui.tray.menu import TEXTS, RecentText

if TYPE_CHECKING:
    from saywrite.storage.history.store import HistoryStore

log = logging.getLogger(__name__)


class TrayTexts(QObject):
    """Reads the texts once, when the icon is first visible; later texts come as events."""

    def __init__(self, tray: Tray, open_history: Callable[[], HistoryStore]) -> None:
        super().__init__(tray)
        self._tray = tray
        self._open_history = open_history
        self._asked = False
        tray.present_changed.connect(self._load)

    @Slot(bool)
    def _load(self, present: bool) -> None:
        if present and not self._asked:
            self._asked = True
            run_task(self._read, self._show, self._log_problem, owner=self)

    def _read(self) -> tuple[RecentText, ...]:
        """Read the last texts of the history, on a pool thread."""
        from saywrite.text.transcript import Transcript

        with closing(self._open_history()) as history:
            loaded = [history.load(summary.dictation) for summary in history.recent(TEXTS)]
        return tuple(
            RecentText(each.summary.dictation, Transcript(each.segments).text(), each.summary.language)
            for each in loaded
            if each is not None
        )

    def _show(self, recent: tuple[RecentText, ...]) -> None:
        for each in recent:
            self._tray.menu.add_text(each, older=True)

    def _log_problem(self, error: Exception) -> None:
        log.info("no earlier texts: %s", type(error).__name__)
