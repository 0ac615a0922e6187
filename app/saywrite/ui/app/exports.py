"""Exports from the window and from the history: folder, format, and the result. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from saywrite.foundation.catalog import CSV, EXPORT_FORMATS, JSON
from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import missing
from saywrite.storage.history.ledger import Ledger, as_csv, as_json
from saywrite.storage.history.store import Dictated
from saywrite.text.export import Document, TranscriptLine
from saywrite.ui.export.dialog import ExportFlow, start_folder
from saywrite.ui.export.writer import write_content, write_into
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import error_parts, tr, tr_count
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity


class Exports(QObject):
    """Starts exports and reports their result in the window.

    `folder` is the folder of the last export; a folder in the settings has priority.
    """

    def __init__(self, window: MainWindow, preferences: Preferences, choices: EngineChoices, folder: str) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._choices = choices
        self.folder = folder
        self._flow = self._make_flow(window, window.transcript.to_export)

    def export_transcript(self, format: str = "") -> None:
        """Export the transcript; without a `format`, in that of the settings."""
        self._window.transcript.flush()
        self._start(self._flow, format)

    def show_possible(self) -> None:
        """Enable the formats in the Export menu that are possible now."""
        self._flow.show_possible(self._window.actions_.export_as)

    def export_dictation(self, dictated: Dictated, parent: QWidget) -> None:
        """Export a dictation of the history."""
        document = document_of(dictated, self._choices.engine_label, self._preferences.settings.paragraph_pause_s)
        self._start(self._make_flow(parent, lambda: document), "")

    def export_dictations(self, chosen: Sequence[Dictated], parent: QWidget) -> None:
        """Export one dictation as a file of the user's choice, or several into a folder."""
        if len(chosen) == 1:
            self.export_dictation(chosen[0], parent)
            return
        dialog = QFileDialog(
            parent, tr_count("Export {n} dictation into a folder", "Export {n} dictations into a folder", len(chosen))
        )
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setDirectory(str(start_folder(self._wanted_folder)))
        dialog.fileSelected.connect(lambda name: self.write_all(chosen, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_all(self, chosen: Sequence[Dictated], folder: Path) -> None:
        """Write each dictation with text into a folder, in the format of the settings; no file is replaced."""
        settings, label = self._preferences.settings, self._choices.engine_label
        format, pause_s = settings.export_format, settings.paragraph_pause_s
        documents = [document for each in chosen if (document := document_of(each, label, pause_s)) is not None]
        self._window.notices.withdraw("export")

        def done(written: int) -> None:
            self.folder = str(folder)
            self._window.status.show_message(
                tr(
                    "{dictations} exported to {name}",
                    dictations=tr_count("{n:,} dictation", "{n:,} dictations", written),
                    name=folder.name,
                )
            )

        run_task(lambda: write_into(documents, format, folder), done, self._show_failure, owner=self)

    def export_ledger(self, ledger: Ledger, parent: QWidget) -> None:
        """Ask for a file, and write the ledger there: JSON by its name, else CSV."""
        dialog = QFileDialog(parent, tr("Export where my speech went"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        suffixes = {
            f"{name.upper()} (*{EXPORT_FORMATS[name].suffix})": EXPORT_FORMATS[name].suffix for name in (CSV, JSON)
        }
        dialog.setNameFilters(list(suffixes))
        dialog.setDefaultSuffix(EXPORT_FORMATS[CSV].suffix)
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(suffixes[kind]))
        dialog.setDirectory(str(start_folder(self._wanted_folder)))
        dialog.selectFile("where-my-speech-went")
        dialog.fileSelected.connect(lambda name: self.write_ledger(ledger, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_ledger(self, ledger: Ledger, target: Path) -> None:
        """Write the ledger to a file that the user chose, who agreed to replace it."""
        is_json = target.suffix.lower() == EXPORT_FORMATS[JSON].suffix
        content = (as_json if is_json else as_csv)(ledger).encode()
        self._window.notices.withdraw("export")

        def done(path: Path) -> None:
            self.folder = str(path.parent)
            self._window.status.show_message(tr("Exported to {name}", name=path.name))

        run_task(lambda: write_content(content, target, overwrite=True), done, self._show_failure, owner=self)

    @property
    def _wanted_folder(self) -> Path | None:
        """The folder of the settings, else that of the last export."""
        wanted = self._preferences.settings.export_folder or self.folder
        return Path(wanted) if wanted else None

    def _show_failure(self, error: Exception) -> None:
        self._window.notices.notify(Severity.WARNING, *error_parts(error), key="export")

    def _make_flow(self, parent: QWidget, document: Callable[[], Document | None]) -> ExportFlow:
        flow = ExportFlow(parent, document)
        flow.exported.connect(self._show_exported)
        flow.failed.connect(
            lambda what, remedy: self._window.notices.notify(Severity.WARNING, what, remedy, key="export")
        )
        return flow

    def _start(self, flow: ExportFlow, format: str) -> None:
        flow.folder, flow.format = self._wanted_folder or flow.folder, self._preferences.settings.export_format
        self._window.notices.withdraw("export")
        flow.start(format)

    def _show_exported(self, path: Path, format: str) -> None:
        self.folder = str(path.parent)
        self._window.status.show_message(tr("Exported to {name}", name=path.name))
        self._preferences.update(export_format=format)


def document_of(dictated: Dictated, label: Callable[[str], str], pause_s: float = 0.0) -> Document | None:
    """The document for a dictation of the history; None when it has no text.

    `label` gives the name of an engine for people, `pause_s` the pause in seconds that begins a paragraph.
    """
    summary = dictated.summary
    if not any(segment.text.strip() for segment in dictated.segments):
        return None
    lines = [
        TranscriptLine(
            seconds(segment.start),
            seconds(segment.end),
            summary.began + timedelta(seconds=seconds(segment.start)),
            segment.text,
            segment.raw,
            segment.translation,
            engine=label(segment.engine) if segment.engine else "",
        )
        for segment in dictated.segments
    ]
    for gap in dictated.gaps:
        start = seconds(gap.at)
        lines.append(TranscriptLine(start, start, summary.began + timedelta(seconds=start), "", gap=tr(missing(gap))))
    lines.sort(key=lambda line: line.start_s)
    return Document(
        title=tr("Dictation {date}", date=f"{summary.began:%Y-%m-%d %H.%M}"),
        began=summary.began,
        engine=label(summary.engine),
        language=summary.language,
        source=summary.source,
        duration_s=seconds(summary.heard),
        lines=tuple(lines),
        structured=dictated.structured,
        pause_s=pause_s,
    )
