"""Whether parts of the window may move: by the settings, else by the system. GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from saywrite.ui.toolkit.theme.tokens import FADE_MS

_PROPERTY = "saywriteMotion"


def apply_motion(setting: str) -> None:
    """Apply the option "motion" of the settings: "reduced", or "system"."""
    app = QGuiApplication.instance()
    if app is not None:
        app.setProperty(_PROPERTY, setting)


def reduces_motion() -> bool:
    """Whether the settings or the system ask for less motion."""
    app = QGuiApplication.instance()
    return app is not None and (app.property(_PROPERTY) == "reduced" or system_reduces_motion())


def fade_ms() -> int:
    """The duration of a fade; 0 with reduced motion."""
    return 0 if reduces_motion() else FADE_MS


def system_reduces_motion() -> bool:
    """Whether the system asks for less motion; Qt knows since 6.11 or 6.12, depending on the system."""
    hints = QGuiApplication.styleHints()
    preference = getattr(hints.accessibility(), "motionPreference", None) if hasattr(hints, "accessibility") else None
    return preference is not None and preference().name == "ReducedMotion"
