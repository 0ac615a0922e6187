"""Reads texts of the history for the menu of the tray icon. GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.foundation.events import FrontEndEvent, StoredTextChanged
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.tray.icon import Tray
from saywrite.ui.tray.menu import KEPT_TEXTS, RecentText

if TYPE_CHECKING:
    from saywrite.storage.history.store import Dictated, HistoryStore

log = logging.getLogger(__name__)


class TrayTexts(QObject):
    """Reads earlier texts once, when the icon is first visible; later texts come as events.

    A text that is corrected or deleted in the history changes in the menu, too.
    """

    def __init__(self, tray: Tray, open_history: Callable[[], HistoryStore]) -> None:
        super().__init__(tray)
        self._tray = tray
        self._open_history = open_history
        self._asked = False
        tray.present_changed.connect(self._load)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the present text of a dictation whose text was changed; events of other kinds are ignored."""
        if isinstance(event, StoredTextChanged):
            self.refresh((event.dictation,))

    @Slot(object)
    def refresh(self, dictations: Iterable[str]) -> None:
        """Show the present texts of these dictations, and none of those that were deleted."""
        wanted = self._tray.menu.dictations & frozenset(dictations)
        if wanted:
            run_task(
                lambda: self._read_again(wanted),
                self._tray.menu.update_texts,
                self._log_problem,
                owner=self,
                in_order=True,
            )

    @Slot(bool)
    def _load(self, present: bool) -> None:
        if present and not self._asked:
            self._asked = True
            run_task(self._read, self._show, self._log_problem, owner=self)

    def _read(self) -> tuple[RecentText, ...]:
        """Read the last texts of the history, on a pool thread."""
        with closing(self._open_history()) as history:
            loaded = [history.load(summary.dictation) for summary in history.recent(KEPT_TEXTS)]
        return tuple(
            RecentText(each.summary.dictation, _text_of(each), each.summary.language)
            for each in loaded
            if each is not None
        )

    def _read_again(self, dictations: frozenset[str]) -> dict[str, str]:
        """Read the present texts, on a pool thread; "" for a deleted one."""
        from saywrite.storage.history.records.trash import in_trash

        with closing(self._open_history()) as history:
            found = {each: history.load(each) for each in dictations - in_trash(history, dictations)}
        return {each: _text_of(there) if (there := found.get(each)) is not None else "" for each in dictations}

    def _show(self, recent: tuple[RecentText, ...]) -> None:
        for each in recent:
            self._tray.menu.add_text(each, older=True)

    def _log_problem(self, error: Exception) -> None:
        log.info("no earlier texts: %s", type(error).__name__)


def _text_of(dictated: Dictated) -> str:
    from saywrite.text.transcript import Transcript

    return Transcript(dictated.segments).text()
