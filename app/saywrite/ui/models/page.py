"""The page of the settings with the recognition models and their source. GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QScrollArea, QVBoxLayout, QWidget

from saywrite.foundation.events import ModelTried
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.models.row import ModelRow
from saywrite.ui.models.source_field import ModelSourceField
from saywrite.ui.models.state import KnownModel, ModelsState
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import announce, place_tab_stops
from saywrite.ui.toolkit.theme.tokens import BODY, L, M, S
from saywrite.ui.toolkit.translation import joined, set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.option_editors import OptionEditors, add_row, new_form

INTRODUCTION = message("These models recognize speech on this computer. What you say does not leave it.")
LOOKING = message("Looking for models…")


class ModelsPage(QScrollArea):
    """The list of models and the options; without `models` only the options."""

    def __init__(
        self, editors: OptionEditors, preferences: Preferences, choices: EngineChoices, models: ModelsState | None
    ) -> None:
        super().__init__()
        self._editors = editors
        self._preferences = preferences
        self._choices = choices
        self._models = models
        self._stops: list[QWidget] = []
        self._announced: dict[str, str] = {}
        self.rows: dict[str, ModelRow] = {}
        self.group = QWidget()
        self.source = ModelSourceField(OPTIONS["model_source"])
        self.looking = NoteLabel(LOOKING)
        self._buttons = QButtonGroup(self)
        self._list = QVBoxLayout(self.group)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(M)
        self._list.addWidget(self.looking)
        self._arrange()
        editors.refreshers.append(self._refresh)
        if models is not None:
            models.changed.connect(self.show_models)
            models.tried.connect(self._show_trial)
            self.show_models()

    def show_models(self) -> None:
        """Show the state of every model."""
        known = self._models.models if self._models is not None else ()
        if [each.info.id for each in known] != list(self.rows):
            self._make_rows(known)
        self.looking.setVisible(not known)
        for each in known:
            self.rows[each.info.id].show_model(each, used=each.info.id == self._preferences.settings.local_model)
            self._announce(each)

    def focus_source(self) -> None:
        """Set the focus to the field with the source."""
        self.source.line.setFocus()
        QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(self.source, 0, 48))  # once it is laid out

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        place_tab_stops(self.group, *self._stops)
        if self._models is not None:
            self._models.ask()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Scroll a widget that gets the keyboard focus into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget) and isinstance(event, QFocusEvent):
            self.ensureWidgetVisible(watched, 0, 24)
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addWidget(NoteLabel(INTRODUCTION, size=BODY))
        self.group.setObjectName("option local_model")
        set_text(self.group.setAccessibleName, OPTIONS["local_model"].label)
        set_text(self.group.setAccessibleDescription, OPTIONS["local_model"].help)
        column.addWidget(self.group)
        options = QWidget()
        form = new_form(options)
        form.setContentsMargins(0, S, 0, 0)
        add_row(form, OPTIONS["live_text"], *self._editors.make(OPTIONS["live_text"]))
        field = add_row(form, OPTIONS["model_source"], self.source.line, self.source)
        self.source_problem = field.add_note("", "bad")
        self.source_problem.hide()
        self.source.chosen.connect(partial(self._editors.set, "model_source"))
        self.source.refused.connect(self._show_refusal)
        column.addWidget(options)
        column.addStretch(1)
        set_text(self.setAccessibleName, tr("Recognition models"))
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _make_rows(self, known: tuple[KnownModel, ...]) -> None:
        for row in self.rows.values():
            self._buttons.removeButton(row.radio)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        self._stops = []
        for each in known:
            row = ModelRow(each, self._choices.language)
            self.rows[each.info.id] = row
            self._buttons.addButton(row.radio)
            self._list.addWidget(row)
            self._connect(each.info.id, row)
            for widget in (row.radio, *row.buttons.values(), row.question.keep, row.question.remove):
                widget.installEventFilter(self)
                self._stops.append(widget)
        if self.isVisible():
            place_tab_stops(self.group, *self._stops)

    def _connect(self, name: str, row: ModelRow) -> None:
        models = self._models
        if models is None:
            return
        row.use_requested.connect(partial(self._editors.set, "local_model", name))
        row.download_requested.connect(partial(models.download, name))
        row.pause_requested.connect(partial(models.pause, name))
        row.cancel_requested.connect(partial(models.cancel, name))
        row.remove_requested.connect(partial(models.remove, name))
        row.check_requested.connect(partial(models.check, name))
        row.try_requested.connect(partial(models.try_out, name))

    def _refresh(self, settings: Settings) -> None:
        self.source.show_value(settings.model_source)
        self.show_models()

    def _announce(self, known: KnownModel) -> None:
        """Announce a new state or a failure to screen readers, but not every step of the progress."""
        row = self.rows[known.info.id]
        failure = known.failure
        words = joined(" ", failure.what, failure.remedy) if failure else f"{known.info.state} {known.checked}"
        before = self._announced.get(known.info.id, "")
        self._announced[known.info.id] = words
        if before and before != words and self.isVisible():
            text = words if failure else row.state.text()
            announce(self, joined(": ", known.info.label, text), urgent=failure is not None)

    def _show_refusal(self, problem: str) -> None:
        set_text(self.source_problem.setText, problem)
        self.source_problem.setVisible(bool(problem))
        set_text(self.source.line.setAccessibleDescription, problem or OPTIONS["model_source"].help)

    def _show_trial(self, tried: ModelTried) -> None:
        if not self.window().isVisible():
            return  # a new window would take the focus from another program
        from saywrite.ui.models.trial import ModelTrialDialog

        known = self._models.model(tried.model) if self._models is not None else None
        in_use = tried.model == self._preferences.settings.local_model
        dialog = ModelTrialDialog(
            tried, known.info.label if known else tried.model, in_use=in_use, parent=self.window()
        )
        dialog.use_requested.connect(partial(self._editors.set, "local_model", tried.model))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
