"""The names of key combinations in Qt's portable format are parsed, so the recorder needs no table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence

from saywrite.desktop.hotkeys.key_combination import parse

KEY = Qt.Key


@pytest.mark.parametrize(
    ("key", "name"),
    [
        *((KEY(KEY.Key_A + offset), chr(ord("A") + offset)) for offset in range(26)),
        *((KEY(KEY.Key_0 + offset), str(offset)) for offset in range(10)),
        *((KEY(KEY.Key_F1 + offset), f"F{offset + 1}") for offset in range(24)),
        (KEY.Key_Space, "Space"),
        (KEY.Key_Tab, "Tab"),
        (KEY.Key_Return, "Enter"),
        (KEY.Key_Backspace, "Backspace"),
        (KEY.Key_Delete, "Delete"),
        (KEY.Key_Insert, "Insert"),
        (KEY.Key_Escape, "Escape"),
        (KEY.Key_Home, "Home"),
        (KEY.Key_End, "End"),
        (KEY.Key_PageUp, "Page Up"),
        (KEY.Key_PageDown, "Page Down"),
        (KEY.Key_Left, "Left"),
        (KEY.Key_Up, "Up"),
        (KEY.Key_Right, "Right"),
        (KEY.Key_Down, "Down"),
        (KEY.Key_Pause, "Pause"),
        (KEY.Key_Print, "Print Screen"),
        (KEY.Key_Menu, "Menu"),
        (KEY.Key_ScrollLock, "Scroll Lock"),
        (KEY.Key_CapsLock, "Caps Lock"),
        (KEY.Key_MediaPlay, "Media Play"),
        (KEY.Key_MediaStop, "Media Stop"),
        (KEY.Key_MicMute, "Microphone Mute"),
        (KEY.Key_Minus, "Minus"),
        (KEY.Key_Equal, "Equal"),
        (KEY.Key_Comma, "Comma"),
        (KEY.Key_Period, "Period"),
        (KEY.Key_Slash, "Slash"),
        (KEY.Key_Backslash, "Backslash"),
        (KEY.Key_Semicolon, "Semicolon"),
        (KEY.Key_Apostrophe, "Apostrophe"),
        (KEY.Key_QuoteLeft, "Grave"),
        (KEY.Key_BracketLeft, "Left Bracket"),
        (KEY.Key_BracketRight, "Right Bracket"),
    ],
)
def test_qts_portable_spelling_is_read(key: Qt.Key, name: str) -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    portable = QKeySequence.SequenceFormat.PortableText
    assert str(parse(QKeySequence(key).toString(portable))) == name
    assert str(parse(QKeySequence(QKeyCombination(held, key)).toString(portable))) == f"Ctrl+Alt+Shift+{name}"
    super_too = QKeyCombination(Qt.KeyboardModifier.MetaModifier, key)
    assert str(parse(QKeySequence(super_too).toString(portable))) == f"Super+{name}"
