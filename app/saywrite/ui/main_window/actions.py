"""The actions of the window, with names, mnemonics and shortcuts, and the menus that contain them.

GUI thread. The code that performs an action connects to its `triggered`.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from saywrite.foundation.catalog import EXPORT_FORMATS
from saywrite.foundation.events import State
from saywrite.ui.main_window.control_bar import RECORD_SHORTCUT, RECORDING
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.translation import bare, changed, set_text, tr, without_mnemonic, worded

Standard = QKeySequence.StandardKey


class Actions(QObject):
    """One attribute for each action; the methods enable and name them by the state of the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.record = self._action(tr("&Start"), RECORD_SHORTCUT, "microphone")
        self.cancel = self._action(tr("Stop &without waiting for text"), f"Shift+{RECORD_SHORTCUT}", "stop")
        self.insert_again = self._action(tr("Insert the last text &again"), "", "")
        self.take_back = self._action(tr("Undo the last &insertion"), "", "undo")
        for action in (self.insert_again, self.take_back):
            action.setEnabled(False)
        self.want_cancelled = self._action(tr("Undo the &cancellation"), "", "undo")
        self.want_cancelled.setVisible(False)
        self.hands_free = self._switch(tr("&Hands-free"), "")
        set_text(self.hands_free.setToolTip, tr("Begin and end a dictation with a spoken phrase"))
        self.refresh = self._action(tr("&Look for microphones"), "F5", "refresh")
        self.details = self._action(tr("&Details…"), "Ctrl+I", "info")
        self.details.setEnabled(False)
        self.open_file = self._action(tr("&Transcribe a file…"), Standard.Open, "file-audio")
        self.files = self._action(tr("Files to t&ranscribe…"), "Ctrl+Shift+O", "file-audio")
        self.export = self._action(tr("&Export…"), Standard.Save, "export")
        self.settings = self._action(tr("&Settings…"), "Ctrl+,", "settings", QAction.MenuRole.PreferencesRole)
        self.quit = self._action(tr("&Quit"), "Ctrl+Q", "quit", QAction.MenuRole.QuitRole)
        self._make_edit_actions()
        self.show_keywords = self._switch(tr("&Keywords"), "Ctrl+K")
        self.show_waveform = self._switch(tr("&Waveform"), "Ctrl+Shift+W")
        self.history = self._action(tr("&History…"), "Ctrl+H", "history")
        self.speed = self._action(tr("S&peed…"), "", "")
        self.ledger = self._action(tr("Where &my speech went…"), "", "")
        self._make_help_actions()
        self.export_as = {name: self._action(kind.menu_text, "", "") for name, kind in EXPORT_FORMATS.items()}
        self.export_menu = worded(QMenu(), tr("Export as"))
        self.export_menu.addActions(list(self.export_as.values()))
        for action in (self.record, self.cancel):
            action.setAutoRepeat(False)
        set_text(self.open_file.setIconText, tr("Transcribe a file…"))
        self._show_initial_state()

    def _make_edit_actions(self) -> None:
        self.undo = self._action(tr("&Undo"), Standard.Undo, "undo")
        self.redo = self._action(tr("&Redo"), Standard.Redo, "")
        self.cut = self._action(tr("Cu&t"), Standard.Cut, "")
        self.copy_selection = self._action(tr("&Copy"), Standard.Copy, "")
        self.paste = self._action(tr("&Paste"), Standard.Paste, "")
        self.select_all = self._action(tr("&Select all"), Standard.SelectAll, "")
        self.copy = self._action(tr("Copy te&xt"), "Ctrl+Shift+C", "copy")
        set_text(self.copy.setIconText, tr("Copy"))
        set_text(self.copy.setToolTip, tr("Copy the selected text, or all of it (Ctrl+Shift+C)"))
        self.copy_translated = self._action(tr("Copy with tra&nslation"), "", "copy")
        self.find = self._action(tr("&Find…"), Standard.Find, "find")
        self.always_write_as = self._action(tr("&Always write as…"), "Ctrl+Shift+K", "keywords")
        self.keyword_lab = self._action(tr("Try &keywords…"), "", "lab")
        self.clear = self._action(tr("C&lear"), "Ctrl+Shift+L", "clear")

    def _make_help_actions(self) -> None:
        self.first_run = self._action(tr("&First steps…"), "", "")
        self.shortcuts = self._action(tr("&Keyboard shortcuts…"), Standard.HelpContents, "")
        self.whats_new = self._action(tr("&What's new…"), "", "")
        self.diagnostics = self._action(tr("Copy &diagnostics"), "", "copy")
        self.updates = self._action(tr("Check for &updates…"), "", "refresh")
        self.about = self._action(tr("&About Saywrite"), "", "info", QAction.MenuRole.AboutRole)

    def _show_initial_state(self) -> None:
        self.show_state(State.IDLE)
        self.show_has_text(False)
        self.show_has_translations(False)

    def fill(self, bar: QMenuBar) -> None:
        """Create the menus of the menu bar."""
        file = worded(bar.addMenu(""), tr("&File"))
        self._add(file, self.open_file, self.files, None, self.export)
        file.addMenu(self.export_menu).setIcon(icon("export"))
        self._add(file, None, self.settings, None, self.quit)
        edit = worded(bar.addMenu(""), tr("&Edit"))
        self._add(edit, self.undo, self.redo, None, self.cut, self.copy_selection, self.paste, self.select_all, None)
        self._add(edit, self.copy, self.copy_translated, self.find, None)
        self._add(edit, self.always_write_as, self.keyword_lab, None, self.clear)
        view = worded(bar.addMenu(""), tr("&View"))
        self._add(view, self.show_keywords, self.show_waveform, None, self.history, self.ledger, self.speed)
        dictation = worded(bar.addMenu(""), tr("&Dictation"))
        self._add(dictation, self.record, self.cancel, self.hands_free, None)
        self._add(dictation, self.want_cancelled, self.insert_again, self.take_back)
        self._add(dictation, None, self.details, None, self.refresh)
        self._fill_help(worded(bar.addMenu(""), tr("&Help")))

    def _fill_help(self, menu: QMenu) -> None:
        self._add(menu, self.first_run, self.shortcuts, self.whats_new, None)
        self._add(menu, self.updates, self.diagnostics, None, self.about)

    def show_state(self, state: State) -> None:
        """Enable the actions that a state of the dictation allows."""
        recording = state in RECORDING
        set_text(self.record.setText, tr("&Stop") if recording else tr("&Start"))
        self.record.setIcon(icon("stop" if recording else "microphone"))
        self.cancel.setEnabled(recording or state is State.FINISHING)

    def show_has_text(self, has_text: bool) -> None:
        """Enable the actions that need a text."""
        for action in (self.copy, self.export, self.clear, self.find, *self.export_as.values()):
            action.setEnabled(has_text)
        self.export_menu.setEnabled(has_text)

    def show_has_translations(self, has_translations: bool) -> None:
        """Show the action that copies the translations."""
        self.copy_translated.setVisible(has_translations)

    def _action(
        self,
        text: str,
        shortcut: str | Standard,
        icon_name: str,
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> QAction:
        action = worded(QAction(self), text)
        # Qt leaves "(C)" of a Japanese "(&C)" on the buttons of a tool bar.
        set_text(action.setIconText, without_mnemonic(text))
        action.setMenuRole(role)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            set_text(action.setToolTip, changed(bare(text), lambda words: f"{words} ({_keys_of(action)})"))
        if icon_name:
            action.setIcon(icon(icon_name))
        return action

    def _switch(self, text: str, shortcut: str) -> QAction:
        action = self._action(text, shortcut, "")  # an icon would take the place of the check mark
        action.setCheckable(True)
        return action

    @staticmethod
    def _add(menu: QMenu, *actions: QAction | None) -> None:
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)


def _keys_of(action: QAction) -> str:
    """The shortcut as it is written in the current language."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
