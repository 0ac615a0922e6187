"""Every window uses the tokens: text sizes, spacing, and colors that can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLayout,
    QPlainTextEdit,
    QStyle,
    QWidget,
)
from window_fakes import FakeDictation, script

import saywrite.ui
from saywrite.foundation import events
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.models.bar import ModelBar
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.labels import NoteLabel, with_units_kept
from saywrite.ui.toolkit.theme import contrast, page_colors, plain_palette, theme_colors, tokens

PALETTES = pytest.mark.parametrize(
    "palette", [plain_palette(dark=False), plain_palette(dark=True)], ids=["light", "dark"]
)


def wrong_sizes(root: QWidget) -> list[str]:
    """Widgets with text whose size is none of the three."""
    body = QApplication.font().pointSizeF()
    allowed = [body * size for size in (0.9, 1.0, 1.25)]
    return [
        f"{type(widget).__name__} {widget.font().pointSizeF()}"
        for widget in [root, *root.findChildren(QWidget)]
        if isinstance(widget, (QLabel, QPlainTextEdit)) or type(widget).__module__.startswith("saywrite.")
        if not any(abs(widget.font().pointSizeF() - size) < 0.06 for size in allowed)
    ]


def wrong_spaces(root: QWidget) -> list[str]:
    """Layouts of Saywrite's widgets with a distance that is neither a token nor the default of the style."""
    style = root.style()
    metrics = QStyle.PixelMetric
    by_style = {
        style.pixelMetric(metric, None, root)
        for metric in (
            metrics.PM_LayoutHorizontalSpacing,
            metrics.PM_LayoutVerticalSpacing,
            metrics.PM_LayoutLeftMargin,
            metrics.PM_LayoutTopMargin,
            metrics.PM_LayoutRightMargin,
            metrics.PM_LayoutBottomMargin,
        )
    }
    allowed = {-1, 0, 4, 8, 12, 16, 24} | by_style
    found = []
    for layout in root.findChildren(QLayout):
        owner = layout.parentWidget()
        if owner is None or not type(owner).__module__.startswith("saywrite."):
            continue
        edges = layout.contentsMargins()
        values = {layout.spacing(), edges.left(), edges.top(), edges.right(), edges.bottom()}
        if not values <= allowed:
            found.append(f"{type(owner).__name__} {sorted(values - allowed)}")
    return found


def test_the_window_has_three_text_sizes_and_five_distances(shown: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    dictation.tell(events.Failed("d1", "Something failed.", "Do this."))
    assert wrong_sizes(shown.window) == []
    assert wrong_spaces(shown.window) == []


@pytest.mark.parametrize("opener", ["show_about", "show_models"])
def test_the_other_windows_have_the_same_text_sizes(front: FrontEnd, opener: str) -> None:
    getattr(front.dialogs, opener)()
    assert wrong_sizes(front.window) == []


def test_the_bar_about_the_model_has_these_distances_at_every_width(qtbot: Any) -> None:
    bar = ModelBar()
    qtbot.addWidget(bar)
    for width in (300, 2_000):
        bar.resize(width, 100)
        bar.show()
        assert wrong_spaces(bar) == []


def test_another_size_and_distance_would_be_found(shown: FrontEnd) -> None:
    label = QLabel("x", shown.window.control_bar)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 1.1)
    label.setFont(font)
    shown.window.control_bar.layout().setSpacing(7)
    assert len(wrong_sizes(shown.window)) == 1
    assert wrong_spaces(shown.window) == ["ControlBar [7]"]


def pairs(palette: QPalette) -> dict[str, tuple[QColor, QColor]]:
    """Every color of text with each background on which it is used."""
    roles, tones, page = QPalette.ColorRole, theme_colors(palette), page_colors(palette)
    window, base = palette.color(roles.Window), palette.color(roles.Base)
    found = {
        "text on the window": (palette.color(roles.WindowText), window),
        "text on the page": (palette.color(roles.Text), base),
        "text on an utterance that is found": (palette.color(roles.Text), page.highlight),
        "the record button": (tones.on_record, tones.record),
    }
    for name in ("muted", "record_text", "good", "warn", "bad"):
        for ground in ("window", "notice"):
            found[f"{name} on the {ground}"] = (getattr(tones, name), window if ground == "window" else tones.raised)
    for name in ("muted", "uncertain", "link"):
        found[f"{name} on the page"] = (getattr(page, name), base)
    return found


@PALETTES
def test_every_pair_of_text_and_background_has_a_contrast_of_4_5(palette: QPalette) -> None:
    low = {name: round(contrast(*pair), 2) for name, pair in pairs(palette).items() if contrast(*pair) < 4.5}
    assert low == {}


@PALETTES
def test_the_waveform_can_be_seen_on_the_page(palette: QPalette) -> None:
    assert contrast(page_colors(palette).spoken, palette.color(QPalette.ColorRole.Base)) >= 3.0


@pytest.mark.parametrize("ink", [tokens.OVERLAY_TEXT, tokens.OVERLAY_UNCERTAIN, tokens.OVERLAY_LEVEL])
def test_the_overlay_is_readable_on_any_program(ink: QColor) -> None:
    for below in (QColor("black"), QColor("white")):
        share = tokens.OVERLAY_GROUND.alphaF()
        ground = QColor.fromRgbF(
            *(
                mine * share + other * (1 - share)
                for mine, other in zip(tokens.OVERLAY_GROUND.getRgbF()[:3], below.getRgbF()[:3], strict=True)
            )
        )
        assert contrast(ink, ground) >= 4.5


def test_the_scales_are_those_of_the_design() -> None:
    assert tokens.SPACES == (4, 8, 12, 16, 24)
    assert tokens.TEXT_SIZES == (0.9, 1.0, 1.25)
    assert (tokens.LINE_HEIGHT, tokens.MEASURE, tokens.FADE_MS) == (1.4, 80, 120)


UI = Path(saywrite.ui.__file__).parent


def test_buttons_of_dialogs_have_no_icons_of_the_style() -> None:
    """The offscreen platform has no such icons, so the one function that takes them away has to make every row."""
    makers = [path for path in UI.glob("**/*.py") if "QDialogButtonBox(" in path.read_text("utf-8")]
    assert [path.relative_to(UI).as_posix() for path in makers] == ["toolkit/layouts/dialogs.py"]
    assert "setIcon(QIcon())" in makers[0].read_text("utf-8")


@pytest.mark.parametrize("opener", ["show_models", "show_history", "show_ledger", "show_about", "show_shortcuts"])
def test_windows_open_larger_with_larger_text(make_front: Callable[..., FrontEnd], tmp_path: Path, opener: str) -> None:
    before, large = QApplication.font(), QApplication.font()
    large.setPointSizeF(before.pointSizeF() * 1.4)
    sizes = []
    for font in (before, large):
        QApplication.setFont(font)
        front = make_front(open_history=lambda: HistoryStore(tmp_path / "history.sqlite3"))
        getattr(front.dialogs, opener)()
        (window,) = [each for each in front.window.findChildren(QWidget) if each.isWindow() and each.isVisible()]
        room = window.screen().availableGeometry()
        assert (window.width() <= room.width(), window.height() <= room.height()) == (True, True)
        sizes.append((window.width(), window.height()))
        window.close()
        assert wait_for_tasks(5000)
    QApplication.setFont(before)
    assert sizes[1] > sizes[0]


@pytest.mark.parametrize("words", ["2 min 31 s", "1.3 MB", "12 min, 0:05", "145 Mo", "3 小时 5 分钟", "250 ms"])
def test_no_line_ends_between_a_number_and_its_unit(qtbot: Any, words: str) -> None:
    label = NoteLabel(words)
    qtbot.addWidget(label)
    units = re.findall(r"\d.(?=[a-zA-Z小分])", QLabel.text(label))
    assert units
    assert all(unit.endswith("\N{NO-BREAK SPACE}") for unit in units)
    assert label.text() == words


@pytest.mark.parametrize("words", ["at 5 the microphone", "2 hours", "3 segments", "4 smaller"])
def test_other_words_may_stand_in_the_next_line(words: str) -> None:
    assert with_units_kept(words) == words
