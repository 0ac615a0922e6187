"""Records a key that the user presses, shows conflicts, and refuses keys that cannot work. GUI thread."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from saywrite.desktop.hotkeys.conflicts import KeyConflict, objections
from saywrite.desktop.hotkeys.key_combination import KeyCombination, parse
from saywrite.desktop.hotkeys.key_names import EVDEV_F13, MEDIA_KEYSYMS, MEDIA_NAMES
from saywrite.foundation.errors import SettingsError
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import joined, key_text, set_text, tr, worded

PORTABLE = QKeySequence.SequenceFormat.PortableText
MODIFIERS = frozenset((Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)) | {
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
}
ALONE = {
    0xFFE3: "Left Ctrl",
    0xFFE4: "Right Ctrl",
    0xFFEA: "Right Alt",
    0xFE03: "Right Alt",
    0xFFE1: "Left Shift",
    0xFFE2: "Right Shift",
    0xFFEB: "Left Super",
    0xFFEC: "Right Super",
}
"""X11 keysyms of modifiers that can be a key of their own; other systems do not distinguish left and right."""

BUTTONS = {Qt.MouseButton.BackButton: "Mouse 8", Qt.MouseButton.ForwardButton: "Mouse 9"}

ASKING = message("Press the keys… (Esc: leave it)")
NAMELESS = message("Saywrite cannot use this key. Press another one.")


class KeyRecorder(QWidget):
    """A button that records a key, with a note about its conflicts below."""

    chosen = Signal(str)
    """The key in the notation of the settings; "" for none."""

    def __init__(self, others: Callable[[], list[str]], platform: str = sys.platform) -> None:
        """`others` returns the other keys of the settings."""
        super().__init__()
        self._others = others
        self._platform = platform
        self._value = ""
        self._problem = ""
        self._alone = ""
        self._modifiers_down = 0
        self.recording = False
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self.record)
        self.button.installEventFilter(self)
        self.clear_button = worded(QPushButton(), tr("Clear"))
        self.clear_button.setAutoDefault(False)
        self.clear_button.clicked.connect(lambda: self._accept(""))
        self.note = NoteLabel("", "warn")
        row = QHBoxLayout()
        row.addWidget(self.button, 1)
        row.addWidget(self.clear_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(XS)
        column.addLayout(row)
        column.addWidget(self.note)
        self.setFocusProxy(self.button)
        self._show()

    def set_value(self, text: str) -> None:
        """Show the key of the settings."""
        if text != self._value:
            self._value, self._problem = text, ""
        if not self.recording:
            self._show()

    def show_problem(self, words: str) -> None:
        """Show why the key does not work; "" if it does."""
        self._problem = words
        if not self.recording:
            self._show()

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        set_text(self.clear_button.setAccessibleName, tr("Clear: {name}", name=name))
        self._show()

    def record(self) -> None:
        """Record the next key that is pressed, even one that this or another program has grabbed."""
        self.recording, self._alone, self._modifiers_down = True, "", 0
        set_text(self.button.setText, ASKING)
        self.note.hide()
        self.button.setFocus()  # on a Mac, a click gives it none
        self.button.grabKeyboard()
        announce(self.button, ASKING)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.recording:
            return False
        if isinstance(event, QKeyEvent):
            if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
                self._press(event)
            elif event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
                self._release(event)
            event.accept()
            return True
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            if event.button() in BUTTONS:
                self._consider(_with_modifiers(event.modifiers(), BUTTONS[event.button()]))
                return True
            return False
        if isinstance(event, QFocusEvent) and event.lostFocus():
            self._stop()
        return False

    def _press(self, event: QKeyEvent) -> None:
        if event.type() != QEvent.Type.KeyPress or event.isAutoRepeat():
            return
        key, held = Qt.Key(event.key()), event.modifiers()
        if key == Qt.Key.Key_Escape and held == Qt.KeyboardModifier.NoModifier:
            self._stop()
        elif key in MODIFIERS:
            self._alone = ALONE.get(event.nativeVirtualKey(), "") if not self._modifiers_down else ""
            self._modifiers_down += 1
        else:
            name = x11_name(event.nativeScanCode(), event.nativeVirtualKey()) if self._platform == "linux" else ""
            if name:
                self._consider(_with_modifiers(held, name))
            elif QKeySequence(key).toString(PORTABLE):
                self._consider(QKeySequence(_combination(held, key)).toString(PORTABLE))
            else:
                self._refuse(NAMELESS)

    def _release(self, event: QKeyEvent) -> None:
        """Take a modifier that was pressed and released alone."""
        if Qt.Key(event.key()) not in MODIFIERS:
            return
        self._modifiers_down = max(0, self._modifiers_down - 1)
        if self._alone:
            self._consider(self._alone)

    def _consider(self, text: str) -> None:
        if text.endswith("+"):  # the key itself, which parts the names, too
            text = f"{text[:-1]}Plus"
        try:
            combination = parse(text.replace("Backtab", "Tab"))
        except SettingsError as error:
            self._refuse(joined(" ", error.what, error.remedy))
            return
        refused = [each.text for each in self._conflicts(combination) if each.refused]
        if refused:
            self._refuse(refused[0])
        else:
            self._accept(str(combination))

    def _refuse(self, words: str) -> None:
        """Show why a key is refused, and continue to record."""
        self._alone = ""
        set_text(self.note.setText, words)
        self.note.show()
        announce(self.button, words)

    def _accept(self, text: str) -> None:
        self._value, self._problem = text, ""
        self._stop()
        self.chosen.emit(text)

    def _stop(self) -> None:
        if self.recording:
            self.recording = False
            self.button.releaseKeyboard()
        self._show()

    def _show(self) -> None:
        keys = key_text(self._value) if self._value else ""
        set_text(self.button.setText, keys or tr("None: press to choose"))
        set_text(self.button.setAccessibleName, joined(": ", self.accessibleName(), keys or tr("none")))
        self.clear_button.setEnabled(bool(self._value))
        words = [self._problem] if self._problem else []
        if self._value and not self._problem:
            try:
                words = [each.text for each in self._conflicts(parse(self._value))]
            except SettingsError as error:
                words = [joined(" ", error.what, error.remedy)]
        set_text(self.note.setText, joined(" ", *words))
        self.note.setVisible(bool(words))

    def _conflicts(self, combination: KeyCombination) -> tuple[KeyConflict, ...]:
        others = []
        for text in self._others():
            try:
                others.append(parse(text))
            except SettingsError:
                continue
        return objections(combination, self._platform, others)


def x11_name(code: int, keysym: int) -> str:
    """The name of a key for which Qt has none or another, by X11 key code and keysym; "" for other keys."""
    if EVDEV_F13 <= code < EVDEV_F13 + 12:
        return f"F{13 + code - EVDEV_F13}"
    if code == _ISO_LESS:
        return "Less"
    return _BY_KEYSYM.get(keysym, "")


_ISO_LESS = 94  # evdev: the key between Shift and Z, which Qt names after its symbol
_KEYPAD = {
    **{0xFFB0 + number: f"Num {number}" for number in range(10)},
    **{0xFF95 + place: f"Num {digit}" for place, digit in enumerate("7486293150")},
    **{
        0xFF9F: "Num Decimal",
        0xFFAE: "Num Decimal",
        0xFFAC: "Num Decimal",
        0xFF8D: "Num Enter",
    },
    **{
        0xFFAB: "Num Plus",
        0xFFAD: "Num Minus",
        0xFFAA: "Num Times",
        0xFFAF: "Num Divide",
        0xFFBD: "Num Equal",
    },
}
"""With Num Lock on and off."""

_BY_KEYSYM = (
    {number: MEDIA_NAMES[name] for name, number in MEDIA_KEYSYMS.items()}
    | _KEYPAD
    | {
        0xFF23: "Henkan",
        0xFF22: "Muhenkan",
        0xFF27: "Hiragana Katakana",
        0xFF31: "Hangul",
        0xFF34: "Hanja",
    }
)


def _combination(held: Qt.KeyboardModifier, key: Qt.Key) -> QKeyCombination:
    """A key with its modifiers, without the flags for keypad and keyboard group."""
    return QKeyCombination(held & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier), key)


def _with_modifiers(held: Qt.KeyboardModifier, name: str) -> str:
    """A key with its modifiers in the notation of the settings; a Mac has none of these keys."""
    names = {
        Qt.KeyboardModifier.ControlModifier: "Ctrl",
        Qt.KeyboardModifier.AltModifier: "Alt",
        Qt.KeyboardModifier.ShiftModifier: "Shift",
        Qt.KeyboardModifier.MetaModifier: "Super",
    }
    return "+".join([*(word for flag, word in names.items() if held & flag), name])
