"""The language of the program: translates texts, and shows them anew when it changes. GUI thread.

`tr("{name} is muted", name=name)` is a text in the current language. `set_text(label.setText, text)` hands a text to a
widget now and again after each change of the language, for as long as the widget exists. The translations are the
files `saywrite_<language>.qm`, which `packaging/translations.py` makes from `resources/translations/*.ts`. A text
without a translation is shown in English.
"""

from __future__ import annotations

import re
import string
import weakref
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import shiboken6
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QMenu

from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier, parse
from saywrite.foundation import messages
from saywrite.foundation.catalog import EN, LANGUAGE_CODES, PT, ZH
from saywrite.foundation.errors import SaywriteError, SettingsError
from saywrite.foundation.messages import Message, message, message_count
from saywrite.foundation.paths import resource

CONTEXT = "Saywrite"
"""The only context in the files of translations."""

_MNEMONIC = re.compile(r"\(&\w\)|&(&?)")
"""“(&C)” in Japanese and Chinese, “&” in other languages; “&&” is the sign itself."""

_QT_KEYS = {
    "Delete": "Del",
    "Escape": "Esc",
    "Insert": "Ins",
    "Page Up": "PgUp",
    "Page Down": "PgDown",
    "Print Screen": "Print",
    "Caps Lock": "CapsLock",
    "Scroll Lock": "ScrollLock",
    "Mute": "Volume Mute",
}
"""What Qt's translations call a key, where that is not our name."""

_SIGNS = {
    "Minus": "-",
    "Equal": "=",
    "Comma": ",",
    "Period": ".",
    "Slash": "/",
    "Backslash": "\\",
    "Semicolon": ";",
    "Apostrophe": "'",
    "Grave": "`",
    "Left Bracket": "[",
    "Right Bracket": "]",
    "Less": "<",
}
_QT_FILES = {ZH: "qtbase_zh_CN", PT: "qtbase_pt_BR"}
_Worded = TypeVar("_Worded", bound=QAbstractButton | QLabel | QAction | QMenu)


class _Translations:
    """The current language: its translator, its way to write numbers, and the texts that widgets show."""

    def __init__(self) -> None:
        self.code = EN
        self.locale = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
        self.translator: QTranslator | None = None
        self.of_qt: QTranslator | None = None
        self.shown: dict[int, tuple[weakref.ref[QObject], dict[tuple[Any, ...], tuple[Any, ...]]]] = {}
        self.followers: list[weakref.WeakMethod[Any]] = []

    def find(self, text: Message) -> str:
        """Return the template of this text in the current language, or "" without a translation."""
        if self.translator is None:
            return ""
        number = -1 if text.number is None else text.number
        found: str | None = self.translator.translate(CONTEXT, text.source, "", number)
        return found or ""

    def value(self, value: Any, form: str) -> str:
        """Return a value as it is written in the current language."""
        if isinstance(value, Message):
            return format(str(tr(value)), form)
        if isinstance(value, date):
            return value.strftime(self.named(value, form))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(format(value, form))
        if isinstance(value, KeyCombination):
            return format(_keys(value), form)
        return format(value, form)

    def named(self, day: date, form: str) -> str:
        """Replace the directives of a date's format that stand for names: %a, %A, %b and %B."""
        short, long = QLocale.FormatType.ShortFormat, QLocale.FormatType.LongFormat
        names = {"%a": self.locale.dayName(day.isoweekday(), short), "%A": self.locale.dayName(day.isoweekday(), long)}
        full = short if self.code == ZH else long  # Chinese dates have figures, 10月; the long name is 十月
        names |= {"%b": self.locale.monthName(day.month, short), "%B": self.locale.monthName(day.month, full)}
        return re.sub("%[aAbB]", lambda found: names[found[0]], form)

    def number(self, english: str) -> str:
        """Replace the English separators of a number."""
        signs = {",": self.locale.groupSeparator(), ".": self.locale.decimalPoint()}
        return "".join(signs.get(character, character) for character in english)


class _Changed(Message):
    """A text that `change` is applied to after each translation."""

    __slots__ = ("change", "text")

    text: Message
    change: Callable[[str], str]

    def __new__(cls, text: Message, change: Callable[[str], str]) -> _Changed:
        made = super().__new__(cls, change(str(text)), text.source, text.params, text.one, text.number)
        made.text, made.change = text, change
        return made


class _Filler(string.Formatter):
    """Fills a translated template; numbers and texts in it are written in the current language."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return _current.value(value, format_spec)


_current = _Translations()
_filler = _Filler()


def tr(text: str, /, **params: Any) -> str:
    """Return a text in the current language. `text`: an English template, or a `Message` of a package below.

    What is returned is a `Message` too, so `set_text()` can translate it again.
    """
    if isinstance(text, _Changed):
        return _Changed(cast("Message", tr(text.text)), text.change)
    english = text if isinstance(text, Message) else message(text, **params)
    if _current.code == EN and not _names_day(english):
        return english
    template = _current.find(english)
    if not template:
        template = english.one if english.one and english.number == 1 else english.source
    try:
        filled = _filler.vformat(template, (), english.params) if english.params else template
    except (KeyError, IndexError, ValueError):  # a translation with fields of its own
        filled = str(english)
    return Message(filled, english.source, english.params, english.one, english.number)


def _names_day(text: Message) -> bool:
    """Whether a date is in the text. Python names days and months in the language of the system, which Qt sets."""
    return any(
        isinstance(value, date) or (isinstance(value, Message) and _names_day(value)) for value in text.params.values()
    )


def translated(text: str) -> str:
    """Return a text as the user reads it now: a `Message` in the current language, any other as it is.

    For what paints or passes on a text without `set_text()`; `tr()` would look up a plain text, for example dictated
    words, among the templates.
    """
    return str(tr(text)) if isinstance(text, Message) else text


def tr_count(one: str, many: str, number: int, /, **params: Any) -> str:
    """Return the text for this number, `{n}` in the English templates, in the current language."""
    return tr(message_count(one, many, number, **params))


def joined(separator: str, /, *parts: str) -> str:
    """Join the texts that are not empty; the result is translated part by part."""
    return tr(messages.joined(separator, *parts)) if any(parts) else ""


def changed(text: str, change: Callable[[str], str]) -> str:
    """Return a text that is changed after its translation, for example without its mnemonic."""
    return _Changed(text, change) if isinstance(text, Message) else change(text)


def key_text(keys: str) -> str:
    """Return a key combination in the current language: "Strg+Alt+Leertaste" for "Ctrl+Alt+Space".

    A text that is no combination, for example a desktop's own name for one, stays as it is.
    """
    try:
        chord = parse(keys)
    except SettingsError:
        return keys
    return tr(Message(_keys(chord), "{chord}", {"chord": chord}))


def error_parts(error: Exception) -> tuple[str, str]:
    """Return what happened, and what to do."""
    return (error.what, error.remedy) if isinstance(error, SaywriteError) else (str(error), "")


def error_text(error: Exception) -> str:
    """Return what happened and what to do, in the current language."""
    return joined(" ", *error_parts(error))


def without_mnemonic(text: str) -> str:
    """Return the text of a button or an action without its mnemonic, "(&C)" in Japanese and Chinese."""
    return changed(text, lambda words: _MNEMONIC.sub(r"\1", words))


def bare(text: str) -> str:
    """Return the text of a button or an action without its mnemonic and the dots at its end."""
    return changed(without_mnemonic(text), lambda words: words.rstrip("…"))


def set_text(setter: Callable[..., Any], *arguments: Any) -> None:
    """Call a setter of a Qt object with texts, now and at each change of the language.

    A `Message` among the arguments, or in a list among them, is translated. The last call for a setter and the
    arguments that are no texts counts.
    """
    owner = setter.__self__  # type: ignore[attr-defined]
    key = (setter.__name__, *(each for each in arguments if isinstance(each, int)))
    place, texts = _current.shown.get(id(owner), (None, {}))
    if any(_is_translatable(each) for each in arguments):
        if place is None or place() is not owner:
            texts = {}
            number = id(owner)
            place = weakref.ref(owner, lambda _gone: _current.shown.pop(number, None))
            _current.shown[number] = (place, texts)
        texts[key] = arguments
    else:
        texts.pop(key, None)
    setter(*map(_rendered, arguments))


def worded(made: _Worded, text: str) -> _Worded:
    """Give a new button, label, action or menu its text, and return it. The text follows the language."""
    set_text(made.setTitle if isinstance(made, QMenu) else made.setText, text)
    return made


def add_item(chooser: QComboBox, text: str, data: object = None) -> None:
    """Append an entry to a chooser. Its text follows the language."""
    chooser.addItem("", data)
    set_text(chooser.setItemText, chooser.count() - 1, text)


def follow_language(method: Callable[[], None]) -> None:
    """Call this method of an object after each change of the language, for as long as the object exists."""
    _current.followers.append(weakref.WeakMethod(method))


def set_language(wanted: str) -> None:
    """Use this language from now on; "" is the system's. Each text given to `set_text()` is shown anew."""
    code = wanted if wanted in LANGUAGE_CODES else system_language()
    if code == _current.code:
        return
    _current.code = code
    _current.locale = _locale_of(code)
    _install(code)
    _show_again()


def current_language() -> str:
    """Return the code of the current language."""
    return _current.code


def system_language() -> str:
    """Return the first language of the system's settings that the program has, else English."""
    return nearest_language(QLocale.system().uiLanguages())


def nearest_language(wanted: Sequence[str]) -> str:
    """Return the first of these languages ("de-AT") that the program has, else English."""
    codes = (name.replace("_", "-").split("-")[0].lower() for name in wanted)
    return next((code for code in codes if code in LANGUAGE_CODES), EN)


def number_text(value: float) -> str:
    """Write a number with the separators of the current language."""
    return _current.number(format(value, ","))


def _keys(chord: KeyCombination) -> str:
    """Return the keys as the menus of Qt name them in the current language."""
    held = [_key_name(each.value) for each in Modifier if each in chord.modifiers]
    return "+".join([*held, _key_name(chord.key)])


def _key_name(name: str) -> str:
    side, _, key = name.partition(" ")
    if side in ("Left", "Right") and key in list(Modifier):
        known = _key_name(key)
        return str(tr("Left {key}", key=known) if side == "Left" else tr("Right {key}", key=known))
    if side == "Mouse":
        return str(tr("Mouse {number}", number=key))
    if name in _SIGNS or _current.of_qt is None:
        return _SIGNS.get(name, name)
    found: str | None = _current.of_qt.translate("QShortcut", _QT_KEYS.get(name, name))
    return found or name


def _is_translatable(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(isinstance(each, Message) for each in value)
    return isinstance(value, Message)


def _rendered(value: Any) -> Any:
    if isinstance(value, Message):
        return translated(value)
    if isinstance(value, list | tuple) and _is_translatable(value):
        return [_rendered(each) for each in value]
    return value


def _locale_of(code: str) -> QLocale:
    system = QLocale.system()
    if code == EN:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)
    return system if system.name().split("_")[0] == code else QLocale(code)


def _install(code: str) -> None:
    for former in (_current.translator, _current.of_qt):
        if former is not None:
            QCoreApplication.removeTranslator(former)
    _current.translator = _current.of_qt = None
    QLocale.setDefault(QLocale.system() if code == EN else _current.locale)
    if code == EN:
        return
    _current.of_qt = load_translator(
        QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath), _QT_FILES.get(code, f"qtbase_{code}")
    )
    _current.translator = load_translator(str(resource("translations")), f"saywrite_{code}")


def load_translator(folder: str, name: str) -> QTranslator | None:
    """Load and install a .qm file; None without it."""
    translator = QTranslator()
    if not translator.load(name, folder):
        return None
    QCoreApplication.installTranslator(translator)
    return translator


def _show_again() -> None:
    for place, texts in list(_current.shown.values()):
        owner = place()
        if owner is None or not shiboken6.isValid(owner):
            continue
        for (name, *_), arguments in list(texts.items()):
            getattr(owner, name)(*map(_rendered, arguments))
    kept: list[weakref.WeakMethod[Any]] = []
    for follower in _current.followers:
        method = follower()
        if method is None or not shiboken6.isValid(method.__self__):
            continue
        kept.append(follower)
        method()
    _current.followers = kept
    for widget in QApplication.allWidgets():  # for those that paint texts themselves
        widget.updateGeometry()
        widget.update()
