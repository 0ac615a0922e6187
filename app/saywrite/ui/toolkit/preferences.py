"""The settings as the window knows them: one owner, saved in the background. GUI thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from saywrite.storage.settings.schema import Settings
from saywrite.ui.toolkit.background import run_task


class Preferences(QObject):
    """Holds the settings in force and tells when they change."""

    changed = Signal(object)
    """The new `Settings`."""
    save_failed = Signal(str)
    """In words; the settings hold for this run all the same."""

    def __init__(self, settings: Settings, save: Callable[[Settings], None]) -> None:
        super().__init__()
        self._settings = settings
        self._save = save

    @property
    def settings(self) -> Settings:
        return self._settings

    def update(self, **changes: Any) -> None:
        """Change options by name. Raises TypeError for an option that does not exist."""
        self.replace(dataclasses.replace(self._settings, **changes))

    def replace(self, settings: Settings) -> None:
        if settings == self._settings:
            return
        self._settings = settings
        run_task(
            lambda: self._save(settings),
            failed=lambda error: self.save_failed.emit(str(error)),
            owner=self,
            in_order=True,
        )
        self.changed.emit(settings)
