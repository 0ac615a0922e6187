"""Keeps size and position of the other windows for the next opening and the next start. GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QSplitter, QWidget

from saywrite.ui.main_window.window import packed, unpacked

PROPERTY = "saywrite geometry"
"""Of a kept window: its name."""


class WindowGeometry(QObject):
    """`keep()` a window when it is made, before it is shown the first time."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._kept: dict[str, dict[str, str]] = {}
        """By the name of a window: its geometry, and the state of its splitter if it has one, as base64."""

    def keep(self, window: QWidget, name: str) -> None:
        """Show a window as it was when it was last hidden, and remember how it is when it is hidden again."""
        window.setProperty(PROPERTY, name)
        window.installEventFilter(self)
        known = self._kept.get(name, {})
        window.restoreGeometry(unpacked(known.get("geometry")))
        if (splitter := window.findChild(QSplitter)) is not None:
            splitter.restoreState(unpacked(known.get("split")))

    def state(self) -> dict[str, Any]:
        """What `restore()` gets at the next start."""
        return {name: dict(kept) for name, kept in self._kept.items()}

    def restore(self, state: object) -> None:
        """Take over the state of the last run; broken parts are left out."""
        if not isinstance(state, dict):
            return
        for name, kept in state.items():
            if isinstance(name, str) and isinstance(kept, dict):
                self._kept[name] = {key: each for key, each in kept.items() if isinstance(each, str)}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and isinstance(watched, QWidget) and not event.spontaneous():
            geometry = {"geometry": packed(watched.saveGeometry())}
            if (splitter := watched.findChild(QSplitter)) is not None:
                geometry["split"] = packed(splitter.saveState())
            self._kept[str(watched.property(PROPERTY))] = geometry
        return super().eventFilter(watched, event)
