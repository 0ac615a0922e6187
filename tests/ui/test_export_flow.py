"""Exports to files: no file is replaced without a question or half written, and failures name a remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pseudo_language import untranslated
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from tests.closed_folder import closed

from saywrite.text.export import Document, TranscriptLine, render
from saywrite.ui.export.dialog import NO_TIMES, ExportFlow
from saywrite.ui.export.writer import ExportError, ExportExists, write_export, write_into, write_new
from saywrite.ui.main_window.actions import Actions

BEGAN = datetime(2026, 11, 22, 10, 42)


def document(*, timed: bool = True) -> Document:
    line = TranscriptLine(1.0, 2.5 if timed else 1.0, BEGAN, "Hello there.")
    return Document("Dictation 2026-11-22 10.42", BEGAN, "Built-in", "en", "microphone", 3.0, (line,))


class Outcome:
    def __init__(self, flow: ExportFlow) -> None:
        self.exported: list[tuple[Path, str]] = []
        self.failed: list[tuple[str, str]] = []
        flow.exported.connect(lambda *value: self.exported.append(value))
        flow.failed.connect(lambda *value: self.failed.append(value))


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def flow(window: QWidget, tmp_path: Path) -> ExportFlow:
    made = ExportFlow(window, document)
    made.folder, made.format = tmp_path, "md"
    return made


@pytest.fixture
def outcome(flow: ExportFlow) -> Outcome:
    return Outcome(flow)


def open_dialog(flow: ExportFlow, window: QWidget, format: str = "") -> QFileDialog:
    flow.start(format)
    return window.findChildren(QFileDialog)[-1]


def question(window: QWidget) -> QMessageBox:
    boxes = window.findChildren(QMessageBox)
    assert boxes, "nothing was asked"
    return boxes[-1]


def answer(window: QWidget, label: str) -> None:
    box = question(window)
    next(button for button in box.buttons() if button.text() == label).click()


def test_dialog_offers_last_folder_and_format_and_a_name_with_date(
    flow: ExportFlow, window: QWidget, tmp_path: Path
) -> None:
    dialog = open_dialog(flow, window)
    assert Path(dialog.selectedFiles()[0]) == tmp_path / "Dictation 2026-11-22 10.42.md"
    assert dialog.selectedNameFilter() == "Markdown (*.md)"
    dialog.reject()


def test_dialog_opens_elsewhere_when_the_last_folder_may_not_be_entered_any_more(
    flow: ExportFlow, window: QWidget, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    flow.folder = tmp_path / "shared" / "texts"
    with closed(tmp_path / "shared"):
        dialog = open_dialog(flow, window)
    assert "shared" not in dialog.selectedFiles()[0]
    dialog.reject()


def test_dialog_names_formats_in_the_language_of_the_program(
    flow: ExportFlow, window: QWidget, marked: None, in_language: Callable[[str], None]
) -> None:
    in_language("de")
    dialog = open_dialog(flow, window)
    assert untranslated(dialog.nameFilters()) == []
    assert dialog.selectedNameFilter() == "⟦Markdown⟧ (*.md)"
    flow._fit_name(dialog, dialog.nameFilters()[2])
    assert Path(dialog.selectedFiles()[0]).suffix == ".srt"
    dialog.reject()


@pytest.mark.parametrize("format", ["txt", "md", "srt", "vtt", "json", "csv"])
def test_every_format_is_written_as_the_text_package_renders_it(
    flow: ExportFlow, outcome: Outcome, qtbot: Any, tmp_path: Path, format: str
) -> None:
    target = tmp_path / f"out.{format}"
    flow.save(document(), target, format)
    qtbot.waitUntil(lambda: bool(outcome.exported), timeout=5000)
    assert target.read_bytes() == render(document(), format)
    assert outcome.exported == [(target, format)]
    assert (flow.folder, flow.format) == (tmp_path, format)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_name_without_a_suffix_gets_the_one_of_the_format(
    flow: ExportFlow, outcome: Outcome, qtbot: Any, tmp_path: Path
) -> None:
    flow._chosen(document(), str(tmp_path / "notes v1.2"), "SubRip subtitles (*.srt)")
    qtbot.waitUntil(lambda: bool(outcome.exported), timeout=5000)
    assert outcome.exported == [(tmp_path / "notes v1.2.srt", "srt")]


def test_the_suffix_that_was_typed_decides(flow: ExportFlow, outcome: Outcome, qtbot: Any, tmp_path: Path) -> None:
    flow._chosen(document(), str(tmp_path / "notes.json"), "Plain text (*.txt)")
    qtbot.waitUntil(lambda: bool(outcome.exported), timeout=5000)
    assert outcome.exported == [(tmp_path / "notes.json", "json")]


def test_file_is_kept_unless_the_user_chooses_replace(
    flow: ExportFlow, outcome: Outcome, window: QWidget, qtbot: Any, tmp_path: Path
) -> None:
    """Also where the suffix was added after the dialog, so that the dialog could not ask."""
    target = tmp_path / "notes.txt"
    target.write_text("precious")
    flow._chosen(document(), str(tmp_path / "notes"), "Plain text (*.txt)")
    assert not window.findChildren(QMessageBox), "the thread that writes looks for the file: its disk may be slow"
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=5000)
    answer(window, "&Keep it")
    assert target.read_text() == "precious"
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox), timeout=3000)
    flow._chosen(document(), str(target), "Plain text (*.txt)")
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=5000)
    answer(window, "&Replace")
    qtbot.waitUntil(lambda: bool(outcome.exported), timeout=5000)
    assert target.read_bytes() == render(document(), "txt")


def test_file_created_after_the_question_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("precious")
    with pytest.raises(ExportExists):
        write_export(document(), "txt", target, overwrite=False)
    assert target.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("old")
    target.chmod(0o640)
    write_export(document(), "txt", target, overwrite=True)
    assert target.stat().st_mode & 0o777 == 0o640


def test_missing_folder_is_reported_with_a_remedy(
    flow: ExportFlow, outcome: Outcome, qtbot: Any, tmp_path: Path
) -> None:
    flow.save(document(), tmp_path / "gone" / "notes.txt", "txt")
    qtbot.waitUntil(lambda: bool(outcome.failed), timeout=5000)
    what, remedy = outcome.failed[0]
    assert "is gone" in what
    assert remedy == "Create the folder again, or choose another folder."


@pytest.mark.parametrize(("number", "words"), [(28, "the disk is full"), (30, "is on a read-only disk")])
def test_failed_write_leaves_the_old_file_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    target = tmp_path / "notes.txt"
    target.write_text("precious")

    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ExportError, match=words):
        write_export(document(), "txt", target, overwrite=True)
    assert target.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_without_times_subtitles_are_refused_with_the_reason(window: QWidget) -> None:
    flow = ExportFlow(window, lambda: document(timed=False))
    outcome = Outcome(flow)
    flow.start("srt")
    assert outcome.failed == [(NO_TIMES, "Choose text, Markdown, JSON or CSV.")]
    actions = Actions(window)
    flow.show_possible(actions.export_as)
    enabled = {name for name, action in actions.export_as.items() if action.isEnabled()}
    assert enabled == {"txt", "md", "json", "csv"}
    assert actions.export_as["vtt"].toolTip() == NO_TIMES


def test_no_export_writes_subtitles_of_a_text_without_times(tmp_path: Path) -> None:
    """Exports of several dictations and texts saved beside their files do not ask which format is possible."""
    with pytest.raises(ExportError, match="Subtitles need the times") as refused:
        write_new(document(timed=False), "srt", tmp_path / "notes.srt")
    assert refused.value.remedy == "Choose text, Markdown, JSON or CSV."
    with pytest.raises(ExportError, match=r"Exported: 1 of 2\."):
        write_into([document(), document(timed=False)], "vtt", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".vtt"]


def test_without_text_nothing_is_asked(window: QWidget) -> None:
    flow = ExportFlow(window, lambda: None)
    outcome = Outcome(flow)
    flow.start("txt")
    assert outcome.failed
    assert not window.findChildren(QFileDialog)


def test_another_format_in_the_dialog_changes_the_suffix_of_the_name(flow: ExportFlow, window: QWidget) -> None:
    dialog = open_dialog(flow, window)
    flow._fit_name(dialog, "WebVTT subtitles (*.vtt)")
    assert Path(dialog.selectedFiles()[0]).name == "Dictation 2026-11-22 10.42.vtt"
    dialog.reject()


def test_an_export_of_several_that_fails_halfway_says_how_many_are_written(tmp_path: Path) -> None:
    unwritable = replace(document(), title="no such folder/Dictation")
    with pytest.raises(ExportError) as failed:
        write_into([document(), document(), unwritable, document()], "txt", tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert failed.value.what.startswith("“Dictation.txt” was not exported")
    assert "Exported: 2 of 4. This dictation and those below it in the list were not exported." in failed.value.what
    assert "choose another folder" in failed.value.remedy
