"""The window as it is painted first, and what is built behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from tests.closed_folder import closed
from window_fakes import CHOICES, FakeDictation, ui_context

from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.app.first_view import FirstView, LateFrontEnd, make_window, settings_at_start
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.main_window.window import MainWindow

KEYWORDS = (Keyword("sea plus plus", "C++"),)


def first_window(
    folder: Path, settings: Settings, keywords: tuple[Keyword, ...], dictation: Any, problems: tuple[str, ...] = ()
) -> MainWindow:
    return make_window(
        dictation, FirstView(settings, keywords, CHOICES, folder / "window.json", lambda: None, problems)
    )


@pytest.mark.parametrize(("program", "spoken"), [("de", "de"), ("ja", "ja"), ("en", "en")])
def test_a_new_user_speaks_the_language_of_the_program(
    tmp_path: Path, program: str, spoken: str, in_language: Callable[[str], None]
) -> None:
    in_language(program)
    assert settings_at_start(Settings(), tmp_path / "saywrite.toml") == replace(Settings(), language=spoken)


def test_the_window_opens_with_settings_that_may_not_be_read(
    tmp_path: Path, in_language: Callable[[str], None]
) -> None:
    in_language("de")
    (tmp_path / "config").mkdir()
    with closed(tmp_path / "config"):
        assert settings_at_start(Settings(), tmp_path / "config" / "saywrite.toml") == Settings()


def test_saved_settings_keep_their_language(tmp_path: Path, in_language: Callable[[str], None]) -> None:
    saved = tmp_path / "saywrite.toml"
    saved.write_text("version = 1\n")
    in_language("de")
    assert settings_at_start(Settings(), saved).language == "en"


@pytest.mark.parametrize("keywords", [(), KEYWORDS], ids=["no keywords", "keywords"])
@pytest.mark.parametrize("engine", ["local", "aiola"])
@pytest.mark.parametrize("width", [480, 1040])
def test_nothing_moves_when_the_front_end_is_built(
    qtbot: Any, tmp_path: Path, dictation: FakeDictation, keywords: tuple[Keyword, ...], engine: str, width: int
) -> None:
    settings = replace(Settings(), engine=engine)
    window = first_window(tmp_path, settings, keywords, dictation, ("The settings could not be read.",))
    qtbot.addWidget(window)
    window.resize(width, 700)
    with qtbot.waitExposed(window):
        window.show()
    QApplication.processEvents()
    first = window.grab().toImage()
    front = FrontEnd(dictation, ui_context(tmp_path, settings=settings), window)
    QApplication.processEvents()
    assert front.window is window
    assert window.grab().toImage() == first


def test_front_end_is_built_once_after_the_first_paint(qtbot: Any, tmp_path: Path, dictation: FakeDictation) -> None:
    window = first_window(tmp_path, Settings(), (), dictation)
    qtbot.addWidget(window)
    built: list[FrontEnd] = []

    def build() -> tuple[FrontEnd, None]:
        built.append(FrontEnd(dictation, ui_context(tmp_path), window))
        return built[0], None

    late = LateFrontEnd(window, build)
    late.save()
    assert not built, "a program that ends before the paint has nothing to save"
    with qtbot.waitSignal(window.painted):
        late.show(hidden=False)
    qtbot.waitUntil(lambda: "list_models" in dictation.names())
    window.repaint()
    assert len(built) == 1
    late.save()
    assert (tmp_path / "window.json").exists()


def test_hidden_start_builds_the_front_end_without_a_window(
    qtbot: Any, tmp_path: Path, dictation: FakeDictation
) -> None:
    settings = replace(Settings(), start_hidden=True)
    window = first_window(tmp_path, settings, (), dictation)
    qtbot.addWidget(window)
    late = LateFrontEnd(window, lambda: (FrontEnd(dictation, ui_context(tmp_path, settings=settings), window), None))
    with qtbot.waitSignal(window.painted):
        late.show(hidden=True)
    assert not window.isVisible()


@pytest.mark.parametrize("keywords", [(), KEYWORDS], ids=["keywords last", "keywords first"])
def test_tab_reaches_late_parts_in_the_order_in_which_they_are_seen(
    qtbot: Any, tmp_path: Path, dictation: FakeDictation, keywords: tuple[Keyword, ...]
) -> None:
    window = first_window(tmp_path, Settings(), keywords, dictation)
    qtbot.addWidget(window)
    FrontEnd(dictation, ui_context(tmp_path), window)
    chain: list[QWidget] = [window.control_bar.button]
    while (widget := chain[-1].nextInFocusChain()) is not chain[0]:
        chain.append(widget)
    wanted: list[QWidget] = [
        window.control_bar.engine_button,
        window.empty.account,
        window.transcript.pane.editor,
        window.keywords.table,
        window.keywords.add_button,
        window.keywords.export_button,
        window.status.findChildren(QToolButton)[0],
    ]
    places = [chain.index(widget) for widget in wanted]
    assert places == sorted(places)
