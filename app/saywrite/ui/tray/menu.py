"""The menu of the tray icon. GUI thread.

It shows the settings and reports the user's choices. It is updated with every change, because a panel that draws the
menu itself may read it over D-Bus at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from saywrite.foundation.events import Device, DevicesChanged
from saywrite.storage.settings.schema import Settings
from saywrite.ui.main_window.actions import Actions
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.translation import changed, set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices

TEXTS = 3
"""Texts that are shown."""
KEPT_TEXTS = 12
"""Texts that are kept, to be shown in the place of newer ones that the user deletes."""
LONGEST = 44
"""The maximum length of a text in the menu, in letters."""


@dataclass(frozen=True, slots=True)
class RecentText:
    """The text of a finished dictation, and the code of its language; "" when unknown."""

    dictation: str
    text: str
    language: str = ""


class TrayMenu(QMenu):
    """Actions of the window, choices, and the last texts, each to insert again or to copy."""

    language_chosen = Signal(str)
    engine_chosen = Signal(str)
    microphone_chosen = Signal(str, str)
    """Host API and key of a device, both "" for the default of the system."""
    copy_requested = Signal(str)
    """The user chose a text to copy: the whole text."""
    insertion_requested = Signal(object)
    """The user chose a `RecentText` to insert into the program that has the focus."""
    show_requested = Signal()
    quit_requested = Signal()

    def __init__(self, actions: Actions, choices: EngineChoices) -> None:
        super().__init__()
        self._choices = choices
        self._devices: tuple[Device, ...] = ()
        self._settings = Settings()
        self._recent: list[RecentText] = []
        self.languages = worded(QMenu(self), tr("&Language"))
        self.microphones = worded(QMenu(self), tr("&Microphone"))
        self.engines = worded(QMenu(self), tr("&Recognizer"))
        self.texts = [self._make_text_menu(number) for number in range(TEXTS)]
        """The entries of the last texts; each has a menu."""
        self.addActions([ActionWithoutKeys(actions.record, self), actions.hands_free, actions.want_cancelled])
        self.addSeparator()
        for name, menu in (("language", self.languages), ("microphone", self.microphones), ("engine", self.engines)):
            menu.setIcon(icon(name))
            self.addMenu(menu)
        self._above_texts = self.addSeparator()
        self.addActions([*self.texts, actions.insert_again, actions.take_back])
        self.addSeparator()
        worded(self.addAction(""), tr("Show &window")).triggered.connect(self.show_requested)
        settings = worded(
            self.addAction(icon("settings"), ""), tr("Se&ttings…")
        )  # the mnemonic S belongs to Start and Stop
        settings.triggered.connect(actions.settings.trigger)
        self.addSeparator()
        worded(self.addAction(icon("quit"), ""), tr("&Quit Saywrite")).triggered.connect(self.quit_requested)
        self._show_texts()
        self.show_settings(self._settings)

    def show_settings(self, settings: Settings) -> None:
        """Check the entries of the settings."""
        self._settings = settings
        known = self._choices.engine(settings.engine)
        codes = dict.fromkeys([*(known.languages if known else ()), *self._choices.language_names])
        group = _emptied(self.languages)
        for code in codes:
            action = _entry(group, self._choices.language(code), code == settings.language)
            action.setEnabled(known is None or code in known.languages)
            action.triggered.connect(lambda _checked=False, code=code: self.language_chosen.emit(code))
        self.languages.addActions(group.actions())
        group = _emptied(self.engines)
        for choice in self._choices.offered(stay_offline=settings.stay_offline):
            action = _entry(group, choice.label, choice.name == settings.engine)
            action.triggered.connect(lambda _checked=False, name=choice.name: self.engine_chosen.emit(name))
        self.engines.addActions(group.actions())
        self._show_microphones()

    def show_devices(self, event: DevicesChanged) -> None:
        """List the microphones that are connected now."""
        if event.devices != self._devices:
            self._devices = event.devices
            self._show_microphones()

    def add_text(self, recent: RecentText, *, older: bool = False) -> None:
        """Add the text of a dictation, or replace it; `older` adds it below the others and replaces none."""
        if not recent.text.strip() or (older and recent.dictation in self.dictations):
            return
        kept = [each for each in self._recent if each.dictation != recent.dictation]
        kept = [*kept, recent] if older else [recent, *kept]
        self._recent = kept[:KEPT_TEXTS]
        self._show_texts()

    @property
    def dictations(self) -> frozenset[str]:
        """Of the texts that are kept, whether they are shown or not."""
        return frozenset(each.dictation for each in self._recent)

    def update_texts(self, texts: Mapping[str, str]) -> None:
        """Show the present texts of these dictations; "": it was deleted, which the user may undo."""
        self._recent = [replace(each, text=texts.get(each.dictation, each.text)) for each in self._recent]
        self._show_texts()

    @property
    def _shown(self) -> list[RecentText]:
        return [each for each in self._recent if each.text.strip()][:TEXTS]

    def _show_microphones(self) -> None:
        wanted = (self._settings.microphone_host_api, self._settings.microphone_name)
        default = next((device.label for device in self._devices if device.is_default), "")
        entries = [(tr("Default: {default}", default=default) if default else tr("System default"), ("", ""))]
        entries += [(device.label, (device.host_api, device.key)) for device in self._devices]
        if wanted not in [key for _, key in entries]:
            entries.append((tr("{device} (not connected)", device=wanted[1]), wanted))
        group = _emptied(self.microphones)
        for label, key in entries:
            action = _entry(group, label, key == wanted)
            action.triggered.connect(lambda _checked=False, key=key: self.microphone_chosen.emit(*key))
        self.microphones.addActions(group.actions())

    def _show_texts(self) -> None:
        shown = self._shown
        for number, action in enumerate(self.texts):
            there = number < len(shown)
            action.setVisible(there)
            if there:
                set_text(action.setText, elided(shown[number].text))
        self._above_texts.setVisible(bool(shown))

    def _make_text_menu(self, number: int) -> QAction:
        menu = QMenu(self)
        menu.setIcon(icon("copy"))
        insert = worded(menu.addAction(""), tr("&Insert again"))
        insert.triggered.connect(lambda: self._choose(number, self.insertion_requested.emit))
        copy = worded(menu.addAction(icon("copy"), ""), tr("&Copy"))
        copy.triggered.connect(lambda: self._choose(number, lambda recent: self.copy_requested.emit(recent.text)))
        return menu.menuAction()

    def _choose(self, number: int, report: Callable[[RecentText], None]) -> None:
        """Report the text of an entry. A panel may announce the click after the text has left the menu."""
        if number < len(shown := self._shown):
            report(shown[number])


class ActionWithoutKeys(QAction):
    """Shows and triggers an action of the window without its shortcut, which works in the window only."""

    def __init__(self, shown: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._shown = shown
        shown.changed.connect(self._follow)
        self.triggered.connect(shown.trigger)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self.setText(self._shown.text())  # it is in the language of the window already
        self.setIcon(self._shown.icon())
        self.setEnabled(self._shown.isEnabled())


def elided(text: str) -> str:
    """The beginning of `text` as one line for a menu, without mnemonics."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        line = line[: LONGEST - 1].rstrip() + "…"
    return line.replace("&", "&&")


def _emptied(menu: QMenu) -> QActionGroup:
    """Remove the entries of `menu` with their group; returns a new group."""
    old = menu.findChild(QActionGroup)
    menu.clear()
    if old is not None:
        old.setParent(None)
        old.deleteLater()
    return QActionGroup(menu)


def _entry(group: QActionGroup, label: str, checked: bool) -> QAction:
    action = worded(QAction(group), changed(label, lambda words: words.replace("&", "&&")))
    action.setCheckable(True)
    action.setChecked(checked)
    return action
