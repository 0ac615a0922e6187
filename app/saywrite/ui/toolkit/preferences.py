"""The current settings of the window: their only owner, which saves them in the background. GUI thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from saywrite.storage.settings.file import keep_offline
from saywrite.storage.settings.schema import Settings
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.translation import error_text


class Preferences(QObject):
    """Owns the settings and reports each change."""

    changed = Signal(object)
    """The new `Settings`."""
    save_failed = Signal(str)
    """Why saving failed, for people; the settings are in effect for this run."""
    saved = Signal()
    """The settings were saved."""

    def __init__(self, settings: Settings, save: Callable[[Settings], None]) -> None:
        super().__init__()
        self._settings = settings
        self._save = save

    @property
    def settings(self) -> Settings:
        """The settings in effect."""
        return self._settings

    def update(self, **changes: Any) -> None:
        """Change options by name. Raises TypeError for an option that does not exist."""
        self.replace(dataclasses.replace(self._settings, **changes))

    def replace(self, settings: Settings) -> None:
        """Put other settings into effect, and save them. Where nothing may leave, this computer recognizes."""
        settings = keep_offline(settings)
        if settings == self._settings:
            return
        self._settings = settings
        run_task(
            lambda: self._save(settings),
            lambda _none: self.saved.emit(),
            lambda error: self.save_failed.emit(error_text(error)),
            owner=self,
            in_order=True,
        )
        self.changed.emit(settings)
